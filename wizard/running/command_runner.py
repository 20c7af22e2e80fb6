"""Runs one command of a step: its output, log, progress, locks, limits and end."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import FileIO
from pathlib import Path
from types import MappingProxyType
from typing import Callable, Literal, Optional

from backends.action import Command
from backends.progress import Progress
from wizard import locations, temporary
from wizard.facts import Privilege
from wizard.programs import locks
from wizard.programs.lines import LineDecoder
from wizard.programs.processes import Deadline, Running, new_mark, signal_name, start
from wizard.programs.progress import progress_reader
from wizard.programs.tree import MARK
from wizard.programs.variables import REMOVED
from wizard.programs.variables import defaults as plan_defaults
from wizard.running import privilege
from wizard.running.events import Event, Lines, Progressed, Waiting
from wizard.wording import time_limit

TICK = 0.05
"""Seconds between two checks of the clock, and between two batches of lines for the interface."""
BATCH = 20_000
"""If more lines than this are pending, they are emitted at once, before the tick is over."""
_ERROR = re.compile(r"(?:error|e): ", re.IGNORECASE)
"""The beginning of a line with which a package manager reports an error."""
PROGRAM_MISSING = "program-missing"
"""The id of the failure that the program of a step does not exist, or cannot start."""
LOCKED = "lock-waiting"
"""The id of the failure that another program held a lock for too long."""
RETRY_SECONDS = 2.0
"""Seconds between two attempts while another process holds a lock."""
PAUSES = (2.0, 5.0, 10.0)
"""Seconds before each further attempt after a download that failed."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended. ``exit`` is None if it did not end by itself.

    ``cause`` and ``hints`` are for an end that its output does not explain. ``failure``,
    ``remedies`` and ``evidence`` are those of `wizard.running.events.StepEnded`.
    """

    state: Literal["done", "failed", "cancelled"]
    exit: Optional[int] = None
    cause: str = ""
    hints: tuple[str, ...] = ()
    failure: str = ""
    remedies: tuple[str, ...] = ()
    evidence: str = ""


@dataclass(frozen=True)
class CommandContext:
    """How a command runs: where its events go, what cancels it, how it becomes root.

    ``variables`` are those of the plan: `wizard.programs.variables.defaults`. They are set unless
    this process's environment has them.
    """

    emit: Callable[[Event], None]
    cancel: threading.Event
    privilege: Privilege
    variables: tuple[tuple[str, str], ...] = ()


def environment(
    command_env: dict[str, str],
    unset: Sequence[str] = (),
    defaults: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Return the environment of a step's program.

    It is ``defaults`` and this process's environment, without the variables in ``unset`` and
    `REMOVED`.
    """
    removed = {*REMOVED, *unset}
    existing = {**defaults, **os.environ}
    inherited = {name: value for name, value in existing.items() if name not in removed}
    return {**inherited, "PYTHONUNBUFFERED": "1", **command_env}


def run_command(step: str, command: Command, log: Path, context: CommandContext) -> Outcome:
    """Run ``command`` for the step with this id, and write all its output to ``log``.

    While another program holds a lock that it needs, it waits and tries again. A program whose
    download broke off is started again, at most ``command.retries`` times, with the words
    ``command.again`` if that program is there by then. Raises Impossible if it needs root and the
    user cannot become root, and OSError if the log cannot be created.
    """
    defaults = plan_defaults(context.variables, os.environ)
    mark = new_mark()
    inherited = {**defaults, **os.environ, MARK: mark}
    handed_over = privilege.wrapped(command, context.privilege, inherited)
    with (
        open(log, "ab", buffering=0, opener=locations.private) as file,
        _temporary_folder(command) as folder,
        handed_over as started,
    ):
        argv, variables = started
        env = environment({**_temporary_variables(folder), **variables}, command.unset, defaults)
        lock = _LockWait(step, command, context.emit)
        retries = 0
        while True:
            attempt = _Attempt(step, command, file, folder, context, lock, mark)
            outcome = attempt.run(argv, env)
            if outcome.state == "failed" and outcome.exit and attempt.nothing_to_remove:
                return Outcome("done", outcome.exit)
            if outcome.state == "failed" and attempt.interrupted and retries < command.retries:
                pause = PAUSES[min(retries, len(PAUSES) - 1)]
                retries += 1
                attempt.say(another_attempt(retries + 1, command.retries + 1, pause))
                if context.cancel.wait(pause):
                    return Outcome("cancelled")
                if command.again and os.access(command.again[0], os.X_OK):
                    argv = command.again
                continue
            if outcome.state != "failed" or not attempt.busy:
                return outcome
            if lock.seconds_left <= 0:
                return _lock_outcome(outcome, lock.holder, command)
            if context.cancel.wait(min(RETRY_SECONDS, lock.seconds_left)):
                return Outcome("cancelled")


