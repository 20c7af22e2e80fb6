"""The disks of the folders that an installation fills: free space, and what they cannot do."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from wizard.facts import Space

MOUNTS = "/proc/self/mountinfo"


def read(folders: Iterable[str]) -> tuple[Space, ...]:
    """Read the disk of each folder; for one that does not exist yet, that of the nearest above it.

    A folder whose disk cannot be read is left out.
    """
    mounts = _mounts()
    spaces = []
    for folder in dict.fromkeys(filter(None, folders)):
        existing = _existing(Path(folder))
        try:
            free = shutil.disk_usage(existing).free
            noexec = sys.platform == "linux" and bool(os.statvfs(existing).f_flag & os.ST_NOEXEC)
        except OSError:
            continue
        spaces.append(Space(folder, free, noexec, filesystem(mounts, str(existing.resolve()))))
    return tuple(spaces)


def filesystem(mounts: str, folder: str) -> str:
    """Return the type of the file system that contains ``folder``, or empty.

    ``mounts`` is the text of ``/proc/self/mountinfo`` (``proc_pid_mountinfo(5)``).
    """
    found = ""
    longest = -1
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split()
        if not dash or len(fields) < 5:
            continue
        point = _unescaped(fields[4])
        inside = folder == point or folder.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= longest:  # a later mount hides an earlier one
            longest, found = len(point), after.split()[0]
    return found


def _unescaped(text: str) -> str:
    """Return a path whose spaces, tabs and backslashes the kernel wrote as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _existing(folder: Path) -> Path:
    return next((path for path in (folder, *folder.parents) if path.exists()), folder)


def _mounts() -> str:
    try:
        return Path(MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""  # not Linux
