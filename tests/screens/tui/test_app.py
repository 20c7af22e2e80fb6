"""The full screen driven from the first key to the exit code."""

from __future__ import annotations

import contextlib
import signal
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.command import CommandList
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Input, Static

from backends import xcode
from backends.rustup import NO_TOOLCHAIN
from screens.tui.app import WizardApp, run_app
from screens.tui.dialogs import ConfirmScreen, LookUpScreen
from screens.tui.failure import FailurePage
from screens.tui.help import HelpScreen
from screens.tui.keys_line import KeysLine
from screens.tui.live_log import LiveLog
from screens.tui.marked_list import MarkedList
from screens.tui.page import Page, TooSmall
from screens.tui.question import FREE_ANSWER, Answers, QuestionPage
from screens.tui.result import ResultPage
from screens.tui.review import ReviewPage
from screens.tui.run import RunPage
from screens.tui.step_list import StepRow
from screens.tui.welcome import WelcomePage
from tests.screens.fakes import FACTS, UNPROVED, FakeMachine, FakeRun, pretend
from tests.screens.scenes import (
    METHOD,
    NO_NETWORK,
    REVIEW_SOURCE,
    REVIEW_USUAL,
    REVIEW_WHEEL,
    SCENES,
    SOURCE,
    fake_run,
    settled,
    until,
    until_held,
)
from tests.screens.tui.seen import text as screen_text
from wizard.choices import Choices
from wizard.errors import Exit, Impossible
from wizard.facts import Tool


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, letting the screen follow each of them."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def to_review(pilot: Pilot[Any], keys: tuple[str, ...] = REVIEW_USUAL) -> None:
    """Go to the plan."""
    await settled(pilot)
    await press(pilot, *keys)
    assert isinstance(pilot.app.screen, ReviewPage)


async def to_run(pilot: Pilot[Any], machine: FakeMachine) -> RunPage:
    """Start a run that is held in its middle."""
    await to_review(pilot)
    await press(pilot, "enter")
    await until_held(pilot)
    assert isinstance(pilot.app.screen, RunPage)
    return pilot.app.screen


def text(app: App[Any], where: str) -> str:
    """The words of a line of the screen."""
    return str(app.screen.query_one(where, Static).content)


def words(app: App[Any]) -> str:
    """All words of the page."""
    return "\n".join(str(each.content) for each in app.screen.query(Static))


def notices(app: App[Any]) -> str:
    """All that was said in passing."""
    return "\n".join(notice.message for notice in app._notifications)


def assert_all_keys_in_sight(app: App[Any]) -> None:
    """No key at the bottom is cut off."""
    line = app.screen.query_one(KeysLine)
    assert line.places
    assert all(line.size.region.contains_region(place) for place in line.places)


# --- welcome


async def test_welcome_looks_beside_the_screen(app: WizardApp, machine: FakeMachine) -> None:
    machine.hold = threading.Event()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Looking at your computer" in text(app, "#looking")
        await press(pilot, "enter", "1", "2", "t", "m")
        assert isinstance(app.screen, WelcomePage), "nothing to ask before the machine is known"
        machine.hold.set()
        await settled(pilot)
        assert "Debian GNU/Linux 12" in text(app, "#fact-0")
        assert "3.11.2" in text(app, "#fact-1")
        assert "1.63.0" in text(app, "#fact-3")
        assert "3.0.15" in text(app, "#fact-4")
        assert text(app, "#fact-5") == "✓  50.0.2: tested on this kind of system"
        await press(pilot, "2")
        assert isinstance(app.screen, QuestionPage)


async def test_what_is_known_early_is_shown_early(app: WizardApp, machine: FakeMachine) -> None:
    machine.hold, machine.known = threading.Event(), ("system", "openssl")
    async with app.run_test() as pilot:
        await until(pilot, lambda: "Debian GNU/Linux 12" in screen_text(app))
        assert "Looking at your computer" in text(app, "#looking")
        assert "3.0.15" in text(app, "#fact-4")
        waited_for = [text(app, f"#fact-{number}") for number in (1, 2, 3, 5)]
        assert waited_for == ["…"] * 4
        machine.hold.set()
        await settled(pilot)
        assert "3.11.2" in text(app, "#fact-1")


async def test_quitting_does_not_wait_for_the_look(app: WizardApp, machine: FakeMachine) -> None:
    machine.hold = threading.Event()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("q")
    assert app.return_value == 130
    assert not machine.hold.is_set()
    machine.hold.set()


async def test_what_is_absent_is_said_in_words(app: WizardApp, machine: FakeMachine) -> None:
    machine.facts, machine.real = replace(FACTS, pythons=(), tools=(), openssl=()), True
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        await settled(pilot)
        assert "none found" in text(app, "#fact-1")
        assert "needed only to compile" in text(app, "#fact-3")
        assert "needed only to compile" in text(app, "#fact-4")
        assert text(app, "#fact-5") == "–  unknown, because no Python was found"


