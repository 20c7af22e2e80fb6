"""Which release has a wheel for a Python, or why none does. Pure: it reads only the facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Optional, Union

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from wizard.facts import Listed, Listing, Pip, Python
from wizard.knowledge import Knowledge
from wizard.needs.tags import current_pip_tags, expand, platforms
from wizard.refused import Refused
from wizard.tables import Platform, Release
from wizard.versions import at_least

CHECKS_PYTHON = Version("9.0")
"""The first pip that checks requires-python: an older one accepts any release, and any cffi."""

KNOWS_ABI3T = "26.1"
"""The first pip that accepts wheels with the ABI ``abi3t`` (PEP 803); read from pip's source."""

OLDEST_MACOS = "10_12"
"""The macOS version that a ``*`` in the table means: the newest that any wheel required."""


@dataclass(frozen=True)
class Fit:
    """The wheel of a release that fits a Python.

    ``wheel`` is its tag. ``pip`` is empty if the installed pip accepts it. Otherwise it is the
    oldest pip that does, and ``why_pip`` says in one sentence why pip must be upgraded.
    """

    release: str
    wheel: str
    pip: str = ""
    why_pip: str = ""


class Tag(NamedTuple):
    """One wheel tag in its three parts."""

    interpreter: str
    abi: str
    platform: str

    def __str__(self) -> str:
        return "-".join(self)


def fit(
    python: Python,
    listed: Listed,
    knowledge: Knowledge,
    *,
    accepts: Optional[tuple[str, ...]] = None,
) -> Union[Fit, Refused]:
    """Match the wheels of one release with the tags that a Python accepts.

    ``accepts`` (compressed tags) replaces the tags of the Python's own pip, for example for a new
    environment, which gets another pip. For a Python without pip, a current pip is assumed.
    """
    release = listed.version
    refused = python_blocked_by(python, listed)
    if refused:
        return refused
    current = current_pip_tags(python)
    pip = python.pip if accepts is None else None
    accepted = (
        pip.tags if pip else accepts
    ) or current  # a pip whose tags are unknown counts as current
    wheels = _expand_tags(listed.wheels)
    best = _best_wheel(wheels, accepted)
    if best:
        found: Union[Fit, Refused] = _with_pip_that_checks_python(Fit(release, str(best)), pip)
    elif not _best_wheel(wheels, current):
        found = Refused(_why_no_wheel(python, release, wheels, knowledge))
    else:
        found = _wheel_for_newer_pip(release, wheels, current, pip, knowledge)
    if isinstance(found, Fit) and not listed.link:  # a wheelhouse may have compiled its own
        return _loader_blocked_by(python, found, knowledge) or found
    return found


def _loader_blocked_by(python: Python, fit: Fit, knowledge: Knowledge) -> Optional[Refused]:
    """Return why this Python's musl cannot load the wheel, or None if it can."""
    number = python.libc_version
    if python.libc != "musl" or python.relr == "yes" or number.count(".") < 2:
        return None
    platform = fit.wheel.rpartition("-")[2]
    for need in knowledge.loaders:
        applies = platform in need.tags and Version(fit.release) >= Version(need.first)
        if applies and not at_least(number, need.musl):
            return Refused(
                f"The wheel of cryptography {fit.release} does not work with musl {number}: "
                f"{need.why}. It needs musl {need.musl} or newer."
            )
    return None


def _best_wheel(wheels: tuple[Tag, ...], accepted: tuple[str, ...]) -> Optional[Tag]:
    ranks = _ranks(accepted)
    return min(filter(ranks.__contains__, wheels), key=ranks.__getitem__, default=None)


def _with_pip_that_checks_python(fit: Fit, pip: Optional[Pip]) -> Fit:
    version = _parse_version(pip.version) if pip else None
    if version is None or version >= CHECKS_PYTHON:
        return fit
    return Fit(
        fit.release,
        fit.wheel,
        str(CHECKS_PYTHON),
        f"pip {version} ignores which Python a package is for: pip {CHECKS_PYTHON} checks it.",
    )


