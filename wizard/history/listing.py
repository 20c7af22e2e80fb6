"""The JSON form of the list of runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.history.past_runs import Outcome, PastRun

SCHEMA = 1


@dataclass(frozen=True)
class StepSummary:
    """A step of a run: its id, title and status (`wizard.running.run_state.Status`)."""

    id: str
    title: str
    status: str


@dataclass(frozen=True)
class RunSummary:
    """One run: see `wizard.history.past_runs.PastRun`."""

    name: str
    outcome: Outcome
    started: str
    title: str
    target: str
    working_folder: str
    folder: str
    can_resume: bool
    undoes: str
    problem: str
    steps: tuple[StepSummary, ...]


@dataclass(frozen=True)
class Listing:
    """The runs, the newest first."""

    runs: tuple[RunSummary, ...]
    schema: int = SCHEMA

    @classmethod
    def of(cls, runs: Iterable[PastRun]) -> Listing:
        """Return the listing of these runs."""
        return cls(tuple(map(_summary, runs)))


def _summary(run: PastRun) -> RunSummary:
    steps = run.state.steps if run.state else ()
    return RunSummary(
        *(run.name, run.outcome, run.started, run.title, run.target, run.working_folder),
        *(run.folder, run.can_resume, run.undoes, run.problem),
        tuple(StepSummary(s.step.id, s.step.title, s.status) for s in steps),
    )
