"""A machine that cannot: every face says what is possible instead."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import OptionList, Static

from screens import cli
from screens.session import Session
from screens.text import linear
from screens.tui.alternatives import AlternativesPage
from screens.tui.app import WizardApp
from screens.tui.keys_line import KeysLine
from screens.tui.question import QuestionPage
from screens.tui.review import ReviewPage
from screens.tui.welcome import WelcomePage
from tests.machines import machine
from tests.screens.fakes import WAYS, FakeMachine, pretend
from tests.screens.scenes import SCENES, settled
from tests.screens.tui.seen import text
from wizard import codec, knowledge
from wizard.choices import Choices
from wizard.errors import Alternative, Exit, Impossible
from wizard.facts import Facts, Privilege

DEBIAN = machine("debian-12")
FREE = replace(DEBIAN.pythons[0], version="3.13.1", free_threaded=True, pip=None)
HOPELESS = replace(DEBIAN, pythons=(FREE,), managers=(), tools=(), privilege=Privilege())
"""Neither a wheel nor a source build: a free-threaded Python, and nothing to compile with."""


def real(facts: Facts, choices: Choices = Choices()) -> WizardApp:  # noqa: B008 - frozen
    """The app with the real questions and ways, for a pretended machine."""
    return WizardApp(
        FakeMachine(facts=facts, real=True).engine(), choices, knowledge=knowledge.load()
    )


def said(app: App[int], where: str) -> str:
    return str(app.screen.query_one(where, Static).content)


def rows(app: App[int]) -> list[str]:
    ways = app.screen.query_one("#ways", OptionList)
    return [str(ways.get_option_at_index(n).prompt) for n in range(ways.option_count)]


async def test_where_nothing_works_the_questions_end_on_the_ways_out() -> None:
    app = real(HOPELESS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        await pilot.pause()
        assert isinstance(app.screen, QuestionPage)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, AlternativesPage)
        assert "Neither a wheel nor a source build is possible" in said(app, "#cause")
        assert rows(app)[0].startswith("› 1  A standard Python 3.13, not a free-threaded one\n")
        assert any("conda install -c conda-forge cryptography" in row for row in rows(app))
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, QuestionPage), "another answer may do"
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("q")
    assert app.return_value == Exit.IMPOSSIBLE


async def test_without_a_python_back_is_the_first_page() -> None:
    app = real(replace(HOPELESS, pythons=()))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, AlternativesPage)
        assert rows(app)[0].startswith("› 1  Python 3.13\n")
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, WelcomePage)


async def test_the_command_of_the_chosen_way_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    scene = SCENES["possible"]
    app = scene.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await scene.show(pilot)
        assert isinstance(app.screen, AlternativesPage)
        await pilot.press("c")
        await pilot.pause()
        assert app.clipboard == WAYS[1].command
        await pilot.press("down", "enter")
        await pilot.pause()
        assert isinstance(app.screen, AlternativesPage), "the wizard cannot do it"
        assert app.clipboard == WAYS[1].command, "there is no command to copy"
        assert any("cannot do this" in note.message for note in app._notifications)
        assert "Copy" not in {key.meaning for key in app.screen.query_one(KeysLine).keys}


async def test_each_line_of_a_long_way_can_be_read_in_a_low_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    detail = " ".join(f"word{number}" for number in range(70))
    long = Alternative("A way with a long description", detail)
    monkeypatch.setattr("tests.screens.fakes.WAYS", (WAYS[0], long, WAYS[2]))
    pretend(monkeypatch)
    scene = SCENES["possible"]
    app = scene.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await scene.show(pilot)
        page = app.screen
        assert isinstance(page, AlternativesPage)
        while page._chosen() is not long:
            await pilot.press("up")
            await pilot.pause()
        seen: set[str] = set()
        while page._chosen() is long:
            seen |= set(text(app).split())
            await pilot.press("down")
            await pilot.pause()
        assert set(detail.split()) <= seen
        await pilot.press("up")
        await pilot.pause()
        begin = text(app)
        await pilot.press("down")
        await pilot.pause()
        assert page._chosen() is long
        assert text(app) != begin
        await pilot.press("up")
        await pilot.pause()
        assert text(app) == begin, "it is read from its beginning again"


@pytest.mark.parametrize("key", ["enter", "1"])
async def test_what_the_wizard_can_do_is_done_with_a_key(key: str) -> None:
    other = replace(DEBIAN.pythons[0], path="/opt/python3.12/bin/python3", version="3.12.1")
    facts = replace(HOPELESS, pythons=(FREE, other))
    app = real(facts, Choices(python=FREE.path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for _ in range(6):
            if isinstance(app.screen, AlternativesPage):
                break
            await pilot.press("enter")
            await pilot.pause()
        assert isinstance(app.screen, AlternativesPage)
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.python == other.path
        assert app.session.problem is None
        await pilot.press("q")
    assert app.return_value == Exit.CANCELLED


async def test_enter_is_named_for_what_it_does_with_the_chosen_way() -> None:
    other = replace(DEBIAN.pythons[0], path="/opt/python3.12/bin/python3", version="3.12.1")
    app = real(replace(HOPELESS, pythons=(FREE, other)), Choices(python=FREE.path))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await pilot.pause()
        page = app.screen
        assert isinstance(page, AlternativesPage)
        said = []
        for alternative in page._error.alternatives:
            keys = {key.name: key.meaning for key in page.query_one(KeysLine).keys}
            copies = "Copy" if alternative.command else None
            assert keys.get("Enter") == ("Do it" if alternative.choices else copies)
            assert list(keys.values()).count("Copy") == bool(alternative.command)
            said.append(keys.get("Enter"))
            await pilot.press("down")
            await pilot.pause()
        assert {"Do it", "Copy"} <= set(said)


async def test_long_lines_are_broken_anew_when_the_terminal_changes() -> None:
    app = real(HOPELESS)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await pilot.pause()
        for columns in (60, 120):
            await pilot.resize_terminal(columns, 24)
            await pilot.pause()
            lines = [line for row in rows(app) for line in row.splitlines() if line[0] == " "]
            widest = max(map(len, lines))
            assert columns - 40 < widest <= columns - 11


def saved(folder: Path, facts: Facts) -> str:
    file = folder / "machine.json"
    file.write_text(codec.to_json(facts), encoding="utf-8")
    return str(file)


def test_the_command_line_says_them_under_the_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["plan", "--facts", saved(tmp_path, HOPELESS)]) == Exit.IMPOSSIBLE
    told = capsys.readouterr().err
    assert "What is possible instead:\n  1. A standard Python 3.13, not a free-threaded" in told
    assert "\n     conda install -c conda-forge cryptography\n" in told


def test_json_has_them_as_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = saved(tmp_path, HOPELESS)
    assert cli.main(["plan", "--json", "--facts", facts]) == Exit.IMPOSSIBLE
    told = json.loads(capsys.readouterr().out)
    assert told["error"]["what"]
    assert all(set(way) == {"title", "detail", "command", "choices"} for way in told["ways"])
    assert told["ways"][-1]["command"] == "conda install -c conda-forge cryptography"


def test_another_error_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    facts = saved(tmp_path, DEBIAN)
    assert cli.main(["plan", "--json", "--release", "9.9", "--facts", facts]) == Exit.WRONG
    assert json.loads(capsys.readouterr().out)["ways"] == []


class Answers:
    """Takes every standing answer, and leaves when something is picked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, question: object, current: str, *, first: bool) -> str:
        self.asked.append(question.key)  # type: ignore[attr-defined]
        return current

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        self.asked.append(prompt)
        return options[-1][0]


def test_line_by_line_they_come_before_the_last_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asker = Answers()
    code = linear.install(FakeMachine(facts=HOPELESS, real=True).engine(), Choices(), asker)
    assert code == Exit.IMPOSSIBLE
    assert asker.asked == ["venv", "What now?"], "a question without an answer is not asked"
    assert "What is possible instead:\n  1. A standard Python 3.13" in capsys.readouterr().out


def test_line_by_line_without_a_question_it_ends_at_once() -> None:
    bare = replace(HOPELESS, pythons=())
    with pytest.raises(Impossible) as caught:
        linear.install(FakeMachine(facts=bare, real=True).engine(), Choices(), Answers())
    assert caught.value.alternatives[0].title == "Python 3.13"


def test_a_given_answer_that_is_closed_does_not_stand() -> None:
    old = replace(DEBIAN.pythons[0], version="3.7.16", pip=None)
    facts = replace(DEBIAN, pythons=(old,))
    session = Session(
        FakeMachine(facts=facts, real=True).engine(),
        Choices(release="50.0.2"),
        knowledge=knowledge.load(),
    )
    session.probe()
    (question,) = (each for each in session.questions() if each.key == "release")
    assert session.current_answer(question) == question.recommended == "45.0.7"
