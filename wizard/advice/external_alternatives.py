"""What is possible if the user or an administrator first installs something else. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from packaging.version import Version

from backends.action import Command
from backends.manager import managers, permanent_install
from wizard import versions
from wizard.errors import Alternative
from wizard.facts import Facts, Listed, Manager, Python, System
from wizard.knowledge import Knowledge
from wizard.needs import interpreter, package_steps
from wizard.needs.case import Case
from wizard.tables import Packages, SystemPackage
from wizard.target_environment import usable
from wizard.versions import at_least, upstream
from wizard.wording import joined, quoted_command

EXAMPLE_VERSION = "3.13.0"
"""The version of a Python that installers offer for every system. Wheels for older Pythons also
work with newer ones."""
NEW_FREE_THREADED = "3.14.0"
"""The version of a free-threaded Python that installers offer and that has wheels."""
_PYTHON_SOURCES = {
    "linux": "Your system's package manager or the program uv may offer it.",
    "macos": "python.org offers an installer.",
    "windows": "python.org offers an installer.",
    "other": "Your system's package manager may offer it.",
}
CONDA_MACHINES = {
    "linux": ("x86_64", "aarch64", "ppc64le"),
    "macos": ("x86_64", "arm64"),
    "windows": ("x86_64",),
}
"""The machines that conda-forge makes packages for; on Linux for glibc `CONDA_GLIBC` and newer."""
CONDA_GLIBC = "2.17"
"""The oldest of conda-forge's sysroots."""


_SYSTEM_PYTHON = "the system's own Python"
_IN_ENVIRONMENTS = (
    "To use it in a virtual environment, make the environment with --system-site-packages."
)
_SYSTEM_FIXES = "The system's developers provide its security fixes while they support the system."


class Effort(IntEnum):
    """How much effort an alternative takes, least first."""

    WHEEL = 0
    OTHER_PYTHON = 1
    SOURCE = 2
    NEW_PYTHON = 3
    ADMINISTRATOR = 4
    BY_HAND = 5


@dataclass(frozen=True)
class Candidate:
    """An alternative that installs a release, and how much effort it takes."""

    release: str
    effort: Effort
    alternative: Alternative


def new_python_candidates(
    case: Case, python: Python | None, releases: list[Listed], wheel: Version | None
) -> Iterator[Candidate]:
    """Yield a Python that is not installed yet and for which a wheel exists."""
    candidates = (
        _new_python(case, title, new, python, releases)
        for title, new in _installable_pythons(case.facts.system, python)
    )
    newer = (c for c in candidates if c and (wheel is None or Version(c.release) > wheel))
    first = next(newer, None)
    if first is not None:
        yield first
    if python is not None and python.free_threaded:
        new = replace(python, version=NEW_FREE_THREADED, pip=None, vendor="", suffix="")
        title = f"A free-threaded Python {new.minor}"
        free = _new_python(case, title, new, python, releases)
        if free and (wheel is None or Version(free.release) > wheel):
            yield free


def _new_python(
    case: Case, title: str, new: Python, existing: Python | None, releases: list[Listed]
) -> Candidate | None:
    """Return the newest wheel for a Python that is not installed yet, or None if there is none."""
    facts = case.facts
    listed = case.newest_wheel(new, releases)
    if listed is None:
        return None
    sentences = (
        f"cryptography {listed.version} has a wheel for it. "
        f"{_PYTHON_SOURCES[facts.system.name]} "
        "You can install it beside the existing Python; the wizard then finds it."
    )
    is_same_kind = existing is None or (new.platform, new.bits) == (
        existing.platform,
        existing.bits,
    )
    name = f"{new.minor}t" if new.free_threaded else new.minor
    command = f"uv python install {name}" if is_same_kind and facts.tool("uv") else ""
    detail = with_caveat(case, sentences, listed)
    return Candidate(listed.version, Effort.NEW_PYTHON, Alternative(title, detail, command))


