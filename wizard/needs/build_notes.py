"""The notes about a source build in a plan."""

from __future__ import annotations

from backends import msvc
from wizard.needs import (
    build_limits,
    build_variables,
    deployment,
    linking,
    openssl,
    openssl_sources,
    package_steps,
    rust,
)
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import Library
from wizard.needs.rust import Toolchain
from wizard.versions import at_least
from wizard.wording import joined

REPLACED = (
    *("CFLAGS", "LDFLAGS", "ARCHFLAGS", "RUSTFLAGS"),
    *(*build_variables.KEPT, deployment.HOST_PLATFORM),
)
"""General variables of the user that a plan may need to set itself."""


def notes_for(
    request: BuildRequest,
    toolchain: Toolchain,
    library: Library,
    env: tuple[tuple[str, str], ...],
    unset: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the notes for a build that gets the variables ``env``, but not those in ``unset``."""
    facts, link = request.facts, request.link
    notes = []
    if facts.system.name == "macos" and not facts.managers and library.build:
        notes.append(
            "This Mac has no package manager, and this plan needs none: the wizard builds OpenSSL "
            "and downloads what else is missing into its cache. The help of the question about "
            "OpenSSL says which package managers you could install instead, and what they change."
        )
    if library.build and library.build.name in facts.damaged:
        notes.append(
            f"OpenSSL {library.version} in the cache is damaged: its files have changed since they "
            "were built. It is built again."
        )
    if toolchain.kind != "none":
        notes.append(
            "The build also downloads Rust packages from the Rust registry, or the mirror you "
            "configured."
        )
        notes += filter(
            None,
            (
                build_limits.note(facts, request.choices.jobs),
                rust.other_architecture_note(request, toolchain),
            ),
        )
    if unset:
        notes.append(
            f"{', '.join(unset)} would change the build, so the build does not get "
            f"{'it' if len(unset) == 1 else 'them'}. The "
            "command shows the variables that it gets."
        )
    folders = [name for name in unset if name in ("CPATH", "C_INCLUDE_PATH", "LIBRARY_PATH")]
    if folders:
        notes.append(
            f"If something in the folders of {joined(folders)} is needed, name them in CFLAGS (-I) "
            "and LDFLAGS (-L), which the build gets."
        )
    settings = dict(env)
    kept = [n for n, _ in facts.variables if build_variables.is_kept(n) and n not in settings]
    if kept:
        values = joined(f"{name}={facts.variable(name)}" for name in kept)
        notes.append(f"The build gets your {values}. If it fails, try without.")
    replaced = [n for n in REPLACED if n in settings and facts.variable(n) not in ("", settings[n])]
    if replaced:
        notes.append(
            f"The build does not get your {joined(replaced)}: it needs its own value, which the "
            "command shows."
        )
    if toolchain.removes:
        notes.append(
            f"To install {joined(toolchain.packages)}, the package manager removes the installed "
            f"{package_steps.packages_named(toolchain.removes)}. --rust rustup keeps them."
        )
    if toolchain.spares:
        notes.append(
            "To install a Rust that is new enough, the package manager would remove the installed "
            f"{package_steps.packages_named(toolchain.spares)}. rustup's Rust removes nothing."
        )
    if toolchain.git_only:
        notes.append(
            f"This machine's cargo is older than {rust.FIRST_SPARSE_CARGO}. It downloads the full "
            "list of crates with git, which takes minutes and does not work with every mirror. "
            "--rust rustup avoids this."
        )
    if facts.system.name == "windows":
        notes += _windows_notes(request)
    if link == "static":
        notes.append(
            "OpenSSL is copied into cryptography. To update OpenSSL later, you must "
            "rebuild cryptography."
        )
    if not library.build and linking.needs_run_path(facts, library.folders[1], link):
        notes.append(
            f"The libraries in {library.folders[1]} are found by a run path. If a program has "
            "imported ssl before, and the system's libraries have the same names, Linux uses the "
            "system's libraries. The proof checks which ones are used. --link static avoids the "
            "problem."
        )
    if library.build:
        notes += _openssl_build_notes(request, library.build)
    return tuple(notes)


def _windows_notes(request: BuildRequest) -> list[str]:
    """Return notes on the compiler of a Windows build, and on where the DLLs must be afterwards."""
    python, notes = request.python, []
    studio = request.facts.tool(msvc.tool(python.machine))
    if studio:
        notes.append(
            f"The build finds the compiler of Visual Studio {studio.version} automatically. To "
            f"open a prompt with that compiler yourself, run: {studio.path} "
            f"{msvc.architecture(python.machine, python.bits)}"
        )
    if request.link == "dynamic":
        folders = ", beside python.exe, or beside cryptography's own extension file (.pyd)"
        if not at_least(python.version, "3.8"):
            folders = " or beside python.exe"
        notes.append(
            "cryptography needs OpenSSL's DLLs at every import. They must be in Windows' system "
            f"folder{folders}."
        )
    return notes


def _openssl_build_notes(request: BuildRequest, build: openssl.OpenSSLBuild) -> list[str]:
    """Return notes on how long the built OpenSSL is supported, and how its archive is checked."""
    facts, source = request.facts, build.source
    if source.ends:
        support = f"OpenSSL {source.version} is {openssl.support_period(facts, source)}"
    else:
        support = f"The wizard does not know when support for OpenSSL {source.version} ends"
    rebuild = "" if request.link == "static" else " To update it later, you must rebuild."
    notes = [f"{support}.{rebuild}"]
    if not build.cached:
        notes.append(openssl_sources.newer_note(request.knowledge, source.version))
        notes.append(openssl_sources.verification_note(facts, source))
    return [note for note in notes if note]
