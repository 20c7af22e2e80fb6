"""What the wizard is waiting for, so that an interface can say why nothing happens.

A Python usually answers within a second. After a cold start, or while a virus scanner reads every
new file, it can take half a minute; so can an index behind a proxy that does not answer.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from wizard.wording import time_limit

SLOW = 5.0
"""After how many seconds a wait is worth mentioning."""


@dataclass(frozen=True)
class Wait:
    """A wait for ``what`` since ``started`` (`time.monotonic`), at most ``limit`` seconds."""

    what: str
    started: float
    limit: float

    @property
    def sentence(self) -> str:
        """What an interface says about it."""
        return f"Still waiting for {self.what}, for at most {time_limit(self.limit)}."


_lock = threading.Lock()
_waits: list[Wait] = []


@contextmanager
def waiting(what: str, limit: float) -> Iterator[None]:
    """Make it known that the wizard waits for a program or an address, until the block ends."""
    wait = Wait(what, time.monotonic(), limit)
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
