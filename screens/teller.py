"""Telling a run line by line: the same words in prompts, in plain text and unattended."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Callable

from screens import outcome
from screens.signals import Voice
from wizard.events import Event, Lines, Progressed, StepEnded, StepStarted, Waiting
from wizard.plan import Plan, order

PROGRESS_EVERY = 10.0
"""Seconds between two lines of progress in one step: enough to see that it lives."""


class Teller:
    """Writes a run as text: one clear line a step, without ever moving the cursor.

    ``out`` gets the steps and ``err`` what went wrong; ``verbose`` also writes the output of the
    programs. ``clock`` gives seconds.
    """

    def __init__(
        self,
        plan: Plan,
        out: Voice,
        err: Voice,
        *,
        verbose: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._steps = {step.id: step for step in plan.steps}
        self._places = {step.id: place for place, step in enumerate(order(plan), 1)}
        self._out = out
        self._err = err
        self._verbose = verbose
        self._clock = clock
        self._open = ""
        self._told = 0.0

    def __call__(self, event: Event) -> None:
        """Write what an event says."""
        if isinstance(event, StepStarted):
            self._start(event)
        elif isinstance(event, Lines):
            if self._verbose:
                self._under(event.lines)
        elif isinstance(event, Progressed):
            self._progress(event)
        elif isinstance(event, Waiting):
            self._under([f"Waiting, for {seconds(event.seconds)} at most: {event.what}"])
        elif isinstance(event, StepEnded):
            self._end(event)

    def _start(self, event: StepStarted) -> None:
        self._told = self._clock()
        self._open = event.step
        self._out.write(f"{self._name(event.step)} … ")
        if self._verbose:
            self._under([f"$ {event.command}"])

    def _progress(self, event: Progressed) -> None:
        if self._verbose or self._clock() - self._told < PROGRESS_EVERY:
            return
        self._told = self._clock()
        far = f"{100 * event.done / event.total:.0f} %" if event.total else ""
        self._under([" ".join(part for part in (far, event.what) if part) or "still at work"])

    def _end(self, event: StepEnded) -> None:
        words = {
            "done": f"done in {seconds(event.seconds)}",
            "failed": f"FAILED after {seconds(event.seconds)}",
            "cancelled": f"cancelled after {seconds(event.seconds)}",
            "skipped": "not started",
        }[event.state]
        start = "" if self._open == event.step else f"{self._name(event.step)}: "
        self._out.say(start + words)
        self._open = ""
        if event.state == "failed":
            self._err.say("", *outcome.failure(self._steps[event.step], event), "")

    def _under(self, lines: Iterable[str]) -> None:
        """Write lines below the one of the step, which is then no longer open."""
        if self._open:
            self._out.say("")
            self._open = ""
        self._out.say(*(f"      {line}" for line in lines))

    def _name(self, step: str) -> str:
        return f"[{self._places[step]}/{len(self._places)}] {self._steps[step].title}"


def seconds(duration: float) -> str:
    """A duration for people: ``0.2 s``, ``48 s``, ``3 min 5 s``."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
