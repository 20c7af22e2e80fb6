"""Run a command that a user typed, exactly as it is: its output is shown and also kept.

On a terminal, the command gets a terminal too, so that it draws its progress bars and colours as
usual. It reads what the user types.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

CHUNK = 64 * 1024


def run_visibly(
    argv: Sequence[str],
    show: Callable[[bytes], None],
    *,
    env: Mapping[str, str] | None = None,
    terminal: bool = False,
) -> int:
    """Run a command until it ends, and return its exit code (128 + n for signal n).

    ``show`` gets everything that it prints. ``env`` is set in addition to this process's
    environment. ``terminal`` says that the output is shown on a terminal. There is no time
    limit: the user typed the command, and ends it with Ctrl-C. Raises OSError if it cannot be
    started, and KeyboardInterrupt after the command ended because of Ctrl-C.
    """
    full = {**os.environ, **(env or {})}
    if terminal and sys.platform != "win32":
        code = _run_on_terminal(argv, show, full)
    else:
        code = _run_on_pipe(argv, show, full)
    return 128 - code if code < 0 else code


def _run_on_pipe(argv: Sequence[str], show: Callable[[bytes], None], env: Mapping[str, str]) -> int:
    process = subprocess.Popen(
        list(argv), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0, env=env
    )
    if process.stdout is None:
        raise AssertionError("Popen creates the pipe that was requested")
    with process.stdout as pipe:
        return _copy(process, pipe.fileno(), show)


def _run_on_terminal(
    argv: Sequence[str], show: Callable[[bytes], None], env: Mapping[str, str]
) -> int:
    with _pseudo_terminal() as (ours, theirs):
        process = subprocess.Popen(list(argv), stdout=theirs, stderr=theirs, env=env)
        os.close(theirs)
        return _copy(process, ours, show)


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


def _copy(process: subprocess.Popen[bytes], source: int, show: Callable[[bytes], None]) -> int:
    try:
        while True:
            try:
                chunk = os.read(source, CHUNK)
            except OSError:  # Linux reports the end of a terminal in this way
                chunk = b""
            if not chunk:
                return process.wait()
            show(chunk)
    except KeyboardInterrupt:
        process.wait()  # Ctrl-C reached it too
        raise
    except BaseException:
        process.terminate()
        process.wait()
        raise
