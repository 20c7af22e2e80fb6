"""Which Rust a source build uses: this system's, one from rustup, or none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from backends import rustup
from backends.manager import SYSTEM_FOLDERS
from wizard.facts import Facts, Manager, Python, Tool
from wizard.needs import architecture, package_steps
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.tables import Packages, Release, RustPackage
from wizard.target_environment import path_rules
from wizard.versions import at_least, key, upstream
from wizard.wording import joined

FIRST_SPARSE_CARGO = "1.68"
"""The first cargo that reads the fast (sparse) format of the crates index, as mirrors offer it. An
older cargo downloads the full index with git (cargo's changelog)."""
OLDEST_CARGO_FOR_LOCK = {4: "1.78"}
"""The oldest cargo that reads this version of ``Cargo.lock`` (cargo's changelog). Version 3 sets no
limit: cargo 1.46, the oldest in a distribution with a usable Python, reads it (measured)."""


@dataclass(frozen=True)
class Toolchain:
    """A suitable Rust. ``description`` names it; ``packages`` must be installed for it.

    ``path`` are folders for the front of PATH and ``env`` variables of the build. ``triple`` is
    rustup's name for the system and ``root`` the download address, if rustup must download it.
    ``home`` is the wizard's folder with this Rust, which can be removed after the build.
    ``git_only`` says that its cargo can download crates only with git. ``removes`` are installed
    packages that the package manager removes to install it; ``spares`` are those that it would have
    removed for this system's Rust, which is therefore not used. ``discouraged`` says that its
    package manager warns of its packages for this machine (`backends.manager.caveat`).
    """

    kind: Literal["present", "packages", "rustup", "none"]
    description: str
    packages: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    triple: str = ""
    root: str = ""
    home: str = ""
    git_only: bool = False
    removes: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    discouraged: bool = False


def choose_toolchain(
    request: BuildRequest, manager: Manager | None = None, names: Packages | None = None
) -> Toolchain | Refused:
    """Return the chosen Rust (``system``, ``rustup``, ``none``), or the recommended one.

    ``manager`` is the package manager that may install Rust, and ``names`` are its package names.
    """
    choice = request.choices.rust
    if choice == "none":
        return no_toolchain(request.release_row)
    from_system = system_toolchain(request, manager, names)
    if choice == "system":
        return from_system
    downloaded = rustup_toolchain(request)
    if isinstance(from_system, Toolchain) and isinstance(downloaded, Toolchain):
        downloaded = replace(downloaded, spares=from_system.removes)
    if choice == "rustup":
        return downloaded
    nothing = no_toolchain(request.release_row)
    if isinstance(nothing, Toolchain) and not _is_installed(from_system):
        return nothing
    if isinstance(from_system, Refused):
        return downloaded
    if not (from_system.git_only or from_system.removes or from_system.discouraged):
        return from_system
    if isinstance(downloaded, Toolchain):
        return downloaded
    return _refused_removal(from_system, downloaded) if from_system.removes else from_system


def system_toolchain(
    request: BuildRequest, manager: Manager | None, names: Packages | None
) -> Toolchain | Refused:
    """Return an installed Rust, or one from the packages of ``manager``."""
    facts, release_row = request.facts, request.release_row
    installed = _installed_toolchain(facts, request.python, release_row)
    if installed:
        return installed
    rejected: list[str] = []
    if manager is not None and names is not None:
        offered = [(entry, _offered_version(manager, entry)) for entry in names.rust]
        suitable = [
            Toolchain(
                "packages",
                f"Rust {version} ({joined(entry.packages)})",
                packages=entry.packages,
                path=_path_for_packages(facts, entry, manager),
                git_only=not at_least(version, FIRST_SPARSE_CARGO),
                removes=manager.removed_for(entry.packages),
                discouraged=bool(package_steps.caveat_of(facts, manager)),
            )
            for entry, version in offered
            if _new_enough(version, release_row)
        ]
        if suitable:
            return min(suitable, key=lambda each: (bool(each.removes), each.git_only))
        rejected = [f"{entry.version_of} {version}" for entry, version in offered if version]
    available = (
        f"the newest version in {manager.name} is {_newest(rejected)}"
        if manager and rejected
        else ""
    )
    rustc = facts.tool("rustc")
    if not available and rustc:
        available = f"this machine has {rustc.version}"
        other = for_other_architecture(request)
        if other:
            available = f"{_installed_for(other)}, and this Python is for {request.python.machine}"
    return Refused(
        f"cryptography {release_row.name} needs Rust {_oldest_version(release_row)} or newer, but "
        f"{available or 'Rust is not installed'}.",
        hints=(
            "Install the wheel instead, which needs no Rust.",
            "Or let the wizard download Rust: --rust rustup",
        ),
    )


def rustup_toolchain(request: BuildRequest) -> Toolchain | Refused:
    """Return the newest stable Rust, which rustup installs into a folder of the wizard's cache."""
    facts, python = request.facts, request.python
    triple = _rustup_triple(request)
    if not triple:
        return Refused(f"rustup does not offer Rust for {facts.system.name} on {python.machine}.")
    server = facts.variable("RUSTUP_DIST_SERVER") or request.knowledge.rustup.server
    root = facts.variable("RUSTUP_UPDATE_ROOT") or f"{server.rstrip('/')}/rustup"
    if "@" in urlsplit(root).netloc:
        return Refused(
            "The address of rustup contains a password, which a plan would show.",
            hints=(
                "Put the password into ~/.netrc, and the address without it into the variable.",
            ),
        )
    home = _rust_folder(facts)
    if not home:
        return Refused("These facts do not name a cache folder for Rust.")
    return Toolchain(
        "rustup",
        "the newest stable Rust (from rustup)",
        path=(rustup.programs(triple, home),),
        env=(
            *rustup.environment(triple, home, own_cargo=not facts.cargo_config),
            *_musl_flags(python.libc),
        ),
        triple=triple,
        root=root,
        home=home,
    )


def no_toolchain(release_row: Release) -> Toolchain | Refused:
    """Return a build without Rust, or why the release needs Rust."""
    if release_row.rust == "optional":
        return Toolchain("none", "no Rust", env=(("CRYPTOGRAPHY_DONT_BUILD_RUST", "1"),))
    return Refused(f"cryptography {release_row.name} cannot be built without Rust.")


def for_other_architecture(request: BuildRequest) -> Tool | None:
    """Return the installed Rust that is new enough, but builds for another architecture; or None.

    rustc without ``--target`` builds for its own host. With Rust for the other architecture of a
    Mac, the linker finds no symbols (PyO3/maturin#2041).
    """
    for cargo in request.facts.tools:
        if cargo.name != "cargo" or cargo.problem:
            continue
        rustc = _compiler_of(request.facts, cargo)
        if rustc is None or not _new_enough(rustc.version, request.release_row):
            continue
        if architecture.differs(request.facts, request.python, rustc.machine or cargo.machine):
            return replace(rustc, machine=rustc.machine or cargo.machine)
    return None


def other_architecture_note(request: BuildRequest, toolchain: Toolchain) -> str:
    """Return a note if an installed Rust is not used because of its architecture; or empty."""
    other = for_other_architecture(request)
    if other is None or toolchain.kind not in ("packages", "rustup"):
        return ""
    return (
        f"The build uses {toolchain.description}, because {_installed_for(other)}, and this Python "
        f"is for {request.python.machine}."
    )


def _installed_for(rustc: Tool) -> str:
    return f"the installed Rust {rustc.version} ({rustc.path}) builds for {rustc.machine}"


def _refused_removal(toolchain: Toolchain, other: Refused) -> Refused:
    """Return why a Rust that replaces installed packages is used only if the user asks for it."""
    return Refused(
        f"To install {joined(toolchain.packages)}, the package manager removes the installed "
        f"{package_steps.packages_named(toolchain.removes)}. {other.reason}",
        hints=(
            "To allow this, choose it: --rust system",
            "Or install the wheel instead, which needs no Rust.",
        ),
    )


def _installed_toolchain(facts: Facts, python: Python, release_row: Release) -> Toolchain | None:
    for cargo in facts.tools:
        if cargo.name != "cargo" or cargo.problem:
            continue
        rustc = _compiler_of(facts, cargo)
        if rustc is None or not _new_enough(rustc.version, release_row):
            continue
        if not _builds_for(facts, python, rustc.machine or cargo.machine):
            continue
        toolchain = Toolchain(
            "present",
            f"Rust {rustc.version} (already installed)",
            path=_path_to(facts, cargo, rustc),
            git_only=not at_least(cargo.version or rustc.version, FIRST_SPARSE_CARGO),
        )
        if cargo.origin != "wizard":
            return toolchain
        home = _rust_folder(facts)
        return replace(
            toolchain,
            description=f"Rust {rustc.version} (kept from an earlier build)",
            env=(
                *(
                    ()
                    if facts.cargo_config
                    else (("CARGO_HOME", str(path_rules(facts).join(home, "cargo"))),)
                ),
                *_musl_flags(python.libc),
            ),
            home=home,
        )
    return None


def _compiler_of(facts: Facts, cargo: Tool) -> Tool | None:
    """Return the rustc that this cargo runs: the one in its folder, otherwise the first that runs.

    None if the one in its folder does not run: cargo would start it anyway.
    """
    folder = _folder(facts, cargo.path)
    compilers = (tool for tool in facts.tools if tool.name == "rustc")
    beside = next((tool for tool in compilers if _folder(facts, tool.path) == folder), None)
    if beside is None:
        return facts.tool("rustc")
    return None if beside.problem else beside


def _path_to(facts: Facts, cargo: Tool, rustc: Tool) -> tuple[str, ...]:
    """Return the folders for the front of PATH, so that a build starts this cargo and this rustc.

    The folders of rustup, Homebrew and the wizard are often only on the PATH of a login shell, and
    another cargo or rustc may be earlier on PATH: an older one, or one that does not run, such as
    rustup's without a toolchain.
    """
    if all(_is_started(facts, tool) for tool in (cargo, rustc)):
        return ()
    return tuple(dict.fromkeys(_folder(facts, tool.path) for tool in (cargo, rustc)))


def _is_started(facts: Facts, tool: Tool) -> bool:
    return tool.origin in ("system", "") and facts.started(tool.name) is tool


def _offered_version(manager: Manager, entry: RustPackage) -> str:
    packages = [manager.package(name) for name in entry.packages]
    if not all(package and (package.installed or package.candidate) for package in packages):
        return ""
    package = manager.package(entry.version_of)
    return upstream(package.installed or package.candidate) if package else ""


def _new_enough(version: str, release_row: Release) -> bool:
    return at_least(version, release_row.msrv) and at_least(
        version, OLDEST_CARGO_FOR_LOCK.get(release_row.lock, "0")
    )


def _oldest_version(release_row: Release) -> str:
    return max(release_row.msrv, OLDEST_CARGO_FOR_LOCK.get(release_row.lock, "0"), key=key)


def _path_for_packages(facts: Facts, entry: RustPackage, manager: Manager) -> tuple[str, ...]:
    """Return folders for the front of PATH, so that the build finds the newly installed Rust."""
    if entry.bin:
        return (entry.bin,)
    folder = _folder(facts, manager.program)
    if folder not in SYSTEM_FOLDERS:
        return (folder,)  # Homebrew and MacPorts may not be on PATH
    # Another Rust earlier on PATH would be used instead of the one just installed: an older one, or
    # one that does not run.
    first = (facts.started(name) for name in ("cargo", "rustc"))
    others = [tool for tool in first if tool and not tool.path.startswith("/usr/bin/")]
    return ("/usr/bin",) if others else ()


def _builds_for(facts: Facts, python: Python, rust_machine: str) -> bool:
    """Return whether an installed Rust builds for the architecture of this Python.

    ``rust_machine`` is what it builds for; if that is unknown, it counts as the machine's.
    """
    if facts.system.name == "linux":
        return True  # a 32-bit Linux on a 64-bit kernel has 32-bit tools
    if rust_machine and facts.system.name in ("macos", "windows"):
        return not architecture.differs(facts, python, rust_machine)
    machine = {"AMD64": "x86_64", "x86": "i686"}.get(python.machine, python.machine)
    bits = 32 if python.bits == 32 else 64
    return machine == facts.system.machine and not (bits == 32 and machine == "x86_64")


def _rustup_triple(request: BuildRequest) -> str:
    python = request.python
    for host in request.knowledge.rustup.hosts:
        if (
            host.system == request.facts.system.name
            and python.machine in host.machine
            and host.bits == python.bits
            and host.libc == python.libc
        ):
            return host.triple
    return ""


def _rust_folder(facts: Facts) -> str:
    return str(path_rules(facts).join(facts.cache, "rust")) if facts.cache else ""


def _musl_flags(libc: str) -> tuple[tuple[str, str], ...]:
    """rustup's Rust for musl links statically by default, and then cannot build extension files
    (rustc's documentation of ``crt-static``). A distribution's Rust has the right default.
    """
    return (("RUSTFLAGS", "-C target-feature=-crt-static"),) if libc == "musl" else ()


def _folder(facts: Facts, path: str) -> str:
    return str(path_rules(facts).dirname(path))


def _is_installed(toolchain: Toolchain | Refused) -> bool:
    return isinstance(toolchain, Toolchain) and toolchain.kind == "present"


def _newest(descriptions: Iterable[str]) -> str:
    return max(descriptions, key=lambda words: key(words.split()[-1]))
