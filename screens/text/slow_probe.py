"""Saying in plain text what the probe waits for, if a program or an index is slow."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from screens import fitting
from screens.terminal import is_terminal


@contextmanager
def announced_on_stderr() -> Iterator[None]:
    """While the block probes, say so on standard error if a person sees that, and what is slow."""

    def say(text: str) -> None:
        print(fitting.for_stream(text, sys.stderr), file=sys.stderr, flush=True)

    if is_terminal(sys.stderr):
        say("Looking at this machine …")
    with announced(say):
        yield


@contextmanager
def announced(say: Callable[[str], None], interval: float = 1.0) -> Iterator[None]:
    """While the block runs, ``say`` one sentence about each program or address that is slow.

    It is looked up every ``interval`` seconds, in another thread.
    """
    from wizard.programs import waiting

    stop = threading.Event()

    def watch() -> None:
        said: set[str] = set()  # a program may be asked several questions at once
        while not stop.wait(interval):
            for wait in waiting.slow():
                if wait.what not in said:
                    said.add(wait.what)
                    say(wait.sentence)

    thread = threading.Thread(target=watch, name="slow probe", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
