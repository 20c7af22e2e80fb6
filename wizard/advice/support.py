"""Support: whether cryptography's developers test a release on a machine like this one.

The data are in ``assets/upstream.toml``. A system counts as tested if the developers name it. If
they name it only as the newest of its kind, the wizard cannot know which version that was, so it
does not count as tested, and the sentence says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Optional

from packaging.version import InvalidVersion, Version

from wizard.errors import Impossible, WizardError
from wizard.facts import Facts, Python, System
from wizard.knowledge import read_row
from wizard.needs.emulation import emulator
from wizard.table_source import read_asset, reader
from wizard.versions import at_least
from wizard.wording import joined

if TYPE_CHECKING:
    from wizard.needs.case import Case

MOVING_VERSIONS = ("latest", "rolling", "unstable")
"""The words in the table for versions that change: the newest, the newest Ubuntu, Debian Sid."""

SYSTEM_NAMES = {
    "alpine": "Alpine",
    "centos": "CentOS",
    "debian": "Debian",
    "fedora": "Fedora",
    "macos": "macOS",
    "rhel": "RHEL",
    "ubuntu": "Ubuntu",
    "windows": "Windows",
}


_MACHINE_NAMES = {"win-amd64": "64-bit Intel", "win32": "32-bit Intel", "win-arm64": "ARM"}
"""Python's names for Windows platforms, and the processor of each."""


@dataclass(frozen=True)
class TestedSystem:
    """A kind of system that is tested: an ``ID`` of os-release, its versions, the machines.

    A version may be one of `MOVING_VERSIONS`. ``machines`` are architectures of Pythons (``i686``,
    ``win32``).
    """

    id: str
    versions: tuple[str, ...]
    machines: tuple[str, ...]


