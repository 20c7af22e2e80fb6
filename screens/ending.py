"""The end of the wizard: it comes within three seconds, even if its screen or its output blocks.

A terminal that is gone or stopped can block any thread that writes to it, and then a signal only
asks a program that no longer listens. A thread that never writes to the terminal therefore ends the
programs, writes the end of the journal, and ends the process, if the usual way takes too long.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any, Callable

from wizard.errors import Exit

STOP_SECONDS = 0.3
"""How many seconds a run gets to stop its own programs, so that its steps count as cancelled."""
LIMIT_SECONDS = 2.3
"""The seconds after which the process ends."""
LAST_SECONDS = 3.0
"""The seconds after which Python's C code ends the process, if no thread of Python can do it."""
GLANCE_SECONDS = 0.5
"""The seconds between two checks whether the terminal is still there."""


class _Watchdog:
    """The thread. It learns about an end through a pipe, because a signal's handler may interrupt
    code that holds any lock."""

    def __init__(self) -> None:
        self._reading, self._writing = os.pipe()
        self._null = Path(os.devnull).open("wb")  # noqa: SIM115 - open until the process ends
        self._over = threading.Event()
        self.stops: list[Callable[[], None]] = []
        self.restore: list[Callable[[], None]] = []
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def begin(self) -> None:
        os.write(self._writing, b"!")

    def _run(self) -> None:
        os.read(self._reading, 1)
        faulthandler.dump_traceback_later(LAST_SECONDS, exit=True, file=self._null)
        end = threading.Timer(LIMIT_SECONDS, self._end)
        end.daemon = True
        end.start()
        for stop in list(self.stops):
            stop()
        self._over.wait(STOP_SECONDS)
        end_programs()

    def _end(self) -> None:
        try:
            runner = sys.modules.get("wizard.running.runner")
            if runner is not None:
                runner.write_ends()
            for restore in list(self.restore):
                restore()
        finally:
            os._exit(Exit.CANCELLED)


_watchdog: _Watchdog | None = None


def guarantee() -> None:
    """From now on, an end that has begun comes. For the program itself; tests do not call it."""
    global _watchdog
    with contextlib.suppress(RuntimeError):  # no more threads: the command line says so
        _watchdog = _watchdog or _Watchdog()


def begin() -> None:
    """Begin to end, as cancelled: the process is gone after three seconds at the latest.

    A signal's handler may call it, also more than once; only the first call counts.
    """
    if _watchdog is not None:
        _watchdog.begin()


def end_programs() -> None:
    """End the programs that still run, if any was ever started."""
    processes = sys.modules.get("wizard.programs.processes")
    # A module that is only half imported has started nothing.
    end = getattr(processes, "end_everything", None)
    if end is not None:
        end()


@contextlib.contextmanager
def stopping(cancel: threading.Event) -> Iterator[None]:
    """Within this block, the beginning of the end also cancels a run."""
    if _watchdog is None:
        yield
        return
    _watchdog.stops.append(cancel.set)
    _say_if_killed(KILLED)
    try:
        yield
    finally:
        _watchdog.stops.remove(cancel.set)
        _say_if_killed(KILLED_IDLE)


LEAVE_FULL_SCREEN = (
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l"  # the mouse
    "\x1b[?1004l\x1b[?2004l\x1b[<u"  # the focus, marks around what is pasted, keys as codes
    "\x1b[?1049l\x1b[?25h\x1b[0m"  # the screen from before, the cursor, no colours
)


KILLED = (
    "\r\nThe wizard was killed, and its programs are ended.\r\n"
    "To finish it, run the same command again.\r\n"
)
"""What the terminal shows if nobody could write the last words of a run."""
KILLED_IDLE = "\r\nThe wizard was killed. No installation was running.\r\n"
"""The same if nothing ran."""
LEAVE_PROMPT = "\x1b[?2004l\x1b[?25h\x1b[0m"
"""What takes a terminal out of a prompt: marks around what is pasted, the cursor, no colours."""


