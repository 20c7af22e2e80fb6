"""The final report of a run without questions, as one JSON object for scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

from wizard import invocation
from wizard.choices import Choices
from wizard.errors import Alternative, WizardError
from wizard.fixes.fix import Fix
from wizard.plan import Plan
from wizard.proof.verify import Report
from wizard.running.events import RunEnded
from wizard.running.run_state import RunState, StepState

SCHEMA = 1
"""The version of the report's JSON format."""


@dataclass(frozen=True)
class Offer:
    """What the wizard can do after a failure; ``run`` are the words of the command that does it."""

    id: str
    title: str
    consequence: str
    run: tuple[str, ...]

    @classmethod
    def of(cls, fix: Fix, given: Choices) -> Offer:
        """Return the offer of a fix; ``given`` are the choices that the wizard was started with."""
        words = (*invocation.words(), "--yes", *fix.arguments(given))
        return cls(fix.id, fix.title, fix.consequence, words)


@dataclass(frozen=True)
class Problem:
    """Why it failed: what happened, the line that shows it, why, and what to do."""

    what: str
    shown: str = ""
    why: str = ""
    hints: tuple[str, ...] = ()

    @classmethod
    def from_error(cls, error: WizardError) -> Problem:
        """Return the four parts of an error."""
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

    @classmethod
    def of(cls, plan: Plan) -> Planned:
        """Return the aim of this plan."""
        return cls(
            *(plan.release, plan.method, plan.link, plan.python, plan.environment, plan.new),
            *(plan.notes, plan.wheelhouse),
        )


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
    def from_state(cls, state: StepState) -> StepResult:
        """Return the result of a step of a run that has ended."""
        step, end = state.step, state.ended
        if end is None:
            return cls(step.id, step.title, command=state.command, log=state.log)
        seconds = round(end.seconds, 3)
        return cls(step.id, step.title, end.state, seconds, end.exit, state.command, end.log)


@dataclass(frozen=True)
class Summary:
    """The full report. ``code`` is the exit code; what the run did not reach is null or empty.

    ``ways`` are the alternatives if this machine cannot do what was requested, ``fixes`` are what
    the wizard itself can do after a failure, both best first.
    """

    code: int
    plan: Optional[Planned] = None
    steps: tuple[StepResult, ...] = ()
    report: Optional[Report] = None
    error: Optional[Problem] = None
    ways: tuple[Alternative, ...] = ()
    fixes: tuple[Offer, ...] = ()
    seconds: float = 0.0
    schema: int = SCHEMA

    @classmethod
    def from_run(cls, state: RunState, fixes: tuple[Offer, ...] = ()) -> Summary:
        """Return the report of a run that has ended, with what the wizard can do about a failure.

        Raises ValueError if it has not ended.
        """
        result = state.result
        if result is None:
            raise ValueError("the run has not ended")
        plan = state.plan
        return cls(
            code=result.code,
            plan=Planned.of(plan),
            steps=tuple(map(StepResult.from_state, state.steps)),
            report=result.report,
            error=_problem(state, result),
            fixes=fixes,
            seconds=round(result.seconds, 3),
        )


def _problem(state: RunState, result: RunEnded) -> Problem | None:
    failure = state.failure
    if failure is not None:
        title = state.step(failure.step).step.title
        shown = "\n".join(failure.excerpt)
        return Problem(f"“{title}” failed.", shown, failure.cause, failure.hints)
    if result.code == 0:
        return None
    if result.report is not None:
        return Problem(
            "cryptography was installed, but not proved.", "\n".join(result.report.problems)
        )
    return Problem("The run was cancelled. No program is left running.")
