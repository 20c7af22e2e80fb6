"""Runs the cases of a kind, each with a limit, and counts how they ended."""

from __future__ import annotations

import contextlib
import itertools
import queue
import shutil
import signal
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Literal, Optional

import pytest

from tests.faults.kind import Case, Kind, Setting, Wrong

Ended = Literal["right", "wrong", "not tried"]
LINES = 12
"""How many lines of an unexpected exception are kept."""


class Late(BaseException):
    """A case takes longer than its limit. No ``except Exception`` of the tested code stops it."""


@dataclass(frozen=True)
class Outcome:
    """How a case has ended; ``why`` says what was seen, unless it ended right."""

    number: int
    case: str
    ended: Ended
    why: str = ""


def run(
    kind: Kind,
    setting: Setting,
    tell: Callable[[Outcome], None] = lambda _outcome: None,
    only: int = 0,
) -> list[Outcome]:
    """Run the cases of a kind; ``only`` is the number of a single one, from 1.

    ``tell`` gets each outcome as soon as it is there. KeyboardInterrupt ends the kind: what has
    ended until then is returned.
    """
    made = iter(kind.cases(setting))
    # Not one more than that: what a generator holds open must stay open until all have ended.
    cases = itertools.islice(enumerate(made, 1), setting.count)
    if only:
        cases = itertools.islice(cases, only - 1, only)
    try:
        if kind.at_once > 1:
            return _at_once(kind, setting, cases, tell)
        outcomes = []
        with contextlib.suppress(KeyboardInterrupt):
            for number, case in cases:
                outcomes.append(_in_main_thread(number, case, kind, setting))
                tell(outcomes[-1])
        return outcomes
    except pytest.skip.Exception as reason:  # what all cases need is not on this machine
        return [Outcome(0, kind.name, "not tried", str(reason))]
    finally:
        if isinstance(made, Generator):
            made.close()


def _at_once(
    kind: Kind, setting: Setting, cases: Iterator[tuple[int, Case]], tell: Callable[[Outcome], None]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    failed: list[BaseException] = []
    lock = threading.Lock()
    stopped = threading.Event()

    def work() -> None:
        while not stopped.is_set():
            with lock:
                try:
                    following = next(cases, None)
                except BaseException as error:  # noqa: BLE001 - raised again below
                    failed.append(error)
                    return
            if following is None or failed:
                return
            outcome = _in_thread(*following, kind, setting)
            with lock:
                outcomes.append(outcome)
                tell(outcome)

    workers = [threading.Thread(target=work) for _ in range(kind.at_once)]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            worker.join()
    except KeyboardInterrupt:
        stopped.set()
        for worker in workers:
            worker.join()
    if failed:
        raise failed[0]
    return sorted(outcomes, key=lambda outcome: outcome.number)


def _in_thread(number: int, case: Case, kind: Kind, setting: Setting) -> Outcome:
    """Run a case in a thread that is abandoned after the limit."""
    answers: queue.Queue[Outcome] = queue.Queue()
    thread = threading.Thread(
        target=lambda: answers.put(_perform(number, case, setting)), daemon=True, name=case.name
    )
    thread.start()
    try:
        return answers.get(timeout=kind.seconds)
    except queue.Empty:
        return _late(number, case, kind)


def _in_main_thread(number: int, case: Case, kind: Kind, setting: Setting) -> Outcome:
    try:
        with _alarm(kind.seconds):
            return _perform(number, case, setting)
    except Late:
        return _late(number, case, kind)


def _late(number: int, case: Case, kind: Kind) -> Outcome:
    return Outcome(number, case.name, "wrong", f"it did not end within {kind.seconds:g} s")


def _perform(number: int, case: Case, setting: Setting) -> Outcome:
    folder = setting.folder / f"case-{number}"
    folder.mkdir()
    try:
        case.run(folder)
    except pytest.skip.Exception as reason:
        return Outcome(number, case.name, "not tried", str(reason))
    except Wrong as wrong:
        return Outcome(number, case.name, "wrong", str(wrong))
    except (Exception, SystemExit, pytest.fail.Exception):  # noqa: BLE001 - it is counted
        last = "".join(traceback.format_exc().splitlines(keepends=True)[-LINES:])
        return Outcome(number, case.name, "wrong", last)
    finally:
        if not setting.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return Outcome(number, case.name, "right")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise Late here after so many seconds; without SIGALRM, as on Windows, never."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(_number: int, _frame: Optional[FrameType]) -> None:
        raise Late

    begin = time.monotonic()
    handler = signal.signal(signal.SIGALRM, ring)
    before, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        left = max(0.01, before - (time.monotonic() - begin)) if before else 0.0
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, left)