def _say_if_killed(text: str) -> None:
    """Let the full screen, if one is shown, end with this text if the wizard is killed."""
    from wizard.programs import left_screen

    wanted = left_screen.wanted()
    if wanted is not None:
        left_screen.want(replace(wanted, text=LEAVE_FULL_SCREEN + text))


def _watch_over_terminal() -> None:
    """Have somebody who puts the terminal back after a kill, if the system allows that."""
    from wizard.programs import processes

    with contextlib.suppress(OSError):  # no more processes: what needs one says so
        processes.start_guardian()


@contextlib.contextmanager
def prompting() -> Iterator[None]:
    """Within this block, the terminal gets its settings back if the wizard is killed.

    A prompt changes them, so that it gets each key, and not all shells put them back.
    """
    descriptor = 0
    if sys.platform == "win32" or _watchdog is None or not os.isatty(descriptor):
        yield
        return
    import termios

    from wizard.programs import left_screen

    settings = left_screen.as_text(termios.tcgetattr(descriptor))
    text = LEAVE_PROMPT + KILLED_IDLE
    left_screen.want(left_screen.Terminal(os.ttyname(descriptor), text, settings))
    _watch_over_terminal()
    try:
        yield
    finally:
        left_screen.want(None)


@contextlib.contextmanager
def needing_terminal(last_words: Callable[[], str]) -> Iterator[None]:
    """Within this block, the process ends if its terminal is gone, even without a signal.

    If it has to end while the full screen is shown, the terminal's settings and its screen from
    before are put back, and the ``last_words`` are written there, if it takes them at once.
    """
    descriptor = 0
    if sys.platform == "win32" or _watchdog is None or not os.isatty(descriptor):
        yield
        return
    import termios

    from wizard.programs import left_screen

    before = termios.tcgetattr(descriptor)
    left = threading.Event()
    killed = left_screen.Terminal(
        os.ttyname(descriptor), LEAVE_FULL_SCREEN + KILLED_IDLE, left_screen.as_text(before)
    )

    def restore() -> None:
        left_screen.want(None)  # this does it
        with contextlib.suppress(termios.error):  # the terminal is gone
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
        # Opened again, so that a terminal that takes no output does not block it.
        with contextlib.suppress(OSError):
            terminal = os.open(os.ttyname(descriptor), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
            os.write(terminal, LEAVE_FULL_SCREEN.encode())
            os.write(terminal, last_words().encode(errors="replace"))

    def watch() -> None:
        is_watched = False
        while not left.wait(GLANCE_SECONDS):
            if not is_watched:  # not before the first page is shown, which would come later
                is_watched = True
                _watch_over_terminal()
            try:
                termios.tcgetattr(descriptor)
            except termios.error:
                begin()
                return

    threading.Thread(target=watch, name="terminal", daemon=True).start()
    _watchdog.restore.append(restore)
    left_screen.want(killed)
    try:
        yield
    finally:
        left_screen.want(None)
        left.set()
        _watchdog.restore.remove(restore)


@contextlib.contextmanager
def pausing() -> Iterator[None]:
    """Within this block, Ctrl-Z also stops the programs that run, and ``fg`` continues them.

    They are in other process groups than the wizard, so the terminal does not stop them. A handler
    that is there already stops the wizard; otherwise the system does. Only for the main thread.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    before: Any = signal.getsignal(signal.SIGTSTP)
    if before is signal.SIG_IGN:  # nobody could continue it
        yield
        return

    def pause(number: int, frame: FrameType | None) -> None:
        processes = sys.modules.get("wizard.programs.processes")  # not there if nothing runs
        if processes is not None:
            processes.pause()
        if callable(before):
            before(number, frame)
        else:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)  # here it stops, and continues
            signal.signal(number, pause)
        if processes is not None:
            processes.resume()

    signal.signal(signal.SIGTSTP, pause)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)
