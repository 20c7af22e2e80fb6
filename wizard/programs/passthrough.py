"""Run a command that a user typed, exactly as it is: its output is shown and also kept.

On a terminal, the command gets a terminal too, so that it draws its progress bars and colours as
usual. It reads what the user types.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from wizard.programs.processes import CHUNK, PIPE_WAIT_SECONDS
from wizard.programs.tree import MARK, Tree

INTERRUPTED_SECONDS = 10.0
"""How long a command may clean up after Ctrl-C. A second Ctrl-C ends it at once."""
POLL_SECONDS = 0.1

Show = Callable[[bytes], None]


def run_visibly(
    argv: Sequence[str],
    show: Show,
    *,
    env: Mapping[str, str] | None = None,
    terminal: bool = False,
) -> int:
    """Run a command until it ends, and return its exit code (128 + n for signal n).

    ``show`` gets everything that it prints. ``env`` is set in addition to this process's
    environment. ``terminal`` says that the output is shown on a terminal. There is no time
    limit: the user typed the command, and ends it with Ctrl-C. Raises OSError if it cannot be
    started, and KeyboardInterrupt after the command ended because of Ctrl-C, or was ended because
    it ignored Ctrl-C.
    """
    mark = os.urandom(8).hex()
    full = {**os.environ, **(env or {}), MARK: mark}
    if terminal and sys.platform != "win32":
        code = _run_on_terminal(argv, show, full, mark)
    else:
        code = _run_on_pipe(argv, show, full, mark)
    return 128 - code if code < 0 else code


def _run_on_pipe(argv: Sequence[str], show: Show, env: Mapping[str, str], mark: str) -> int:
    process = subprocess.Popen(
        list(argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, env=env
    )
    if process.stdout is None:
        raise AssertionError("Popen creates the pipe that was requested")
    with process.stdout as pipe:
        return _copy(process, Tree(process.pid, mark), pipe.fileno(), show)


def _run_on_terminal(argv: Sequence[str], show: Show, env: Mapping[str, str], mark: str) -> int:
    with _pseudo_terminal() as (ours, theirs):
        process = subprocess.Popen(list(argv), stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        return _copy(process, Tree(process.pid, mark), ours, show)


@contextlib.contextmanager
def _pseudo_terminal() -> Iterator[tuple[int, int]]:
    """Open a terminal as large as standard output. The caller closes the second descriptor."""
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    with contextlib.suppress(OSError):  # no size is known
        size = fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8))
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    try:
        yield ours, theirs
    finally:
        os.close(ours)


def _copy(process: subprocess.Popen[bytes], tree: Tree, source: int, show: Show) -> int:
    try:
        return _copy_all(process, source, show)
    except KeyboardInterrupt:
        _let_end(process, tree, source, show)
        raise
    except BaseException:
        _end(process, tree)
        raise


def _copy_all(process: subprocess.Popen[bytes], source: int, show: Show) -> int:
    """Show the output until the command has ended. Return its exit code."""
    ended_at = 0.0
    while True:
        chunk = _read(source)
        if chunk:
            show(chunk)
        elif chunk is not None:
            return process.wait()
        if process.poll() is not None:
            ended_at = ended_at or time.monotonic()
            # A background program can keep the pipe open forever.
            if time.monotonic() - ended_at > PIPE_WAIT_SECONDS:
                return process.returncode


def _let_end(process: subprocess.Popen[bytes], tree: Tree, source: int, show: Show) -> None:
    """Wait for the end of a command that Ctrl-C reached too; end it if it does not end itself.

    Its output is still read: a command that cannot print its last words would never end.
    """
    deadline = time.monotonic() + INTERRUPTED_SECONDS
    try:
        while time.monotonic() < deadline:
            chunk = _read(source)
            if chunk:
                show(chunk)
            elif process.poll() is not None:
                break
            elif chunk is not None:  # it closed its output
                time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        pass  # the user does not want to wait
    finally:
        _end(process, tree)


def _end(process: subprocess.Popen[bytes], tree: Tree) -> None:
    tree.end(process.poll, grace=0.0)
    if process.poll() is None:  # only Linux finds it in a process group that is also ours
        process.kill()
    process.wait()


def _read(source: int) -> bytes | None:
    """Return the next output; None if there was none yet, empty if no more can come."""
    if sys.platform != "win32" and not select.select([source], [], [], POLL_SECONDS)[0]:
        return None
    try:
        return os.read(source, CHUNK)
    except OSError:  # Linux reports the end of a terminal in this way
        return b""