def _wheel_for_newer_pip(
    release: str,
    wheels: tuple[Tag, ...],
    current: tuple[str, ...],
    pip: Optional[Pip],
    knowledge: Knowledge,
) -> Union[Fit, Refused]:
    """A wheel fits the interpreter, but not this pip: find the pip that would accept it."""
    ranks = _ranks(current)
    this_pip = f"pip {pip.version}" if pip else "this pip"
    present = _parse_version(pip.version) if pip else None
    candidates = []
    for tag in wheels:
        version = _parse_version(pip_for(tag, knowledge)) if tag in ranks else None
        if version is not None and (present is None or present < version):
            candidates.append((version, ranks[tag], str(tag)))
    if not candidates:
        return Refused(
            f"cryptography {release} has wheels for this platform, but {this_pip} accepts none "
            "of them: upgrade pip and try again, or compile from source.",
        )
    oldest, _, wheel = min(candidates)
    reason = (
        f"The wheels of cryptography {release} are too new for {this_pip}: pip {oldest} or newer "
        "accepts them."
    )
    return Fit(release, wheel, str(oldest), reason)


def python_blocked_by(python: Python, listed: Listed) -> Optional[Refused]:
    """Return why this Python cannot use the release at all, or None if it can.

    Either the release was yanked, or it is for other Pythons.
    """
    if listed.yanked:
        return Refused(
            f"cryptography {listed.version} was withdrawn by its developers ({listed.yanked})."
        )
    if listed.pythons and python.label not in listed.pythons:
        return Refused(
            f"This wheelhouse was made for Python {', '.join(listed.pythons)}: it lacks packages "
            f"that Python {python.version} needs."
        )
    numbers = re.match(r"\d+\.\d+(\.\d+)?", python.version)
    if not numbers:
        return Refused(f"The version of {python.path} is unknown.")
    specifier = _parse_specifier(listed.requires_python)
    if specifier is None or specifier.contains(numbers[0]):
        return None
    start = f"cryptography {listed.version}"
    minimums = [Version(clause.version) for clause in specifier if clause.operator == ">="]
    if minimums and Version(numbers[0]) < max(minimums):
        return Refused(
            f"{start} needs Python {max(minimums)} or newer, but this is Python {python.version}."
        )
    return Refused(f"{start} does not work with Python {python.version}: it needs {specifier}.")


def pip_for(tag: Tag, knowledge: Knowledge) -> str:
    """Return the oldest pip that accepts a wheel with this tag; empty if the tables do not say."""
    if tag.abi == "abi3t":
        return KNOWS_ABI3T
    pips = [row.pip for row in knowledge.platforms if row.pip and _row_applies(row, tag)]
    return min(pips, key=Version, default="")


def documented(knowledge: Knowledge) -> Listing:
    """Return the listing that the documented tables imply, for a saved machine without one."""
    return _all_documented(knowledge.releases, knowledge.platforms)


@lru_cache(maxsize=2)
def _all_documented(releases: tuple[Release, ...], rows: tuple[Platform, ...]) -> Listing:
    platforms = tuple((Version(row.first), Version(row.last), row) for row in rows if row.first)
    return Listing(
        tuple(
            _documented(version, row, platforms)
            for row in releases
            for version in reversed(row.versions)
        )
    )


def _documented(
    version: str, row: Release, platforms: Iterable[tuple[Version, Version, Platform]]
) -> Listed:
    if version in row.yanked:
        return Listed(version, yanked="no reason given")
    parsed = Version(version)
    current = [platform for first, last, platform in platforms if first <= parsed <= last]
    oldest = next(s.version for s in SpecifierSet(row.python) if s.operator == ">=")
    stable = f"cp{oldest.replace('.', '')}-abi3"
    plain = [_without_wildcard(tag) for p in current if not p.interpreters for tag in p.tags]
    wheels = [f"{stable}-{tag}" for tag in plain]
    for platform in current:
        for interpreter in platform.interpreters:
            wheels += [f"{_with_abi(interpreter)}-{tag}" for tag in _platforms_of(platform, plain)]
    return Listed(
        version, row.python, tuple(sorted(set(wheels))), sdist=f"cryptography-{version}.tar.gz"
    )