@dataclass(frozen=True)
class Upstream:
    """Where the developers test one line of releases: a row of ``upstream.toml``.

    ``release`` is the release whose archive was read. ``python`` and ``newest_python`` are the
    oldest and newest minor version that it names. ``pypy`` is the PyPy as the release names it, and
    ``pypy_python`` the Python version of that PyPy, if known. ``openssl`` are the versions that a
    source build is tested with, ``others`` the libraries that can replace OpenSSL.
    """

    release: str
    python: str
    newest_python: str
    pypy: str
    openssl: tuple[str, ...]
    systems: tuple[TestedSystem, ...]
    pypy_python: str = ""
    others: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The document from which it was read."""
        return f"docs/installation.rst of cryptography {self.release}"


@dataclass(frozen=True)
class Support:
    """Whether one release is tested on this machine.

    ``tested``: by its developers; ``wheel``: not tested, but a wheel fits; ``neither``. ``text``
    is a sentence or two, ``short`` the same in at most 52 characters. ``openssl`` says which
    OpenSSL its source builds are tested with. ``source`` says where it was read. ``source`` and
    ``openssl`` are empty if the release is unknown.
    """

    release: str
    kind: Literal["tested", "wheel", "neither"]
    text: str
    short: str
    openssl: str = ""
    source: str = ""


@reader
def load() -> tuple[Upstream, ...]:
    """Read the asset, newest first. Raises ValueError if a row does not have this form."""
    rows = read_asset("upstream.toml")["upstream"]
    return tuple(
        read_row(
            Upstream,
            {**row, "systems": [read_row(TestedSystem, system) for system in row["systems"]]},
        )
        for row in rows
    )


def support(
    facts: Facts, table: tuple[Upstream, ...], python: Python, version: str, has_wheel: bool
) -> Support:
    """Return whether this release is tested on this system with this Python.

    ``table`` is the result of `load`.
    """
    system = f"{_system_in_words(facts.system, python)} with {_python_in_words(python)}"
    wheel_sentence = f"cryptography {version} has {'a' if has_wheel else 'no'} wheel for {system}."
    kind: Literal["wheel", "neither"] = "wheel" if has_wheel else "neither"
    row = _row_for(table, version)
    if row is None:
        text = f"{wheel_sentence} The wizard does not know where this release is tested."
        return Support(version, kind, text, f"{version}: unknown whether it is tested here")
    untested = _untested(facts.system, row, python)
    if untested is None:
        text = f"The developers of cryptography test {version} on {system}."
        short = f"{version}: tested on this kind of system"
        return Support(version, "tested", text, short, _openssl_sentence(row), row.source)
    tested = "perhaps tested here" if untested.perhaps else "not tested on this kind of system"
    short = f"{version}: {'a' if has_wheel else 'no'} wheel; {tested}"
    return Support(
        version, kind, f"{wheel_sentence} {untested.why}", short, _openssl_sentence(row), row.source
    )


def support_of_recommended(case: Case) -> Optional[Support]:
    """Return the support of the chosen release, or of the recommended one, or else of the newest.

    None if there is no Python, or no such release.
    """
    from wizard.questions import completion  # slow to import

    try:
        python = case.target.python
        try:
            version = case.choices.release or completion.complete(case, asking=True).choices.release
        except Impossible:  # nothing can be recommended: use the newest
            version = case.releases[0].version
        listed = case.find(version)
    except WizardError:
        return None
    has_wheel = not case.wheel_blocked_by(python, listed)
    return support(case.facts, load(), python, listed.version, has_wheel)


def _row_for(table: tuple[Upstream, ...], version: str) -> Optional[Upstream]:
    try:
        major = Version(version).major
    except InvalidVersion:
        return None
    return next((row for row in table if Version(row.release).major == major), None)


@dataclass(frozen=True)
class _Untested:
    """Why this system is not tested. ``perhaps``: it may be tested, but the wizard cannot know."""

    why: str
    perhaps: bool = False


def _untested(system: System, row: Upstream, python: Python) -> Optional[_Untested]:
    """Return why this system is not tested, or None if it is."""
    rows = [tested for tested in row.systems if tested.id == system.distribution]
    machine = _python_machine(python)
    if emulator(system, python):
        return _Untested("Its developers do not say that they test it on an emulated processor.")
    versions = [
        version for tested in rows if machine in tested.machines for version in tested.versions
    ]
    if not any(_version_matches(version, system) for version in versions):
        return _untested_system(system, rows, versions)
    return _untested_python(row, python)


def _untested_system(system: System, rows: list[TestedSystem], versions: list[str]) -> _Untested:
    name = SYSTEM_NAMES.get(system.distribution, "")
    if not rows:
        return _Untested("Its developers do not test it on this kind of system.")
    if not versions:
        machines = dict.fromkeys(machine for tested in rows for machine in tested.machines)
        names = [_MACHINE_NAMES.get(machine, machine) for machine in machines]
        return _Untested(f"On {name}, its developers test it only with {joined(names)}.")
    moving = [version for version in versions if version in MOVING_VERSIONS]
    fixed_versions = [
        version for tested in rows for version in tested.versions if version not in MOVING_VERSIONS
    ]
    newest = f"{name} unstable" if "unstable" in moving else f"the newest {name}"
    if moving and _may_be_moving_version(system, moving, fixed_versions):
        return _Untested(
            f"Its developers test it on {newest}. The wizard does not know whether this system "
            "was the newest then.",
            perhaps=True,
        )
    listed = [
        "Server " * (name == "Windows") + version
        for version in versions
        if version not in MOVING_VERSIONS
    ]
    known = [f"{name} {joined(listed)}"] if listed else []
    return _Untested(
        f"Its developers test it on {joined([*known, *([newest] if moving else [])])}."
    )


def _may_be_moving_version(system: System, moving: list[str], fixed_versions: list[str]) -> bool:
    """Return whether this system may be the moving version at the time of the release."""
    version = system.distribution_version
    if "unstable" in moving:
        return not version  # only Debian's stable releases have a version
    # A version older than a named one was not the newest.
    return bool(version) and all(at_least(version, fixed) for fixed in fixed_versions)


def _untested_python(row: Upstream, python: Python) -> Optional[_Untested]:
    if python.implementation not in ("cpython", "pypy"):
        return _Untested("Its developers test it only with CPython and PyPy.")
    if python.free_threaded:
        return _Untested(
            "Its developers do not list a free-threaded Python among those that they test."
        )
    if not at_least(python.version, row.python):
        return _Untested(f"Its developers test it with Python {row.python} and newer.")
    if not at_least(row.newest_python, python.minor):
        return _Untested(f"Its developers list no Python newer than {row.newest_python}.")
    if python.implementation == "pypy" and python.minor != row.pypy_python:
        sentence = f"Its developers test it with {row.pypy}"
        if row.pypy_python:
            return _Untested(f"{sentence}.")
        # The facts contain the Python version that a PyPy implements, not PyPy's own version.
        return _Untested(
            f"{sentence}. The wizard does not know whether this is the same one.", perhaps=True
        )
    return None


def _version_matches(version: str, system: System) -> bool:
    """Return whether a table version matches this system: ``8`` matches ``8.9``, not ``80``."""
    actual = system.distribution_version
    if system.name == "windows":
        match = re.match(r"(\d{4})Server", system.release)  # 2022Server; a laptop has 11
        actual = match[1] if match else ""
    return f"{actual}.".startswith(f"{version}.")


def _python_machine(python: Python) -> str:
    """Return the machine that the Python is built for, as the table names it."""
    if python.platform.startswith("win"):
        return python.platform
    # A 32-bit Python on a 64-bit processor counts as 32-bit.
    names_32_bit = {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l"}
    return names_32_bit.get(python.machine, python.machine) if python.bits == 32 else python.machine


def _system_in_words(system: System, python: Python) -> str:
    """Return the system in words: ``Debian 12 on x86_64``."""
    name = SYSTEM_NAMES.get(system.distribution, system.distribution_name or system.name)
    version = system.distribution_version
    if system.name == "windows":
        version = re.sub(r"^(\d{4})Server", r"Server \1", system.release)
    elif system.distribution == "macos":
        version = version.split(".")[0] if not version.startswith("10.") else version
    elif system.distribution not in SYSTEM_NAMES and version in name:
        version = ""
    if system.distribution == "debian" and not version:
        version = "testing or unstable"
    machine = _MACHINE_NAMES.get(_python_machine(python), _python_machine(python))
    emulated = ""
    if emulator(system, python):
        emulated = " (emulated on ARM)" if system.machine == "arm64" else " (emulated)"
    return f"{name} {version}".strip() + f" on {machine}{emulated}"


def _python_in_words(python: Python) -> str:
    names = {"cpython": "Python", "pypy": "PyPy for Python"}
    name = names.get(python.implementation, python.implementation)
    free = "free-threaded " if python.free_threaded else ""
    return f"{free}{name} {python.minor}"


def _openssl_sentence(row: Upstream) -> str:
    others = f", and with {joined(row.others)}" if row.others else ""
    return f"Source builds are tested with OpenSSL {joined(row.openssl)}{others}."