@pytest.mark.parametrize(
    ("problem", "shown"),
    [
        (NO_TOOLCHAIN, "–  rustup has no toolchain; needed only to compile"),
        ("No answer within 8 seconds.", "–  does not run; needed only to compile"),
    ],
)
async def test_a_rust_that_does_not_run_is_not_called_absent(
    app: WizardApp, machine: FakeMachine, problem: str, shown: str
) -> None:
    broken = Tool("rustc", "/home/ada/.cargo/bin/rustc", origin="rustup", problem=problem)
    machine.facts = replace(FACTS, tools=(broken,))
    async with app.run_test() as pilot:
        await settled(pilot)
        assert text(app, "#fact-3") == shown


async def test_a_problem_of_the_look_is_explained_and_tried_again(
    app: WizardApp, machine: FakeMachine
) -> None:
    machine.problem = NO_NETWORK
    async with app.run_test() as pilot:
        await settled(pilot)
        shown = text(app, "#looking")
        for part in (NO_NETWORK.what, NO_NETWORK.shown, NO_NETWORK.why, *NO_NETWORK.hints):
            assert part in shown
        machine.problem = None
        await press(pilot, "r")
        await settled(pilot)
        assert machine.probes == 2
        assert text(app, "#usual").startswith("cryptography 50.0.2")


async def test_known_facts_spare_the_look(app: WizardApp, machine: FakeMachine) -> None:
    app.session.facts = FACTS
    async with app.run_test() as pilot:
        await settled(pilot)
        assert machine.probes == 0
        assert text(app, "#usual").startswith("cryptography 50.0.2")


# --- questions


async def test_recommended_is_a_word_and_the_choice_a_mark(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *METHOD)
        answers = app.screen.query_one(Answers)
        first, second = (str(answers.get_option_at_index(n).prompt) for n in (0, 1))
        assert first.startswith("(*) A ready-made wheel\n    recommended · Takes seconds.")
        assert second.startswith("( ) Compile the source")
        assert "Takes minutes" in second
        await press(pilot, "down")
        first, second = (str(answers.get_option_at_index(n).prompt) for n in (0, 1))
        assert first.startswith("( ) A ready-made wheel")
        assert second.startswith("(*) Compile the source")


async def test_progress_promises_no_end_that_an_answer_may_move(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *METHOD)
        assert text(app, "#progress") == "Question 3"
        await press(pilot, "down", "enter")
        assert text(app, "#progress") == "Question 4", "a build asks more"


async def test_a_closed_answer_says_why_and_cannot_be_chosen(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, *METHOD, "down", "enter")
        answers = app.screen.query_one(Answers)
        assert "Not possible here: Its Rust 1.63 is too old." in str(
            answers.get_option_at_index(0).prompt
        )
        await press(pilot, "up")
        assert answers.highlighted == 1
        await pilot.click(answers, offset=(6, 1))
        assert answers.highlighted == 1
        await press(pilot, "enter")
        assert app.session.answers["rust"] == "rustup"


@pytest.mark.parametrize("key", ["escape", "b"])
async def test_back_keeps_the_answers(app: WizardApp, key: str) -> None:
    async with app.run_test() as pilot:
        await to_review(pilot, REVIEW_SOURCE)
        await press(pilot, key, key)
        assert text(app, "#progress") == "Question 3"
        answers = app.screen.query_one(Answers)
        assert answers.highlighted_option is not None
        assert answers.highlighted_option.id == "source"
        await press(pilot, key, key, key)
        assert isinstance(app.screen, WelcomePage)
        await press(pilot, *REVIEW_WHEEL, "enter")
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.method == "source"


