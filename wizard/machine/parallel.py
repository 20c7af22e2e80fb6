"""Asking many things in parallel, each with a time limit; none can delay or break the others."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from typing import Generic, TypeVar, Union

T = TypeVar("T")


def each(works: Sequence[Callable[[], T]], *, at_once: int) -> Iterator[tuple[int, T]]:
    """Do these, at most ``at_once`` in parallel; yield each result, with its index, when known.

    An error of one is raised here. The threads are daemons, unlike those of an executor, so that
    quitting does not wait for one that hangs.
    """
    waiting: queue.SimpleQueue[tuple[int, Callable[[], T]]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Union[tuple[T], BaseException]]] = queue.SimpleQueue()
    for numbered in enumerate(works):
        waiting.put(numbered)

    def work() -> None:
        while True:
            try:
                place, one = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((place, (one(),)))
            except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
                done.put((place, error))

    for _ in range(min(at_once, len(works))):
        threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()
    for _ in works:
        place, result = done.get()
        if isinstance(result, BaseException):
            raise result
        yield place, result[0]


class Task(Generic[T]):
    """One question, asked immediately in its own thread, for at most ``limit`` seconds.

    The thread is a daemon: a question that never returns (a dead network drive) is abandoned and
    does not keep the program from ending.
    """

    def __init__(self, name: str, limit: float, ask: Callable[[], T]) -> None:
        self.name = name
        self.problem = ""
        """Why there is no answer, in one sentence; known after `answer` was called."""
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
        """Wait for the answer; return ``otherwise`` if there is none within the limit."""
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
