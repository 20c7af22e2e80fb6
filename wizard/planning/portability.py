"""Where the wheels of a wheelhouse work: what is refused for that, and what is told. Pure."""

from __future__ import annotations

from wizard.choices import REPAIR_COPIES
from wizard.errors import BadRequest
from wizard.method import compiles
from wizard.needs import linking, openssl
from wizard.needs.case import Case, Offer
from wizard.needs.openssl import Library

LEFT_OUT = "Or leave out --repair."


def refuse(case: Case, offer: Offer) -> None:
    """Raise BadRequest where the wheels would not be what was asked for."""
    choices = case.choices
    library = offer.needs.openssl if offer.needs else None
    own = library.own if library else None
    if compiles(choices.method) and own and own.place:
        raise BadRequest(
            "A wheelhouse cannot have cryptography linked to an OpenSSL that is built here.",
            why="Its library would stay on this machine; the wheel would look for it elsewhere.",
            hints=(
                "Copy OpenSSL into cryptography: --link static",
                "Or use the system's: --openssl system",
            ),
        )
    if not choices.repair:
        return
    if case.facts.system.name != "linux":
        raise BadRequest("--repair is for Linux: only there do wheels get such a name.")
    if not compiles(choices.method):
        raise BadRequest(
            "--repair has nothing to repair here.",
            why="The wheels come from the index, and have their final names already.",
            hints=("Leave out --repair, or compile: --method source",),
        )
    if choices.link == "dynamic":
        raise BadRequest(
            "A wheel that uses this system's OpenSSL is not repaired.",
            why=REPAIR_COPIES,
            hints=(f"Put OpenSSL inside: --link static{_own_openssl(offer)}", LEFT_OUT),
        )
    if own is None:
        raise BadRequest(
            "A wheel with this system's OpenSSL inside is not one to travel.",
            why="That OpenSSL looks for its legacy algorithms and its settings in this system's "
            "own folders. Where these are missing, cryptography warns at each import, or fails.",
            hints=(f"Let the wizard build one:{_own_openssl(offer)}", LEFT_OUT),
        )


def _own_openssl(offer: Offer) -> str:
    """The words that ask for an OpenSSL that the wizard builds for this release."""
    best = openssl.longest(openssl.buildable(offer.case.knowledge, offer.row))
    return f" --openssl {best.version if best else 'VERSION'}"


def notes(case: Case, offer: Offer) -> tuple[str, ...]:
    """What is to be known of compiled wheels before they are carried to another machine."""
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
        why = "nobody has checked which systems can use it; --repair does"
        if choices.link == "dynamic":
            why = f"it uses the OpenSSL {f'in {folder}' if bound else 'of a system like this one'}"
        told.append(f"The compiled wheel is named “linux”, not “manylinux”: {why}.")
    return tuple(told)


def _of_a_mac(link: str, library: Library, own: str) -> tuple[str, ...]:
    """A Mac's libraries are made for one macOS, and know the folders that they were made for."""
    folder = library.folders[1]
    told = ["The compiled wheel is for this macOS and newer ones, whatever its name says."]
    if link != "static":
        told += [_same(folder)] if folder else []
    elif library.own is None:
        told.append(
            f"The OpenSSL inside it may look in its own folders below {library.prefix or folder} "
            "for its settings and its legacy algorithms, which other machines need not have. One "
            f"that the wizard builds has these algorithms inside:{own}"
        )
    return tuple(told)


def _same(folder: str) -> str:
    return (
        f"The compiled wheel looks for OpenSSL in {folder}: a machine that installs it must have "
        "the same OpenSSL in the same folder."
    )
