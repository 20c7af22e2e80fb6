"""The computers that a kit is for: what a Python there would say of itself, without any.

A target is one kind of computer with one version of Python. Its tags and markers are computed from
a pretended `wizard.facts.Python`, by the same code that judges real ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Optional

from wizard.errors import BadRequest
from wizard.facts import Python
from wizard.markers import marker_environment
from wizard.needs.tags import current_pip_tags, expand
from wizard.versions import key
from wizard.wording import did_you_mean

System = Literal["linux", "macos", "windows"]
PATCH = 6
"""The last number of a pretended Python. Apple's own Python 3.9 has it, and releases exclude some
of the first ones (``!=3.9.0,!=3.9.1``)."""
PYTHONS = "3.9-3.14"
"""The Pythons of a kit, if none are named."""
_OLDEST, _NEWEST = (3, 8), (3, 20)
_RANGE = re.compile(r"3\.(\d{1,2})(t?)(?:-3\.(\d{1,2})(t?))?", re.ASCII)
_LIBC = re.compile(r"2\.\d{1,2}", re.ASCII)
_FLOOR = re.compile(r"(?:manylinux|musllinux|macosx)_(\d+)_(\d+)_\w+", re.ASCII)
_LEGACY_FLOORS = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}


@dataclass(frozen=True)
class Platform:
    """One kind of computer.

    ``tag`` is how Python calls it, ``machine`` its processor. ``oldest`` is the oldest system that
    the wheels of a kit must work on: the version of macOS, or of the C library; empty on Windows.
    """

    name: str
    title: str
    system: System
    tag: str
    machine: str
    libc: Literal["glibc", "musl", ""] = ""
    oldest: str = ""
    bits: int = 64


PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform(
            "macos-arm64",
            "Macs with Apple silicon",
            "macos",
            "macosx-11.0-arm64",
            "arm64",
            oldest="11.0",
        ),
        # The oldest macOS for which python.org makes Python 3.14.
        Platform(
            "macos-x86_64",
            "Intel Macs",
            "macos",
            "macosx-10.15-x86_64",
            "x86_64",
            oldest="10.15",
        ),
        Platform("windows-amd64", "64-bit Windows", "windows", "win-amd64", "AMD64"),
        Platform("windows-arm64", "Windows on ARM", "windows", "win-arm64", "ARM64"),
        Platform("windows-x86", "32-bit Windows", "windows", "win32", "x86", bits=32),
        # glibc 2.28: Debian 10, Ubuntu 18.10, RHEL 8.
        Platform(
            "linux-x86_64", "Linux on x86_64", "linux", "linux-x86_64", "x86_64", "glibc", "2.28"
        ),
        Platform(
            "linux-aarch64",
            "Linux on aarch64",
            "linux",
            "linux-aarch64",
            "aarch64",
            "glibc",
            "2.28",
        ),
        Platform(
            "linux-armv7l",
            "Linux on armv7l (Raspberry Pi)",
            "linux",
            "linux-armv7l",
            "armv7l",
            "glibc",
            "2.31",
            32,
        ),
        Platform("linux-i686", "32-bit Linux", "linux", "linux-i686", "i686", "glibc", "2.28", 32),
        Platform(
            "linux-ppc64le",
            "Linux on ppc64le",
            "linux",
            "linux-ppc64le",
            "ppc64le",
            "glibc",
            "2.28",
        ),
        Platform("linux-s390x", "Linux on s390x", "linux", "linux-s390x", "s390x", "glibc", "2.28"),
        Platform(
            "linux-riscv64",
            "Linux on riscv64",
            "linux",
            "linux-riscv64",
            "riscv64",
            "glibc",
            "2.39",
        ),
        # musl 1.2: Alpine 3.13.
        Platform(
            "musllinux-x86_64",
            "Alpine Linux on x86_64",
            "linux",
            "linux-x86_64",
            "x86_64",
            "musl",
            "1.2",
        ),
        Platform(
            "musllinux-aarch64",
            "Alpine Linux on aarch64",
            "linux",
            "linux-aarch64",
            "aarch64",
            "musl",
            "1.2",
        ),
    )
}
"""All kinds of computers, by the names that ``--for`` takes."""
USUAL = (
    *("macos-arm64", "macos-x86_64", "windows-amd64", "windows-arm64"),
    *("linux-x86_64", "linux-aarch64"),
)
"""The laptops of a workshop, if none are named."""


_SHORT = {
    "linux": "linux-x86_64",
    "windows": "windows-amd64",
    "win": "windows-amd64",
    "mac": "macos-arm64",
    "macos": "macos-arm64",
    "darwin": "macos-arm64",
    "alpine": "musllinux-x86_64",
    "musllinux": "musllinux-x86_64",
}
"""The usual kind of computer of each system, for those who name only the system."""


@dataclass(frozen=True)
class Target:
    """One kind of computer with one Python: ``3.12``, or ``3.14t`` for a free-threaded one."""

    platform: Platform
    python: str

    @property
    def name(self) -> str:
        """Its name in a kit: ``macos-arm64-3.12``."""
        return f"{self.platform.name}-{self.python}"

    @property
    def title(self) -> str:
        """Its name in a sentence: ``Intel Macs, Python 3.12``."""
        return f"{self.platform.title}, Python {self.python}"


def platforms(text: str) -> tuple[Platform, ...]:
    """Return the kinds of computers that ``--for`` names, in its order. Raises BadRequest."""
    names = [name.strip().lower() for name in text.split(",")] if text else list(USUAL)
    found = []
    for name in dict.fromkeys(names):
        if name not in PLATFORMS:
            meant = did_you_mean(_SHORT.get(name, name), PLATFORMS)
            raise BadRequest(
                f"--for: unknown kind of computer: {name!r}{meant}.",
                hints=(f"Known: {', '.join(PLATFORMS)}.",),
            )
        found.append(PLATFORMS[name])
    return tuple(found)


def pythons(text: str) -> tuple[str, ...]:
    """Return the Pythons that ``--pythons`` names: ``3.9-3.12,3.14t``. Raises BadRequest."""
    found: dict[str, None] = {}
    for part in (text or PYTHONS).split(","):
        match = _RANGE.fullmatch(part.strip())
        first = int(match[1]) if match else 0
        last = int(match[3] or first) if match else 0
        free = bool(match and (match[2] or match[4]))
        within = _OLDEST[1] <= first <= last <= _NEWEST[1]
        # Free-threaded Pythons begin with 3.13; a range names either kind.
        if not match or not within or (match[3] and match[2] != match[4]) or (free and first < 13):
            raise BadRequest(
                f"--pythons: {part.strip()!r} is not a Python or a range of Pythons.",
                hints=(
                    f"Name them so: 3.9-3.12,3.14 (from 3.{_OLDEST[1]} to 3.{_NEWEST[1]}; with t, "
                    "from 3.13t, for free-threaded ones).",
                ),
            )
        found.update({f"3.{minor}{'t' if free else ''}": None for minor in range(first, last + 1)})
    return tuple(sorted(found, key=lambda name: (key(name.rstrip("t")), name)))


def ranges(names: Iterable[str]) -> str:
    """Return Pythons, with ranges: ``3.9 to 3.12, 3.14t``."""
    runs: list[list[str]] = []
    for name in names:
        previous = runs[-1][-1] if runs else ""
        follows = (
            previous
            and previous.endswith("t") == name.endswith("t")
            and int(name.rstrip("t")[2:]) == int(previous.rstrip("t")[2:]) + 1
        )
        if follows:
            runs[-1].append(name)
        else:
            runs.append([name])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs)


def check_glibc(text: str) -> str:
    """Return the version of glibc that ``--glibc`` names; empty if none. Raises BadRequest."""
    if text and not _LIBC.fullmatch(text):
        raise BadRequest(
            f"--glibc: {text!r} is not a version of glibc.",
            hints=("For example 2.17 (CentOS 7), 2.28 (Debian 10, RHEL 8), 2.34 (RHEL 9).",),
        )
    return text


def pretended(target: Target, glibc: str = "") -> Python:
    """Return what a Python of this target would say of itself.

    ``glibc`` is the oldest glibc that the kit must work with; empty: that of the platform.
    """
    platform = target.platform
    oldest = glibc if glibc and platform.libc == "glibc" else platform.oldest
    is_mac = platform.system == "macos"
    return Python(
        path=f"Python {target.python}",
        origin="kit",
        version=f"{target.python.rstrip('t')}.{PATCH}",
        free_threaded=target.python.endswith("t"),
        machine=platform.machine,
        platform=platform.tag,
        bits=platform.bits,
        libc=platform.libc,
        libc_version="" if is_mac else oldest,
        macos=oldest if is_mac else "",
    )


def markers(target: Target) -> dict[str, str]:
    """Return the values of the markers (PEP 508) on this target."""
    return marker_environment(pretended(target), target.platform.system)


@lru_cache(maxsize=256)
def ranks(target: Target, glibc: str = "") -> dict[str, int]:
    """Return the tags that pip accepts on the oldest such computer, each with its rank (0: best).

    Tags that say ``linux`` without a version are left out: such a wheel may work only where it was
    built.
    """
    accepted = expand(current_pip_tags(pretended(target, glibc)))
    portable = (tag for tag in accepted if "-linux_" not in tag)
    return {tag: rank for rank, tag in enumerate(dict.fromkeys(portable))}


def floor(tag: str) -> Optional[tuple[int, int]]:
    """Return the oldest system of a single tag: of macOS or the C library; None if it has none."""
    platform = tag.rpartition("-")[2]
    for legacy, version in _LEGACY_FLOORS.items():
        if platform.startswith(f"{legacy}_"):
            return version
    match = _FLOOR.fullmatch(platform)
    return (int(match[1]), int(match[2])) if match else None