_ANOTHER = re.compile(r"A download failed, perhaps for a moment\. Attempt \d+ of \d+ begins in ")


def another_attempt(number: int, whole: int, pause: float) -> str:
    """Return the line of a log between two attempts."""
    return (
        f"A download failed, perhaps for a moment. Attempt {number} of {whole} begins in "
        f"{pause:g} seconds."
    )


def last_attempt(lines: list[str]) -> list[str]:
    """Return the lines of a log after the last line that `another_attempt` made."""
    begins = [number for number, line in enumerate(lines, 1) if _ANOTHER.match(line)]
    return lines[begins[-1] :] if begins else lines


@contextlib.contextmanager
def _temporary_folder(command: Command) -> Iterator[Optional[Path]]:
    """Yield a folder for the command's temporary files, which is deleted afterwards.

    An interrupted build would leave hundreds of megabytes. Programs that run as root use their
    usual folder.
    """
    if command.root:
        yield None
        return
    with temporary.folder() as folder:
        yield folder


def _temporary_variables(folder: Optional[Path]) -> dict[str, str]:
    return {} if folder is None else dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))


class _LockWait:
    """The lock that a command waits for: who holds it, and how long to wait, over all attempts."""

    def __init__(self, step: str, command: Command, emit: Callable[[Event], None]) -> None:
        self.holder = ""
        self._step = step
        self._seconds = command.busy_seconds
        self._emit = emit
        self._since: Optional[float] = None

    @property
    def seconds_left(self) -> float:
        """The seconds until the wait ends."""
        if self._since is None:
            return self._seconds
        return max(0.0, self._since + self._seconds - time.monotonic())

    def report(self, line: str) -> None:
        """Note a line that says the lock is held. Emit who holds it once, not every second."""
        self._since = self._since or time.monotonic()
        holder = locks.holder(line) or self.holder or line.strip()
        if holder != self.holder:
            self.holder = holder
            self._emit(Waiting(self._step, holder, self.seconds_left))


