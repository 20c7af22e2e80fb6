"""The limits of control groups: how much memory and processor time this process may use.

A container, or a service of systemd, often may use only a part of its machine
(Documentation/admin-guide/cgroup-v2.rst of Linux).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Optional

ROOT = "/sys/fs/cgroup"
OWN_GROUP = "/proc/self/cgroup"
MEMORY_INFO = "/proc/meminfo"
UNLIMITED = 1 << 62
"""Bytes: version 1 states a number above this one if there is no limit."""


@dataclass(frozen=True)
class Limits:
    """The limits of control groups: bytes of memory and swap, and processor cores.

    None: there is no limit.
    """

    memory: Optional[int] = None
    swap: Optional[int] = None
    cores: Optional[int] = None


def read() -> Limits:
    """Read the limits of this process: the lowest of its own groups and of those above them."""
    memory: list[int] = []
    swap: list[int] = []
    cores: list[int] = []
    own = _text(OWN_GROUP)
    for group in groups(own):
        folder = f"{ROOT}{group}"
        memory += parse_bytes(_text(f"{folder}/memory.max"))
        swap += parse_bytes(_text(f"{folder}/memory.swap.max"))
        cores += parse_cores(_text(f"{folder}/cpu.max"))
    for group in groups(own, "memory"):
        folder = f"{ROOT}/memory{group}"
        limit = parse_bytes(_text(f"{folder}/memory.limit_in_bytes"))
        both = parse_bytes(_text(f"{folder}/memory.memsw.limit_in_bytes"))
        memory += limit
        # Without a limit, both are the same huge number.
        swap += [max(0, total - part) for total, part in zip(both, limit) if part < UNLIMITED]
    for group in groups(own, "cpu"):
        folder = f"{ROOT}/cpu{group}"
        quota = _text(f"{folder}/cpu.cfs_quota_us").strip()
        cores += parse_cores(f"{quota} {_text(f'{folder}/cpu.cfs_period_us')}")
    return Limits(min(memory, default=None), min(swap, default=None), min(cores, default=None))


def groups(text: str, controller: str = "") -> Iterator[str]:
    """Yield a group in ``/proc/self/cgroup``, and those above it; the root is empty.

    With a ``controller`` it is the group of version 1 that this controller limits, otherwise the
    one of version 2. In a container, the root is usually the container's own group.
    """
    found = re.search(
        rf"^\d+:(?:[^:\n]*,)?{controller}(?:,[^:\n]*)?:(/.*)$" if controller else r"^0::(/.*)$",
        text,
        re.MULTILINE,
    )
    path = PurePosixPath(found[1] if found else "/")
    if ".." not in path.parts:  # a group outside of what this process sees
        for group in (path, *path.parents):
            yield str(group).rstrip("/")


def parse_bytes(text: str) -> list[int]:
    """Parse a limit of memory: a number, or ``max``."""
    return [int(text)] if text.strip().isdigit() else []


def parse_cores(text: str) -> list[int]:
    """Parse a limit of processor time: a quota and a period in microseconds; ``max``, ``-1``: none.

    A part of a core counts as a whole one.
    """
    parts = text.split()
    if len(parts) != 2 or not all(part.isdigit() for part in parts) or int(parts[1]) == 0:
        return []
    return [max(1, math.ceil(int(parts[0]) / int(parts[1])))]


def parse_swap(text: str) -> int:
    """Return the bytes of swap space that ``/proc/meminfo`` states; 0 if there is none."""
    found = re.search(r"^SwapTotal:\s+(\d+) kB$", text, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def read_swap() -> int:
    """Return the bytes of this machine's swap space; 0 if there is none, or it is not Linux."""
    return parse_swap(_text(MEMORY_INFO))


def _text(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""  # usual: there is no such limit
