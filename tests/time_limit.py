"""The time limit of every test, kept by one thread for all tests of a process.

pytest-timeout starts and ends a thread for each test, which takes longer than most of the tests.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest_timeout  # type: ignore[import-untyped]


class TimeLimit:
    """Ends this process, and says where it was, if a test takes longer than it may."""

    def __init__(self) -> None:
        self._current: tuple[float, Any, Any] | None = None
        self._thread: threading.Thread | None = None

    def begin(self, item: Any, settings: Any) -> None:
        """The test may take ``settings.timeout`` seconds from now."""
        self._current = (time.monotonic() + settings.timeout, item, settings)
        if self._thread is None:
            self._thread = threading.Thread(target=self._watch, name="time limit", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """No test runs."""
        self._current = None

    def _watch(self) -> None:
        while True:
            time.sleep(0.5)
            current = self._current
            if current is not None and time.monotonic() > current[0]:
                # Nothing withstands it, not even a thread that waits for ever in C.
                pytest_timeout.timeout_timer(*current[1:])
