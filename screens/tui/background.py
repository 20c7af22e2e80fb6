"""Slow work beside the screen, in a thread that does not hold up the way out."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial
from typing import Callable, TypeVar

T = TypeVar("T")


async def beside(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread, wait for it without blocking the screen, and return its result.

    The thread is a daemon: an executor's thread would be waited for when the user quits, and a
    slow look at the machine would then keep him in front of a dead terminal.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            tell(partial(outcome.set_exception, error))
        else:
            tell(partial(outcome.set_result, result))

    def tell(how: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the user has left
            loop.call_soon_threadsafe(lambda: None if outcome.done() else how())

    threading.Thread(target=run, daemon=True, name="beside the screen").start()
    return await outcome
