"""Telling a run line by line: the same words in prompts, in plain text and unattended.

A step alone has one line: its beginning and, when it has ended, how. Where several run side by
side, each beginning and each end has a line of its own, and whatever a step says between bears
its number and the first words of its title.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Callable

from screens.signals import Voice
from screens.text import messages
from wizard.plan import Plan, order
from wizard.running.events import Event, Lines, Progressed, StepEnded, StepStarted, Waiting

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
        self._running: dict[str, float] = {}  # and when something was last told of each
        self._open = ""  # the step whose line is not finished
        self._latest = ""  # the step that was named last: what is below it is understood as its own

    def __call__(self, event: Event) -> None:
        """Write what an event says."""
        if isinstance(event, StepStarted):
            self._start(event)
        elif isinstance(event, Lines):
            if self._verbose:
                self._under(event.step, event.lines)
        elif isinstance(event, Progressed):
            self._progress(event)
        elif isinstance(event, Waiting):
            bound = seconds(event.seconds)
            self._under(event.step, [f"Waiting, for {bound} at most: {event.what}"])
        elif isinstance(event, StepEnded):
            self._end(event)

    def _start(self, event: StepStarted) -> None:
        self._close()
        self._running[event.step] = self._clock()
        self._open = self._latest = event.step
        self._out.write(f"{self._name(event.step)} … ")
        if self._verbose:
            self._close()
            self._out.say(f"      $ {event.command}")

    def _progress(self, event: Progressed) -> None:
        if self._verbose or self._clock() - self._running[event.step] < PROGRESS_EVERY:
            return
        self._running[event.step] = self._clock()
        far = f"{100 * event.done / event.total:.0f} %" if event.total else ""
        words = " ".join(part for part in (far, event.what) if part) or "still at work"
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
            self._out.say(words)
        else:
            self._close()
            self._out.say(f"{self._name(event.step)}: {words}")
        self._running.pop(event.step, None)
        self._latest = ""
        if event.state == "failed":
            self._err.say("", *messages.failure(self._steps[event.step], event), "")

    def _under(self, step: str, lines: Iterable[str]) -> None:
        """Write lines of a step below its own, or with its name where they could be another's."""
        self._close()
        own = self._latest == step and len(self._running) == 1
        name = "" if own else f"{self._places[step]} {short(self._steps[step].title)} | "
        self._out.say(*(f"      {name}{line}" for line in lines))

    def _close(self) -> None:
        """Finish the line that is open."""
        if self._open:
            self._out.say("")
            self._open = ""

    def _name(self, step: str) -> str:
        return f"[{self._places[step]}/{len(self._places)}] {self._steps[step].title}"


def short(title: str, longest: int = 24) -> str:
    """The first words of a step's title: ``Install 5 missing…``."""
    if len(title) <= longest:
        return title
    words = title[:longest].rpartition(" ")[0] or title[: longest - 1]
    return f"{words}…"


def seconds(duration: float) -> str:
    """A duration for people: ``0.2 s``, ``48 s``, ``3 min 5 s``."""
    if duration < 10:
        return f"{duration:.1f} s"
    whole = round(duration)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
