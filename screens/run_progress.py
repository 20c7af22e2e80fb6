"""How far a run is, by the time that its steps take. It does not depend on a screen."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Callable, Optional

from wizard.history.estimates import Estimate, in_words
from wizard.running.events import Event, Progressed, StepStarted
from wizard.running.run_state import RunState, StepState

RATE_SECONDS = 4.0
"""A download's rate is the one of the last so many seconds."""
ALMOST = 0.98
"""The largest fraction of a step that has not ended."""
SHORTEST_SECONDS = 0.5
"""A rate that was measured in less time says nothing."""
PACE_SECONDS, PACE_FRACTION = 5.0, 0.05
"""How long and how far a step must be before its own pace says how much time it still needs."""


@dataclass
class _StepProgress:
    """One step that has started: when, and how far it was. ``arrived`` are times and bytes."""

    begin: float
    fraction: float = 0.0
    reported: float = 0.0
    counts: bool = True
    """Whether what the step reports is about the whole step: it never began again."""
    arrived: deque[tuple[float, float]] = field(default_factory=deque)


class RunProgress:
    """How far a run is. It never goes back; ``clock`` returns seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._estimate: Optional[Estimate] = None
        self._steps: dict[str, _StepProgress] = {}
        self._fraction = 0.0
        self.begin = clock()

    def set_estimate(self, estimate: Estimate) -> None:
        """Set what the steps are expected to take; before, the run seems to be at its beginning."""
        self._estimate = estimate

    def update(self, event: Event) -> None:
        """Take note of an event."""
        if isinstance(event, StepStarted):
            self._steps[event.step] = _StepProgress(self._clock())
        elif isinstance(event, Progressed) and event.step in self._steps:
            step = self._steps[event.step]
            if event.unit == "bytes":
                now = self._clock()
                if step.arrived and event.done < step.arrived[-1][1]:
                    step.arrived.clear()  # another file
                step.arrived.append((now, event.done))
                while step.arrived[0][0] < now - RATE_SECONDS:
                    step.arrived.popleft()
            reported = event.done / event.total if event.total else 0.0
            step.counts = step.counts and reported >= step.reported
            step.reported = reported

    @property
    def elapsed(self) -> float:
        """The seconds since the run began."""
        return self._clock() - self.begin

    def fraction(self, state: RunState) -> float:
        """Return how much of the whole run is done, from 0 to 1."""
        if self._estimate is not None:  # no other measure: the bar would jump, or stand still
            now = self._estimate.fraction(self._done(state))
            self._fraction = max(self._fraction, min(1.0, now))
        return self._fraction

    def left(self, state: RunState) -> str:
        """Return how long the rest takes, in words; empty if that is not known."""
        estimate = self._estimate
        if estimate is None:
            return ""
        measured = self._measured(state, estimate)
        seconds = estimate.seconds_left(self._done(state), measured)
        late = (self._late_by(s, estimate) for s in state.running if s.step.id not in measured)
        # A short step that takes longer says little about a run of which much is left.
        if max(late, default=0.0) > seconds:
            return "longer than usual"
        return f"{in_words(seconds, seconds)} left"

    def amount(self, state: StepState) -> str:
        """Return how much of a download has arrived, and how quickly: ``3.1 of 9.4 MB, 1.2 MB/s``.

        Of other steps, return what they report about themselves.
        """
        progress = state.progress
        if progress is None:
            return ""
        if progress.unit != "bytes":
            return progress.what
        done = f"{progress.done / 1e6:.1f}"
        amount = f"{done} of {progress.total / 1e6:.1f} MB" if progress.total else f"{done} MB"
        rate = self._rate(state.step.id)
        parts = (progress.what, amount, f"{rate / 1e6:.1f} MB/s" if rate else "")
        return ", ".join(part for part in parts if part)

    def _rate(self, step: str) -> float:
        if step not in self._steps or not self._steps[step].arrived:
            return 0.0
        arrived = self._steps[step].arrived
        seconds = arrived[-1][0] - arrived[0][0]
        return (arrived[-1][1] - arrived[0][1]) / seconds if seconds >= SHORTEST_SECONDS else 0.0

    def _done(self, state: RunState) -> dict[str, float]:
        """Return the completed fraction of each step that has begun."""
        done = {step.step.id: 1.0 for step in state.steps if step.status == "done"}
        done.update((step.step.id, self._fraction_of(step)) for step in state.running)
        return done

    def _fraction_of(self, state: StepState) -> float:
        """Return how far a running step is: by its time, and by what it reports about itself."""
        step = self._steps.get(state.step.id)
        if step is None:
            return 0.0
        reported = state.fraction_done if step.counts else None
        now = reported or 0.0
        if self._estimate is not None:
            expected = max(self._estimate.of(state.step.id).seconds, 0.1)
            by_time = (self._clock() - step.begin) / expected
            if by_time > 0.9:
                by_time = 1 - 0.09 / by_time  # it takes longer: the bar goes on, but slower
            now = by_time if reported is None else (by_time + reported) / 2
        step.fraction = max(step.fraction, min(now, ALMOST))
        return step.fraction

    def _measured(self, state: RunState, estimate: Estimate) -> dict[str, float]:
        """Return how many seconds running steps need, if they are slower than expected: of those
        that report how far they are."""
        found = {}
        for running in state.running:
            step, done = self._steps.get(running.step.id), running.fraction_done
            if step is None or not step.counts or not done or done < PACE_FRACTION:
                continue
            took = self._clock() - step.begin
            needed = took * (1 - done) / done
            if took >= PACE_SECONDS and took + needed > estimate.of(running.step.id).seconds:
                found[running.step.id] = needed
        return found

    def _late_by(self, state: StepState, estimate: Estimate) -> float:
        """Return by how many seconds a step takes longer than is usual, if that is a lot."""
        step, expected = self._steps.get(state.step.id), estimate.of(state.step.id)
        if step is None:
            return 0.0
        took = self._clock() - step.begin
        return took - expected.seconds if took > max(2 * expected.most, 10.0) else 0.0
