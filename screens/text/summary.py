"""The final report of a run without questions, as one JSON object for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

from wizard.errors import Alternative, WizardError
from wizard.proof.verify import Report
from wizard.running.events import RunEnded
from wizard.running.run_state import RunState, StepState

SCHEMA = 1
"""The version of the report's JSON format."""


@dataclass(frozen=True)
class Problem:
    """Why it failed: what happened, the line that shows it, why, and what to do."""

    what: str
    shown: str = ""
    why: str = ""
    hints: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: WizardError) -> Problem:
        """The four parts of an error."""
        return cls(error.what, error.shown, error.why, error.hints)


@dataclass(frozen=True)
class Planned:
    """The aim of the plan, without the steps. ``wheelhouse`` is the folder for wheels."""

    release: str
    method: str
    link: str
    python: str
    environment: str
    new: bool
    notes: tuple[str, ...]
    wheelhouse: str = ""


@dataclass(frozen=True)
class StepResult:
    """How one step ended. ``exit`` is its exit code, None if it has none."""

    id: str
    title: str
    state: Literal["done", "failed", "cancelled", "skipped", "not-started"] = "not-started"
    seconds: float = 0.0
    exit: Optional[int] = None
    command: str = ""
    log: str = ""

    @classmethod
    def of(cls, state: StepState) -> StepResult:
        """The result of a step of a run that is over."""
        step, end = state.step, state.ended
        if end is None:
            return cls(step.id, step.title, command=state.command, log=state.log)
        seconds = round(end.seconds, 3)
        return cls(step.id, step.title, end.state, seconds, end.exit, state.command, end.log)


@dataclass(frozen=True)
class Summary:
    """The whole report. ``code`` is the exit code; what was not reached is null or empty.

    ``ways`` are the alternatives if this machine cannot do what was requested, best first.
    """

    code: int
    plan: Optional[Planned] = None
    steps: tuple[StepResult, ...] = ()
    report: Optional[Report] = None
    error: Optional[Problem] = None
    ways: tuple[Alternative, ...] = ()
    seconds: float = 0.0
    schema: int = SCHEMA

    @classmethod
    def of(cls, state: RunState) -> Summary:
        """The report of a run that is over. Raises ValueError if it is not."""
        ended = state.result
        if ended is None:
            raise ValueError("the run has not ended")
        plan = state.plan
        return cls(
            code=ended.code,
            plan=Planned(
                plan.release,
                plan.method,
                plan.link,
                plan.python,
                plan.environment,
                plan.new,
                plan.notes,
                plan.wheelhouse,
            ),
            steps=tuple(map(StepResult.of, state.steps)),
            report=ended.report,
            error=_problem(state, ended),
            seconds=round(ended.seconds, 3),
        )


def _problem(state: RunState, ended: RunEnded) -> Problem | None:
    failure = state.failure
    if failure is not None:
        title = state.step(failure.step).step.title
        shown = "\n".join(failure.excerpt)
        return Problem(f"“{title}” failed.", shown, failure.cause, failure.hints)
    if ended.code == 0:
        return None
    if ended.report is not None:
        return Problem(
            "cryptography was installed, but not proved.", "\n".join(ended.report.problems)
        )
    return Problem("The run was cancelled. No program is left running.")
