"""A run as text, line by line: the same in prompts, in plain text and unattended.

A step has one line: its start and, later, its end. If several run in parallel, the line of the next
one is written when the line before is finished. What a step prints in between finishes that line:
then each start and each end has a separate line, and what is printed begins with the number of its
step and the first words of its title.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Callable

from screens.signals import OutputStream
from screens.text import messages
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.run_state import RunState, StepState
from wizard.wording import time_limit

PROGRESS_EVERY = 10.0
"""Seconds between two progress lines of a step: often enough to see that it is running."""


class TextReporter:
    """Writes a run as text: one clear line per step, without moving the cursor.

    ``state`` is the state of the run; each event is applied to it before it is written. ``out``
    gets the steps and ``err`` the failures; ``verbose`` also writes the output of the programs.
    ``clock`` returns seconds.
    """

    def __init__(
        self,
        state: RunState,
        out: OutputStream,
        err: OutputStream,
        *,
        verbose: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state = state
        self._out = out
        self._err = err
        self._verbose = verbose
        self._clock = clock
        self._written: dict[str, float] = {}  # when progress of each step was last written
        self._open = ""  # the step whose line is not finished
        self._latest = ""  # the step named last: readers take lines below it for its output
        self._later: dict[str, str] = {}  # steps without a line yet, and how they ended

    def __call__(self, event: Event) -> None:
        """Apply an event, and write it."""
        self.state = self.state.apply(event)
        if isinstance(event, RunStarted):
            self._out.write_lines(*(f"{self._name(step)}: done already" for step in event.done))
        elif isinstance(event, StepStarted):
            self._start(event)
        elif isinstance(event, Lines):
            if self._verbose:
                self._write_output(event.step, event.lines)
        elif isinstance(event, Progressed):
            self._progress(event)
        elif isinstance(event, Waiting):
            limit = time_limit(event.seconds)
            self._write_output(event.step, [f"Waiting (at most {limit}): {event.what}"])
        elif isinstance(event, StepEnded):
            self._end(event)

    def _start(self, event: StepStarted) -> None:
        self._written[event.step] = self._clock()
        if self._open and not self._verbose:
            self._later[event.step] = ""
        else:
            self._begin(event.step)

    def _begin(self, step: str) -> None:
        self._close()
        self._open = self._latest = step
        self._out.write(f"{self._name(step)} …")
        if self._verbose:
            self._close()
            self._out.write_lines(f"      {self.state.step(step).typed}")

    def _write_later(self) -> None:
        """Write the lines that had to wait, up to the first of a step that still runs."""
        while self._later and not self._open:
            step = next(iter(self._later))
            if ended := self._later.pop(step):
                self._out.write_lines(f"{self._name(step)} … {ended}")
            else:
                self._begin(step)

    def _progress(self, event: Progressed) -> None:
        if self._verbose or self._clock() - self._written[event.step] < PROGRESS_EVERY:
            return
        self._written[event.step] = self._clock()
        percent = f"{100 * event.done / event.total:.0f} %" if event.total else ""
        text = " ".join(part for part in (percent, event.what) if part) or "still running"
        self._write_output(event.step, [text])

    def _end(self, event: StepEnded) -> None:
        text = {
            "done": f"done in {format_seconds(event.seconds)}",
            "failed": f"FAILED after {format_seconds(event.seconds)}",
            "cancelled": f"cancelled after {format_seconds(event.seconds)}",
            "skipped": "not started",
        }[event.state]
        if event.state == "cancelled" and event.cause:
            text += f". {event.cause}"
        if self._open == event.step:
            self._open = ""
            self._out.write_lines(f" {text}")
        elif event.step in self._later:
            if event.state == "done":
                self._later[event.step] = text
                return
            del self._later[event.step]
            self._close()
            self._out.write_lines(f"{self._name(event.step)} … {text}")
        else:
            self._close()
            self._out.write_lines(f"{self._name(event.step)}: {text}")
        self._latest = ""
        if event.state == "failed":
            step = self.state.step(event.step).step
            self._err.write_lines("", *messages.failure_lines(step, event), "")
        self._write_later()

    def _write_output(self, step: str, lines: Iterable[str]) -> None:
        """Write lines of a step; with its name if they could belong to another step."""
        while self._open:
            self._close()
            self._write_later()
        is_clear = self._latest == step and len(self.state.running) == 1
        name = "" if is_clear else _step_prefix(self.state.step(step))
        self._out.write_lines(*(f"      {name}{line}" for line in lines), whole=True)

    def _close(self) -> None:
        """Finish the line that is open."""
        if self._open:
            self._out.write_lines("")
            self._open = ""

    def _name(self, step: str) -> str:
        state = self.state.step(step)
        return f"[{state.number}/{len(self.state.steps)}] {state.step.title}"


def _step_prefix(state: StepState) -> str:
    return f"{state.number} {shorten(state.step.title)} | "


def shorten(title: str, longest: int = 24) -> str:
    """Return the first words of a step's title: ``Install 5 missing…``."""
    if len(title) <= longest:
        return title
    start = title[:longest].rpartition(" ")[0] or title[: longest - 1]
    return f"{start}…"


def format_seconds(duration: float) -> str:
    """Format a duration: ``0.2 s``, ``48 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if duration < 9.95:
        return f"{duration:.1f} s"
    small, large = ("s", "min") if round(duration) < 3600 else ("min", "h")
    whole, rest = divmod(round(duration if small == "s" else duration / 60), 60)
    parts = ((whole, large), (rest, small))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)
