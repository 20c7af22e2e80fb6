"""What has happened in a run: made from its plan, changed only by its events.

Every interface shows it, and a journal replays into it (`wizard.running.journal.replay`). It
contains no clock and no output, so the same events always produce an equal value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, Optional

from backends.action import Command
from wizard.plan import Plan, Step, order
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)

Status = Literal[
    "todo", "running", "waiting", "done", "failed", "cancelled", "skipped", "interrupted"
]
"""``waiting``: for a lock. ``skipped``: the run ended first. ``interrupted``: the run was cut off
while this step ran, so its result is unknown."""


@dataclass(frozen=True)
class StepState:
    """What has happened to one step.

    ``number`` is its position in the plan, from 1. ``attempts`` counts how often it was started.
    ``started`` is its last start, ``ended`` its last end; a step that an earlier run completed has
    neither. ``progress`` and ``waiting`` are only set while it runs.
    """

    step: Step
    number: int
    status: Status = "todo"
    attempts: int = 0
    started: Optional[StepStarted] = None
    ended: Optional[StepEnded] = None
    progress: Optional[Progressed] = None
    waiting: Optional[Waiting] = None

    @property
    def is_running(self) -> bool:
        """Whether it runs now, or waits for a lock."""
        return self.status in ("running", "waiting")

    @property
    def has_started(self) -> bool:
        """Whether it was started, or failed before it started."""
        return self.started is not None or self.status in ("done", "failed", "cancelled")

    @property
    def fraction_done(self) -> Optional[float]:
        """The completed fraction, from 0 to 1, or None if it is unknown."""
        if self.progress is None or not self.progress.total:
            return None
        return min(1.0, self.progress.done / self.progress.total)

    @property
    def command(self) -> str:
        """The exact command of its last start, as text; empty if it was never started."""
        return self.started.command if self.started else ""

    @property
    def typed(self) -> str:
        """The command after a prompt; what the wizard does itself, in words, has none."""
        return f"$ {self.command}" if isinstance(self.step.action, Command) else self.command

    @property
    def log(self) -> str:
        """The path of its last log file; empty if it has none."""
        return (self.started.log if self.started else "") or (self.ended.log if self.ended else "")

    def reset(self) -> StepState:
        """Return the state before another attempt, with the command and log of the last one."""
        return replace(self, status="todo", ended=None, progress=None, waiting=None)


@dataclass(frozen=True)
class RunState:
    """What has happened in a run, and in earlier attempts to do the same plan.

    ``steps`` are in the order in which they may run (`wizard.plan.order`). ``started`` are the ids
    of the steps that this attempt has started, in order; ``ended`` the ids of all ended steps:
    first those that were done before this attempt, then the others in the order of their end.
    ``failed`` is the id of the step that failed first in this attempt, or empty. ``attempt`` is
    the start of this attempt, ``result`` its end. ``interrupted`` says that the attempt was cut
    off: its journal has no end.
    """

    plan: Plan
    steps: tuple[StepState, ...]
    attempts: int = 0
    attempt: Optional[RunStarted] = None
    started: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    failed: str = ""
    result: Optional[RunEnded] = None
    interrupted: bool = False

    @classmethod
    def before_run(cls, plan: Plan, done: frozenset[str] = frozenset()) -> RunState:
        """Return the state before the run; an earlier one has done the steps in ``done`` (ids).

        Raises ValueError if the plan is wrong: see `order`.
        """
        steps = enumerate(order(plan), 1)
        state = cls(plan, tuple(StepState(step, number) for number, step in steps))
        return state._before_attempt(done) if done else state

    def apply(self, event: Event) -> RunState:
        """Return the state after an event.

        Raises ValueError if the event is not possible now: its step is not in the plan, has already
        ended or does not run, or the run has ended.
        """
        if isinstance(event, RunStarted):
            return self._start_run(event)
        if self.result is not None:
            raise ValueError(f"the run has ended, but {_describe(event)} came")
        if isinstance(event, RunEnded):
            return self._end_run(event)
        state = self.step(event.step)
        if isinstance(event, StepStarted):
            return self._start_step(state, event)
        if isinstance(event, StepEnded):
            return self._end_step(state, event)
        if not state.is_running:
            raise ValueError(
                f"the step {event.step} is {state.status}, but {_describe(event)} came"
            )
        if isinstance(event, Lines):
            return self  # there may be very many, and the log contains them all
        if isinstance(event, Progressed):
            return self._replace_step(
                replace(state, status="running", progress=event, waiting=None)
            )
        return self._replace_step(replace(state, status="waiting", waiting=event))

    def retry(self) -> RunState:
        """Return the state before another attempt: steps that are done stay done."""
        return self._before_attempt(self.done)

    def interrupt(self) -> RunState:
        """Return the state if the run was cut off: running steps become ``interrupted``."""
        steps = tuple(
            replace(state.reset(), status="interrupted") if state.is_running else state
            for state in self.steps
        )
        return replace(self, steps=steps, interrupted=True)

    def step(self, step: str) -> StepState:
        """Return the state of the step with this id. Raises ValueError if there is none."""
        for state in self.steps:
            if state.step.id == step:
                return state
        raise ValueError(f"the plan has no step {step!r}")

    @property
    def done(self) -> frozenset[str]:
        """The ids of the steps that are done. Another attempt does not run them again."""
        return frozenset(state.step.id for state in self.steps if state.status == "done")

    @property
    def running(self) -> tuple[StepState, ...]:
        """The steps that run or wait, in the order of the plan."""
        return tuple(state for state in self.steps if state.is_running)

    @property
    def remaining(self) -> tuple[StepState, ...]:
        """The steps that another attempt would run, in the order of the plan."""
        return tuple(state for state in self.steps if state.status != "done")

    @property
    def resumable(self) -> bool:
        """Whether this attempt has ended and another one would have something to do."""
        return (self.result is not None or self.interrupted) and bool(self.remaining)

    @property
    def failure(self) -> Optional[StepEnded]:
        """The end of the step that failed first in this attempt, or None."""
        return self.step(self.failed).ended if self.failed else None

    @property
    def has_started(self) -> bool:
        """Whether any step was started, or failed before it started."""
        return any(state.has_started for state in self.steps)

    def chronological(self) -> tuple[StepState, ...]:
        """Return the ended steps in the order of their end, then the running ones, then the others.

        The running steps are then together, even if they are far apart in the plan.
        """
        running = [state.step.id for state in self.running]
        ids = dict.fromkeys((*self.ended, *running, *(state.step.id for state in self.steps)))
        return tuple(map(self.step, ids))

    def _start_run(self, event: RunStarted) -> RunState:
        for step in event.done:
            self.step(step)
        state = self._before_attempt(frozenset(event.done))
        return replace(state, attempts=self.attempts + 1, attempt=event)

    def _before_attempt(self, done: frozenset[str]) -> RunState:
        """Return the state in which exactly the steps in ``done`` are done."""
        steps = tuple(
            (state if state.status == "done" else replace(state.reset(), status="done"))
            if state.step.id in done
            else state.reset()
            for state in self.steps
        )
        ids = dict.fromkeys((*self.ended, *(state.step.id for state in steps)))
        return RunState(
            self.plan, steps, self.attempts, ended=tuple(step for step in ids if step in done)
        )

    def _end_run(self, event: RunEnded) -> RunState:
        if self.running:
            ids = ", ".join(state.step.id for state in self.running)
            raise ValueError(f"the run has ended, but these steps still run: {ids}")
        return replace(self, result=event)

    def _start_step(self, state: StepState, event: StepStarted) -> RunState:
        if state.status != "todo":
            raise ValueError(
                f"the step {event.step} is {state.status}, but {_describe(event)} came"
            )
        started = replace(
            state, status="running", attempts=state.attempts + 1, started=event, ended=None
        )
        return replace(self._replace_step(started), started=(*self.started, event.step))

    def _end_step(self, state: StepState, event: StepEnded) -> RunState:
        if not state.is_running and state.status != "todo":
            raise ValueError(
                f"the step {event.step} is {state.status}, but {_describe(event)} came"
            )
        ended = replace(state, status=event.state, ended=event, progress=None, waiting=None)
        failed = self.failed or (event.step if event.state == "failed" else "")
        return replace(self._replace_step(ended), ended=(*self.ended, event.step), failed=failed)

    def _replace_step(self, changed: StepState) -> RunState:
        steps = tuple(changed if s.step.id == changed.step.id else s for s in self.steps)
        return replace(self, steps=steps)


def _describe(event: Event) -> str:
    """Describe the event in a few words, for error messages."""
    step = "" if isinstance(event, (RunStarted, RunEnded)) else f" of {event.step}"
    return f"“{event.kind}”{step}"
