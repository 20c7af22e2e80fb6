"""The doctor: what the facts mean for someone who wants cryptography, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from backends.manager import managers
from wizard.advice import support
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.needs.case import Case
from wizard.refused import Refused
from wizard.target_environment import usable

Mark = Literal["ok", "warn", "bad"]
GIB = 1024**3
BUILD_SPACE = int(1.5 * GIB)
"""Bytes in the temporary folder: a rule of thumb for a build that also fetches a toolchain."""
BUILD_MEMORY = GIB
"""Bytes: a rule of thumb. Below it the system has often ended Rust's compiler for lack of it."""
SHOWN = 5
"""So many other Pythons are named."""


@dataclass(frozen=True)
class Finding:
    """One thing found. ``ok``; ``warn``: something is closed or may fail; ``bad``: nothing works.

    ``title`` names the thing in a word or two, ``detail`` says what was found. What is not ok has
    an ``action``: what to do about it.
    """

    mark: Mark
    title: str
    detail: str
    action: str = ""


def findings(case: Case) -> tuple[Finding, ...]:
    """What the facts of a case mean, the most important first.

    Support is that of the chosen release; else of the recommended one.
    """
    facts = case.facts
    python = next((each for each in facts.pythons if usable(each)), None)
    found = [*_system(facts), *_pythons(case, python)]
    if python is not None:
        found += [*_index(facts), *_releases(case, python)]
        found += _support(case)
    found += [*_managers(facts), *_tools(facts), *_root(facts), *_room(facts)]
    return tuple(found)


def _system(facts: Facts) -> Iterator[Finding]:
    system = facts.system
    libc = f"{system.libc} {system.libc_version}".strip()
    name = system.distribution_name or f"{system.name} {system.release}".strip()
    parts = [name, system.machine, libc, f"{system.cores} cores" if system.cores > 1 else ""]
    yield Finding("ok", "System", ", ".join(part for part in parts if part))
    for problem in system.problems:
        yield Finding("warn", "System", problem, "The wizard goes on without knowing it.")


def _pythons(case: Case, python: Python | None) -> Iterator[Finding]:
    facts = case.facts
    if python is None:
        action = "Install Python 3.9 or newer from your system's packages, then start again."
        yield Finding("bad", "Python", "No Python here can be used.", action)
    else:
        yield Finding("ok", "Python", _about(python))
        if python.pip_problem:
            yield Finding(
                "warn", "pip", python.pip_problem, "Let the wizard make a new environment."
            )
        yield from _can_install(case, python)
    others = [p for p in facts.pythons if p is not python and usable(p)]
    if others:
        shown = ", ".join(f"{p.version} ({p.path})" for p in others[:SHOWN])
        more = f" and {len(others) - SHOWN} more" if len(others) > SHOWN else ""
        yield Finding("ok", "Also here", f"Python {shown}{more}")
    for each in facts.pythons:
        if each.problem and not each.version:
            action = "The wizard leaves it alone. Install it again if you need it."
            if each.environment:
                action = f"Remove the folder {each.environment}; its Python is gone or broken."
            yield Finding("warn", "Python", f"{each.path}: {each.problem}", action)


def _about(python: Python) -> str:
    kind = "" if python.implementation == "cpython" else f" ({python.implementation})"
    free = ", free-threaded" if python.free_threaded else ""
    pip = f", with pip {python.pip.version}" if python.pip else ", without pip"
    words = f"{python.version}{kind}{free} at {python.path}{pip}"
    if python.environment:
        return f"{words}, in the environment {python.environment}"
    if python.externally_managed:
        return f"{words}; it belongs to the system, so the wizard makes an environment"
    return words


def _can_install(case: Case, python: Python) -> Iterator[Finding]:
    facts = case.facts
    if python.environment or python.ensurepip or facts.tool("uv"):
        return
    action = "Install the package of your system that completes Python (python3-venv)."
    for manager in facts.managers:
        names = case.knowledge.packages_of(manager.name)
        if names and names.venv:
            words = " ".join(
                (*managers()[manager.name].by_hand, names.venv.format(minor=python.minor))
            )
            action = f"sudo {words} (the wizard can do it for you)"
    detail = f"Python {python.version} cannot make environments: its ensurepip is missing."
    yield Finding("warn", "Environments", detail, action)


def _index(facts: Facts) -> Iterator[Finding]:
    listing = facts.listing
    if listing is None:
        yield Finding(
            "warn", "Index", "No pip here says where packages come from.", "Add a pip or uv."
        )
        return
    if listing.problem:
        mark: Mark = "warn" if listing.releases else "bad"
        action = "Check the network, the proxy, and pip's settings: python -m pip config list"
        yield Finding(mark, "Index", listing.problem, action)
    if listing.releases:
        index = next((p.pip.index for p in facts.pythons if p.pip and p.pip.index), None)
        where = "pip's own index" if index is None or index.default else index.url
        changed = f" (pip is told: {'; '.join(index.changed)})" if index and index.changed else ""
        count = f"{len(listing.releases)} releases, the newest is {listing.releases[0].version}"
        yield Finding("ok", "Index", f"{where}: {count}{changed}")