async def test_an_answer_that_no_longer_applies_is_left_out_but_kept(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await to_review(pilot, REVIEW_SOURCE)
        assert app.session.choices().rust == "rustup"
        await press(pilot, "escape", "escape", "up", "enter")
        assert isinstance(app.screen, ReviewPage)
        assert app.session.choices().rust == ""
        assert app.session.answers["rust"] == "rustup"


async def test_given_choices_are_the_standing_answers(app: WizardApp, machine: FakeMachine) -> None:
    app.session.given = Choices(method="source", release="7.7")
    app.session.ask_everything()
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter")
        assert app.screen.query_one("#own", Input).value == "7.7"
        await press(pilot, "enter")
        assert app.screen.query_one(Answers).highlighted == 1


async def test_a_typed_answer(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter")
        own = app.screen.query_one("#own", Input)
        assert not own.display
        await press(pilot, "down", "down")
        assert own.display
        await press(pilot, "enter")
        assert own.has_focus, "Enter leads to the field"
        await press(pilot, "up")
        assert app.screen.query_one(Answers).has_focus, "the up key leads back to the list"
        assert app.screen.query_one(Answers).highlighted == 1
        assert not own.display
        await press(pilot, "down", "enter")
        await press(pilot, "enter")
        assert "Please type an answer" in text(app, "#because")
        await press(pilot, *"9.9", "enter")
        assert "There is no release 9.9. The nearest is 3.4.8." in text(app, "#because")
        await press(pilot, "backspace", "8", "enter")
        assert app.session.answers["release"] == "9.8"
        assert text(app, "#progress") == "Question 3"
        await press(pilot, "escape")
        assert app.screen.query_one("#own", Input).value == "9.8"
        assert app.screen.query_one(Answers).highlighted_option is not None
        assert app.screen.query_one(Answers).highlighted_option.id == FREE_ANSWER


async def test_a_typed_folder_is_looked_at(
    app: WizardApp, machine: FakeMachine, tmp_path: Path
) -> None:
    file = tmp_path / "a file"
    file.write_text("not a folder", encoding="utf-8")
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "down", "enter")
        app.screen.query_one("#own", Input).value = str(file)
        await press(pilot, "enter")
        await settled(pilot)
        assert "is a file, not a folder" in text(app, "#because")
        assert machine.probes == 1
        app.screen.query_one("#own", Input).value = str(tmp_path / "new $(x) 'env'")
        await press(pilot, "enter")
        await settled(pilot)
        assert (machine.probes, machine.looks) == (1, 1), "only the folder is looked at"
        assert app.session.answers["venv"] == str(tmp_path / "new $(x) 'env'")
        assert text(app, "#progress") == "Question 2"


async def test_escape_stops_waiting_for_an_answer(
    app: WizardApp, machine: FakeMachine, tmp_path: Path
) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        machine.hold = threading.Event()
        await press(pilot, "2", "down", "enter")
        app.screen.query_one("#own", Input).value = str(tmp_path / "new")
        await press(pilot, "enter")
        await until(pilot, lambda: machine.looks == 1)
        assert isinstance(app.screen, LookUpScreen)
        assert "Looking at this folder" in words(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, QuestionPage)
        facts = app.session.facts
        machine.hold.set()
        await settled(pilot)
        assert isinstance(app.screen, QuestionPage)
        assert "venv" not in app.session.answers
        assert app.session.facts is facts
        assert app.screen.query_one("#own", Input).value == str(tmp_path / "new")


async def test_mouse_alone_is_enough(app: WizardApp, machine: FakeMachine) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.click(MarkedList, offset=(5, 1))
        await pilot.pause()
        for _ in range(2):
            await pilot.click("#next")
            await pilot.pause()
        await pilot.click(Answers, offset=(6, 3))
        await pilot.pause()
        assert text(app, "#progress") == "Question 3", "a click chooses and does not go on"
        await pilot.click("#next")
        await pilot.pause()
        await pilot.click("#back")
        await pilot.pause()
        assert app.screen.query_one(Answers).highlighted == 1
        await pilot.click(Answers, offset=(6, 1))
        await pilot.click("#next")
        await pilot.pause()
        await pilot.click("#start")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)
        await pilot.click("#quit")
    assert app.return_value == 0


# --- help, commands, looks


async def test_f1_shows_the_help_of_every_page(app: WizardApp, machine: FakeMachine) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        for step, expected in (
            ((), "Welcome"),
            (METHOD, "Wheel or source"),
            (("enter",), "Review"),
        ):
            await press(pilot, *step)
            await press(pilot, "f1")
            assert isinstance(app.screen, HelpScreen)
            assert expected in app.screen._text
            await press(pilot, "down", "f1")
            assert isinstance(app.screen, Page)
        machine.run.held = True
        await press(pilot, "enter")
        await until_held(pilot)
        await press(pilot, "f1")
        assert isinstance(app.screen, HelpScreen)
        machine.run.release()
        await settled(pilot)
        assert isinstance(app.screen, ResultPage), "the end of a run is not hidden by the help"
        await press(pilot, "f1", "enter")
        assert isinstance(app.screen, ResultPage)


async def test_the_palette_has_the_commands_of_the_page(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "ctrl+p")
        found = app.screen.query_one(CommandList)
        await until(pilot, lambda: found.option_count > 0)
        names = "\n".join(str(option.prompt) for option in found.options)
        assert {"Next", "Back", "Help", "Quit"} <= set(names.split("\n"))
        await press(pilot, *"light")
        await until(pilot, lambda: found.option_count == 1)
        await press(pilot, "enter")
        await until(pilot, lambda: app.theme == "wizard-light")
        assert isinstance(app.screen, QuestionPage)


async def test_light_and_dark(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        assert app.theme == "wizard-dark"
        await press(pilot, "ctrl+t")
        assert app.theme == "wizard-light"
        await press(pilot, "ctrl+t")
        assert app.theme == "wizard-dark"


# --- review


async def test_review_shows_every_step_and_command(app: WizardApp) -> None:
    app.session.given = SOURCE
    async with app.run_test() as pilot:
        await to_review(pilot)
        shown = words(app)
        assert "4 steps, nothing has been changed yet" in shown
        assert "1 note: Rust from Debian is too old here." in shown
        assert "administrator" in shown
        assert "$ sudo apt-get install -y build-essential libssl-dev" in shown
        assert "A separate folder keeps everything else as it is." in shown


async def test_the_copied_commands_become_root_where_they_must(app: WizardApp) -> None:
    app.session.given = SOURCE
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "c")
        root = [line for line in app.clipboard.splitlines() if line.startswith("sudo ")]
        assert root == ["sudo apt-get install -y build-essential libssl-dev"]


