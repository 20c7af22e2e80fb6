"""Which process holds the lock that a package manager waits for."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

_NAMED = re.compile(
    r"process (\d+)(?: \(([^)]+)\))?|pid (\d+)|already locked by (\d+)", re.IGNORECASE
)
_FILE = re.compile(r"(/[\w./+-]*lock[\w./+-]*?)[.:,]?(?=\s|$)")


def holder(line: str) -> str:
    """Return the process that holds the lock, as ``apt-get (process 812)``; empty if unknown.

    ``line`` is the package manager's message. If it names no process, Linux's table of locks is
    searched for the file that it names.
    """
    match = _NAMED.search(line)
    if match:
        pid, name = int(match[1] or match[3] or match[4]), match[2] or ""
        return _process_text(pid, name or _process_name(pid))
    file = _FILE.search(line)
    pid = _lock_owner(Path(file[1])) if file else 0
    return _process_text(pid, _process_name(pid)) if pid else ""


def _process_text(pid: int, name: str) -> str:
    return f"{name} (process {pid})" if name else f"process {pid}"


def _process_name(pid: int) -> str:
    with contextlib.suppress(OSError):  # no /proc, or it ended
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    return ""


def _lock_owner(file: Path) -> int:
    """Return the process that has locked ``file``; 0 if there is none, or it is unknown."""
    with contextlib.suppress(OSError):  # no such file, or no /proc
        status = file.stat()
        device_and_inode = (
            f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
        )
        for line in Path("/proc/locks").read_text().splitlines():
            # 1: POSIX  ADVISORY  WRITE 812 08:01:131 0 EOF
            fields = line.split()
            if len(fields) > 5 and fields[5] == device_and_inode and fields[4].isdigit():
                return int(fields[4])
    return 0
