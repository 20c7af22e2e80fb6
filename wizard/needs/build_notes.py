"""The notes about a source build in a plan."""

from __future__ import annotations

from backends import msvc
from wizard.facts import Facts
from wizard.needs import linking, openssl, openssl_sources, rust
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import Library
from wizard.needs.rust import Toolchain
from wizard.versions import at_least
from wizard.wording import joined

REPLACED = ("CFLAGS", "LDFLAGS", "ARCHFLAGS", "RUSTFLAGS")
"""General variables of the user that a plan may need to set itself."""


def notes_for(
    request: BuildRequest,
    toolchain: Toolchain,
    library: Library,
    env: tuple[tuple[str, str], ...],
    unset: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the sentences for a build with the variables ``env``, and without those in
    ``unset``.
    """
    facts, link = request.facts, request.link
    notes = []
    if toolchain.kind != "none":
        notes.append(
            "The build also downloads Rust packages from the Rust registry, or the mirror you "
            "configured."
        )
    if unset:
        notes.append(
            f"{', '.join(unset)} would change the build, so the build does not get them. The "
            "command shows the variables that it gets."
        )
    own = dict(env)
    replaced = [n for n in REPLACED if n in own and facts.variable(n) not in ("", own[n])]
    if replaced:
        notes.append(
            f"The build does not get your {joined(replaced)}: it needs its own value, which the "
            "command shows."
        )
    if toolchain.old:
        notes.append(
            f"This machine's cargo is older than {rust.SPARSE}. It downloads the full list of "
            "crates with git, which takes minutes and does not work with every mirror. --rust "
            "rustup avoids this."
        )
    if facts.system.name == "windows":
        notes += _windows_notes(request)
    if link == "static":
        notes.append(
            "OpenSSL is copied into cryptography. To update OpenSSL later, you must "
            "rebuild cryptography."
        )
    if not library.own and linking.needs_run_path(facts, library.folders[1], link):
        notes.append(
            f"The libraries in {library.folders[1]} are found by a run path. If a program has "
            "imported ssl before, and the system's libraries have the same names, Linux uses the "
            "system's libraries. The proof checks which ones are used. --link static avoids the "
            "problem."
        )
    if library.own:
        notes += _own_notes(facts, library.own)
    return tuple(notes)


def _windows_notes(request: BuildRequest) -> list[str]:
    """Return which compiler a build on Windows uses, and where the DLLs must be afterwards."""
    python, notes = request.python, []
    studio = request.facts.tool(msvc.tool(python.machine))
    if studio:
        notes.append(
            f"The build finds the compiler of Visual Studio {studio.version} automatically. To "
            f"open a prompt with that compiler yourself, run: {studio.path} "
            f"{msvc.architecture(python.machine, python.bits)}"
        )
    if request.link == "dynamic":
        beside = ", beside python.exe, or beside cryptography's own extension file (.pyd)"
        if not at_least(python.version, "3.8"):
            beside = " or beside python.exe"
        notes.append(
            "cryptography needs OpenSSL's DLLs at every import. They must be in Windows' system "
            f"folder{beside}."
        )
    return notes


def _own_notes(facts: Facts, own: openssl.OpenSSLBuild) -> list[str]:
    """Return how long the built OpenSSL receives fixes, and how its archive is checked."""
    row = own.source
    if row.ends:
        until = f"OpenSSL {row.version} is {openssl.supported(facts, row)}"
    else:
        until = f"The wizard does not know when support for OpenSSL {row.version} ends"
    trust = "" if own.built else openssl_sources.note(facts, row)
    return [f"{until}. To update OpenSSL later, you must rebuild.", *([trust] if trust else [])]
