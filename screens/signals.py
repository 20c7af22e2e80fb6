"""The signals that end programs, and voices that go on when nobody listens."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Callable, TextIO, TypeVar

T = TypeVar("T")

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Ctrl-C, the polite end, the closed terminal; each system has some of them."""


@contextlib.contextmanager
def handling(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Handle the signals that end programs with ``handler``, and put back what was there.

    A signal that is ignored, as under nohup, stays ignored. Only for the main thread.
    """
    before = {}
    for name in NAMES:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, signal.SIG_DFL if old is None else old)


def cancellable(work: Callable[[], T], cancel: threading.Event) -> T:
    """Do ``work`` while the signals that end programs set ``cancel``; return what it returns.

    The work has a thread of its own: a signal's handler runs between any two instructions of the
    main thread, and must not find there the lock of the event that it sets.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    def ask_to_end(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()

    with handling(ask_to_end), ThreadPoolExecutor(1, "run") as pool:
        future = pool.submit(work)
        while not wait([future], timeout=0.5).done:
            pass  # Windows tells of Ctrl-C only between two waits
        return future.result()


def interrupting() -> contextlib.AbstractContextManager[None]:
    """Let every signal that ends programs do what Ctrl-C does: raise KeyboardInterrupt."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    return handling(interrupt)


class Voice:
    """Writes to a stream; when nobody listens any more it falls silent and says so once.

    A run must not be torn by an error from writing about it: ``gone`` is called instead, and
    ends the run in order.
    """

    def __init__(self, stream: TextIO | None, gone: Callable[[], None]) -> None:
        self._stream = stream
        self._gone = gone

    def write(self, text: str) -> None:
        """Write text as it is, now."""
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # a broken pipe, a closed terminal or file
            self._stream = None
            self._gone()

    def say(self, *lines: str) -> None:
        """Write whole lines."""
        self.write("".join(f"{line}\n" for line in lines))
