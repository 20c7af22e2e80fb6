"""Waits until something outside of the wizard has happened, such as a click of the user."""

from __future__ import annotations

import threading
import time
from typing import Callable

from backends.action import Output, Wait
from wizard.programs.processes import ProgramTimeout, ask
from wizard.running.command_runner import Outcome
from wizard.wording import time_limit

INTERVAL = 5.0
"""Seconds between two checks."""
CHECK_SECONDS = 60.0
"""Seconds that one check may take: the first call of a new compiler is slow on a Mac."""


def wait_for(
    action: Wait, report: Callable[[tuple[str, ...]], None], cancel: threading.Event
) -> Outcome:
    """Wait until all checks of ``action`` succeed, and return how the wait ended.

    ``report`` gets what the checks print, each line once. Raises Cancelled inside
    `wizard.programs.processes.cancellable`.
    """
    begin = time.monotonic()
    gone_since: float | None = None
    seen: set[str] = set()
    while True:
        happened, lines = _try(action.checks)
        new = tuple(dict.fromkeys(line for line in lines if line not in seen))
        if new:
            seen.update(new)
            report(new)
        if happened:
            return Outcome("done")
        now = time.monotonic()
        gone_since = (gone_since or now) if _has_ended(action) else None
        if gone_since is not None and now - gone_since >= action.patience:
            return Outcome("failed", None, action.closed, action.hints)
        left = begin + action.seconds - now
        if left <= 0:
            return Outcome("failed", None, _too_long(action.seconds), action.hints)
        if cancel.wait(min(INTERVAL, left)):
            return Outcome("cancelled")


def _try(checks: tuple[tuple[str, ...], ...]) -> tuple[bool, list[str]]:
    """Run the checks until one fails; return whether all succeeded, and what they printed."""
    lines: list[str] = []
    for words in checks:
        output = _run(words)
        lines += (output.stdout + output.stderr).splitlines()
        if output.exit:
            return False, lines
    return True, lines


def _has_ended(action: Wait) -> bool:
    """Return whether the program that must do it does not run. What cannot be found out is no."""
    return bool(action.alive) and _run(action.alive).exit == 1


def _run(words: tuple[str, ...]) -> Output:
    """Run a program. One that does not exist (yet), or does not answer, has failed."""
    try:
        return ask(words, env={"LC_ALL": "C"}, timeout=CHECK_SECONDS)
    except OSError as error:
        return Output(127, "", f"{words[0]}: {error.strerror or error}")
    except ProgramTimeout as problem:
        return Output(124, "", str(problem))


def _too_long(seconds: float) -> str:
    return f"This did not happen within {time_limit(seconds)}, so the wizard stopped waiting."
