"""Start other programs: argv only, no terminal on their stdin, never longer than a limit.

`ask` runs a program that answers a question. `start` starts one whose output is read as it comes.
Every program started here can be ended together with everything that it started. plumbum is not
used for this: it can add variables to a child's environment but not remove any, it ends only the
direct child, and its process groups need a new session, in which sudo's tickets are not valid.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from typing import IO

from backends.action import Output
from wizard.programs import windows_job
from wizard.programs.guardian import Guardian, end_all
from wizard.programs.tree import MARK, Tree, process_group
from wizard.programs.waiting import waiting

CHUNK = 64 * 1024
"""How many bytes are read at once: the size of a pipe on Linux."""
MAX_ANSWER = 64 * 1024 * 1024
"""The largest answer, in bytes: a program that never stops printing would fill the memory."""
PIPE_WAIT_SECONDS = 1.0
"""How many seconds to wait for a finished program's output when another process keeps its pipe
open."""
QUEUED_CHUNKS = 64
"""How many unread chunks may be queued before the program has to wait: four megabytes."""

LONG_SECONDS = 30.0
"""Programs that may run longer than this are watched by the guardian; its start takes a moment."""
ASLEEP_SECONDS = 5.0
"""If the wizard noticed nothing for so long, it was stopped, or the computer slept. That time does
not count for a time limit."""

_cancel: ContextVar[threading.Event | None] = ContextVar("cancel", default=None)
_guardian = Guardian()
_running: dict[str, Tree] = {}
"""The programs that run now, by their marks."""


class ProgramTimeout(Exception):
    """A program did not answer within its time limit and was ended."""


class TooMuchOutput(ProgramTimeout):
    """A program printed too much output and was ended."""


class Cancelled(Exception):
    """A program was ended because the user cancelled."""


class Deadline:
    """A moment after which a program is ended. ``seconds`` count only while the wizard runs."""

    def __init__(self, seconds: float) -> None:
        self._checked = time.monotonic()
        self._end = self._checked + seconds

    def remaining(self) -> float:
        """Return the seconds that are left; to be called again and again while waiting."""
        now = time.monotonic()
        if now - self._checked > ASLEEP_SECONDS:
            self._end += now - self._checked
        self._checked = now
        return self._end - now


def new_mark() -> str:
    """Return a value for `MARK` that no other program has."""
    return os.urandom(8).hex()


def end_everything() -> None:
    """End all programs that run now, within two seconds. For the end of the wizard only."""
    end_all(list(_running.values()))


def tell_guardian_about_terminal() -> None:
    """Tell what watches over the programs which terminal shows the full screen now."""
    _guardian.tell_about_terminal()


def start_guardian() -> None:
    """Start what ends the programs, and puts the terminal back, if the wizard is killed.

    Otherwise the first program that needs it waits for its start. Raises OSError if the system
    allows no more processes.
    """
    _guardian.begin()


def pause() -> None:
    """Stop all programs that run now, until `resume`."""
    if sys.platform != "win32":
        for tree in list(_running.values()):
            tree.send(signal.SIGSTOP)


def resume() -> None:
    """Let all programs go on after `pause`."""
    if sys.platform != "win32":
        for tree in list(_running.values()):
            tree.send(signal.SIGCONT)


@contextlib.contextmanager
def cancellable(event: threading.Event) -> Iterator[None]:
    """Within this block `ask` raises Cancelled as soon as ``event`` is set."""
    token = _cancel.set(event)
    try:
        yield
    finally:
        _cancel.reset(token)


def ask(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    timeout: float = 10.0,
    detached: bool = True,
    given: str = "",
    slow: bool = False,
) -> Output:
    """Run a program that answers a question and return its output.

    ``given`` is what it reads on its stdin, in UTF-8. ``env`` is set in addition to this process's
    environment. ``timeout`` is in seconds. ``detached`` starts it in a new session; sudo needs
    False. ``slow`` says that it often takes seconds: if the wizard is killed, it is ended, as is a
    program with a long ``timeout``. Raises ProgramTimeout after the timeout, TooMuchOutput if it
    printed more than `MAX_ANSWER`, and Cancelled inside `cancellable` (the program and its children
    are ended); OSError if the program cannot be started.
    """
    mark = new_mark()
    guarded = slow or timeout > LONG_SECONDS
    with waiting(argv[0], timeout), _watched(mark, guarded=guarded) as add:
        process = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {}), MARK: mark},
            cwd=cwd,
            **process_group(detached),
        )
        tree = add(process)
        try:
            stdout, stderr = _communicate(process, argv[0], timeout, given.encode())
        except subprocess.TimeoutExpired:
            _end_now(process, tree)
            raise ProgramTimeout(f"{argv[0]} did not answer within {timeout:g} s") from None
        except BaseException:
            _end_now(process, tree)
            raise
    return Output(
        process.returncode,
        stdout.decode("utf-8", errors="replace"),
        stderr.decode("utf-8", errors="replace"),
    )


def _communicate(
    process: subprocess.Popen[bytes], program: str, timeout: float, given: bytes
) -> tuple[bytes, bytes]:
    cancel = _cancel.get()
    unsent: bytes | None = given or None
    deadline = Deadline(timeout)
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        remaining = deadline.remaining()
        try:
            return process.communicate(unsent, timeout=max(0.0, min(0.1, remaining)))
        except subprocess.TimeoutExpired as waiting:
            unsent = None  # Python keeps it, and continues to send it
            # Windows does not return the output so far.
            if len(waiting.output or b"") + len(waiting.stderr or b"") > MAX_ANSWER:
                megabytes = MAX_ANSWER // 2**20
                raise TooMuchOutput(f"{program} printed more than {megabytes} MB") from None
            if remaining <= 0:
                raise


def _end_now(process: subprocess.Popen[bytes], tree: Tree) -> None:
    tree.end(process.poll, grace=0.0)
    with contextlib.suppress(subprocess.TimeoutExpired):  # another process holds its pipes
        process.communicate(timeout=0.2)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: str = "",
    detached: bool = False,
    root_prefix: Sequence[str] = (),
    mark: str = "",
    given: bytes = b"",
) -> Running:
    """Start a program whose output is read as it comes.

    ``env`` is its complete environment. ``detached`` starts it in a new session, without the
    terminal; otherwise it gets only a new process group, so that sudo still knows the terminal.
    ``root_prefix`` is the prefix of ``kill`` for processes that belong to root, such as ``("sudo",
    "-n")``; ``mark`` is a `new_mark` that they get from ``argv``. ``given`` is what it reads on its
    stdin. Raises OSError if it cannot be started.
    """
    mark = mark or new_mark()
    with contextlib.ExitStack() as started:
        stdin: int | IO[bytes] = subprocess.DEVNULL
        if given:  # from a file without a name, because a full pipe would block this thread
            stdin = started.enter_context(tempfile.TemporaryFile())
            stdin.write(given)
            stdin.seek(0)
        add = started.enter_context(_watched(mark, root_prefix, guarded=True))
        process = subprocess.Popen(
            list(argv),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            env={**env, MARK: mark},
            cwd=cwd or None,
            **process_group(detached),
        )
        return Running(process, add(process), started.pop_all().close)


@contextlib.contextmanager
def _watched(
    mark: str, root_prefix: Sequence[str] = (), *, guarded: bool
) -> Iterator[Callable[[subprocess.Popen[bytes]], Tree]]:
    """Within this block, the program with this mark ends with the wizard, however that ends.

    The function that it yields is to be called with the started program, and returns its tree.
    """

    def add(process: subprocess.Popen[bytes]) -> Tree:
        windows_job.add(process)
        _running[mark] = Tree(process.pid, mark, root_prefix)
        if guarded:
            _guardian.watch(mark, process.pid, root_prefix)
        return _running[mark]

    if guarded:  # the wizard may be killed before it knows the program's number
        _guardian.watch(mark, root_prefix=root_prefix)
    try:
        yield add
    finally:
        _running.pop(mark, None)
        if guarded:
            _guardian.forget(mark)


class Running:
    """A program that was started. Its two output streams are merged, in the order of arrival."""

    def __init__(
        self, process: subprocess.Popen[bytes], tree: Tree, forget: Callable[[], None]
    ) -> None:
        self.pid = process.pid
        self._forget = forget
        self._process = process
        self._tree = tree
        self._chunks: queue.Queue[bytes] = queue.Queue(QUEUED_CHUNKS)
        self._output_ended = False
        self._exited_at = 0.0
        self._abandoned = threading.Event()
        # A thread, because Windows can wait only for sockets; it ends with the pipe.
        threading.Thread(target=self._pump, name=f"output of {self.pid}", daemon=True).start()

    @property
    def exit(self) -> int | None:
        """The exit code; negative for a signal; None while the program runs."""
        return self._process.poll()

    @property
    def over(self) -> bool:
        """Whether the program has ended and its output has been read."""
        if self.exit is None:
            return False
        if not self._output_ended:
            # A background program can keep the pipe open forever.
            self._exited_at = self._exited_at or time.monotonic()
            waited = time.monotonic() - self._exited_at
            if not self._chunks.empty() or waited <= PIPE_WAIT_SECONDS:
                return False
        self._forget()
        return True

    def read(self, timeout: float) -> bytes:
        """Return the next output; empty if there was none within ``timeout`` seconds."""
        if self._output_ended:
            with contextlib.suppress(subprocess.TimeoutExpired):  # it continues without output
                self._process.wait(timeout)
            return b""
        try:
            chunk = self._chunks.get(timeout=timeout)
        except queue.Empty:
            return b""
        self._output_ended = not chunk
        return chunk

    def end(self) -> bool:
        """End the program and everything it started within two seconds; True if none is left."""
        all_ended = self._tree.end(self._process.poll)
        self._abandoned.set()
        if all_ended:
            self._forget()
        return all_ended

    def _pump(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            raise AssertionError("start always creates a pipe")
        with pipe:
            chunk = b"-"
            while chunk:
                try:
                    chunk = os.read(pipe.fileno(), CHUNK)
                except OSError:  # Windows raises this when the other end is closed
                    chunk = b""
                while not self._put(chunk) and not self._abandoned.is_set():
                    continue

    def _put(self, chunk: bytes) -> bool:
        try:
            self._chunks.put(chunk, timeout=0.5)
        except queue.Full:
            return False
        return True


def signal_name(exit_code: int) -> str:
    """Return ``SIGKILL`` for -9; empty if the exit code does not mean a signal."""
    with contextlib.suppress(ValueError):
        return signal.Signals(-exit_code).name
    return ""
