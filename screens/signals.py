"""Signals that end programs, and output to a stream whose reader may have gone."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Callable, TextIO, TypeVar

from screens import ending, fitting
from wizard.wording import visible

T = TypeVar("T")

SIGNAL_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C, terminate, closed terminal; each system has some of them."""


@contextlib.contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that end programs with ``handler``, and restore the old handlers.

    All except Ctrl-C, which may only be the answer to a question, begin the end of the wizard: see
    `screens.ending`. An ignored signal, as under nohup, stays ignored. Only for the main thread.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        if number != signal.SIGINT:
            ending.begin()
        handler(number, frame)

    before = {}
    for name in SIGNAL_NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handle)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


def cancel_on_signals(work: Callable[[], T], cancel: threading.Event) -> T:
    """Run ``work`` and return its result; meanwhile, signals that end programs set ``cancel``.

    It runs in another thread: a signal's handler runs between any two instructions of
    the main thread, which must not hold the lock of the event that the handler sets.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    def ask_to_end(_signal: int, _frame: FrameType | None) -> None:
        ending.begin()
        cancel.set()

    with ending.stopping(cancel), handling(ask_to_end), ThreadPoolExecutor(1, "run") as pool:
        future = pool.submit(work)
        while not wait([future], timeout=0.5).done:
            pass  # Windows delivers Ctrl-C only between two waits
        return future.result()


def raising_interrupts() -> contextlib.AbstractContextManager[None]:
    """Make every signal that ends programs raise KeyboardInterrupt, like Ctrl-C."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    return handling(interrupt)


def ignore_interrupts() -> None:
    """Ignore a second Ctrl-C: the first one is being reported, and then the program ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def drop(stream: TextIO) -> None:
    """Lead a stream to nowhere, with what it still holds: what it was connected to takes no more.

    A stream without a descriptor, such as a text in memory, stays as it is.
    """
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):
        return
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


class OutputStream:
    """Writes to a stream. If the stream breaks, it calls ``on_broken`` once, then writes nothing.

    A broken stream must not abort a run in the middle: ``on_broken`` ends the run properly.
    """

    def __init__(self, stream: TextIO | None, on_broken: Callable[[], None]) -> None:
        self._stream = stream
        self._on_broken = on_broken
        self._problem: OSError | None = None

    def write(self, text: str) -> None:
        """Write text unchanged, and flush."""
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError) as error:  # a broken pipe, a closed terminal, a full disk
            drop(self._stream)
            self._stream = None
            self._problem = error if isinstance(error, OSError) else None
            self._on_broken()

    @property
    def is_unread(self) -> bool:
        """Whether nobody reads it any more: it was a pipe to a program that has ended."""
        return isinstance(self._problem, BrokenPipeError)

    @property
    def problem(self) -> str:
        """What the system said when the stream broke; empty if it did not break."""
        problem = self._problem
        return "" if problem is None else problem.strerror or str(problem) or "Broken pipe"

    def check(self) -> None:
        """Raise OSError if the stream broke, such as a file on a full disk.

        A reader that has gone is no problem: it wanted no more.
        """
        if self._problem is not None and not self.is_unread:
            raise self._problem

    def write_lines(self, *lines: str, whole: bool = False) -> None:
        """Write lines; those that a terminal is too narrow for are broken at words.

        ``whole`` says that they are not broken, such as the output of a program. A path or a title
        in them may contain control characters.
        """
        shown = [visible(part) for line in lines for part in line.split("\n")]
        width = 0 if whole else fitting.columns(self._stream)
        self.write("".join(f"{line}\n" for line in fitting.fitted(shown, width)))