@pytest.mark.parametrize("key", ["c", "ctrl+y"])
async def test_the_commands_can_be_copied(app: WizardApp, key: str) -> None:
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, key)
        assert app.clipboard.splitlines()[0].startswith("/usr/bin/python3 -m venv ")
        assert len(app.clipboard.splitlines()) == 3
        assert "Sent the commands to the terminal" in notices(app)


async def test_on_a_mac_they_are_copied_without_the_terminal(
    app: WizardApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []

    def copy(text: str) -> bool:
        copied.append(text)
        return True

    monkeypatch.setattr("screens.clipboard.copy", copy)
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "c")
        assert copied[0].startswith("/usr/bin/python3 -m venv ")
        assert notices(app) == "Copied the commands."
        assert app.clipboard == "", "the terminal gets nothing"


async def test_a_question_mark_opens_and_closes_the_help(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "question_mark")
        assert isinstance(app.screen, HelpScreen)
        await press(pilot, "question_mark")
        assert not isinstance(app.screen, HelpScreen)


async def test_what_cannot_be_planned_is_explained(app: WizardApp, machine: FakeMachine) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter", "down", "enter", "enter")
        assert isinstance(app.screen, FailurePage)
        shown = words(app)
        for part in ("cannot be installed here", "Requires-Python: <3.11", "newer", "Choose 50"):
            assert part in shown
        probes = machine.probes
        await press(pilot, "r")
        await settled(pilot)
        assert machine.probes == probes + 1, "something may have been put right"
        assert isinstance(app.screen, FailurePage), "it was not"
        await press(pilot, "b")
        assert text(app, "#progress") == "Question 1"
        assert app.session.answers["release"] == "45.0.7"
        await press(pilot, "q")
    assert app.return_value == 130


# --- the password


@pytest.mark.parametrize("typed", [True, False])
async def test_the_password_is_asked_for_before_the_run(
    app: WizardApp, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch, typed: bool
) -> None:
    machine.password = typed
    suspended: list[str] = []

    @contextlib.contextmanager
    def suspend() -> Any:
        suspended.append("suspended")
        yield

    monkeypatch.setattr(app, "suspend", suspend)
    async with app.run_test() as pilot:
        await to_review(pilot, REVIEW_SOURCE)
        await press(pilot, "enter")
        await settled(pilot)
        assert machine.unlocked == 1
        assert suspended == ["suspended"]
        assert isinstance(app.screen, ResultPage if typed else ReviewPage)
        assert machine.run.calls == ([frozenset()] if typed else [])
        assert ("Nothing was done" in notices(app)) is not typed


async def test_no_password_is_asked_for_where_no_step_needs_root(
    app: WizardApp, machine: FakeMachine
) -> None:
    async with app.run_test() as pilot:
        await to_review(pilot, REVIEW_WHEEL)
        await press(pilot, "enter")
        await settled(pilot)
        assert machine.unlocked == 0
        assert isinstance(app.screen, ResultPage)


async def test_a_terminal_that_cannot_be_given_away_gets_no_password(
    app: WizardApp, machine: FakeMachine
) -> None:
    app.session.given = SOURCE
    async with app.run_test() as pilot:  # a test's terminal is one
        await to_review(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        assert machine.unlocked == 0
        assert "Nothing was done" in notices(app)


# --- the run


async def test_a_run_shows_states_in_words_and_ends_with_the_proof(
    app: WizardApp, machine: FakeMachine
) -> None:
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        states = [str(row.query_one(".state", Static).content) for row in app.screen.query(StepRow)]
        assert states == ["✓ done", "▶ running", "○ to do"]
        assert text(app, "#now") == "Step 2 of 3: Install cryptography 50.0.2"
        assert "3 of 6 packages" in text(app, "#detail")
        log = app.screen.query_one(LiveLog)
        assert any(line.startswith("$ ") for line in log.lines)
        assert "Collecting cffi>=2.0.0" in log.lines
        machine.run.release()
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)
        shown = words(app)
        assert "✓ cryptography 50.0.2 is installed, and it works" in shown
        assert "inside (static)" in shown
        assert "source ./cryptography-env/bin/activate" in shown
        assert "New folder: ./cryptography-env" in shown
        assert "runs/20261130T101500Z-7" in shown
        await press(pilot, "c")
        assert app.clipboard == "source ./cryptography-env/bin/activate"
        await press(pilot, "o")
        assert isinstance(app.screen, RunPage)
        assert text(app, "#now") == "Done. Press Enter to see the result."
        await press(pilot, "x")
        assert isinstance(app.screen, RunPage), "there is nothing to cancel any more"
        await press(pilot, "enter")
        assert isinstance(app.screen, ResultPage)
        await press(pilot, "q")
    assert app.return_value == 0


async def test_waiting_for_a_lock_is_named(app: WizardApp, machine: FakeMachine) -> None:
    machine.run.held = machine.run.waiting = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        assert text(app, "#now").startswith(
            "Waiting: apt is used by unattended-upgrades (at most 5"
        )
        row = app.screen.query_one("#row-install")
        assert str(row.query_one(".state", Static).content) == "… waiting"
        machine.run.release()
        await settled(pilot)


