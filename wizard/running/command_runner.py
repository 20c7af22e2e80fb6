"""Runs one command of a step: its output, log, progress, locks, limits and end."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import Callable, Literal, Optional

from backends.action import Command
from backends.progress import Progress
from wizard.facts import Privilege
from wizard.programs import locks
from wizard.programs.lines import LineDecoder
from wizard.programs.processes import Running, signal_name, start
from wizard.programs.progress import reader
from wizard.programs.variables import REMOVED
from wizard.running import privilege
from wizard.running.events import Event, Lines, Progressed, Waiting

TICK = 0.05
"""Seconds between two checks of the clock, and between two batches of lines for the interface."""
BATCH = 20_000
"""With more lines than these a batch is sent at once, even if a tick is not over."""
RETRY_SECONDS = 2.0
"""Seconds between two attempts while another process holds a lock."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended. ``exit`` is None if it did not end by itself.

    ``cause`` and ``hints`` are for an end that its output does not explain.
    """

    state: Literal["done", "failed", "cancelled"]
    exit: Optional[int] = None
    cause: str = ""
    hints: tuple[str, ...] = ()


@dataclass(frozen=True)
class CommandContext:
    """What a command runs in: where events go, what cancels it, how it becomes root."""

    emit: Callable[[Event], None]
    cancel: threading.Event
    privilege: Privilege


def environment(command_env: dict[str, str], unset: Sequence[str] = ()) -> dict[str, str]:
    """Return the environment of a step's program: this process's, without ``unset`` and unwanted
    variables."""
    removed = {*REMOVED, *unset}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return {**kept, "PYTHONUNBUFFERED": "1", **command_env}


def run_command(step: str, command: Command, log: Path, context: CommandContext) -> Outcome:
    """Run ``command`` for the step of this id and write all its output to ``log``.

    While another program holds the lock it needs, wait and try again. Raises Impossible if it needs
    root and there is no way to it, and OSError where the log cannot be made.
    """
    argv, variables = privilege.wrap(command, context.privilege)
    with log.open("ab", buffering=0) as file, _temporary(command) as folder:
        env = environment({**_kept_in(folder), **variables}, command.unset)
        lock = _Lock(step, command, context.emit)
        while True:
            attempt = _Attempt(step, command, file, folder, context, lock)
            ended = attempt.run(argv, env)
            if ended.state != "failed" or not attempt.busy:
                return ended
            if lock.left <= 0:
                return _still_busy(ended, lock.who, command)
            if context.cancel.wait(min(RETRY_SECONDS, lock.left)):
                return Outcome("cancelled")


@contextlib.contextmanager
def _temporary(command: Command) -> Iterator[Optional[Path]]:
    """A folder for the command's temporary files, so that none are left when it is ended.

    An interrupted build would leave hundreds of megabytes. Programs run as root keep their own
    folder.
    """
    if command.root:
        yield None
        return
    folder = tempfile.mkdtemp(prefix="cryptography-wizard-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _kept_in(folder: Optional[Path]) -> dict[str, str]:
    return {} if folder is None else dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


class _Lock:
    """What is known about the lock that a command waits for, over all attempts."""

    def __init__(self, step: str, command: Command, emit: Callable[[Event], None]) -> None:
        self.who = ""
        self._step = step
        self._seconds = command.busy_seconds
        self._emit = emit
        self._since: Optional[float] = None

    @property
    def left(self) -> float:
        """Return the seconds until the wait ends."""
        if self._since is None:
            return self._seconds
        return max(0.0, self._since + self._seconds - time.monotonic())

    def seen(self, line: str) -> None:
        """The command says that the lock is held. Emit who holds it once, not every second."""
        self._since = self._since or time.monotonic()
        who = locks.holder(line) or self.who or line.strip()
        if who != self.who:
            self.who = who
            self._emit(Waiting(self._step, who, self.left))


class _NotLogged(Exception):
    """The log could not be written to."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class _Attempt:
    """One attempt to run the command."""

    def __init__(
        self,
        step: str,
        command: Command,
        log: FileIO,
        folder: Optional[Path],
        context: CommandContext,
        lock: _Lock,
    ) -> None:
        self.busy = False
        self._lock = lock
        self._step = step
        self._command = command
        self._log = log
        self._context = context
        self._pattern = re.compile(command.busy) if command.busy else None
        self._decoder = LineDecoder()
        self._reader = reader(command, folder)
        self._lines: list[str] = []
        self._progress_now: Optional[Progress] = None
        self._progress_sent: Optional[Progress] = None
        self._sent_at = 0.0

    def run(self, argv: Sequence[str], env: dict[str, str]) -> Outcome:
        command = self._command
        ender = privilege.ender(self._context.privilege) if command.root else ()
        try:
            running = start(argv, env=env, cwd=command.cwd, detached=command.detached, ender=ender)
        except OSError as error:
            return _not_started(argv[0], command, error)
        try:
            ended = self._follow(running)
        except _NotLogged as problem:
            running.end()
            ended = _not_logged(self._log.name, problem.error)
        except BaseException:
            running.end()
            raise
        self._take(self._decoder.finish())
        self._send()
        return ended

    def _follow(self, running: Running) -> Outcome:
        limit = time.monotonic() + self._command.timeout
        while not running.over:
            chunk = running.read(TICK)
            if chunk:
                self._write(chunk)
                self._take(self._decoder.feed(chunk))
            now = time.monotonic()
            if now - self._sent_at >= TICK or len(self._lines) > BATCH:
                self._send()
            if self._context.cancel.is_set():
                return self._stop(running, Outcome("cancelled"))
            if now > limit:
                return self._stop(running, _too_slow(self._command))
        return _by_exit(running.exit, self._command)

    def _stop(self, running: Running, ended: Outcome) -> Outcome:
        """End everything, and keep the last output."""
        gone = running.end()
        begin = time.monotonic()
        while not running.over and time.monotonic() - begin < 0.1:
            chunk = running.read(0.02)
            self._write(chunk)
            self._take(self._decoder.feed(chunk))
        if gone:
            return ended
        left = "Some of its programs could not be ended and are still running."
        return Outcome(ended.state, ended.exit, f"{ended.cause} {left}".strip(), ended.hints)

    def _write(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[self._log.write(rest) :]
        except OSError as error:
            raise _NotLogged(error) from None

    def _take(self, lines: list[str]) -> None:
        if not lines:
            return
        kept, progress = self._reader.read(lines)
        self._lines += kept
        self._progress_now = progress or self._progress_now
        if self._pattern is None:
            return
        for line in filter(self._pattern.search, kept):
            self.busy = True
            self._lock.seen(line)

    def _send(self) -> None:
        self._sent_at = time.monotonic()
        progress = self._progress_now
        if progress is not None and progress != self._progress_sent:
            self._progress_sent = progress
            self._context.emit(Progressed(self._step, *progress))
        if self._lines:
            lines, self._lines = tuple(self._lines), []
            self._context.emit(Lines(self._step, lines))


def _by_exit(code: Optional[int], command: Command) -> Outcome:
    if code in command.ok:
        return Outcome("done", code)
    if code is not None and code < 0:
        name = signal_name(code)
        if name == "SIGKILL":
            return Outcome(
                "failed",
                code,
                "The program was killed (SIGKILL). Usually this means that the system ran out of "
                "memory.",
                ("Close other programs, or add swap space, and try again.",),
            )
        return Outcome("failed", code, f"The program was ended by a signal ({name or -code}).")
    return Outcome("failed", code)


def _too_slow(command: Command) -> Outcome:
    minutes = command.timeout / 60
    limit = f"{minutes:.0f} minutes" if minutes >= 2 else f"{command.timeout:g} seconds"
    return Outcome(
        "failed",
        None,
        f"It did not finish within its limit of {limit}, so it was stopped.",
        ("The end of the log shows what it waited for. Then try again.",),
    )


def _still_busy(ended: Outcome, who: str, command: Command) -> Outcome:
    return Outcome(
        "failed",
        ended.exit,
        f"Another program still holds the lock after {command.busy_seconds:g} seconds: {who}.",
        ("Wait until it has finished, or end it, and try again.",),
    )


def _not_started(program: str, command: Command, error: OSError) -> Outcome:
    reason = error.strerror or str(error)
    if command.cwd and not Path(command.cwd).is_dir():
        return Outcome(
            "failed",
            None,
            f"The folder {command.cwd}, in which {program} should run, does not exist.",
        )
    if isinstance(error, FileNotFoundError):
        if Path(program).exists():
            return Outcome(
                "failed",
                None,
                f"{program} exists but cannot run: the program that its first line names, or a "
                "system library that it needs, is missing.",
            )
        return Outcome(
            "failed",
            None,
            f"The program {program} does not exist.",
            ("Install it, or put its folder on PATH, and try again.",),
        )
    if isinstance(error, PermissionError):
        return Outcome(
            "failed",
            None,
            f"The system does not allow {program} to run ({reason}).",
            (f"Check its permissions: ls -l {program}",),
        )
    if error.errno == errno.ENOEXEC:
        return Outcome("failed", None, f"{program} is not a program for this machine ({reason}).")
    return Outcome("failed", None, f"{program} could not be started: {reason}.")


def _not_logged(log: str, error: OSError) -> Outcome:
    reason = error.strerror or str(error)
    hints: tuple[str, ...] = ()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hints = (f"Free some space on the disk of {Path(log).parent}, and try again.",)
    return Outcome("failed", None, f"The log {log} could not be written: {reason}.", hints)
