"""Ends the wizard's programs if the wizard itself ends without doing it, as after SIGKILL.

It also takes a terminal out of the full screen then, puts its settings back, and says what has
happened.

On Linux and macOS, a small second process waits for the end of a pipe that only the wizard holds
open, and then ends every program that still runs. It is in the wizard's session, so that it can use
sudo's permission, but ignores the signals of a terminal. On Windows, the system does it: see
`wizard.programs.windows_job`.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import wizard
from wizard.programs import left_screen
from wizard.programs.tree import Tree, process_group

UNKNOWN = -1
"""The number of a program that is about to start. Only Linux finds it, by its mark."""
LOCK_SECONDS = 0.2
"""How long one may wait to say something about a terminal: the wizard may have to end soon."""
END_SECONDS = 0.3
"""How long one waits for the end of the second process."""
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from wizard.programs import guardian; "
    "guardian.wait_and_end(sys.stdin)"
)


class Guardian:
    """The second process. It starts with the first program, or with `begin`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None

    def watch(self, mark: str, pid: int = UNKNOWN, root_prefix: Sequence[str] = ()) -> None:
        """End this program after the end of the wizard: see `wizard.programs.tree.Tree`."""
        if sys.platform != "win32":
            self._tell(mark, pid, list(root_prefix))

    def forget(self, mark: str) -> None:
        """Leave this program alone: it has ended."""
        if sys.platform != "win32":
            self._tell(mark)

    def end(self) -> None:
        """Let the second process end, and wait a moment for it: this process ends now."""
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return
        try:
            if self._pipe is not None:
                os.close(self._pipe)
                self._pipe = None
            # It takes longer if it still has to end programs. Nobody waits for that.
            with contextlib.suppress(subprocess.TimeoutExpired):
                if self._process is not None:
                    self._process.wait(END_SECONDS)
        finally:
            self._lock.release()

    def begin(self) -> None:
        """Start the second process now, for a terminal that must get its settings back."""
        if sys.platform != "win32":
            with self._lock:
                self._start()

    def tell_about_terminal(self) -> None:
        """Say which terminal shows the full screen now, if the second process has started."""
        # Somebody who ends the wizard waits for nothing: then the terminal gets two texts.
        if not self._lock.acquire(timeout=LOCK_SECONDS):
            return
        try:
            if self._process is not None:
                self._write(_about_terminal())
        finally:
            self._lock.release()

    def _tell(self, *words: object) -> None:
        with self._lock:
            self._start()
            self._write(words)

    def _start(self) -> None:
        """Start the second process, if it has not started."""
        if self._process is None:
            self._process, self._pipe = _start()
            atexit.register(self.end)
            self._write(_about_terminal())

    def _write(self, line: object) -> None:
        if self._pipe is None:
            return
        try:
            os.write(self._pipe, (json.dumps(line) + "\n").encode())
        except BrokenPipeError:  # somebody has ended it: the wizard still ends its programs
            self._pipe = None


def _about_terminal() -> dict[str, Any]:
    terminal = left_screen.wanted()
    return {} if terminal is None else asdict(terminal)


def _start() -> tuple[subprocess.Popen[bytes], int]:
    """Start the second process, and return it and the pipe to it. Raises OSError."""
    folder = os.path.dirname(wizard.__path__[0])  # noqa: PTH120 - it may be inside a zip file
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            (sys.executable, "-I", "-S", "-c", _CODE, folder),
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **process_group(False),
        )
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    return process, writing


def wait_and_end(lines: Iterable[str]) -> None:
    """Read which programs run until the wizard has ended, then end them."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGTTOU"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    watched: dict[str, Tree] = {}
    terminal: dict[str, Any] = {}
    for line in lines:
        told = json.loads(line)
        if isinstance(told, dict):
            terminal = told
            continue
        mark, *program = told
        if program:
            watched[mark] = Tree(program[0], mark, program[1])
        else:
            watched.pop(mark, None)
    if terminal:
        _leave_screen(**terminal)
    end_all(watched.values())


def _leave_screen(path: str, text: str, settings: Sequence[Any]) -> None:
    """Write to a terminal and set it as before, unless it is gone or takes no output now."""
    import termios

    with contextlib.suppress(OSError, termios.error):
        descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        termios.tcsetattr(descriptor, termios.TCSANOW, left_screen.from_text(settings))
        os.write(descriptor, text.encode(errors="replace"))
        os.close(descriptor)


def end_all(trees: Iterable[Tree]) -> None:
    """End all these programs at the same time."""
    threads = [threading.Thread(target=tree.end, args=(lambda: None,)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