async def test_installed_but_not_proved(app: WizardApp, machine: FakeMachine) -> None:
    machine.run.report = UNPROVED
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert "! cryptography 50.0.2 is installed, but not proved" in words(app)
        assert "The linkage is dynamic, not static." in words(app)
        await press(pilot, "enter")
    assert app.return_value == 4


async def test_a_failure_is_explained_and_tried_again_from_its_step(
    app: WizardApp, machine: FakeMachine
) -> None:
    machine.run.fails = 1
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(app.screen, FailurePage)
        shown = words(app)
        assert "Install cryptography 50.0.2: failed" in shown
        assert "exit code 1" in shown
        assert "ERROR: No matching distribution found" in shown
        assert "pip could not reach the package index" in shown
        assert "Check the connection to the Internet." in shown
        assert "runs/20261130T101500Z-7/logs/install.log" in shown
        await press(pilot, "c")
        assert "pip could not reach" in app.clipboard
        await press(pilot, "o")
        assert isinstance(app.screen, RunPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, FailurePage)
        await press(pilot, "r")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)
    assert machine.run.calls == [frozenset(), frozenset({"environment"})]


async def test_after_a_failure_the_questions_come_with_a_new_look(
    app: WizardApp, machine: FakeMachine
) -> None:
    machine.run.fails = 1
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        await press(pilot, "b")
        await settled(pilot)
        assert machine.probes == 2
        assert text(app, "#progress") == "Question 1"
        await press(pilot, "q")
    assert app.return_value == 1


async def test_a_new_look_after_a_failure_can_be_left(app: WizardApp, machine: FakeMachine) -> None:
    machine.run.fails = 1
    async with app.run_test() as pilot:
        await to_review(pilot)
        await press(pilot, "enter")
        await settled(pilot)
        facts, machine.hold = app.session.facts, threading.Event()
        await press(pilot, "escape")
        assert isinstance(app.screen, LookUpScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, FailurePage)
        machine.hold.set()
        await settled(pilot)
        assert isinstance(app.screen, FailurePage), "what it found is not used"
        assert app.session.facts is facts
        machine.problem = Impossible("The network is gone.")
        await press(pilot, "b")
        await settled(pilot)
        assert isinstance(app.screen, FailurePage), "it says why, and what failed is not forgotten"
        assert "The network is gone." in notices(app)
        await press(pilot, "r")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)


async def test_cancel_asks_and_stops(app: WizardApp, machine: FakeMachine) -> None:
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        await press(pilot, "x")
        assert isinstance(app.screen, ConfirmScreen)
        assert app.focused is not None
        assert app.focused.id == "no"
        await press(pilot, "escape")
        assert isinstance(app.screen, RunPage)
        await press(pilot, "x", "y")
        await settled(pilot)
        assert isinstance(app.screen, FailurePage)
        assert "Stopped, as you asked" in words(app)
        assert "Make the environment" in words(app)
        assert "Prove that it works" not in words(app), "what was never reached is not finished"
        assert "cryptography-wizard resume" in words(app), "what goes on later, too"
        machine.run.held = False
        await press(pilot, "r")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)


@pytest.mark.parametrize(
    ("first", "second"),
    [("ctrl+c", "ctrl+c"), ("ctrl+c", "y"), ("ctrl+q", "y"), ("q", "y"), ("ctrl+d", "y")],
)
async def test_quitting_during_a_run_asks_stops_and_leaves(
    app: WizardApp, machine: FakeMachine, first: str, second: str
) -> None:
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        await press(pilot, first)
        assert isinstance(app.screen, ConfirmScreen)
        assert "and quit?" in words(app)
        await press(pilot, second)
        await settled(pilot)
    assert app.return_value == 130


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q", "ctrl+d", "q"])
async def test_leaving_before_anything_was_done(app: WizardApp, key: str) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", key)
    assert app.return_value == 130


async def test_q_is_a_letter_in_a_field(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "2", "down", "enter", "q", "b")
        assert app.screen.query_one("#own", Input).value == "qb"


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_signals_stop_the_run_and_leave(
    app: WizardApp, machine: FakeMachine, name: str
) -> None:
    number = getattr(signal, name)
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        signal.raise_signal(number)
        await settled(pilot)
    assert app.return_value == Exit.CANCELLED


@pytest.mark.usefixtures("ending_signals")
async def test_a_signal_before_the_run_leaves(app: WizardApp) -> None:
    async with app.run_test() as pilot:
        await settled(pilot)
        signal.raise_signal(signal.SIGTERM)
        await pilot.pause()
    assert app.return_value == Exit.CANCELLED


# --- the log


async def test_the_log_begins_with_the_whole_command(app: WizardApp, machine: FakeMachine) -> None:
    machine.run = FakeRun(held=True)
    app.session.engine = machine.engine()
    async with app.run_test(size=(90, 24)) as pilot:
        run = await to_run(pilot, machine)
        log = run.query_one(LiveLog)
        await pilot.resize_terminal(60, 24)  # from a wider one: it is broken again
        await pilot.pause()
        typed = app.session.require_run().step("install").typed
        assert len(typed) > log.size.width
        count = next(n for n, line in enumerate(log.lines) if not line.endswith(" \\")) + 1
        shown = log.lines[:count]
        assert all(len(line) <= log.size.width for line in shown), "nothing is cut"
        assert " ".join(line.removesuffix(" \\").strip() for line in shown) == typed
        machine.run.release()
        await settled(pilot)


