"""Which programs the probe is waiting for, so that an interface can say why nothing happens.

A Python usually answers within a second. After a cold start, or while a virus scanner reads every
new file, it can take half a minute.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

SLOW = 8.0
"""After how many seconds a wait is worth mentioning."""


@dataclass(frozen=True)
class Wait:
    """A wait for ``program`` since ``started`` (`time.monotonic`), at most ``limit`` seconds."""

    program: str
    started: float
    limit: float

    @property
    def sentence(self) -> str:
        """What an interface says about it."""
        return f"Still waiting for {self.program}, for at most {self.limit:g} seconds."


_lock = threading.Lock()
_waits: list[Wait] = []


@contextmanager
def waiting(program: str, limit: float) -> Iterator[None]:
    """Make it known that the probe waits for a program, until the block ends."""
    wait = Wait(program, time.monotonic(), limit)
    with _lock:
        _waits.append(wait)
    try:
        yield
    finally:
        with _lock:
            _waits.remove(wait)


def slow(after: float = SLOW) -> tuple[Wait, ...]:
    """Return the waits that have lasted longer than ``after`` seconds, the longest first."""
    now = time.monotonic()
    with _lock:
        return tuple(wait for wait in _waits if now - wait.started > after)