def _without_wildcard(pattern: str) -> str:
    return pattern.replace("macosx_10_*", f"macosx_{OLDEST_MACOS}")


def _platforms_of(platform: Platform, plain: list[str]) -> Iterator[str]:
    """Yield the tags that a platform's patterns mean: the matching ones of the standard wheels."""
    for pattern in platform.tags:
        matching = [tag for tag in plain if _matches_any(tag, (pattern,))]
        yield from matching or (
            [_without_wildcard(pattern)] if "*" not in _without_wildcard(pattern) else []
        )


def _with_abi(interpreter: str) -> str:
    if interpreter.startswith("pp"):
        return f"{interpreter}-pypy{interpreter[2:]}_pp73"
    return f"{interpreter.rstrip('t')}-{interpreter}"


def _why_no_wheel(
    python: Python, release: str, wheels: tuple[Tag, ...], knowledge: Knowledge
) -> str:
    subject = f"cryptography {release}"
    if not wheels:
        return f"The index has only the source of {subject}, no wheels."
    supported = set(platforms(python))
    if not supported:
        return (
            "The wizard does not know which wheels this Python accepts: its platform is "
            f"{python.platform!r}."
        )
    for_platform = [tag for tag in wheels if tag.platform in supported]
    if not for_platform:
        return _why_platform(python, release, wheels, knowledge)
    why = _why_interpreter(python, for_platform)
    return f"{subject} has no wheel for {python_name(python)}: {why}."


@lru_cache(maxsize=64)
def _rows_with_wheels(
    rows: tuple[Platform, ...], supported: tuple[str, ...]
) -> tuple[Platform, ...]:
    """Return the rows of platforms that had wheels with one of these platform tags."""
    return tuple(
        row
        for row in rows
        if row.last
        and not row.interpreters
        and any(_matches_any(tag, row.tags) for tag in supported)
    )


def _why_platform(
    python: Python, release: str, wheels: tuple[Tag, ...], knowledge: Knowledge
) -> str:
    start = f"cryptography {release} has no wheel for {computer(python)}"
    had_wheels = _rows_with_wheels(knowledge.platforms, platforms(python))
    row = max(had_wheels, key=lambda row: Version(row.last), default=None)
    ended = ""
    if row is not None and Version(row.last) < Version(release):
        ended = row.note if row.last in row.note else f"{row.last} was the last release with one."
    needed = _libc_needed(python, wheels)
    if needed:
        return f"{start}: its wheels need {python.libc} {needed} or newer. {ended}".rstrip()
    if row is None:
        return f"{start}: no release ever had one."
    if ended:
        return f"{start}: {ended}" + (f" {row.note}" if row.note not in ended else "")
    first = min((row.first for row in had_wheels), key=Version)
    return f"{start}: {first} was the first release with one."


def _libc_needed(python: Python, wheels: tuple[Tag, ...]) -> str:
    """Return the oldest libc that a wheel for this machine needs; empty if no libc would help."""
    kind = {"glibc": "manylinux", "musl": "musllinux"}.get(python.libc, "no")
    machine = platforms(python)[0][len("linux_") :]
    matches = [re.fullmatch(rf"{kind}_(\d+_\d+)_{machine}", tag.platform) for tag in wheels]
    versions = [match[1].replace("_", ".") for match in matches if match]
    return min(versions, key=Version, default="")


