"""Saying in plain text which program the probe waits for, if one is slow."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def announced(say: Callable[[str], None], interval: float = 1.0) -> Iterator[None]:
    """While the block runs, ``say`` one sentence about each program that is slow to answer.

    It is looked up every ``interval`` seconds, in another thread.
    """
    from wizard.machine import waiting

    stop = threading.Event()

    def watch() -> None:
        said: set[waiting.Wait] = set()
        while not stop.wait(interval):
            for wait in waiting.slow():
                if wait not in said:
                    said.add(wait)
                    say(wait.sentence)

    thread = threading.Thread(target=watch, name="slow probe", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
