"""Run functions in parallel, each with a time limit. None can delay or break the others."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import copy_context
from typing import Generic, TypeVar, Union

T = TypeVar("T")


def run_all(functions: Sequence[Callable[[], T]], *, threads: int) -> Iterator[tuple[int, T]]:
    """Call these functions in up to ``threads`` threads; yield each result with its index.

    Results come in the order in which they are known. An exception of a function is raised here.
    The threads are daemons, unlike those of an executor, so that quitting does not wait for one
    that hangs.
    """
    pending: queue.SimpleQueue[tuple[int, Callable[[], T]]] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, Union[tuple[T], BaseException]]] = queue.SimpleQueue()
    for numbered in enumerate(functions):
        pending.put(numbered)

    def work() -> None:
        while True:
            try:
                index, function = pending.get_nowait()
            except queue.Empty:
                return
            try:
                done.put((index, (function(),)))
            except BaseException as error:  # noqa: BLE001 - raised by the caller's thread
                done.put((index, error))

    for _ in range(min(threads, len(functions))):
        threading.Thread(target=copy_context().run, args=(work,), daemon=True).start()
    for _ in functions:
        index, result = done.get()
        if isinstance(result, BaseException):
            raise result
        yield index, result[0]


class Task(Generic[T]):
    """A function that runs immediately in its own thread, for at most ``limit`` seconds.

    The thread is a daemon: a call that never returns (a dead network drive) does not prevent the
    program from ending.
    """

    def __init__(
        self,
        name: str,
        limit: float,
        ask: Callable[[], T],
        tell: Callable[[T], None] = lambda _: None,
    ) -> None:
        """``tell`` is called with the result in that thread, as soon as it is known."""
        self.name = name
        self.problem = ""
        """Why there is no answer, in one sentence; known after `answer` was called."""
        self.seconds = 0.0
        """How long it took."""
        self._ask = ask
        self._tell = tell
        self._answers: list[T] = []
        self._started = time.monotonic()
        self._deadline = self._started + limit
        self._limit = limit
        self._thread = threading.Thread(
            target=copy_context().run, args=(self._run,), name=name, daemon=True
        )
        self._thread.start()

    def answer(self, default: T) -> T:
        """Wait for the result; return ``default`` if there is none within the limit."""
        self._thread.join(max(0.0, self._deadline - time.monotonic()))
        if self._answers:
            return self._answers[0]
        if not self.problem:
            self.problem = f"{self.name}: no answer within {self._limit:g} seconds."
        return default

    def _run(self) -> None:
        try:
            result = self._ask()
            self._answers.append(result)
            self._tell(result)
        except Exception as error:  # noqa: BLE001 - reported as a sentence among the facts
            self.problem = f"{self.name}: {type(error).__name__}: {error}"
        finally:
            self.seconds = time.monotonic() - self._started