def _installable_pythons(system: System, python: Python | None) -> Iterator[tuple[str, Python]]:
    """Yield the Pythons that could be installed on this system, each with a title."""
    minor = versions.minor(EXAMPLE_VERSION)
    standard = Python(
        "",
        "",
        EXAMPLE_VERSION,
        machine=system.machine,
        platform=f"linux-{system.machine}",
        bits=32 if system.machine in ("i386", "i586", "i686", "armv6l", "armv7l") else 64,
        libc=system.libc,
        libc_version=system.libc_version,
    )
    name = f"Another Python: {minor}"
    if python is None:
        name = f"Python {minor}"
    elif python.implementation != "cpython":
        name = f"The standard Python (CPython) {minor}"
    elif python.free_threaded:
        name = f"A standard Python {minor}, not a free-threaded one"
    if system.name == "linux":
        if python is not None:  # the system of a 32-bit Python is 32-bit, even on a 64-bit kernel
            standard = replace(
                standard, machine=python.machine, platform=python.platform, bits=python.bits
            )
        yield name, standard
    elif system.name == "macos":
        macos = system.distribution_version
        if python is not None and python.machine != system.machine:
            name = f"A Python {minor} for Apple silicon"
        yield name, replace(standard, platform=f"macosx-11.0-{system.machine}", macos=macos)
    elif system.name == "windows":
        if system.machine == "x86_64":
            if python is not None and python.bits == 32:
                name = f"A 64-bit Python {minor}"
            yield name, replace(standard, platform="win-amd64")
        elif system.machine == "arm64":
            yield name, replace(standard, platform="win-arm64")
            if system.release == "11":  # Windows 10 on ARM runs 32-bit Intel programs only
                name = f"A Python {minor} for Intel (64-bit), which also runs on Windows 11 on ARM"
                yield name, replace(standard, platform="win-amd64", machine="AMD64")


def package_alternatives(facts: Facts, knowledge: Knowledge) -> Iterator[Alternative]:
    """Yield the package managers' packages of cryptography.

    Those of the managers that were asked come first, with their version; others are only named.
    """
    for manager in facts.managers:
        names = knowledge.packages_of(manager.name)
        if manager is not facts.manager(manager.name, facts.system.machine):
            continue  # the other Homebrew: one for Intel on Apple silicon
        if names is None or manager.name not in managers() or _foreign(facts.system, names):
            continue
        alternative = _offered_package(facts, manager, names)
        if alternative is not None:
            yield alternative
    pythons = [python for python in facts.pythons if usable(python)]
    named = set()
    for python in pythons or [Python("", "")]:
        for row in knowledge.system_packages:
            if row.manager in named or not row.belongs_to(facts.system, python):
                continue
            name = _package_name(row.package, python.minor)
            if name is not None:
                named.add(row.manager)
                yield _named_package(facts, row, name)


def _offered_package(facts: Facts, manager: Manager, names: Packages) -> Alternative | None:
    """Return the package that a manager has installed or offers; None if it has none."""
    minors = dict.fromkeys(python.minor for python in facts.pythons if usable(python))
    wanted = (
        _package_name(template, minor)
        for minor in minors or [""]
        for template in names.cryptography
    )
    packages = (manager.package(name) for name in wanted if name)
    package = next((p for p in packages if p and (p.installed or p.candidate)), None)
    if package is None:
        return None
    owner = _SYSTEM_PYTHON
    if not names.distributions:
        owner = f"the Python of {package_steps.manager_name(manager.name)}"
    version = upstream(package.installed or package.candidate)
    detail = f"Its version is {version}. It is installed for {owner}. {_IN_ENVIRONMENTS}"
    if names.distributions:
        detail += f" {_SYSTEM_FIXES}"
    if package.installed:
        title = f"The package {package.name}, which is already installed"
        return Alternative(title, detail)
    command = permanent_install(managers()[manager.name], (package.name,))
    if command is None:
        return None
    if command.root and facts.privilege.method == "none":
        detail += " An administrator must install it."
    title = f"The package {package.name} of {manager.name}"
    return Alternative(title, detail, typed_command(facts, manager, command))


