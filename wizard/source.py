"""What a source build of one release needs on one machine, and whether it can have it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from backends.manager import managers
from wizard.environment import usable
from wizard.facts import Facts, Manager, Python
from wizard.knowledge import Knowledge, Packages, Release, Rust
from wizard.versions import at_least, key, upstream


@dataclass(frozen=True)
class Source:
    """The outcome: what has to be installed, or why a source build cannot work here.

    ``reason`` is empty where it can work; otherwise one sentence, and ``hints`` say what would
    help. ``refresh`` says that the manager's package lists are empty: they have to be fetched
    before anybody can tell more. ``missing`` are the packages to install with ``manager``;
    ``path`` are folders to put in front of PATH. ``rust`` and ``openssl`` say in words which ones
    will be used.
    """

    reason: str = ""
    hints: tuple[str, ...] = ()
    manager: str = ""
    refresh: bool = False
    missing: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    rust: str = ""
    openssl: str = ""


def available(facts: Facts, knowledge: Knowledge) -> tuple[tuple[Manager, Packages], ...]:
    """The package managers of this machine that the wizard can use, with their names for things.

    The one that the system is made with comes first: a Debian can have dnf, and a Fedora apt.
    """
    pairs = ((m, knowledge.packages_of(m.name)) for m in facts.managers if m.name in managers())
    usable = [(manager, names) for manager, names in pairs if names is not None]
    system = {facts.system.distribution, *facts.system.like}
    return tuple(sorted(usable, key=lambda pair: system.isdisjoint(pair[1].distributions)))


def assess(
    facts: Facts, knowledge: Knowledge, python: Python, row: Release, *, manager: str = ""
) -> Source:
    """Find out what a source build under the rules of ``row`` needs here."""
    if not usable(python):
        return Source("The Python cannot be used.")
    if facts.system.name != "linux":
        return Source("Source builds are made on Linux with a supported package manager only.")
    present = available(facts, knowledge)
    chosen = next((pair for pair in present if manager in ("", pair[0].name)), None)
    if chosen is None:
        return _by_hand(facts, python, row)
    return _with_manager(facts, python, row, chosen[0], chosen[1])


def _with_manager(
    facts: Facts, python: Python, row: Release, manager: Manager, names: Packages
) -> Source:
    known = {p.name: p for p in manager.packages}
    if manager.problem:
        return _by_hand(facts, python, row, because=manager.problem)
    if not any(package.candidate for package in manager.packages):
        if facts.privilege.method == "none":
            return Source(
                f"{manager.name}'s package lists are empty, and this user cannot become root.",
                hints=("Ask whoever administers this machine to fetch them.",),
            )
        return Source(manager=manager.name, refresh=True)
    wanted = [*names.build, names.openssl[0].package]
    if not python.headers and names.python_headers:
        if python.prefix not in ("/usr", ""):
            return Source(
                f"{python.path} came without its header files (Python.h), and no package has them.",
                hints=("Choose another Python.",),
            )
        wanted.append(names.python_headers.format(minor=_minor(python)))
    rust = _rust(facts, row, manager, names)
    if isinstance(rust, Source):
        return rust
    if rust is not None:
        wanted += rust.packages
    missing = tuple(name for name in wanted if name not in known or not known[name].installed)
    unknown = [n for n in missing if n not in known or not known[n].candidate]
    if unknown:
        return Source(f"{manager.name} does not have: {' '.join(unknown)}.", manager=manager.name)
    headers = known[names.openssl[0].package]
    openssl = upstream(headers.installed or headers.candidate)
    problem = _openssl_problem(row, openssl)
    if problem:
        return problem
    if missing and facts.privilege.method == "none":
        return Source(
            "Packages are missing, and this user cannot become root.",
            hints=(f"Ask whoever administers this machine to install: {' '.join(missing)}",),
            manager=manager.name,
            missing=missing,
        )
    return Source(
        manager=manager.name,
        missing=missing,
        path=_path(facts, rust),
        rust=_rust_words(facts, rust, known[rust.version_of].candidate if rust else ""),
        openssl=openssl,
    )


def _rust(facts: Facts, row: Release, manager: Manager, names: Packages) -> Rust | Source | None:
    """The packages that bring a new enough Rust; None where there is one; or why there is not."""
    if _rust_present(facts, row):
        return None
    known = {p.name: p for p in manager.packages}
    seen: list[str] = []
    for rust in names.rust:
        packages = [known.get(name) for name in rust.packages]
        if not all(p and (p.installed or p.candidate) for p in packages):
            continue
        package = known[rust.version_of]
        version = upstream(package.installed or package.candidate)
        if at_least(version, row.msrv):
            return rust
        seen.append(f"{rust.version_of} {version}")
    had = f"the newest that {manager.name} has is {_newest(seen)}" if seen else "there is none"
    return Source(
        f"cryptography {row.line} needs Rust {row.msrv} or newer, and {had}.",
        hints=(
            "Install the wheel instead: it needs no Rust at all.",
            "Or install Rust with rustup, then start again: the wizard finds it.",
        ),
        manager=manager.name,
    )


def _rust_present(facts: Facts, row: Release) -> bool:
    rustc, cargo = facts.tool("rustc"), facts.tool("cargo")
    return bool(rustc and cargo and at_least(rustc.version, row.msrv))


def _by_hand(facts: Facts, python: Python, row: Release, *, because: str = "") -> Source:
    """A build with what is there already, where no package manager can be asked."""
    lacks = [tool for tool in ("cc", "pkg-config") if not facts.tool(tool)]
    if not _rust_present(facts, row):
        lacks.append(f"Rust {row.msrv} or newer (rustc and cargo)")
    if not facts.openssl:
        lacks.append("OpenSSL's header files")
    if not python.headers:
        lacks.append("the header files of Python (Python.h)")
    if lacks:
        return Source(
            because or "This machine has no package manager that the wizard can use.",
            hints=(f"A source build still lacks: {', '.join(lacks)}.",),
        )
    headers = facts.openssl[0]
    problem = _openssl_problem(row, headers.version)
    return problem or Source(
        path=_path(facts, None), rust=_rust_words(facts, None, ""), openssl=headers.version
    )


def _openssl_problem(row: Release, version: str) -> Source | None:
    name, _, number = version.rpartition(" ")
    if name:  # LibreSSL's headers name themselves
        if row.libressl and at_least(number, row.libressl):
            return None
        return Source(
            f"cryptography {row.line} needs LibreSSL {row.libressl} or newer, or OpenSSL "
            f"{row.openssl} or newer; this machine's is {version}.",
            hints=("Install the wheel instead: it has its own OpenSSL inside.",),
        )
    if row.takes_openssl(version):
        return None
    old = not at_least(version, row.openssl)
    wanted = f"{row.openssl} or newer" if old else f"older than {row.openssl_below}"
    return Source(
        f"cryptography {row.line} needs an OpenSSL {wanted}; this machine's is {version}.",
        hints=("Install the wheel instead: it has its own OpenSSL inside.",),
    )


def _path(facts: Facts, rust: Rust | None) -> tuple[str, ...]:
    """Folders for the front of PATH, so that the build finds the Rust that was chosen."""
    tool = facts.tool("cargo")
    if rust is None:
        # rustup's folder is often on no PATH but that of a login shell.
        return (posixpath.dirname(tool.path),) if tool and tool.origin == "rustup" else ()
    if rust.bin:
        return (rust.bin,)
    # An older Rust that stands earlier on PATH would win over the one just installed.
    return ("/usr/bin",) if tool and not tool.path.startswith("/usr/bin/") else ()


def _rust_words(facts: Facts, rust: Rust | None, candidate: str) -> str:
    if rust is not None:
        return f"Rust {upstream(candidate)} from {' and '.join(rust.packages)}"
    rustc = facts.tool("rustc")
    return f"Rust {rustc.version} (installed already)" if rustc else ""


def _newest(seen: list[str]) -> str:
    return max(seen, key=lambda words: key(words.split()[-1]))


def _minor(python: Python) -> str:
    return ".".join(python.version.split(".")[:2])
