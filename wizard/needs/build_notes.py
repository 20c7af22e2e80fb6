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
    facts, python, link = request.facts, request.python, request.link
    notes = []
    if toolchain.kind != "none":
        notes.append(
            "The build fetches Rust packages (crates) too, from where your cargo is configured to: "
            "a mirror of Python packages alone is not enough."
        )
    if unset:
        notes.append(
            f"{', '.join(unset)} would steer the build elsewhere, so it is run without: its "
            "variables are named in the command."
        )
    own = dict(env)
    replaced = [n for n in REPLACED if n in own and facts.variable(n) not in ("", own[n])]
    if replaced:
        notes.append(
            f"The build does not get your {joined(replaced)}: it needs a value of its own "
            "there, which is named in the command."
        )
    if toolchain.old:
        notes.append(
            f"The cargo here is older than {rust.SPARSE}: it fetches the whole list of crates "
            "with git, which takes minutes and not every mirror has. --rust rustup avoids that."
        )
    studio = facts.tool(msvc.tool(python.machine))
    if facts.system.name == "windows" and studio:
        notes.append(
            f"The build finds the compiler of Visual Studio {studio.version} by itself. By hand, "
            f"a prompt for it is made by: {studio.path} "
            f"{msvc.architecture(python.machine, python.bits)}"
        )
    if facts.system.name == "windows" and link == "dynamic":
        beside = ", beside python.exe, or beside cryptography's own extension file (.pyd)"
        if not at_least(python.version, "3.8"):
            beside = " or beside python.exe"
        notes.append(
            "cryptography will need OpenSSL's DLLs whenever it is imported: they must lie in "
            f"Windows' system folder{beside}."
        )
    if link == "static":
        notes.append("OpenSSL is copied into cryptography: to update it, build cryptography again.")
    if not library.own and linking.needs_run_path(facts, library.folders[1], link):
        notes.append(
            f"The libraries in {library.folders[1]} are found by a run path. Where a program has "
            "imported ssl before, and the system's libraries have the same names, Linux takes the "
            "system's: the proof looks. --link static has no such doubt."
        )
    if library.own:
        notes += _own_notes(facts, library.own)
    return tuple(notes)


def _own_notes(facts: Facts, own: openssl.OpenSSLBuild) -> list[str]:
    """Return how long the built OpenSSL receives fixes, and how its archive is checked."""
    row = own.source
    if row.ends:
        until = f"OpenSSL {row.version} is {openssl.supported(facts, row)}"
    else:
        until = f"When the support of OpenSSL {row.version} ends is not known here"
    trust = "" if own.built else openssl_sources.note(facts, row)
    return [f"{until}. Nobody but you updates this one.", *([trust] if trust else [])]
