"""Where the Rust of a source build comes from: this system, rustup, or nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

from backends import rustup
from backends.manager import SYSTEM_FOLDERS
from wizard.facts import Facts, Manager, Python, Tool
from wizard.knowledge import Packages, Release, RustPackage
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.target_environment import path_rules
from wizard.versions import at_least, key, upstream
from wizard.wording import joined

SPARSE = "1.68"
"""The first cargo that reads the fast (sparse) format of the crates index, as mirrors offer it. An
older cargo downloads the full index with git (cargo's changelog)."""
LOCKS = {4: "1.78"}
"""The oldest cargo that reads this version of ``Cargo.lock`` (cargo's changelog). Version 3 sets no
limit: cargo 1.46, the oldest in a distribution with a usable Python, reads it (measured)."""


@dataclass(frozen=True)
class Toolchain:
    """A suitable Rust. ``words`` describe it; ``packages`` must be installed for it.

    ``path`` are folders for the front of PATH and ``env`` variables of the build. ``triple`` is
    rustup's name for the system and ``root`` the download address, if rustup must download it.
    ``home`` is the wizard's folder with this Rust, which can be removed after the build. ``old``
    says that its cargo can download crates only with git.
    """

    kind: Literal["present", "packages", "rustup", "none"]
    words: str
    packages: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    triple: str = ""
    root: str = ""
    home: str = ""
    old: bool = False


def choose(
    request: BuildRequest, manager: Manager | None = None, names: Packages | None = None
) -> Toolchain | Refused:
    """The Rust that was chosen (``system``, ``rustup``, ``none``), or the recommended one.

    ``manager`` is the package manager that may install one, and ``names`` are its names.
    """
    choice = request.choices.rust
    if choice == "system":
        return system(request, manager, names)
    if choice == "rustup":
        return fetched(request)
    if choice == "none":
        return without(request.row)
    here = system(request, manager, names)
    optional = without(request.row)
    if isinstance(optional, Toolchain) and not _is_present(here):
        return optional
    if isinstance(here, Toolchain) and not here.old:
        return here
    new = fetched(request)
    return here if isinstance(here, Toolchain) and isinstance(new, Refused) else _first(new, here)


def system(
    request: BuildRequest, manager: Manager | None, names: Packages | None
) -> Toolchain | Refused:
    """Return an installed Rust, or one from the packages of ``manager``."""
    facts, row = request.facts, request.row
    present = _present(facts, request.python, row)
    if present:
        return present
    seen: list[str] = []
    if manager is not None and names is not None:
        offered = [(way, _offered(manager, way)) for way in names.rust]
        good = [pair for pair in offered if _new_enough(pair[1], row)]
        quick = [pair for pair in good if at_least(pair[1], SPARSE)]
        for way, version in (*quick, *good):
            return Toolchain(
                "packages",
                f"Rust {version} ({joined(way.packages)})",
                packages=way.packages,
                path=_front(facts, way, manager),
                old=not quick,
            )
        seen = [f"{way.version_of} {version}" for way, version in offered if version]
    had = f"the newest version in {manager.name} is {_newest(seen)}" if manager and seen else ""
    found = facts.tool("rustc")
    if not had and found:
        had = f"this machine has {found.version}"
    return Refused(
        f"cryptography {row.name} needs Rust {_needed(row)} or newer, but "
        f"{had or 'Rust is not installed'}.",
        hints=(
            "Install the wheel instead, which needs no Rust.",
            "Or let the wizard download Rust: --rust rustup",
        ),
    )


def fetched(request: BuildRequest) -> Toolchain | Refused:
    """The newest stable Rust, by rustup, into a folder that the wizard makes for it."""
    facts, python = request.facts, request.python
    triple = _triple(request)
    if not triple:
        return Refused(f"rustup does not offer Rust for {facts.system.name} on {python.machine}.")
    if facts.system.temporary_noexec:
        return Refused(
            f"Programs cannot run from {facts.system.temporary} (noexec), but rustup needs that."
        )
    server = facts.variable("RUSTUP_DIST_SERVER") or request.knowledge.rustup.server
    root = facts.variable("RUSTUP_UPDATE_ROOT") or f"{server.rstrip('/')}/rustup"
    if "@" in urlsplit(root).netloc:
        return Refused(
            "The address of rustup contains a password, which a plan would show.",
            hints=(
                "Put the password into ~/.netrc, and the address without it into the variable.",
            ),
        )
    home = _home(facts)
    if not home:
        return Refused("These facts do not name a cache folder for Rust.")
    return Toolchain(
        "rustup",
        "the newest stable Rust (from rustup)",
        path=(rustup.programs(triple, home),),
        env=(
            *rustup.environment(triple, home, own_cargo=not facts.cargo_config),
            *_musl(python.libc),
        ),
        triple=triple,
        root=root,
        home=home,
    )


def without(row: Release) -> Toolchain | Refused:
    """No Rust at all."""
    if row.rust == "optional":
        return Toolchain("none", "no Rust", env=(("CRYPTOGRAPHY_DONT_BUILD_RUST", "1"),))
    return Refused(f"cryptography {row.name} cannot be built without Rust.")


def _present(facts: Facts, python: Python, row: Release) -> Toolchain | None:
    if not _same_machine(facts, python):
        return None  # its Rust builds for the machine, but this Python has another architecture
    for cargo in facts.tools:
        if cargo.name != "cargo" or cargo.problem:
            continue
        rustc = _in_thread(facts, cargo)
        if rustc is None or not _new_enough(rustc.version, row):
            continue
        toolchain = Toolchain(
            "present",
            f"Rust {rustc.version} (already installed)",
            path=(_folder(facts, cargo.path),) if _must_lead(facts, cargo) else (),
            old=not at_least(cargo.version or rustc.version, SPARSE),
        )
        if cargo.origin != "wizard":
            return toolchain
        home = _home(facts)
        return replace(
            toolchain,
            words=f"Rust {rustc.version} (kept from an earlier build)",
            env=(
                *(
                    ()
                    if facts.cargo_config
                    else (("CARGO_HOME", str(path_rules(facts).join(home, "cargo"))),)
                ),
                *_musl(python.libc),
            ),
            home=home,
        )
    return None


def _in_thread(facts: Facts, cargo: Tool) -> Tool | None:
    """Return the compiler that cargo would use: the one in its folder, else the first on PATH."""
    folder = _folder(facts, cargo.path)
    same = (
        t for t in facts.tools if t.name == "rustc" and not t.problem and t.origin == cargo.origin
    )
    own = next((t for t in same if _folder(facts, t.path) == folder), None)
    return own or facts.tool("rustc")


def _must_lead(facts: Facts, cargo: Tool) -> bool:
    """Return whether its folder must be put at the front of PATH.

    The folders of rustup, Homebrew and the wizard are often only on the PATH of a login shell, and
    another cargo earlier on PATH would be used instead.
    """
    return cargo.origin not in ("system", "") or facts.tool("cargo") is not cargo


def _offered(manager: Manager, way: RustPackage) -> str:
    packages = [manager.package(name) for name in way.packages]
    if not all(package and (package.installed or package.candidate) for package in packages):
        return ""
    package = manager.package(way.version_of)
    return upstream(package.installed or package.candidate) if package else ""


def _new_enough(version: str, row: Release) -> bool:
    return at_least(version, row.msrv) and at_least(version, LOCKS.get(row.lock, "0"))


def _needed(row: Release) -> str:
    return max(row.msrv, LOCKS.get(row.lock, "0"), key=key)


def _front(facts: Facts, way: RustPackage, manager: Manager) -> tuple[str, ...]:
    """Return folders for the front of PATH, so that the build finds the newly installed Rust."""
    if way.bin:
        return (way.bin,)
    folder = _folder(facts, manager.program)
    if folder not in SYSTEM_FOLDERS:
        return (folder,)  # Homebrew and MacPorts may not be on PATH
    # An older Rust earlier on PATH would be used instead of the one just installed.
    tool = facts.tool("cargo")
    return ("/usr/bin",) if tool and not tool.path.startswith("/usr/bin/") else ()


def _same_machine(facts: Facts, python: Python) -> bool:
    if facts.system.name == "linux":
        return True  # a 32-bit Linux may run on a 64-bit kernel: it has its own tools
    mine = {"AMD64": "x86_64", "x86": "i686"}.get(python.machine, python.machine)
    bits = 32 if python.bits == 32 else 64
    return mine == facts.system.machine and not (bits == 32 and mine == "x86_64")


def _triple(request: BuildRequest) -> str:
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


def _home(facts: Facts) -> str:
    return str(path_rules(facts).join(facts.cache, "rust")) if facts.cache else ""


def _musl(libc: str) -> tuple[tuple[str, str], ...]:
    """rustup's Rust for musl links statically by default, and then cannot build extension files
    (rustc's documentation of ``crt-static``). A distribution's Rust has the right default.
    """
    return (("RUSTFLAGS", "-C target-feature=-crt-static"),) if libc == "musl" else ()


def _folder(facts: Facts, path: str) -> str:
    return str(path_rules(facts).dirname(path))


def _is_present(found: Toolchain | Refused) -> bool:
    return isinstance(found, Toolchain) and found.kind == "present"


def _first(*found: Toolchain | Refused) -> Toolchain | Refused:
    """Return the first suitable one, or the last refusal."""
    return next((each for each in found if isinstance(each, Toolchain)), found[-1])


def _newest(seen: Iterable[str]) -> str:
    return max(seen, key=lambda words: key(words.split()[-1]))
