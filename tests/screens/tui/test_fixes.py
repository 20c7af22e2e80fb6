"""What the wizard can do after a failure, on the full screen: rows, their keys, what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from screens.tui.app import WizardApp
from screens.tui.dialogs import ConfirmScreen
from screens.tui.failure import FailurePage
from screens.tui.fix_list import FixRow
from screens.tui.prose import Prose
from screens.tui.result import ResultPage
from tests.machines import machine
from tests.screens.fakes import FakeMachine
from tests.screens.scenes import REAL_SCENES, fake_run, settled, until
from tests.screens.tui.test_app import notices, words
from wizard.errors import Impossible
from wizard.knowledge import load

SCENE = REAL_SCENES["failure-fixes"]


def rows(pilot: Pilot[Any]) -> list[str]:
    """The titles of the fixes on the page."""
    return [row._fix.id for row in pilot.app.screen.query(FixRow)]


async def test_they_are_below_the_cause_and_above_the_fold() -> None:
    app = SCENE.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENE.show(pilot)
        assert isinstance(app.screen, FailurePage)
        assert rows(pilot) == ["fewer-jobs", "wheel", "again"]
        last = app.screen.query(FixRow).last()
        assert last.region.bottom <= app.screen.query_one("#trouble").region.bottom
        assert app.screen.query_one("#trouble").scroll_y == 0, "the cause is on the screen"
        assert app.focused is app.screen.query(FixRow).first()
        assert "What else you can do" in words(app)


async def test_the_arrow_keys_go_from_row_to_row_and_then_scroll() -> None:
    app = SCENE.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENE.show(pilot)
        all_rows = list(app.screen.query(FixRow))
        await do(pilot, "down", "down")
        assert app.focused is all_rows[2]
        await do(pilot, "up")
        assert app.focused is all_rows[1]
        await do(pilot, "down", "down", "down")
        assert app.focused is all_rows[2]
        assert app.screen.query_one("#trouble").scroll_y > 0, "what is below can be read, too"


async def test_the_line_that_shows_the_error_is_marked_above_the_fold() -> None:
    app = SCENE.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENE.show(pilot)
        evidence = app.screen.query_one("#evidence", Static)
        assert str(evidence.content) == "▸ (signal: 9, SIGKILL: kill)"
        assert evidence.region.bottom < app.screen.query(FixRow).first().region.y
        sentences = [str(each.content) for each in app.screen.query(Prose)]
        assert any("cryptography-wizard --method wheel" in text for text in sentences)
        assert not any("`" in text for text in sentences), "commands are styled"
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        excerpt = app.screen.query_one("#excerpt", Static)
        assert not evidence.display
        assert "▸   (signal: 9, SIGKILL: kill)" in str(excerpt.content).split("\n")


async def do(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await settled(pilot)


@pytest.mark.parametrize("keys", [("1",), ("enter",)])
async def test_its_key_changes_the_plan_and_goes_on(keys: tuple[str, ...]) -> None:
    app = SCENE.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENE.show(pilot)
        await do(pilot, *keys)
        assert isinstance(app.screen, ResultPage)
        assert not notices(app), "nothing covers the result"
        assert app.session.completed.jobs == "1"
        assert len(fake_run(pilot).calls) == 1


async def test_what_it_changes_is_said_while_it_runs() -> None:
    app = SCENE.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await SCENE.show(pilot)
        fake_run(pilot).held = True
        await pilot.press("1")
        await until(pilot, fake_run(pilot).reached.is_set)
        assert notices(app) == "Changed: --jobs 1"


async def test_the_last_one_tries_again_with_the_same_plan() -> None:
    app = SCENE.app()
    async with app.run_test() as pilot:
        await SCENE.show(pilot)
        await do(pilot, "3")
        assert isinstance(app.screen, ResultPage)
        assert app.session.completed.jobs == ""
        assert fake_run(pilot).calls == [frozenset({"environment"})]


async def test_a_number_without_a_fix_does_nothing() -> None:
    app = SCENE.app()
    async with app.run_test() as pilot:
        await SCENE.show(pilot)
        await do(pilot, "4")
        assert isinstance(app.screen, FailurePage)


@pytest.mark.parametrize(("answer", "goes_on"), [("escape", False), ("y", True)])
async def test_root_is_never_taken_without_a_yes(answer: str, goes_on: bool) -> None:
    """After the first attempt, the packages of the build are not there: they are needed again."""
    facts = machine("debian-13")
    facts = replace(facts, privilege=replace(facts.privilege, method="root", password=False))
    scene = replace(SCENE, facts=facts)
    app = scene.app()
    async with app.run_test() as pilot:
        await scene.show(pilot)
        assert isinstance(app.screen, FailurePage)
        await do(pilot, "1")
        assert isinstance(app.screen, ConfirmScreen)
        assert "asks for administrator rights" in words(app)
        await do(pilot, answer)
        assert isinstance(app.screen, ResultPage if goes_on else FailurePage)
        assert (len(fake_run(pilot).calls) == 1) is goes_on
        assert (app.session.completed.jobs == "1") is goes_on


async def test_what_is_not_possible_any_more_is_said() -> None:
    pretended = FakeMachine(facts=SCENE.facts, real=True)
    app = WizardApp(pretended.engine(), SCENE.choices, knowledge=load(), clock=lambda: 0.0)
    async with app.run_test() as pilot:
        await SCENE.show(pilot)
        pretended.problem = Impossible("The disk is gone.")
        await do(pilot, "1")
        assert isinstance(app.screen, FailurePage)
        assert "The disk is gone." in notices(app)
        assert app.session.completed.jobs == ""