def _named_package(facts: Facts, row: SystemPackage, name: str) -> Alternative:
    """Return a package that the wizard cannot ask about."""
    detail = (
        f"The wizard cannot ask {row.manager} for its version. It is installed for "
        f"{_SYSTEM_PYTHON}. {_IN_ENVIRONMENTS} {_SYSTEM_FIXES}"
    )
    if row.root and facts.privilege.method == "none":
        detail += " Installing it needs root rights."
    sudo = (facts.privilege.method,) if row.root else ()
    argv = (*(word for word in sudo if word in ("sudo", "doas")), *row.install, name)
    command = quoted_command(argv, facts.system.name)
    return Alternative(f"The package {name} of {row.manager}", detail, command)


def _package_name(template: str, minor: str) -> str | None:
    """Return a package's name for a Python; None if it contains a version, and there is none."""
    name = template.format(minor=minor, digits=minor.replace(".", ""))
    return name if minor or name == template else None


def conda_alternative(facts: Facts, python: Python | None) -> Iterator[Alternative]:
    """Yield the package from conda-forge, on the systems that it supports.

    ``python`` is that of the target.
    """
    system = facts.system
    if system.machine not in CONDA_MACHINES.get(system.name, ()):
        return
    if system.name == "linux":
        pythons = [python for python in facts.pythons if usable(python)]
        # Everything is 32-bit on a 64-bit processor, so the system is 32-bit too.
        is_32_bit = bool(pythons) and all(python.bits == 32 for python in pythons)
        if is_32_bit or system.libc != "glibc" or not at_least(system.libc_version, CONDA_GLIBC):
            return
    tool = any(facts.tool(name) for name in interpreter.CONDA_TOOLS)
    needs = "" if tool else " It needs conda or mamba (part of Miniforge), and no root rights."
    yield Alternative(
        "The package from conda-forge",
        f"conda installs its own Python, with cryptography in it.{needs}",
        interpreter.conda_command(facts, python),
    )


def newer_system_alternative(
    case: Case, python: Python | None, newest: Listed
) -> Iterator[Alternative]:
    """Yield a newer system, if the newest release is impossible because the system is too old."""
    if python is None:
        return
    blocked = case.wheel_blocked_by(python, newest)
    updated = replace(
        python,
        libc_version={"glibc": "2.99", "musl": "1.9", "": ""}[python.libc],
        macos="99.0" if python.macos else "",
        pip=None,
    )
    if blocked and not case.wheel_blocked_by(updated, newest):
        yield Alternative("A newer version of this system", blocked.reason)
        return
    release_row = case.release_row(newest)
    for manager in case.facts.managers if blocked else ():
        names = case.knowledge.packages_of(manager.name)
        if names is None or _foreign(case.facts.system, names):
            continue
        packages = (manager.package(entry.version_of or entry.package) for entry in names.openssl)
        versions = [
            upstream(offered.candidate or offered.installed) for offered in packages if offered
        ]
        if versions and not any(at_least(offered, release_row.openssl) for offered in versions):
            detail = (
                f"To compile cryptography {newest.version}, OpenSSL {release_row.openssl} or newer "
                f"is needed, but {manager.name} offers {joined(versions)} here."
            )
            yield Alternative("A newer version of this system", detail)


def with_caveat(case: Case, sentences: str, listed: Listed, *, bundled: bool = True) -> str:
    """Return the sentences, followed by the caveat of this release, if there is one."""
    return f"{sentences} {case.knowledge.caveat(listed.version, bundled=bundled)}".rstrip()


def typed_command(facts: Facts, manager: Manager, command: Command) -> str:
    """Return a package manager's command as the user types it here."""
    argv = package_steps.command_here(facts, manager, command).argv
    sudo = () if facts.privilege.method in ("root", "none") else (facts.privilege.method,)
    return quoted_command((*(sudo if command.root else ()), *argv), facts.system.name)


def _foreign(system: System, names: Packages) -> bool:
    """Return whether this package manager belongs to other systems, not to this one."""
    ids = {system.distribution, *system.like}
    return bool(names.distributions) and ids.isdisjoint(names.distributions)
