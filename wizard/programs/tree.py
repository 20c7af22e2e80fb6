"""Find and end a program and everything that it started.

A process belongs to the tree when it is in the program's group, has a parent in the tree, or was in
it at an earlier check. On Linux it also belongs if it inherited the program's mark in its
environment. This finds processes that left the group and whose parents have ended. Only root can
read the environment of root's processes, so `kill` and `grep` run as root for them.
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

_KILL = ("sh", "-c", 'kill "$@"', "sh")
"""The shell's own ``kill``: a minimal Debian has no program of that name (package procps)."""
MARK = "CRYPTOGRAPHY_WIZARD_MARK"
"""The environment variable that a started program and its children carry."""
GRACE_SECONDS = 1.2
"""Seconds between asking to end (TERM) and ending (KILL)."""
LIMIT_SECONDS = 1.7
"""Seconds after which it stops trying."""
PS_SECONDS = 5.0
"""Seconds that ``ps`` may take. With 900 processes, a Mac needs 0.1 s for it, and a busy Mac 3 s
(YoanWai/agent-manager#530)."""


class TableUnknown(Exception):
    """The system's table of processes could not be read: ``ps`` is missing, or was too slow."""


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
        self._table: dict[int, Process] = {}
        self._certain = True

    def alive(self) -> tuple[int, ...]:
        """Return the numbers of the tree's processes that still run.

        If the table of processes cannot be read, the system is asked about the known ones and the
        program's group; then others may also run.
        """
        try:
            self._table = table = processes()
        except TableUnknown:
            self._certain = False
            return self._answering()
        self._certain = True
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

    def _answering(self) -> tuple[int, ...]:
        """Return the known processes that exist; the first also stands for its group."""
        return tuple(
            pid
            for pid in sorted({self.pid, *self._known})
            if _exists(pid) or (pid == self.pid and _exists(-pid))
        )

    def end(self, reap: Callable[[], object], grace: float = GRACE_SECONDS) -> bool:
        """End the whole tree; True if it is certain that none is left.

        ``reap`` collects the exit code of the first process. The time limits count from the moment
        when the table of processes was first read.
        """
        if sys.platform == "win32":
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # reap tells
                _run(("taskkill", "/T", "/F", "/PID", str(self.pid)), LIMIT_SECONDS)
            return reap() is not None
        first = self.alive()
        begin = time.monotonic()
        if grace:
            self._signal(first, signal.SIGTERM)
        while self._remaining(reap) and time.monotonic() - begin < grace:
            time.sleep(0.03)
        while remaining := self._remaining(reap):
            if time.monotonic() - begin > LIMIT_SECONDS:
                return False
            self._signal(remaining, signal.SIGKILL)
            time.sleep(0.02)
        return self._certain

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the whole tree."""
        self._signal(self.alive(), number)

    def _remaining(self, reap: Callable[[], object]) -> tuple[int, ...]:
        reap()
        left = self.alive()
        return self.alive() if not left and self._detached() else left

    def _detached(self) -> bool:
        """Look for root's processes that left the tree; return whether there are any.

        It asks root for those with the mark, and only after all others have ended.
        """
        if not self._root_prefix or not self._certain or not sys.platform.startswith("linux"):
            return False
        files = {f"/proc/{pid}/environ": pid for pid in self._table if _is_of_others(pid)}
        words = ("grep", "-lsaF", "-e", self._mark.decode(), "--", *files)
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # it may do nothing as root
            lines = _run((*self._root_prefix, *words), LIMIT_SECONDS).splitlines()
            found = [files[line] for line in lines if line in files]
            self._known.update({pid: self._table[pid].started for pid in found})
            return bool(found)
        return False

    def _signal(self, pids: Sequence[int], number: signal.Signals) -> None:
        targets = list(pids)
        if not self._certain and self.pid in targets and _exists(-self.pid):
            # The whole group, whose other processes are unknown.
            targets[targets.index(self.pid)] = -self.pid
        refused = []
        for target in targets:
            try:
                os.kill(target, number)
            except ProcessLookupError:
                continue
            except PermissionError:
                refused.append(str(target))
        if refused and self._root_prefix:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):  # the caller looks again
                end_of_options = ("--",) if min(targets) < 0 else ()
                words = (f"-{number.name[3:]}", *end_of_options, *refused)
                _run((*self._root_prefix, *_KILL, *words), LIMIT_SECONDS)


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
    """Return the system's running processes, by number. Raises TableUnknown."""
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
    try:
        lines = _run(("ps", "-axo", "pid=,ppid=,pgid=,stat=,lstart="), PS_SECONDS).splitlines()
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TableUnknown(str(error)) from None
    table = {}
    for line in lines:
        pid, parent, group, state, started = line.split(None, 4)
        if state[0] not in "ZX":
            table[int(pid)] = Process(int(pid), int(parent), int(group), started)
    if not table:  # at least ps itself runs
        raise TableUnknown("ps lists no process")
    return table


def _exists(target: int) -> bool:
    """Return whether this process, or the group with this number if it is negative, exists."""
    try:
        os.kill(target, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it belongs to another user
        return True
    return True


def _is_of_others(pid: int) -> bool:
    with contextlib.suppress(OSError):  # it has ended
        return os.stat(f"/proc/{pid}").st_uid != os.getuid()  # noqa: PTH116 - for every process
    return False


def _has_mark(pid: int, mark: bytes) -> bool:
    """Return whether the process has the mark in its environment. Only Linux shows this."""
    with contextlib.suppress(OSError):  # another user's process, or ended
        return mark in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return False


def _run(argv: Sequence[str], seconds: float) -> str:
    """Return the output of a small system program. Raises OSError, TimeoutExpired."""
    return subprocess.run(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    ).stdout.decode("utf-8", errors="replace")
