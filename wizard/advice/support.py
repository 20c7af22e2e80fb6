"""Support: whether cryptography's makers test a release on a machine like this one.

The data stand in ``assets/upstream.toml``. Tested is what the makers name; a system that they
name only as the newest of its kind cannot be told from here, so it does not count as tested, and
the words say so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal, Optional

from packaging.version import InvalidVersion, Version

from wizard.errors import Impossible, WizardError
from wizard.facts import Facts, Python, System
from wizard.knowledge import read_asset, read_row
from wizard.versions import at_least
from wizard.wording import joined

if TYPE_CHECKING:
    from wizard.needs.case import Case

MOVING = ("latest", "rolling", "unstable")
"""Words that stand for no fixed version: the newest, the newest Ubuntu, Debian Sid."""

NAMES = {
    "alpine": "Alpine",
    "centos": "CentOS",
    "debian": "Debian",
    "fedora": "Fedora",
    "macos": "macOS",
    "rhel": "RHEL",
    "ubuntu": "Ubuntu",
    "windows": "Windows",
}


_MACHINES = {"win-amd64": "64-bit Intel", "win32": "32-bit Intel", "win-arm64": "ARM"}
"""What Python calls a Windows, and the processor that this means."""


@dataclass(frozen=True)
class Tested:
    """A kind of system that is tested: an ``ID`` of os-release, its versions, the machines.

    Versions may be of `MOVING`. ``machines`` are the Python's own (``i686``, ``win32``).
    """

    id: str
    versions: tuple[str, ...]
    machines: tuple[str, ...]


@dataclass(frozen=True)
class Upstream:
    """What one line of releases is tested on, by its makers' word: a row of ``upstream.toml``.

    ``release`` is the one whose archive was read. ``python`` and ``newest_python`` are the oldest
    and newest minor version that it names; ``pypy`` is the PyPy, in its own words, and
    ``pypy_python`` the version of Python that this means, where it means one. ``openssl`` are the
    versions that a source build is tested with, ``others`` the libraries that can take its place.
    """

    release: str
    python: str
    newest_python: str
    pypy: str
    openssl: tuple[str, ...]
    systems: tuple[Tested, ...]
    pypy_python: str = ""
    others: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Where it was read."""
        return f"docs/installation.rst of cryptography {self.release}"


@dataclass(frozen=True)
class Support:
    """The outcome for one release here.

    ``tested`` by its makers; ``wheel``: not tested, but there is a wheel that fits; ``neither``.
    ``words`` is a sentence for people, ``short`` the same in less than 50 characters. ``openssl``
    says which OpenSSL its source builds are tested with. ``source`` says where it was read; it
    and ``openssl`` are empty where nothing is known of the release.
    """

    release: str
    kind: Literal["tested", "wheel", "neither"]
    words: str
    short: str
    openssl: str = ""
    source: str = ""


@cache
def load() -> tuple[Upstream, ...]:
    """Read the asset, newest first. Raises ValueError where a row is not of this form."""
    rows = read_asset("upstream.toml")["upstream"]
    return tuple(
        read_row(Upstream, {**row, "systems": [read_row(Tested, each) for each in row["systems"]]})
        for row in rows
    )


def support(
    facts: Facts, table: tuple[Upstream, ...], python: Python, version: str, has_wheel: bool
) -> Support:
    """Whether this release is tested on this system with this Python. ``table``: `load`."""
    here = f"{_place(facts.system, python)} with {_interpreter(python)}"
    wheel = f"cryptography {version} has {'a' if has_wheel else 'no'} wheel for {here}."
    kind: Literal["wheel", "neither"] = "wheel" if has_wheel else "neither"
    row = _row(table, version)
    if row is None:
        words = f"{wheel} What its makers test this release on is not known to this wizard."
        return Support(version, kind, words, f"{version}: what it is tested on is not known")
    untested = _untested(facts.system, row, python)
    if untested is None:
        words = (
            f"{here} is one of the systems that cryptography {version} is tested on by its makers."
        )
        short = f"{version}: its makers test it on such a system"
        return Support(version, "tested", words, short, _openssl(row), row.source)
    perhaps = "perhaps tested" if untested.perhaps else "not tested"
    short = f"{version}: {'a' if has_wheel else 'no'} wheel; {perhaps} on such a system"
    return Support(version, kind, f"{wheel} {untested.why}", short, _openssl(row), row.source)


def recommended(case: Case) -> Optional[Support]:
    """The support of the release that was chosen, or would be recommended, or else is the newest.

    None where there is no Python, or no such release.
    """
    from wizard.questions import completion  # slow to import

    try:
        python = case.target.python
        try:
            version = case.choices.release or completion.complete(case).choices.release
        except Impossible:  # nothing can be recommended: then what the newest would be
            version = case.releases[0].version
        listed = case.find(version)
    except WizardError:
        return None
    has_wheel = not case.wheel_blocked_by(python, listed)
    return support(case.facts, load(), python, listed.version, has_wheel)


def _row(table: tuple[Upstream, ...], version: str) -> Optional[Upstream]:
    try:
        major = Version(version).major
    except InvalidVersion:
        return None
    return next((row for row in table if Version(row.release).major == major), None)


