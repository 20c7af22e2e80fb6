"""Find and end a program and everything that it started.

A process belongs to the tree when it is in the program's group, has a parent in the tree, or was in
it at an earlier check. On Linux it also belongs if it inherited the program's mark in its
environment. This finds processes that left the group and whose parents have ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MARK = "CRYPTOGRAPHY_WIZARD_MARK"
"""The environment variable that a started program and its children carry."""
GRACE_SECONDS = 1.2
"""Seconds between asking to end (TERM) and ending (KILL)."""
LIMIT_SECONDS = 1.7
"""Seconds after which it stops trying."""


@dataclass(frozen=True)
class Process:
    """One line of the system's process table. ``started`` identifies a reused number."""

    pid: int
    parent: int
    group: int
    started: str


class Tree:
    """The tree below ``pid``, which leads its own process group.

    ``mark`` is the value of `MARK` in its environment; ``root_prefix`` is put before ``kill`` for
    processes that this user may not end.
    """

    def __init__(self, pid: int, mark: str, root_prefix: Sequence[str] = ()) -> None:
        self.pid = pid
        self._mark = f"{MARK}={mark}".encode()
        self._root_prefix = tuple(root_prefix)
        self._known: dict[int, str] = {}

    def alive(self) -> tuple[int, ...]:
        """Return the numbers of the tree's processes that still run."""
        table = processes()
        members = {
            pid
            for pid, process in table.items()
            if process.group == self.pid
            or self._known.get(pid) == process.started
            or _has_mark(pid, self._mark)
        }
        count = -1
        while count != len(members):
            count = len(members)
            members |= {pid for pid, process in table.items() if process.parent in members}
        self._known.update({pid: table[pid].started for pid in members})
        return tuple(sorted(members))

    def end(self, reap: Callable[[], object], grace: float = GRACE_SECONDS) -> bool:
        """End the whole tree; True if none is left. ``reap`` collects the exit code of the first
        process."""
        if sys.platform == "win32":
            _run(("taskkill", "/T", "/F", "/PID", str(self.pid)))
            return reap() is not None
        begin = time.monotonic()
        if grace:
            self._signal(self.alive(), signal.SIGTERM)
        while self._remaining(reap) and time.monotonic() - begin < grace:
            time.sleep(0.03)
        while remaining := self._remaining(reap):
            if time.monotonic() - begin > LIMIT_SECONDS:
                return False
            self._signal(remaining, signal.SIGKILL)
            time.sleep(0.02)
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole tree."""
        self._signal(self.alive(), number)

    def _remaining(self, reap: Callable[[], object]) -> tuple[int, ...]:
        reap()
        return self.alive()

    def _signal(self, pids: Sequence[int], number: signal.Signals) -> None:
        refused = []
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
            except PermissionError:
                refused.append(str(pid))
        if refused and self._root_prefix:
            _run((*self._root_prefix, "kill", f"-{number.name[3:]}", *refused))


def process_group(detached: bool) -> dict[str, Any]:
    """Return Popen's arguments for a new process group, or a new session."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    if detached:
        return {"start_new_session": True}
    if sys.version_info >= (3, 11):
        return {"process_group": 0}
    return {"preexec_fn": os.setpgrp}


def processes() -> dict[int, Process]:
    """Return the system's running processes, by number."""
    return _from_proc() if Path("/proc/self/stat").exists() else _from_ps()


def _from_proc() -> dict[int, Process]:
    table = {}
    for entry in os.listdir("/proc"):  # noqa: PTH208 - Path.iterdir takes three times as long
        if not entry.isdigit():
            continue
        try:
            stat = Path("/proc", entry, "stat").read_text(errors="replace")
        except (FileNotFoundError, ProcessLookupError):  # it has ended since the folder was listed
            continue
        # "pid (name) state parent group …": the name may contain spaces and parentheses.
        fields = stat[stat.rindex(")") + 2 :].split()
        if fields[0] not in "ZX":  # dead, but not yet collected by its parent
            pid = int(entry)
            table[pid] = Process(pid, int(fields[1]), int(fields[2]), fields[19])
    return table


def _from_ps() -> dict[int, Process]:
    table = {}
    for line in _run(("ps", "-axo", "pid=,ppid=,pgid=,stat=,lstart=")).splitlines():
        pid, parent, group, state, started = line.split(None, 4)
        if state[0] not in "ZX":
            table[int(pid)] = Process(int(pid), int(parent), int(group), started)
    return table


def _has_mark(pid: int, mark: bytes) -> bool:
    """Return whether the process has the mark in its environment. Only Linux shows this."""
    with contextlib.suppress(OSError):  # another user's process, or ended
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return False


def _run(argv: Sequence[str]) -> str:
    """Return the output of a small system program; empty if it is missing or too slow."""
    try:
        return subprocess.run(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=0.6,
            check=False,
        ).stdout.decode("utf-8", errors="replace")
    except (OSError, subprocess.TimeoutExpired):
        return ""