def _why_interpreter(python: Python, wheels: list[Tag]) -> str:
    if python.implementation == "pypy":
        for_pypy = [tag for tag in wheels if tag.interpreter.startswith("pp")]
        if for_pypy:
            versions = sorted({_pypy_name(tag.abi) for tag in for_pypy})
            return f"its wheels for PyPy are for {', '.join(versions)}"
        return "it has no wheels for PyPy on this platform"
    if python.implementation != "cpython":
        return "its wheels are for CPython and PyPy"
    if python.free_threaded:
        abis = sorted({tag.abi for tag in wheels if re.fullmatch(r"cp\d+t|abi3t", tag.abi)})
        which = f"only for {', '.join(abis)}" if abis else "not for any free-threaded Python"
        return f"its wheels are {which}; an ordinary Python has more options"
    minimums = [
        int(tag.interpreter[3:]) for tag in wheels if re.fullmatch(r"cp3\d+", tag.interpreter)
    ]
    if minimums:
        return f"they are for Python 3.{min(minimums)} and newer"
    return "its wheels are for other Pythons"


def _pypy_name(abi: str) -> str:
    """Return an ABI such as ``pypy311_pp73`` in words."""
    return re.sub(r"pypy(\d)(\d+)_pp(\d)(\d+)", r"Python \1.\2 of PyPy \3.\4", abi)


def computer(python: Python) -> str:
    """Describe the kind of computer that the Python runs on: ``Intel Macs``, ``Linux on s390x``."""
    machine = python.machine or python.platform.rpartition("-")[2]
    if python.platform.startswith("macosx"):
        return "Macs with Apple silicon" if machine == "arm64" else "Intel Macs"
    if python.platform.startswith("win"):
        names = {"win32": "32-bit Windows", "win-arm64": "Windows on ARM"}
        return names.get(python.platform, "64-bit Windows")
    if not python.platform.startswith("linux"):
        return python.platform
    libc = f" with {python.libc} {python.libc_version}".rstrip() if python.libc else ""
    if python.bits == 32 and machine == "x86_64":
        machine = "i686"
    return f"Linux on {'32-bit x86 (i686)' if machine == 'i686' else machine}{libc}"


def support_removed(python: Python, release: str, knowledge: Knowledge) -> str:
    """Return the sentence that the developers no longer support this release on such a computer;
    empty if they do, or did not say."""
    name = computer(python)
    for removal in knowledge.removals:
        if removal.computers == name and Version(release) >= Version(removal.release):
            return (
                f"cryptography's developers removed support for {name} in {removal.release}: they "
                "neither test later releases there nor fix them."
            )
    return ""


def python_name(python: Python) -> str:
    """Return the kind and version of a Python in words: ``free-threaded Python 3.14.0``."""
    names = {"cpython": "Python", "pypy": "PyPy", "graalpy": "GraalPy"}
    kind = "free-threaded " if python.free_threaded else ""
    return f"{kind}{names.get(python.implementation, python.implementation)} {python.version}"


def _row_applies(row: Platform, tag: Tag) -> bool:
    """Return whether a row of the platform table applies to this tag."""
    if row.interpreters:
        return _matches_any(tag.platform, row.tags) and (
            _matches_any(tag.interpreter, row.interpreters)
            or _matches_any(tag.abi, row.interpreters)
        )
    return tag.abi == "abi3" and _matches_any(tag.platform, row.tags)


def _parse_version(text: str) -> Optional[Version]:
    try:
        return Version(text)
    except InvalidVersion:
        return None


@lru_cache(maxsize=4096)
def _matches_any(name: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(re.escape(p).replace(r"\*", ".*"), name) for p in patterns)


@lru_cache(maxsize=256)
def _expand_tags(wheels: tuple[str, ...]) -> tuple[Tag, ...]:
    return tuple(Tag(*tag.split("-")) for tag in expand(wheels))


@lru_cache(maxsize=64)
def _ranks(tags: tuple[str, ...]) -> dict[Tag, int]:
    """Return the position of each tag in the order of preference."""
    ranks: dict[Tag, int] = {}
    for rank, tag in enumerate(_expand_tags(tags)):
        ranks.setdefault(tag, rank)
    return ranks


@lru_cache(maxsize=256)
def _parse_specifier(text: str) -> Optional[SpecifierSet]:
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None  # pip ignores a specifier that it cannot read