def _releases(case: Case, python: Python) -> Iterator[Finding]:
    if python.cryptography:
        yield Finding(
            "ok", "Installed", f"cryptography {python.cryptography} is there for {python.path}"
        )
    if not case.releases:
        return
    newest = case.releases[0]
    yield _wheel(case, python)
    build = case.choosing(Choices()).build_needs(python, case.row(newest))
    if isinstance(build, Refused):
        action = " ".join(build.hints) or "Take the wheel: it needs nothing of this."
        yield Finding("warn", "Source", f"{newest.version}: {build.reason}", action)
    elif build.missing:
        detail = f"{newest.version} can be built once these are here: {' '.join(build.missing)}"
        action = f"The wizard installs them with {build.manager}: choose the source build."
        yield Finding("warn", "Source", detail, action)
    else:
        yield Finding("ok", "Source", f"{newest.version} can be built: nothing is missing.")


def _wheel(case: Case, python: Python) -> Finding:
    newest = case.releases[0]
    blocked = case.wheel_blocked_by(python, newest)
    if not blocked:
        return Finding("ok", "Wheel", f"{newest.version} fits this Python: nothing is compiled.")
    best = case.newest_wheel(python)
    if best is None:
        action = "Build it from source, or take another Python."
        return Finding("warn", "Wheel", f"None fits this Python. {blocked.reason}", action)
    action = f"Take {best.version}, the newest with a fitting wheel: --release {best.version}"
    return Finding("warn", "Wheel", f"{newest.version}: {blocked.reason}", action)


def _support(case: Case) -> Iterator[Finding]:
    found = support.recommended(case)
    if found is None:
        return
    parts = (found.words, found.openssl, f"Read in {found.source}." if found.source else "")
    detail = " ".join(part for part in parts if part)
    if found.kind != "neither":
        yield Finding("ok", "Support", detail)
        return
    action = "It may work all the same: the wizard proves what it has installed."
    yield Finding("warn", "Support", detail, action)


def _managers(facts: Facts) -> Iterator[Finding]:
    if facts.managers:
        yield Finding("ok", "Packages", ", ".join(m.name for m in facts.managers))
    elif facts.system.name != "windows":
        detail = "No package manager that the wizard knows. Only a source build needs one."
        yield Finding(
            "warn", "Packages", detail, "Take the wheel, or install by hand what it needs."
        )
    for manager in facts.managers:
        if manager.problem:
            action = f"Mend {manager.name}, or take the wheel, which does without it."
            yield Finding("warn", "Packages", manager.problem, action)


def _tools(facts: Facts) -> Iterator[Finding]:
    names = ("cc", "rustc", "cargo", "pkg-config", "uv")
    there = [tool for name in names if (tool := facts.tool(name)) is not None]
    words = [f"{t.name} {t.version}" + (" (rustup)" if t.origin == "rustup" else "") for t in there]
    words += [f"OpenSSL headers {h.version} ({h.folder})" for h in facts.openssl]
    if words:
        yield Finding("ok", "Tools", ", ".join(words))
    for tool in facts.tools:
        if tool.problem:
            action = "Only a source build needs it: take the wheel, or mend or remove it."
            yield Finding("warn", tool.name, f"{tool.path}: {tool.problem}", action)


def _root(facts: Facts) -> Iterator[Finding]:
    privilege = facts.privilege
    if privilege.method == "root":
        yield Finding("ok", "Root", "You are root.")
    elif privilege.method != "none":
        asks = ", which asks for a password" if privilege.password else ", without a password"
        yield Finding("ok", "Root", f"By {privilege.method}{asks}.")
    elif facts.system.name != "windows":
        action = "Take the wheel, which needs no root, or ask whoever administers this machine."
        yield Finding("warn", "Root", "There is no way to root: no sudo, no doas.", action)


def _room(facts: Facts) -> Iterator[Finding]:
    system = facts.system
    if system.temporary_noexec:
        yield Finding(
            "warn",
            "Temporary",
            f"Programs cannot run in {system.temporary} (noexec): source builds fail there.",
            'Name another folder first: export TMPDIR="$HOME/tmp" (make it with mkdir).',
        )
    if 0 < system.temporary_free < BUILD_SPACE:
        free = f"{system.temporary_free / GIB:.1f} GiB free in {system.temporary}"
        action = "Make room, or name a larger folder in TMPDIR. A wheel needs little."
        yield Finding("warn", "Temporary", f"{free}: a source build wants 1.5 GiB.", action)
    if 0 < system.memory < BUILD_MEMORY:
        memory = f"{system.memory / GIB:.1f} GiB of memory: a source build may be ended for lack."
        yield Finding("warn", "Memory", memory, "Take the wheel, or add swap space.")
