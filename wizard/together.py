"""Asking many things side by side, each with a limit; none can hold up or break the others."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

T = TypeVar("T")


class Task(Generic[T]):
    """One question, asked in a thread of its own from now on, for at most ``limit`` seconds.

    The thread is a daemon: a question that never returns (a dead network drive) is left behind
    and does not keep the program from ending.
    """

    def __init__(self, name: str, limit: float, ask: Callable[[], T]) -> None:
        self.name = name
        self.problem = ""
        """Why there is no answer, one sentence; known once `answer` was called."""
        self.seconds = 0.0
        """How long it took."""
        self._ask = ask
        self._found: list[T] = []
        self._begun = time.monotonic()
        self._deadline = self._begun + limit
        self._limit = limit
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name=name, daemon=True
        )
        self._thread.start()

    def answer(self, otherwise: T) -> T:
        """Wait for the answer; ``otherwise`` where there is none within the limit."""
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        if self._found:
            return self._found[0]
        if not self.problem:
            self.problem = f"{self.name}: no answer within {self._limit:g} seconds."
        return otherwise

    def _run(self) -> None:
        try:
            self._found.append(self._ask())
        except Exception as error:  # noqa: BLE001 - reported as a sentence among the facts
            self.problem = f"{self.name}: {type(error).__name__}: {error}"
        finally:
            self.seconds = time.monotonic() - self._begun
