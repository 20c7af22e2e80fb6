"""Tests of what is left on this machine after a run, as the last words name it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backends.action import Command
from screens.text import last_words
from tests.wizard.history.runs import TIME, ended, environment_plan, keep, started
from wizard.errors import Exit
from wizard.plan import Step
from wizard.running import journal
from wizard.running.events import Event, RunEnded, RunStarted


def after(folder: Path, *events: Event) -> list[str]:
    """What a run that was stopped has left of an environment that was there before."""
    folder.mkdir()
    plan = environment_plan(folder)
    tools = Step("tools", "Install the tools", "why", Command(("true",)), role="compiler")
    install = replace(plan.steps[1], role="install", needs=("tools",))
    plan = replace(plan, new=False, steps=(tools, install))
    stopped = RunEnded(Exit.CANCELLED, 1.0, time=TIME)
    kept = keep("1", plan, [RunStarted((), TIME, "/w"), *events, stopped])
    return last_words.changes(journal.replay(kept))


def test_an_environment_that_no_step_has_reached_is_not_called_changed(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    assert after(folder, started("tools"), ended("tools", "cancelled")) == []


def test_an_environment_in_which_a_step_has_begun_is_called_changed(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    events = (started("tools"), ended("tools"), started("install"), ended("install", "cancelled"))
    assert after(folder, *events) == [f"Changed folder: {folder}"]


def test_the_command_to_undo_names_the_run(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "environment")
    folder = keep("20261201T080000Z-7", plan, [])
    log = str(folder / "logs" / "01-environment.log")
    events: list[Event] = [RunStarted((), TIME, "/w"), started("environment", log)]
    book = journal.Journal(folder)
    for event in events:
        book.write(event)
    book.close()
    command = last_words.undo_command(journal.replay(folder))
    assert command == "cryptography-wizard undo 20261201T080000Z-7"
