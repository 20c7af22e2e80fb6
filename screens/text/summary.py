"""The final report of a run without questions, as one JSON object for scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Optional

from wizard.errors import Alternative, WizardError
from wizard.plan import Plan, Step
from wizard.proof.verify import Report
from wizard.running.events import Event, RunEnded, StepEnded, StepStarted

SCHEMA = 1
"""The number of the report's JSON form."""


@dataclass(frozen=True)
class Problem:
    """Why it did not work: what happened, the line that shows it, why, and what to do."""

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
    """What was to be done, without the steps. ``wheelhouse`` is the folder that gets wheels."""

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
    """How one step ended. ``exit`` is its exit code, None where it has none."""

    id: str
    title: str
    state: Literal["done", "failed", "cancelled", "skipped", "not-started"] = "not-started"
    seconds: float = 0.0
    exit: Optional[int] = None
    command: str = ""
    log: str = ""


@dataclass(frozen=True)
class Summary:
    """The whole report. ``code`` is the exit code; whatever was not reached is null or empty.

    ``ways`` are the ways out where this machine cannot do what was asked, best first.
    """

    code: int
    plan: Optional[Planned] = None
    steps: tuple[StepResult, ...] = ()
    report: Optional[Report] = None
    error: Optional[Problem] = None
    ways: tuple[Alternative, ...] = ()
    seconds: float = 0.0
    schema: int = SCHEMA


@dataclass
class Ledger:
    """Collects the events of a run, to make the summary of them."""

    plan: Plan
    started: dict[str, StepStarted] = field(default_factory=dict)
    ended: dict[str, StepEnded] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        """Take one event."""
        if isinstance(event, StepStarted):
            self.started[event.step] = event
        elif isinstance(event, StepEnded):
            self.ended[event.step] = event

    def failed(self) -> StepEnded | None:
        """The step that failed, the first if there were several, or None."""
        return next((end for end in self.ended.values() if end.state == "failed"), None)

    def done(self) -> frozenset[str]:
        """The ids of the steps that a second try need not run again."""
        return frozenset(step for step, end in self.ended.items() if end.state == "done")

    def try_again(self) -> None:
        """Forget what was not done: it is run again."""
        self.ended = {step: end for step, end in self.ended.items() if end.state == "done"}

    def summary(self, over: RunEnded) -> Summary:
        """The summary of a run that is over."""
        plan = self.plan
        return Summary(
            code=over.code,
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
            steps=tuple(self._result(step) for step in plan.steps),
            report=over.report,
            error=self._problem(over),
            seconds=round(over.seconds, 3),
        )

    def _result(self, step: Step) -> StepResult:
        start, end = self.started.get(step.id), self.ended.get(step.id)
        command = start.command if start else ""
        if end is None:
            return StepResult(step.id, step.title, command=command, log=start.log if start else "")
        return StepResult(
            step.id, step.title, end.state, round(end.seconds, 3), end.exit, command, end.log
        )

    def _problem(self, over: RunEnded) -> Problem | None:
        failed = self.failed()
        if failed is not None:
            title = next(step.title for step in self.plan.steps if step.id == failed.step)
            shown = "\n".join(failed.excerpt)
            return Problem(f"“{title}” failed.", shown, failed.cause, failed.hints)
        if over.code == 0:
            return None
        if over.report is not None:
            return Problem(
                "cryptography was installed, but not proved.", "\n".join(over.report.problems)
            )
        return Problem("The run was cancelled; nothing is left running.")
