"""Slow work in a background thread that does not block quitting."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from functools import partial
from typing import Callable, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run ``work`` in a thread, wait for it without blocking the screen, and return its result.

    The thread is a daemon: Python waits for an executor's thread when the user quits, so a slow
    probe would block the terminal.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it is waited for
            resolve(partial(future.set_exception, error))
        else:
            resolve(partial(future.set_result, result))

    def resolve(setter: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the user has quit
            loop.call_soon_threadsafe(lambda: None if future.done() else setter())

    threading.Thread(target=run, daemon=True, name="beside the screen").start()
    return await future