async def test_find_in_the_log(app: WizardApp, machine: FakeMachine) -> None:
    machine.run = FakeRun(held=True, extra=[f"line {n} of many" for n in range(100)])
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        run = await to_run(pilot, machine)
        log = run.query_one(LiveLog)
        await press(pilot, "f", *"LINE 7")
        assert text(app, "#hits").startswith("11 of 11")
        assert log.lines[log.match_line] == "line 79 of many"
        assert log in run.selections
        await press(pilot, "up")
        assert log.lines[log.match_line] == "line 78 of many"
        await press(pilot, "enter", "enter")
        assert log.lines[log.match_line] == "line 7 of many", "after the last comes the first"
        await press(pilot, "down")
        assert log.lines[log.match_line] == "line 70 of many"
        await press(pilot, "escape")
        assert log.has_focus
        await press(pilot, "n")
        assert log.lines[log.match_line] == "line 71 of many"
        await press(pilot, "N")
        assert log.lines[log.match_line] == "line 70 of many"
        await press(pilot, "c")
        assert app.clipboard == "line 7"
        await press(pilot, "slash", *"zzz")
        assert text(app, "#hits") == "not found"
        machine.run.release()
        await settled(pilot)


async def test_important_lines_only(
    app: WizardApp, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wizard.diagnosis import excerpts

    monkeypatch.setattr(excerpts, "is_unimportant", lambda line: line.startswith("copying "))
    compiling = [f"   Compiling [syn] v1.0.{number}" for number in range(200)]
    extra = ["copying a.py", "error: b", *compiling, "copying c.py"]
    machine.run = FakeRun(held=True, extra=extra)
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        run = await to_run(pilot, machine)
        log = run.query_one(LiveLog)
        assert "copying a.py" in log.lines
        await press(pilot, "l")
        assert not [line for line in log.lines if line.startswith("copying")]
        assert "error: b" in log.lines
        assert not [line for line in log.lines if "Compiling" in line]
        assert "Compiling [syn] v1.0.199" in screen_text(app), "how far it is, in one line"
        await press(pilot, "l")
        assert compiling[-1] in log.lines
        assert log.border_subtitle == ""
        assert "copying c.py" in log.lines
        machine.run.release()
        await settled(pilot)


async def test_the_log_is_saved_whole(
    app: WizardApp, machine: FakeMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "environment.log").write_text("made\n", encoding="utf-8")
    (logs / "install.log").write_text("every line\n" * 3, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    machine.run = FakeRun(logs=str(logs), held=True)
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        await press(pilot, "s")
        await until(pilot, lambda: "cryptography-wizard-log.txt" in notices(app))
        assert str(tmp_path / "cryptography-wizard-log.txt") in notices(app)
        await press(pilot, "s")
        await until(pilot, lambda: "cryptography-wizard-log-2.txt" in notices(app))
        saved = (tmp_path / "cryptography-wizard-log.txt").read_text(encoding="utf-8")
        assert saved.count("every line") == 3
        assert "== Make the environment" in saved
        assert (tmp_path / "cryptography-wizard-log-2.txt").is_file(), "nothing is overwritten"
        machine.run.release()
        await settled(pilot)


async def test_a_log_that_cannot_be_read_is_saved_as_shown(
    app: WizardApp, machine: FakeMachine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    machine.run = FakeRun(logs=str(tmp_path / "gone"), held=True)
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        await press(pilot, "s")
        await until(pilot, lambda: "Saved" in notices(app))
        saved = (tmp_path / "cryptography-wizard-log.txt").read_text(encoding="utf-8")
        assert "cannot be read" in saved
        assert "Collecting cffi>=2.0.0" in saved
        machine.run.release()
        await settled(pilot)


async def test_a_log_that_cannot_be_saved_says_so(
    app: WizardApp, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("screens.tui.run.save_log", fail)
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        await press(pilot, "s")
        await until(pilot, lambda: "No space left on device" in notices(app))
        machine.run.release()
        await settled(pilot)


async def test_the_log_keeps_its_newest_lines(app: WizardApp, machine: FakeMachine) -> None:
    machine.run = FakeRun(held=True, extra=[f"line {n}" for n in range(20_000)])
    app.session.engine = machine.engine()
    async with app.run_test() as pilot:
        run = await to_run(pilot, machine)
        log = run.query_one(LiveLog)
        assert log.line_count == 5000
        assert log.lines[-1] == "line 19999"
        machine.run.release()
        await settled(pilot)


# --- side by side


def side_by_side(app: WizardApp, machine: FakeMachine, **more: Any) -> None:
    """Let two steps be held in their middle."""
    machine.run = FakeRun(held=True, beside=True, **more)
    machine.facts = replace(
        FACTS, privilege=replace(FACTS.privilege, method="root", password=False)
    )
    app.session.engine = machine.engine()
    app.session.given = SOURCE


async def to_both(pilot: Pilot[Any]) -> RunPage:
    """Start a run of which two steps are held."""
    await to_review(pilot)
    await press(pilot, "enter")
    await until_held(pilot)
    assert isinstance(pilot.app.screen, RunPage)
    return pilot.app.screen


def rows(app: App[Any]) -> list[str]:
    """The list of steps, as it is read."""
    return [
        " ".join(str(part.content) for part in row.query(Static)).strip()
        for row in app.screen.query(StepRow)
    ]


async def test_two_steps_are_shown_with_their_own_progress(
    app: WizardApp, machine: FakeMachine
) -> None:
    side_by_side(app, machine)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_both(pilot)
        assert rows(app) == [
            "✓ done Make the environment 1.5 s",
            "› ▶ running Install the build tools 40% · 0:00",
            "▶ running Install cryptography 50.0.2 50% · 0:00",
            "○ to do Prove that it works",
        ]
        assert text(app, "#now") == "Steps 1 and 3 of 4 run in parallel"
        assert "40% of this step · 12 of 30 packages" in text(app, "#detail")
        assert_all_keys_in_sight(app)
        log = app.screen.query_one(LiveLog)
        assert log.border_title == "1 Install the build tools"
        assert log.lines[-1] == "Unpacking libssl-dev ..."
        machine.run.release()
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)


async def test_tab_and_clicks_go_from_log_to_log(app: WizardApp, machine: FakeMachine) -> None:
    side_by_side(app, machine, extra=[f"line {n}" for n in range(100)])
    async with app.run_test(size=(80, 24)) as pilot:
        run = await to_both(pilot)
        log = run.query_one(LiveLog)
        await press(pilot, "tab")
        assert log.border_title == "3 Install cryptography 50.0.2"
        assert log.lines[-1] == "line 99"
        assert rows(app)[2].startswith("› ▶")
        assert not rows(app)[1].startswith("›")
        await until(pilot, lambda: log.is_vertical_scroll_end)
        assert log.has_focus, "the arrows go on scrolling"
        await press(pilot, "f", *"line 7")
        assert text(app, "#hits").startswith("11 of 11")
        await press(pilot, "tab")
        assert log.border_title == "2 Make the environment", "after what runs comes what has ended"
        assert text(app, "#hits") == "not found"
        await press(pilot, "shift+tab", "escape")
        assert log.border_title == "3 Install cryptography 50.0.2"
        await pilot.click("#row-packages")
        await pilot.pause()
        assert log.border_title == "1 Install the build tools"
        await pilot.click("#row-prove")
        await pilot.pause()
        assert log.border_title == "1 Install the build tools", "what has not begun has no log"
        await press(pilot, "c")
        assert app.clipboard.endswith("Unpacking libssl-dev ...\n")
        machine.run.release()
        await settled(pilot)


async def test_one_key_follows_again(app: WizardApp, machine: FakeMachine) -> None:
    """After another log was picked, and after scrolling up; the key is shown only then."""
    side_by_side(app, machine, extra=[f"line {n}" for n in range(100)])
    async with app.run_test(size=(80, 24)) as pilot:
        run = await to_both(pilot)
        log = run.query_one(LiveLog)
        assert run.check_action("follow", ()) is False
        await press(pilot, "tab", "tab")
        assert log.border_title == "2 Make the environment"
        assert run.check_action("follow", ()) is True
        await press(pilot, "end")
        assert log.border_title != "2 Make the environment", "what runs is shown"
        assert run.check_action("follow", ()) is False
        await press(pilot, "home", "up")
        await press(pilot, "G")
        await until(pilot, lambda: run.follows)
        machine.run.release()
        await settled(pilot)


async def test_a_failure_beside_another_step_shows_its_log(
    app: WizardApp, machine: FakeMachine
) -> None:
    side_by_side(app, machine, fails=1)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_both(pilot)
        machine.run.release()
        await settled(pilot)
        assert isinstance(app.screen, FailurePage)
        assert "Install cryptography 50.0.2: failed" in words(app)
        await press(pilot, "o")
        log = app.screen.query_one(LiveLog)
        assert log.border_title == "3 Install cryptography 50.0.2"
        assert log.lines[-1] == "ERROR: No matching distribution found for cryptography==50.0.2"
        assert "■ stopped Install the build tools 4.0 s" in rows(app)
        await press(pilot, "tab")
        assert log.border_title == "1 Install the build tools"
        assert_all_keys_in_sight(app)
        await press(pilot, "enter", "r")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)
    assert machine.run.calls == [frozenset(), frozenset({"environment"})]


async def test_cancel_ends_both(app: WizardApp, machine: FakeMachine) -> None:
    side_by_side(app, machine)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_both(pilot)
        await press(pilot, "x", "y")
        await settled(pilot)
        assert "Stopped, as you asked" in words(app)
        await press(pilot, "o")
        states = [row.replace("› ", "").split()[1] for row in rows(app)]
        assert states == ["done", "stopped", "stopped", "not"]


async def test_whoever_reads_further_up_is_left_there(app: WizardApp, machine: FakeMachine) -> None:
    machine.run = FakeRun(held=True, extra=[f"line {n}" for n in range(100)])
    app.session.engine = machine.engine()
    async with app.run_test(size=(80, 24)) as pilot:
        run = await to_run(pilot, machine)
        log = run.query_one(LiveLog)
        assert log.border_title == "2 Install cryptography 50.0.2"
        await press(pilot, "home")
        machine.run.release()
        await settled(pilot)
        await press(pilot, "o")
        assert (log.border_title, log.scroll_y) == ("2 Install cryptography 50.0.2", 0)


# --- sizes


async def test_resize_moves_the_steps(app: WizardApp, machine: FakeMachine) -> None:
    machine.run = FakeRun(held=True, extra=[f"line {n}" for n in range(100)])
    app.session.engine = machine.engine()
    async with app.run_test(size=(80, 24)) as pilot:
        run = await to_run(pilot, machine)
        steps, log = run.query_one("#step-list"), run.query_one(LiveLog)
        assert steps.region.bottom <= log.region.y, "narrow: the steps are above the log"
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert steps.region.right <= log.region.x, "wide: the steps are at its left"
        await pilot.resize_terminal(60, 16)
        await pilot.pause()
        assert log.region.height >= 3
        await until(pilot, lambda: log.is_vertical_scroll_end)
        await press(pilot, "home")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert log.scroll_y == 0, "a user who reads further up stays there"
        machine.run.release()
        await settled(pilot)


async def test_what_a_run_waits_for_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    waiting = f"Waiting: {xcode.wait().what}"
    monkeypatch.setattr(RunPage, "_status_text", lambda _page: waiting)
    scene = SCENES["run"]
    app = scene.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await scene.show(pilot)
        shown = " ".join(line.strip() for line in screen_text(app).splitlines())
        fake_run(pilot).release()
    assert waiting in shown


async def test_a_tiny_terminal_asks_to_be_enlarged(app: WizardApp, machine: FakeMachine) -> None:
    async with app.run_test(size=(59, 16)) as pilot:
        await settled(pilot)
        notice = app.screen.query_one(TooSmall)
        assert notice.display
        assert "60 × 16" in str(notice.content)
        assert "59 × 16" in str(notice.content)
        await press(pilot, "enter", "f1")
        assert isinstance(app.screen, WelcomePage), "nothing happens on a page that nobody sees"
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not notice.display
        await press(pilot, "2")
        assert isinstance(app.screen, QuestionPage)
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        await press(pilot, "enter")
        assert text(app, "#progress") == "Question 1"
        await press(pilot, "ctrl+c")
    assert app.return_value == 130


# --- the end


def test_a_bug_reaches_the_caller_without_a_traceback_on_the_screen(
    app: WizardApp, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch, capfd: Any
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("screens.tui.app.WizardApp", lambda *_, **__: app)
    monkeypatch.setattr(machine, "probe", broken)
    app.session.engine = machine.engine()
    monkeypatch.setattr(app, "run", lambda: WizardApp.run(app, headless=True))
    with pytest.raises(Exception, match="a bug"):
        run_app(machine.engine(), Choices())
    assert "Traceback" not in capfd.readouterr().err


def test_the_exit_code_is_returned(
    app: WizardApp, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("screens.tui.app.WizardApp", lambda *_, **__: app)
    for left, code in ((0, 0), (4, 4), (None, 130)):
        monkeypatch.setattr(app, "run", lambda left=left: left)
        assert run_app(machine.engine(), Choices()) == code


async def test_a_run_that_ends_while_the_app_closes_disturbs_nobody(
    app: WizardApp, machine: FakeMachine
) -> None:
    machine.run.held = True
    async with app.run_test() as pilot:
        await to_run(pilot, machine)
        app.exit(130)
        machine.run.release()
    assert app.return_value == 130
    assert app.bug is None


async def test_the_keys_are_drawn_again_only_if_they_change(
    app: WizardApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    render = KeysLine.render

    def counted(line: KeysLine) -> Content:
        drawn.append(line)
        return render(line)

    monkeypatch.setattr(KeysLine, "render", counted)
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        line = app.screen.query_one(KeysLine)
        assert line in drawn
        drawn.clear()
        shown = line.keys
        app.screen.refresh_bindings()
        await settled(pilot)
        assert line.keys is shown
        assert not drawn
        await pilot.resize_terminal(50, 10)  # the keys of a page that is not visible do nothing
        app.screen.refresh_bindings()
        await settled(pilot)
        assert line.keys != shown


async def test_a_command_of_the_review_is_continued_where_it_is_broken(app: WizardApp) -> None:
    app.session.given = SOURCE
    async with app.run_test(size=(60, 30)) as pilot:
        await to_review(pilot)
        await press(pilot, "down", "down", "space")
        seen = [line.strip(" │▁▂▃▄▅▆▇█") for line in screen_text(app).splitlines()]
        first = seen.index("$ /usr/bin/python3 -m venv \\")
        assert seen[first + 1] == "/home/ada/project/cryptography-env"
