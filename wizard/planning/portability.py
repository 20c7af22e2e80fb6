"""On which machines the wheels of a wheelhouse work: refusals and notes. Pure."""

from __future__ import annotations

from wizard.choices import REPAIR_COPIES
from wizard.errors import BadRequest
from wizard.method import compiles
from wizard.needs import linking, openssl
from wizard.needs.case import Case, Offer
from wizard.needs.openssl import Library

LEFT_OUT = "Or omit --repair."


def refuse(case: Case, offer: Offer) -> None:
    """Raise BadRequest if the wheels would not be what the user requested."""
    choices = case.choices
    library = offer.needs.openssl if offer.needs else None
    own = library.own if library else None
    if compiles(choices.method) and own and own.place:
        raise BadRequest(
            "A wheelhouse cannot contain cryptography linked to an OpenSSL built here.",
            why="The library would stay on this machine, and the wheel would not find it on "
            "another one.",
            hints=(
                "Copy OpenSSL into cryptography: --link static",
                "Or use the system's: --openssl system",
            ),
        )
    if not choices.repair:
        return
    if case.facts.system.name != "linux":
        raise BadRequest("--repair works only on Linux: only Linux wheels get such a tag.")
    if not compiles(choices.method):
        raise BadRequest(
            "There is nothing for --repair to do.",
            why="The wheels come from the index and already have their final names.",
            hints=("Omit --repair, or compile: --method source",),
        )
    if choices.link == "dynamic":
        raise BadRequest(
            "A wheel that uses this system's OpenSSL cannot be repaired.",
            why=REPAIR_COPIES,
            hints=(f"Copy OpenSSL into cryptography: --link static{_own_openssl(offer)}", LEFT_OUT),
        )
    if own is None:
        raise BadRequest(
            "A wheel with this system's static OpenSSL does not work on other systems.",
            why="This OpenSSL looks for its legacy algorithms and its settings in folders of this "
            "system. Without them, cryptography warns at each import, or fails.",
            hints=(f"Let the wizard build OpenSSL:{_own_openssl(offer)}", LEFT_OUT),
        )


def _own_openssl(offer: Offer) -> str:
    """Return the flag for an OpenSSL that the wizard builds for this release."""
    best = openssl.longest(openssl.buildable(offer.case.knowledge, offer.row))
    return f" --openssl {best.version if best else 'VERSION'}"


def notes(case: Case, offer: Offer) -> tuple[str, ...]:
    """Return what the user must know about compiled wheels before copying them to another
    machine.
    """
    facts, choices = case.facts, case.choices
    library = offer.needs.openssl if offer.needs else None
    if not compiles(choices.method) or library is None:
        return ()
    if facts.system.name == "macos":
        return _of_a_mac(choices.link, library, _own_openssl(offer))
    folder = library.folders[1]
    bound = linking.needs_run_path(facts, folder, choices.link)
    told = [_same(folder)] if bound else []
    if facts.system.name == "linux" and not choices.repair:
        why = "nothing has checked which systems can use it; --repair does"
        if choices.link == "dynamic":
            why = f"it uses the OpenSSL {f'in {folder}' if bound else 'of a system like this one'}"
        told.append(f"The compiled wheel is tagged “linux”, not “manylinux”: {why}.")
    return tuple(told)


def _of_a_mac(link: str, library: Library, own: str) -> tuple[str, ...]:
    """Libraries on macOS are built for one macOS version, and contain the paths of their
    folders.
    """
    folder = library.folders[1]
    told = [
        "The compiled wheel works on this macOS version and newer ones, whatever its name says."
    ]
    if link != "static":
        told += [_same(folder)] if folder else []
    elif library.own is None:
        told.append(
            "The OpenSSL inside it may look for its settings and its legacy algorithms in "
            f"folders below {library.prefix or folder}, which other machines may not have. An "
            f"OpenSSL that the wizard builds includes these algorithms:{own}"
        )
    return tuple(told)


def _same(folder: str) -> str:
    return (
        f"The compiled wheel looks for OpenSSL in {folder}. Each machine that installs it must "
        "have the same OpenSSL in the same folder."
    )