class _LogError(Exception):
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
        lock: _LockWait,
        mark: str,
    ) -> None:
        self._mark = mark
        self._seen: set[Literal["busy", "denied", "gone", "error"]] = set()
        self.interrupted = False
        self._interruption = re.compile(command.interrupted) if command.interrupted else None
        self._lock = lock
        self._step = step
        self._command = command
        self._log = log
        self._context = context
        self._busy = _pattern(command.busy)
        self._denied = _pattern(command.denied)
        self._gone = _pattern(command.gone)
        self._decoder = LineDecoder()
        self._progress_reader = progress_reader(command, folder)
        self._lines: list[str] = []
        self._progress: Optional[Progress] = None
        self._progress_emitted: Optional[Progress] = None
        self._emitted_at = 0.0

    def run(self, argv: Sequence[str], env: dict[str, str]) -> Outcome:
        command = self._command
        prefix = privilege.root_prefix(self._context.privilege) if command.root else ()
        try:
            running = start(
                argv,
                env=env,
                cwd=command.cwd,
                detached=command.detached,
                root_prefix=prefix,
                mark=self._mark,
            )
        except OSError as error:
            return _start_failure(argv[0], command, error)
        try:
            outcome = self._follow(running)
        except _LogError as problem:
            running.end()
            outcome = _log_failure(self._log.name, problem.error)
        except BaseException:
            running.end()
            raise
        self._add_lines(self._decoder.finish())
        self._emit_pending()
        return outcome

    def say(self, line: str) -> None:
        """Add a line of the wizard to the log, and show it."""
        self._write_log(f"{line}\n".encode("utf-8", "backslashreplace"))
        self._context.emit(Lines(self._step, (line,)))

    def _follow(self, running: Running) -> Outcome:
        deadline = Deadline(self._command.timeout)
        while not running.over:
            chunk = running.read(TICK)
            if chunk:
                self._write_log(chunk)
                self._add_lines(self._decoder.feed(chunk))
            now = time.monotonic()
            if now - self._emitted_at >= TICK or len(self._lines) > BATCH:
                self._emit_pending()
            if self._context.cancel.is_set():
                return self._stop(running, Outcome("cancelled"))
            if deadline.remaining() <= 0:
                return self._stop(running, _timeout_outcome(self._command, self._progress))
        return _exit_outcome(running.exit, self._command)

    @property
    def busy(self) -> bool:
        """Whether another process holds a lock, and waiting for it helps."""
        return "busy" in self._seen and "denied" not in self._seen

    @property
    def nothing_to_remove(self) -> bool:
        """Whether its only errors are that what it removes does not exist."""
        return "gone" in self._seen and "error" not in self._seen

    def _stop(self, running: Running, outcome: Outcome) -> Outcome:
        """End everything, and keep the last output."""
        all_ended = running.end()
        begin = time.monotonic()
        while not running.over and time.monotonic() - begin < 0.1:
            chunk = running.read(0.02)
            self._write_log(chunk)
            self._add_lines(self._decoder.feed(chunk))
        if all_ended:
            return outcome
        problem = "Some of its programs may still be running."
        return replace(outcome, cause=f"{outcome.cause} {problem}".strip())

    def _write_log(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[self._log.write(rest) :]
        except OSError as error:
            raise _LogError(error) from None

    def _add_lines(self, lines: list[str]) -> None:
        if not lines:
            return
        kept, progress = self._progress_reader.read(lines)
        self._lines += kept
        self._progress = progress or self._progress
        for line in kept:
            self._notice(line)

    def _notice(self, line: str) -> None:
        """Note what a line says about locks, broken downloads, and things that do not exist."""
        if self._interruption is not None and self._interruption.search(line):
            self.interrupted = True
        if self._busy and self._busy.search(line):
            self._seen.add("busy")
            self._lock.report(line)
        if self._denied and self._denied.search(line):
            self._seen.add("denied")
        if self._gone and self._gone.search(line):
            self._seen.add("gone")
        elif self._gone and _ERROR.match(line):
            self._seen.add("error")

    def _emit_pending(self) -> None:
        self._emitted_at = time.monotonic()
        progress = self._progress
        if progress is not None and progress != self._progress_emitted:
            self._progress_emitted = progress
            self._context.emit(Progressed(self._step, *progress))
        if self._lines:
            lines, self._lines = tuple(self._lines), []
            self._context.emit(Lines(self._step, lines))


def _pattern(text: str) -> Optional[re.Pattern[str]]:
    return re.compile(text) if text else None


def _exit_outcome(code: Optional[int], command: Command) -> Outcome:
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
                "oom-killed",
                ("fewer-jobs", "wheel"),
            )
        return Outcome("failed", code, f"The program was ended by a signal ({name or -code}).")
    return Outcome("failed", code)


def _timeout_outcome(command: Command, progress: Optional[Progress]) -> Outcome:
    limit = time_limit(command.timeout)
    cause = f"It did not finish within its limit of {limit}, so it was stopped."
    if not command.interrupted:
        hint = "The end of the log shows what it waited for. Then try again."
        return Outcome("failed", None, cause, (hint,))
    arrived = ""
    if command.progress == "pip" and progress is not None and progress.done < progress.total:
        what = progress.what or "a file"
        arrived = f" {progress.done:,.0f} of {progress.total:,.0f} bytes of {what} had arrived."
    return Outcome(
        "failed",
        None,
        f"{cause} The network or the index is too slow, or has stopped.{arrived}",
        (
            "Try again with a faster network, or with another index.",
            "Or make a wheelhouse on a machine with a faster network (--wheelhouse FOLDER), and "
            "install from it here: --from-wheelhouse FOLDER",
        ),
    )


def _lock_outcome(ended: Outcome, holder: str, command: Command) -> Outcome:
    return Outcome(
        "failed",
        ended.exit,
        f"Another program still holds the lock after {time_limit(command.busy_seconds)}: {holder}.",
        ("Wait until it has finished, or end it, and try again.",),
        LOCKED,
    )


def _start_failure(program: str, command: Command, error: OSError) -> Outcome:
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
                failure=PROGRAM_MISSING,
            )
        return Outcome(
            "failed",
            None,
            f"The program {program} does not exist.",
            ("Install it, or put its folder on PATH, and try again.",),
            PROGRAM_MISSING,
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


def _log_failure(log: str, error: OSError) -> Outcome:
    reason = error.strerror or str(error)
    hints: tuple[str, ...] = ()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        hints = (f"Free some space on the disk of {Path(log).parent}, and try again.",)
    return Outcome("failed", None, f"The log {log} could not be written: {reason}.", hints)
