"""Runs on disk, as a wizard leaves them: finished, cut off, or in the middle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backends.action import Command, RemoveFolder
from wizard import locations
from wizard.codec import to_json
from wizard.plan import Plan, Step
from wizard.running import journal
from wizard.running.events import (
    Event,
    JournalEvent,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
)

TIME = "2026-11-29T08:00:00.000+00:00"


def environment_plan(environment: Path, **fields: str) -> Plan:
    """A plan of two steps: make the environment, then install into it."""
    return Plan(
        *("50.0.2", "wheel", "static", f"{environment}/bin/python", str(environment), True),
        (
            Step(
                *("environment", "Make it", "why", Command(("true",))),
                undo=(RemoveFolder(str(environment)),),
                role="environment",
            ),
            Step("install", "Install it", "why", Command(("true",)), needs=("environment",)),
        ),
        **fields,  # type: ignore[arg-type]
    )


def started(step: str, log: str = "") -> StepStarted:
    return StepStarted(step, "true", log, TIME)


def ended(step: str, state: str = "done") -> StepEnded:
    return StepEnded(step, state, 1.0, time=TIME)  # type: ignore[arg-type]


def done(*steps: str, code: int = 0, earlier: str = "", folder: str = "/w") -> list[JournalEvent]:
    """The events of a whole run."""
    events: list[JournalEvent] = [RunStarted((), TIME, folder, earlier)]
    for step in steps:
        events += [started(step), ended(step)]
    return [*events, RunEnded(code, 2.0, time=TIME)]


def keep(name: str, plan: Plan, events: Sequence[Event]) -> Path:
    """Write the folder of a run."""
    folder = locations.runs() / name
    (folder / "logs").mkdir(parents=True)
    (folder / journal.PLAN_FILE).write_text(to_json(plan), encoding="utf-8")
    (folder / journal.ANSWERS_FILE).write_text('release = "50.0.2"\n', encoding="utf-8")
    book = journal.Journal(folder)
    for event in events:
        book.write(event)
    book.close()
    return folder
