"""Which step's log is shown, and the newest lines of each step. It does not depend on a screen.

The state of the run is in `wizard.running.run_state`; this module has only what the view adds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Callable, Optional

from wizard.running.events import Event, Progressed, StepEnded, StepStarted
from wizard.running.run_state import RunState, StepState

MAX_LINES = 5000
"""The number of lines that the screen keeps for each step. The step's log file keeps all."""
QUIET_SECONDS = 10.0
"""How many seconds a step may be silent before another step's log is shown."""


@dataclass
class Log:
    """The newest lines of one step, and the times of its start and of its last event."""

    started: float = 0.0
    last_active: float = 0.0
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LINES))


class LogView:
    """The logs of all steps of a run, and which one is shown.

    The shown log stays as long as its step prints: a screen that changes with every line would not
    be readable. A heavy step's log is shown while that step runs. A log picked by the user stays
    until that step has ended or another one is picked.
    """

    def __init__(self, state: RunState, clock: Callable[[], float]) -> None:
        self.state = state
        self.logs = {step.step.id: Log() for step in state.steps}
        self.shown = ""
        """The id of the step whose log is shown, empty before the first step has started."""
        self._picked = False
        self._clock = clock

    @property
    def shown_step(self) -> Optional[StepState]:
        """The step whose log is shown, or None before the first step has started."""
        return self.state.step(self.shown) if self.shown else None

    def with_log(self) -> list[StepState]:
        """Return the steps that have a log: the running ones, then the ended ones."""
        started = [step for step in self.state.steps if step.step.id in self.state.started]
        return sorted(started, key=lambda step: not step.is_running)

    def update(self, state: RunState, event: Event) -> None:
        """Set the state of the run after an event."""
        first_failure = state.failed if state.failed != self.state.failed else ""
        self.state = state
        if isinstance(event, StepStarted):
            log = self.logs[event.step]
            log.started = log.last_active = self._clock()
        elif isinstance(event, Progressed):
            self.logs[event.step].last_active = self._clock()
        elif isinstance(event, StepEnded) and event.step == self.shown:
            self._picked = self._picked and event.state == "failed"
        if first_failure:
            self.shown, self._picked = first_failure, True  # the user must see this one

    def add(self, step: str, lines: Iterable[str]) -> None:
        """Add new lines of a step."""
        log = self.logs[step]
        log.lines.extend(lines)
        log.last_active = self._clock()

    def elapsed(self, step: str, now: float) -> float:
        """Return the seconds since a step was started."""
        return now - self.logs[step].started

    def pick(self, step: str) -> None:
        """Show this step's log, if it has one."""
        if step in self.state.started:
            self.shown, self._picked = step, True

    @property
    def picked(self) -> bool:
        """Whether the user has picked the log that is shown."""
        return self._picked

    def release(self) -> None:
        """Forget that the user has picked a log."""
        self._picked = False

    def turn(self, direction: int) -> None:
        """Pick the next (1) or the previous (-1) log."""
        ids = [step.step.id for step in self.with_log()]
        if ids:
            position = ids.index(self.shown) if self.shown in ids else -direction
            self.pick(ids[(position + direction) % len(ids)])

    def follow(self) -> None:
        """Show the log that a user most likely wants to see, unless the user picked one."""
        running = self.state.running
        if self._picked or not running:
            return
        ids = [step.step.id for step in running]
        latest = max(ids, key=lambda step: self.logs[step].last_active)
        heavy = next((step.step.id for step in running if step.step.heavy), "")
        if heavy:
            self.shown = heavy
        elif self.shown not in ids or (self._quiet(self.shown) and not self._quiet(latest)):
            self.shown = latest

    def _quiet(self, step: str) -> bool:
        return self._clock() - self.logs[step].last_active >= QUIET_SECONDS