@dataclass(frozen=True)
class _Untested:
    """Why this is not among what the makers test. ``perhaps``: it may be, nobody can tell here."""

    why: str
    perhaps: bool = False


def _untested(system: System, row: Upstream, python: Python) -> Optional[_Untested]:
    """Why this is not among what the makers test; None where it is."""
    ours = [each for each in row.systems if each.id == system.distribution]
    machine = _machine(python)
    if _emulated(system, python):
        return _Untested("Its makers do not say that they test it on a processor that is imitated.")
    here = [version for each in ours if machine in each.machines for version in each.versions]
    if not any(_same(version, system) for version in here):
        return _untested_system(system, ours, here)
    return _untested_python(row, python)


def _untested_system(system: System, ours: list[Tested], here: list[str]) -> _Untested:
    name = NAMES.get(system.distribution, "")
    if not ours:
        return _Untested("Its makers do not test it on such a system.")
    if not here:
        machines = dict.fromkeys(machine for each in ours for machine in each.machines)
        words = [_MACHINES.get(machine, machine) for machine in machines]
        return _Untested(f"Of {name}, its makers test it on {joined(words)} only.")
    moving = [word for word in here if word in MOVING]
    named = [version for each in ours for version in each.versions if version not in MOVING]
    newest = f"{name} unstable" if "unstable" in moving else f"the newest {name}"
    if moving and _may_be(system, moving, named):
        return _Untested(
            f"Its makers test it on {newest}: whether this one was that, nobody can tell here.",
            perhaps=True,
        )
    fixed = ["Server " * (name == "Windows") + word for word in here if word not in MOVING]
    tested = [f"{name} {joined(fixed)}"] if fixed else []
    return _Untested(f"Its makers test it on {joined([*tested, *([newest] if moving else [])])}.")


def _may_be(system: System, moving: list[str], named: list[str]) -> bool:
    """Whether this system may be what a moving word stood for when the release was made."""
    version = system.distribution_version
    if "unstable" in moving:
        return not version  # Debian gives a version to what is stable only
    # What is older than a version that is named was not the newest.
    return bool(version) and all(at_least(version, each) for each in named)


def _untested_python(row: Upstream, python: Python) -> Optional[_Untested]:
    if python.implementation not in ("cpython", "pypy"):
        return _Untested("Its makers test it with CPython and PyPy only.")
    if python.free_threaded:
        return _Untested("Its makers name no free-threaded Python among those that they test.")
    if not at_least(python.version, row.python):
        return _Untested(f"Its makers test it with Python {row.python} and newer.")
    if not at_least(row.newest_python, python.minor):
        return _Untested(f"Its makers name no Python newer than {row.newest_python}.")
    if python.implementation == "pypy" and python.minor != row.pypy_python:
        which = f"Its makers test it with {row.pypy}"
        if row.pypy_python:
            return _Untested(f"{which}.")
        # The facts have the version of Python that a PyPy speaks, not PyPy's own.
        return _Untested(f"{which}: whether this is that, nobody can tell here.", perhaps=True)
    return None


def _same(version: str, system: System) -> bool:
    """Whether a version of the table is this system's: ``8`` is ``8.9``, and not ``80``."""
    have = system.distribution_version
    if system.name == "windows":
        found = re.match(r"(\d{4})Server", system.release)  # 2022Server; a laptop says 11
        have = found[1] if found else ""
    return f"{have}.".startswith(f"{version}.")


def _machine(python: Python) -> str:
    """The machine that the Python is made for, as the table has it."""
    if python.platform.startswith("win"):
        return python.platform
    # A 32-bit Python on a 64-bit processor is asked about as what it is.
    narrow = {"x86_64": "i686", "aarch64": "armv7l", "armv8l": "armv7l"}
    return narrow.get(python.machine, python.machine) if python.bits == 32 else python.machine


def _emulated(system: System, python: Python) -> bool:
    """Whether an Intel Python runs on an ARM processor: by Rosetta, or on Windows on ARM."""
    return system.machine == "arm64" and _machine(python) in ("x86_64", "win-amd64", "win32")


def _place(system: System, python: Python) -> str:
    """The system in words: ``Debian 12 on x86_64``."""
    name = NAMES.get(system.distribution, system.distribution_name or system.name)
    version = system.distribution_version
    if system.name == "windows":
        version = re.sub(r"^(\d{4})Server", r"Server \1", system.release)
    elif system.distribution == "macos":
        version = version.split(".")[0] if not version.startswith("10.") else version
    elif system.distribution not in NAMES and version in name:
        version = ""
    if system.distribution == "debian" and not version:
        version = "testing or unstable"
    machine = _MACHINES.get(_machine(python), _machine(python))
    imitated = " (imitated by ARM)" if _emulated(system, python) else ""
    return f"{name} {version}".strip() + f" on {machine}{imitated}"


def _interpreter(python: Python) -> str:
    names = {"cpython": "Python", "pypy": "PyPy for Python"}
    name = names.get(python.implementation, python.implementation)
    free = "free-threaded " if python.free_threaded else ""
    return f"{free}{name} {python.minor}"


def _openssl(row: Upstream) -> str:
    others = f", and with {joined(row.others)}" if row.others else ""
    return f"Source builds are tested with OpenSSL {joined(row.openssl)}{others}."
