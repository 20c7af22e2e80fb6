"""A run as text, line by line: the same in prompts, in plain text and unattended.

A step that runs alone has one line: its start and, when it has ended, its end. If several run
side by side, each start and each end has a separate line, and whatever a step says between them
begins with its number and the first words of its title.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Callable

from screens.signals import OutputStream
from screens.text import messages
from wizard.running.events import Event, Lines, Progressed, StepEnded, StepStarted, Waiting
from wizard.running.run_state import RunState, StepState

PROGRESS_EVERY = 10.0
"""Seconds between two progress lines of a step: often enough to see that it is running."""


class TextReporter:
    """Writes a run as text: one clear line per step, without moving the cursor.

    ``state`` is what has happened so far; it takes every event before that is written. ``out``
    gets the steps and ``err`` what went wrong; ``verbose`` also writes the output of the
    programs. ``clock`` gives seconds.
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
        self._latest = ""  # the step named last: lines below its line are understood as its output

    def __call__(self, event: Event) -> None:
        """Write what an event says."""
        self.state = self.state.apply(event)
        if isinstance(event, StepStarted):
            self._start(event)
        elif isinstance(event, Lines):
            if self._verbose:
                self._under(event.step, event.lines)
        elif isinstance(event, Progressed):
            self._progress(event)
        elif isinstance(event, Waiting):
            bound = seconds(event.seconds)
            self._under(event.step, [f"Waiting (at most {bound}): {event.what}"])
        elif isinstance(event, StepEnded):
            self._end(event)

    def _start(self, event: StepStarted) -> None:
        self._close()
        self._written[event.step] = self._clock()
        self._open = self._latest = event.step
        self._out.write(f"{self._name(event.step)} … ")
        if self._verbose:
            self._close()
            self._out.write_lines(f"      $ {event.command}")

    def _progress(self, event: Progressed) -> None:
        if self._verbose or self._clock() - self._written[event.step] < PROGRESS_EVERY:
            return
        self._written[event.step] = self._clock()
        far = f"{100 * event.done / event.total:.0f} %" if event.total else ""
        words = " ".join(part for part in (far, event.what) if part) or "still running"
        self._under(event.step, [words])

    def _end(self, event: StepEnded) -> None:
        words = {
            "done": f"done in {seconds(event.seconds)}",
            "failed": f"FAILED after {seconds(event.seconds)}",
            "cancelled": f"cancelled after {seconds(event.seconds)}",
            "skipped": "not started",
        }[event.state]
        if event.state == "cancelled" and event.cause:
            words += f". {event.cause}"
        if self._open == event.step:
            self._open = ""
            self._out.write_lines(words)
        else:
            self._close()
            self._out.write_lines(f"{self._name(event.step)}: {words}")
        self._latest = ""
        if event.state == "failed":
            step = self.state.step(event.step).step
            self._err.write_lines("", *messages.failure(step, event), "")

    def _under(self, step: str, lines: Iterable[str]) -> None:
        """Write lines of a step below its line, or with its name if they could be another's."""
        self._close()
        alone = self._latest == step and len(self.state.running) == 1
        name = "" if alone else _prefix(self.state.step(step))
        self._out.write_lines(*(f"      {name}{line}" for line in lines))

    def _close(self) -> None:
        """Finish the line that is open."""
        if self._open:
            self._out.write_lines("")
            self._open = ""

    def _name(self, step: str) -> str:
        state = self.state.step(step)
        return f"[{state.number}/{len(self.state.steps)}] {state.step.title}"


def _prefix(state: StepState) -> str:
    return f"{state.number} {short(state.step.title)} | "


def short(title: str, longest: int = 24) -> str:
    """Return the first words of a step's title: ``Install 5 missing…``."""
    if len(title) <= longest:
        return title
    words = title[:longest].rpartition(" ")[0] or title[: longest - 1]
    return f"{words}…"


def seconds(duration: float) -> str:
    """Return a duration for people: ``0.2 s``, ``48 s``, ``3 min 5 s``."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
