"""On which machines the wheels of a wheelhouse work: refusals and notes. Pure."""

from __future__ import annotations

from wizard.choices import REPAIR_COPIES
from wizard.errors import BadRequest
from wizard.method import compiles
from wizard.needs import deployment, linking, openssl
from wizard.needs.case import Case, Offer
from wizard.needs.openssl import Library
from wizard.versions import at_least

OMIT_REPAIR = "Or omit --repair."


def check_request(case: Case, offer: Offer) -> None:
    """Raise BadRequest if the wheels would not be what the user requested."""
    choices = case.choices
    library = offer.needs.openssl if offer.needs else None
    build = library.build if library else None
    if compiles(choices.method) and build and build.install_folder:
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
            hints=(
                f"Copy OpenSSL into cryptography: --link static{_openssl_flag(offer)}",
                OMIT_REPAIR,
            ),
        )
    if build is None:
        raise BadRequest(
            "A wheel with this system's static OpenSSL does not work on other systems.",
            why="This OpenSSL looks for its legacy algorithms and its settings in folders of this "
            "system. Without them, cryptography warns at each import, or fails.",
            hints=(f"Let the wizard build OpenSSL:{_openssl_flag(offer)}", OMIT_REPAIR),
        )


def _openssl_flag(offer: Offer) -> str:
    """Return the flag for an OpenSSL that the wizard builds for this release."""
    best = openssl.longest_supported(openssl.buildable(offer.case.knowledge, offer.release_row))
    return f" --openssl {best.version if best else 'VERSION'}"


def portability_notes(case: Case, offer: Offer) -> tuple[str, ...]:
    """Return what the user must know about compiled wheels before copying them to another
    machine.
    """
    facts, choices = case.facts, case.choices
    needs = offer.needs
    library = needs.openssl if needs else None
    if not compiles(choices.method) or needs is None or library is None:
        return ()
    if facts.system.name == "macos":
        return _macos_notes(case, library, needs.macos, _openssl_flag(offer))
    folder = library.folders[1]
    has_run_path = linking.needs_run_path(facts, folder, choices.link)
    notes = [_same_folder_note(folder)] if has_run_path else []
    if facts.system.name == "linux" and not choices.repair:
        why = "nothing has checked which systems can use it; --repair does"
        if choices.link == "dynamic":
            where = f"in {folder}" if has_run_path else "of a system like this one"
            why = f"it uses the OpenSSL {where}"
        notes.append(f"The compiled wheel is tagged “linux”, not “manylinux”: {why}.")
    return tuple(notes)


def _macos_notes(case: Case, library: Library, oldest: str, flag: str) -> tuple[str, ...]:
    """Return the notes for macOS, where libraries are built for one version of macOS and contain
    the paths of their folders. ``oldest`` is the version for which the wheel is built.
    """
    folder, here = library.folders[1], case.facts.system.distribution_version
    static = case.choices.link == "static"
    notes = [f"The compiled wheel works on macOS {oldest} and newer, as its name says."]
    if static and library.build is None and here.split(".")[0] != oldest.split(".")[0]:
        # The Python was made before this macOS, and its pip does not know the version's number.
        notes = [
            f"The compiled wheel works on this macOS ({here}) and newer ones, but its name says "
            f"{oldest}, because the pip of this Python accepts no name with the right version."
        ]
    if not static:
        notes += [_same_folder_note(folder)] if folder else []
    elif library.build is None:
        possible = deployment.own_version(case.targets[0].python)
        works = "" if at_least(possible, oldest) else f", and works on macOS {possible} and newer"
        notes.append(
            "The OpenSSL inside it may look for its settings and its legacy algorithms in "
            f"folders below {library.prefix or folder}, which other machines may not have. An "
            f"OpenSSL that the wizard builds includes these algorithms{works}:{flag}"
        )
    return tuple(notes)


def _same_folder_note(folder: str) -> str:
    return (
        f"The compiled wheel looks for OpenSSL in {folder}. Each machine that installs it must "
        "have the same OpenSSL in the same folder."
    )
