"""What a person sees before the run: the usual with one key, answers that can be changed, steps."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from textual.widgets._toast import Toast

from screens.tui.alternatives import AlternativesPage
from screens.tui.answers import AnswersScreen
from screens.tui.app import WizardApp
from screens.tui.dialogs import AskScreen, ConfirmScreen, TextScreen
from screens.tui.failure import FailurePage
from screens.tui.marked_list import MarkedList
from screens.tui.more import MorePage
from screens.tui.question import FREE_ANSWER, Answers, QuestionPage
from screens.tui.result import ResultPage
from screens.tui.review import ReviewPage
from screens.tui.runs import RunsPage
from screens.tui.step_rows import NotesRow, Rows, SecurityRow
from screens.tui.welcome import WelcomePage
from tests.machines import machine as recorded
from tests.screens.fakes import FACTS, REPORT, FakeMachine
from tests.screens.scenes import settled, until
from tests.screens.tui.seen import text as screen_text
from tests.screens.tui.test_app import notices, press, text, words
from tests.wizard.history.runs import done, environment_plan, keep, started
from wizard import knowledge
from wizard.choices import Choices
from wizard.engine import Decision
from wizard.errors import BadRequest, Impossible, WizardError
from wizard.facts import Facts, Project, Python, Space
from wizard.needs.case import Case
from wizard.plan import Plan
from wizard.programs import waiting
from wizard.questions import answers
from wizard.questions.question import Option
from wizard.running.events import Event, RunStarted

SOURCE = Choices(method="source")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def app_for(choices: Choices = Choices(), **fields: Any) -> WizardApp:  # noqa: B008 - frozen
    """An app on the pretended machine, with these choices given."""
    known = knowledge.load() if fields.get("real") else None
    return WizardApp(FakeMachine(**fields).engine(), choices, knowledge=known, facts=None)


def menu(app: WizardApp) -> dict[str, str]:
    """The rows of the first page, by their keys."""
    return {str(row.id): str(row.prompt) for row in app.screen.query_one(MarkedList).options}


def chosen(app: WizardApp) -> str:
    """The id of the chosen answer."""
    row = app.screen.query_one(Answers).highlighted_option
    assert row is not None
    return str(row.id)


# --- the usual with one key


@pytest.mark.parametrize("key", ["enter", "1"])
async def test_one_key_does_the_usual(key: str) -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        said = text(app, "#usual")
        assert said.startswith("cryptography 50.0.2, from a ready-made wheel")
        assert "into the new environment" in said
        assert said.endswith("Usually takes a few seconds.")
        assert list(menu(app)) == ["1", "2", "t", "m", "3"]
        assert "Install now  (Enter)" in menu(app)["1"]
        await press(pilot, key)
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)


async def test_a_slow_plan_is_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    app, planned = app_for(), threading.Event()
    usual = app.session.usual

    def slowly() -> Decision:
        assert planned.wait(60)
        return usual()

    monkeypatch.setattr(app.session, "usual", slowly)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Planning the installation" in text(app, "#looking"))
        assert not menu(app), "nothing can be done yet"
        planned.set()
        await settled(pilot)
        assert text(app, "#looking") == "Ready. Nothing has been changed."
        assert "1" in menu(app)


async def test_a_slow_index_is_named_while_it_plans(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "slow", lambda slow=waiting.slow: slow(-1))
    app, planned = app_for(), threading.Event()
    usual = app.session.usual

    def slowly() -> Decision:
        with waiting.waiting("https://index.example/simple/", 30):
            assert planned.wait(60)
        return usual()

    monkeypatch.setattr(app.session, "usual", slowly)
    sentence = "Still waiting for https://index.example/simple/, for at most 30 seconds."
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: sentence in text(app, "#looking"))
        planned.set()
        await settled(pilot)
        assert text(app, "#looking") == "Ready. Nothing has been changed."


async def test_the_first_page_shows_why_nothing_can_be_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = app_for()

    def refuse() -> Decision:
        raise BadRequest("They do not fit together.", shown="a==1 needs b<2", hints=("Change a.",))

    monkeypatch.setattr(app.session, "usual", refuse)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        shown = text(app, "#usual").splitlines()
        assert shown == ["✗ They do not fit together.", "a==1 needs b<2", "Change a."]
        assert "Ready" not in text(app, "#looking")
        assert text(app, "#fact-5").startswith("–"), "a tick would promise too much"
        assert app.screen.query_one("#machine").display, "there is space for the facts"


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (60, 30), (120, 40)])
async def test_a_long_reason_leaves_the_whole_menu_on_the_screen(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = app_for()
    why = "The package index https://index.example/simple/ does not answer. " * 4

    def refuse() -> Decision:
        raise BadRequest("Nothing can be planned.", shown="refused\n" * 4, why=why, hints=(why,))

    monkeypatch.setattr(app.session, "usual", refuse)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.pause()
        assert "3  Quit" in screen_text(app)
        assert "✗ Nothing can be planned." in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "3  Quit" in screen_text(app), "after a change of the size, too"


async def test_keys_of_a_menu_that_is_not_shown_do_nothing() -> None:
    looked = threading.Event()
    app = app_for(hold=looked)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: "Looking at your computer" in text(app, "#looking"))
        await pilot.pause()
        assert "Look again" not in screen_text(app), "it is looking"
        await press(pilot, "3", "1", "m", "p", "g", "u", "r")
        assert app.is_running
        assert isinstance(app.screen, WelcomePage)
        looked.set()
        await settled(pilot)
        assert "Look again" in screen_text(app)
        assert app.session.engine.probe.__self__.probes == 1  # type: ignore[attr-defined]
        await press(pilot, "3")
    assert app.return_value == 130


async def test_a_digit_without_a_row_does_nothing() -> None:
    app = app_for(Choices(release="45.0.7", venv="/home/ada/project/x"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "1" not in menu(app)
        await press(pilot, "1")
        assert isinstance(app.screen, WelcomePage)


async def test_a_note_shows_brackets_as_they_are() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await settled(pilot)
        app.notify("[tool.poetry] and [/b] in /home/ada/[x]", severity="error")
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        (toast,) = app.screen.query(Toast)
        assert "[tool.poetry] and [/b] in /home/ada/[x]" in str(toast.render())


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_newest_note_replaces_others_and_covers_no_button(size: tuple[int, int]) -> None:
    app = app_for()
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        for number in range(3):
            app.notify(f"Note {number}: " + "many words about what was not possible. " * 20)
        await until(pilot, lambda: bool(app.screen.query(Toast)))
        await pilot.pause()
        (toast,) = app.screen.query(Toast)
        assert str(toast.render()).startswith("Note 2: ")
        assert toast.region.right <= size[0]
        assert toast.region.bottom <= app.screen.query_one("#start").region.y


async def test_three_quits() -> None:
    app = app_for()
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "3")
    assert app.return_value == 130


async def test_the_mouse_does_the_usual() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.click(MarkedList, offset=(5, 0))
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)


async def test_what_needs_root_is_shown_first() -> None:
    app = app_for(SOURCE)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "administrator rights" in menu(app)["1"]
        assert "t" not in menu(app), "the first row shows them already"
        await press(pilot, "1")
        assert isinstance(app.screen, ReviewPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, WelcomePage), "no question was asked"


async def test_the_steps_can_be_shown_first() -> None:
    app = app_for()
    async with app.run_test() as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, ReviewPage)


async def test_what_is_refused_says_why_and_leads_to_the_questions() -> None:
    app = app_for(Choices(release="45.0.7", venv="/home/ada/project/x"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert text(app, "#usual").startswith("✗ cryptography 45.0.7 cannot be installed here.")
        assert list(menu(app)) == ["2", "m", "3"]
        await press(pilot, "2")
        assert text(app, "#progress") == "Question 1", "what was given is asked, too"
        await press(pilot, "enter")
        assert chosen(app) == "45.0.7"
        await press(pilot, "up", "enter", "enter")
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.release == "50.0.2"


async def test_a_project_that_was_corrected_is_read_again() -> None:
    file = "/home/ada/project/requirements.txt"
    wrong = Project(file, "requirements", "requirements.txt", problem="There is no flaskk.")
    machine = FakeMachine(facts=replace(recorded("debian-12"), project=wrong), real=True)
    choices, known = Choices(project=file), knowledge.load()
    app = WizardApp(machine.engine(), choices, knowledge=known)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "There is no flaskk." in text(app, "#usual")
        await press(pilot, "r")
        await settled(pilot)
        assert machine.probes == 2, "the file is read again"
        assert "There is no flaskk." in text(app, "#usual"), "it has not been corrected yet"
        assert menu(app)
        machine.facts = replace(machine.facts, project=replace(wrong, problem=""))
        await press(pilot, "r")
        await settled(pilot)
        assert "flaskk" not in text(app, "#usual")
        assert "1" in menu(app)
        assert app.screen.query_one("#machine").display


async def test_a_security_warning_is_read_without_unfolding_it() -> None:
    app = app_for(Choices(release="45.0.7"), facts=recorded("debian-12"), real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "1")
        assert isinstance(app.screen, ReviewPage)
        assert "PKCS#7 decryption as an oracle" in screen_text(app)
        rows = app.screen.query_one(Rows)
        assert [type(row) for row in rows.rows].count(SecurityRow) == 1
        opened = [row for row in rows.rows if row.open]
        assert [type(row) for row in opened] == [SecurityRow], "everything else is folded"
        for row in app.screen.query(NotesRow):
            assert "attacker" not in row.title_text, "one row shows it"
        await press(pilot, "space")
        assert rows.row is rows.rows[1], "the first step unfolds, and the warning stays"
        assert [row.open for row in rows.rows[:2]] == [True, True]


async def test_a_release_that_does_not_exist_is_left_out_of_the_questions() -> None:
    app = app_for(Choices(release="46.9.9", method="wheel"), facts=recorded("debian-12"), real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "There is no release 46.9.9" in text(app, "#usual")
        await press(pilot, "2")
        assert isinstance(app.screen, QuestionPage)
        assert "--release 46.9.9 is left out" in notices(app)
        assert app.session.choices().method == "wheel"


async def test_what_is_possible_instead_has_a_key() -> None:
    app = app_for(Choices(release="44.0.3"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "possible instead" in menu(app)["1"]
        await press(pilot, "1")
        assert isinstance(app.screen, AlternativesPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, WelcomePage)


# --- answers


async def test_what_was_given_is_not_asked_and_can_be_changed() -> None:
    app = app_for(Choices(venv="/home/ada/project/x", method="source"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2")
        assert text(app, "#progress") == "Question 1"
        assert "Which release" in words(app)
        await press(pilot, "a")
        assert isinstance(app.screen, AnswersScreen)
        rows = [str(row.prompt) for row in app.screen.query_one(OptionList).options]
        assert len(rows) == 4
        assert "given at the start" in rows[0]
        assert "/home/ada/project/x" in rows[0]
        assert "recommended" in rows[1]
        await press(pilot, "down", "down", "enter")
        assert text(app, "#progress") == "Change this answer"
        await press(pilot, "up", "enter")
        assert text(app, "#progress") == "Question 1", "a wheel needs no Rust"
        await press(pilot, "enter")
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.method == "wheel"
        assert app.session.completed.venv == "/home/ada/project/x"


async def test_if_everything_was_given_the_list_of_answers_is_shown() -> None:
    given = Choices(venv="/home/ada/project/x", release="50.0.2", method="wheel")
    app = app_for(given)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert "change an answer" in menu(app)["2"]
        await press(pilot, "2")
        assert isinstance(app.screen, AnswersScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, WelcomePage)


async def test_the_list_of_answers_is_broken_at_words() -> None:
    app = app_for(facts=recorded("debian-12"), real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "a")
        assert isinstance(app.screen, AnswersScreen)
        rows = app.screen.query_one(MarkedList).options
        lines = [line for row in rows for line in str(row.prompt).splitlines()]
        assert "  (recommended)" in lines, "a long question has it in a line below"
        columns = app.screen.query_one(MarkedList).scrollable_content_region.width
        assert all(len(line) + len("› ") <= columns for line in lines)


async def test_a_change_from_the_review_goes_back_there() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "a", "down", "enter")
        assert "Which release" in words(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ReviewPage), "nothing was changed"
        await press(pilot, "a", "enter", "enter")
        assert isinstance(app.screen, ReviewPage)


async def test_questions_that_a_change_adds_are_asked() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t", "a", "down", "down", "enter", "down", "enter")
        assert text(app, "#progress") == "Question 4"
        assert "Where should Rust come from?" in words(app)
        await press(pilot, "enter")
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.method == "source"


def keep_last_run(environment: Path) -> None:
    """Keep a run that installed a wheel into this environment, started in the current folder."""
    events = done("environment", "install", folder=FACTS.folder)
    folder = keep("20260102T030405Z-7", environment_plan(environment), events)
    answers.save(folder / "answers.toml", Choices(venv=str(environment), method="wheel"))


async def test_the_answers_of_the_last_run_here_are_offered(tmp_path: Path) -> None:
    keep_last_run(tmp_path / "other")
    app = app_for()
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert "As last time  cryptography 50.0.2, a wheel" in menu(app)["p"]
        await press(pilot, "p")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.venv == str(tmp_path / "other")
        await press(pilot, "escape")
        await settled(pilot)
        assert isinstance(app.screen, WelcomePage)
        assert app.session.given == Choices(), "they are forgotten again"


# --- review


async def to_review(pilot: Pilot[Any]) -> Rows:
    await settled(pilot)
    await press(pilot, "1")
    await settled(pilot)
    return pilot.app.screen.query_one(Rows)


def open_rows(rows: Rows) -> list[int]:
    return [number for number, row in enumerate(rows.rows) if row.open]


async def test_titles_come_first_and_unfold() -> None:
    app = app_for(SOURCE)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await to_review(pilot)
        assert open_rows(rows) == []
        heads = [str(row.query_one(".remark", Static).content) for row in rows.rows]
        assert ["administrator" in head for head in heads] == [True, False, False, False, False]
        assert isinstance(rows.rows[-1], NotesRow)
        await press(pilot, "down", "down", "space")
        assert open_rows(rows) == [1]
        await press(pilot, "left")
        assert open_rows(rows) == []
        await press(pilot, "right", "home")
        assert (open_rows(rows), rows.chosen) == ([1], 0)
        await press(pilot, "end")
        assert rows.chosen == 4
        await press(pilot, "pageup")
        assert rows.chosen == 0
        await press(pilot, "pagedown")
        assert rows.chosen == 4
        await press(pilot, "plus")
        assert open_rows(rows) == [0, 1, 2, 3, 4]
        await press(pilot, "minus")
        assert open_rows(rows) == []


async def test_a_long_title_goes_on_below_its_first_word() -> None:
    async with app_for(SOURCE).run_test(size=(80, 24)) as pilot:
        row = (await to_review(pilot)).rows[0]
        row.query_one(".name", Static).update("A long title. " * 10)
        await pilot.pause()
        marks, name = row.query_one(".marks").region, row.query_one(".name").region
        assert name.height > 1
        assert name.x == marks.right


async def test_the_titles_of_ten_steps_and_more_are_below_each_other() -> None:
    app = app_for(SOURCE)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_review(pilot)
        plan = app.session.require_plan()
        steps = tuple(replace(plan.steps[0], id=f"step-{n}", needs=()) for n in range(11))
        app.session.plan = replace(plan, steps=steps)
        app.push_screen(ReviewPage(app.session))
        await settled(pilot)
        lines = [line for line in screen_text(app).splitlines() if "Install the build" in line]
        assert len(lines) >= 10
        assert len({line.index("Install the build") for line in lines}) == 1
        assert "+  9. Install" in lines[8]
        assert "+ 10. Install" in lines[9]


async def test_one_command_is_copied_by_key_and_mouse() -> None:
    app = app_for(SOURCE)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await to_review(pilot)
        await pilot.click(rows.rows[0].query_one(".name"))
        await pilot.pause()
        assert open_rows(rows) == [0]
        await press(pilot, "c")
        assert app.clipboard == "sudo apt-get install -y build-essential libssl-dev"
        await press(pilot, "end", "c")
        assert app.clipboard == "Rust from Debian is too old here."


async def test_the_review_says_time_size_and_space() -> None:
    facts = replace(recorded("debian-13"), spaces=())
    facts = replace(
        facts,
        spaces=tuple(Space(folder, 9 << 30) for folder in (facts.folder, facts.cache, "/tmp")),
    )
    app = app_for(SOURCE, facts=facts, real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        rows = await to_review(pilot)
        effort = text(app, "#effort")
        assert "to" in effort
        assert effort.startswith("Downloads about ")
        assert "usually takes " in effort
        assert "of disk; 9.7 GB are free." in effort
        # Of a usual source build, all titles are seen at once.
        assert rows.virtual_size.height <= rows.size.height


async def test_what_the_wizard_does_itself_is_said_in_words() -> None:
    choices = Choices(method="source", openssl="3.5.7", link="static")
    app = app_for(choices, facts=recorded("workshop"), real=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await to_review(pilot)
        shown = words(app)
        assert "curl" not in shown
        assert "tar " not in shown
        assert "The wizard downloads https://" in shown
        assert "keeps it only if its SHA-256 is " in shown


# --- questions


async def test_the_up_key_leaves_the_field_and_letters_are_keys() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter", "end")
        assert chosen(app) == FREE_ANSWER
        await press(pilot, "down")
        field = app.screen.query_one("#own", Input)
        assert field.has_focus
        await press(pilot, *"9.8", "up")
        assert not field.has_focus
        await press(pilot, "end", "enter")
        assert app.session.answers["release"] == "9.8"
        await press(pilot, "escape")
        assert app.screen.query_one(Answers).has_focus, "so Q quits, and is not typed"
        await press(pilot, "q")
    assert app.return_value == 130


async def test_a_double_click_goes_on() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter", "enter")
        await pilot.click(Answers, offset=(6, 3), times=2)
        await pilot.pause()
        assert text(app, "#progress") == "Question 4"
        assert app.session.answers["method"] == "source"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 90)])
async def test_a_long_list_is_filtered_by_what_is_typed(size: tuple[int, int]) -> None:
    app = app_for(facts=recorded("debian-12"), real=True)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "2")
        while "Which release" not in words(app):
            await press(pilot, "enter")
        rows = app.screen.query_one(Answers)
        everything = rows.option_count
        assert "type a number to filter" in screen_text(app)
        await press(pilot, "4", "6")
        labels = [str(row.prompt).splitlines()[0] for row in rows.options if row.id != FREE_ANSWER]
        assert labels
        assert all("46" in label for label in labels)
        assert rows.option_count < everything
        assert "46" in str(rows.border_subtitle)
        await press(pilot, "7", "7", "7")
        assert rows.option_count > 0, "what nothing contains is not typed"
        await press(pilot, "backspace", "escape")
        assert rows.option_count == everything
        await press(pilot, "4", "5", "enter")
        assert app.session.answers["release"] == "45.0.7"


@pytest.mark.parametrize("size", [(60, 16), (60, 20), (80, 24)])
async def test_the_chosen_answer_is_in_sight(size: tuple[int, int]) -> None:
    app = app_for(facts=recorded("debian-12"), real=True)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await press(pilot, "2")
        while "Which release" not in words(app):
            await press(pilot, "enter")
        for key in ("end", "up", "up", "enter", "escape"):
            await press(pilot, key)
            await settled(pilot)
            if not isinstance(app.screen, QuestionPage) or "Which release" not in words(app):
                continue
            rows = app.screen.query_one(Answers)
            index = rows.highlighted
            assert index is not None
            first = sum(len(str(row.prompt).splitlines()) for row in rows.options[:index])
            height = len(str(rows.options[index].prompt).splitlines())
            top = rows.scroll_offset.y
            assert top <= first
            assert first + height <= top + rows.size.height


# --- more


async def to_more(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    await press(pilot, "m")
    assert isinstance(pilot.app.screen, MorePage)


async def answer(pilot: Pilot[Any], key: str, value: str) -> None:
    """Choose one of the rows, and type what it asks for."""
    await press(pilot, key)
    assert isinstance(pilot.app.screen, AskScreen)
    pilot.app.screen.query_one(Input).value = value
    await press(pilot, "enter")
    await settled(pilot)


def test_what_a_program_has_printed_comes_after_what_to_do() -> None:
    from screens.tui.more import _wrong

    error = WizardError(
        "It failed.", shown="error: no\n  cause: yes", hints=("Check the network.",)
    )
    assert _wrong(error) == "It failed.\nCheck the network.\nerror: no\n  cause: yes"


async def test_a_wheelhouse_goes_to_its_plan(tmp_path: Path) -> None:
    app = app_for(facts=recorded("debian-12"), real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        file = tmp_path / "file"
        file.touch()
        await answer(pilot, "2", str(file))
        assert isinstance(app.screen, AskScreen), "it says what is wrong, and asks again"
        assert "✗" in text(app, "#wrong")
        app.screen.query_one(Input).value = str(tmp_path / "wheels")
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        assert app.session.require_plan().wheelhouse == str(tmp_path / "wheels")
        await press(pilot, "escape")
        await settled(pilot)
        assert isinstance(app.screen, MorePage)
        await press(pilot, "escape")
        await settled(pilot)
        assert isinstance(app.screen, WelcomePage)
        assert "into the new environment" in text(app, "#usual")


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("A new environment in /home/ada", "( ) A new environment in /home/ada"),
        (
            "A new environment in /home/ada/project/environment",
            "( ) A new environment in\n    /home/ada/project/environment",
        ),
        (f"In /{'a' * 60}", f"( ) In /{'a' * 60}"),
    ],
)
async def test_a_long_answer_goes_on_below_its_beginning(label: str, shown: str) -> None:
    app = app_for()
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        await press(pilot, "2")
        assert isinstance(app.screen, QuestionPage)
        row = app.screen._option_text(Option("value", label, "It is made."), False)
        assert row.plain == f"{shown}\n    It is made."


async def test_a_project_is_planned(tmp_path: Path) -> None:
    app = app_for()
    file = tmp_path / "requirements.txt"
    file.write_text("cryptography\n")
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await answer(pilot, "1", str(file))
        assert isinstance(app.screen, ReviewPage)
        assert app.session.completed.project == str(file)


async def test_a_project_with_a_mistake_is_asked_for_again(tmp_path: Path) -> None:
    machine = FakeMachine()
    app = WizardApp(machine.engine(), Choices())
    file = tmp_path / "requirements.txt"
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        machine.problem = BadRequest(
            "A line is not a requirement: 'a ==='.",
            shown=f"{file}:2",
            hints=("A requirement looks like this: a>=1",),
        )
        await answer(pilot, "1", str(file))
        assert isinstance(app.screen, AskScreen)
        assert app.screen.query_one(Input).value == str(file), "it can be corrected"
        said = text(app, "#wrong").splitlines()
        assert said == [
            "✗ A line is not a requirement: 'a ==='.",
            f"{file}:2",
            "A requirement looks like this: a>=1",
        ]
        machine.problem = None
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)


async def test_a_long_explanation_leaves_the_buttons_in_sight(tmp_path: Path) -> None:
    machine = FakeMachine()
    app = WizardApp(machine.engine(), Choices())
    async with app.run_test(size=(60, 20)) as pilot:
        await to_more(pilot)
        machine.problem = BadRequest("It is wrong.", why="\n".join(map(str, range(30))))
        await answer(pilot, "1", str(tmp_path))
        button = app.screen.query_one("#yes").region
        assert app.screen.region.contains_region(button)
        assert button.height == 3
        wrong = app.screen.query_one(VerticalScroll)
        assert wrong.max_scroll_y > 2
        await press(pilot, "down", "down")
        await until(pilot, lambda: wrong.scroll_y == 2)


async def test_a_folder_without_wheels_is_refused(tmp_path: Path) -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await answer(pilot, "3", str(tmp_path / "nothing"))
        assert isinstance(app.screen, AskScreen)
        assert "✗" in text(app, "#wrong")
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, WelcomePage)


async def test_the_wheelhouse_in_this_folder_is_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await press(pilot, "3")
        assert not app.screen.query_one(Input).value, "there is none"
        await press(pilot, "escape")
        (tmp_path / "wheelhouse").mkdir()
        (tmp_path / "wheelhouse" / "manifest.json").touch()
        await press(pilot, "3")
        assert app.screen.query_one(Input).value == "wheelhouse"
        await press(pilot, *"kit")
        assert app.screen.query_one(Input).value == "kit", "what is typed replaces it"


async def test_an_installation_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.proof.verify.verify", lambda _python: REPORT)
    python = tmp_path / "env" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.touch()
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await answer(pilot, "4", str(tmp_path / "env"))
        assert isinstance(app.screen, TextScreen)
        assert "encrypts and decrypts" in words(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, MorePage)


def cut_off(tmp_path: Path, plan: Plan) -> None:
    time = "2026-01-02T03:04:05.000+00:00"
    events: list[Event] = [RunStarted((), time, str(tmp_path)), started("environment")]
    keep("20260102T030405Z-7", plan, events)


async def test_earlier_runs_are_listed_with_what_can_be_done(tmp_path: Path) -> None:
    cut_off(tmp_path, environment_plan(tmp_path / "env"))
    keep("20260101T030405Z-7", environment_plan(tmp_path / "a"), done("environment", "install"))
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await press(pilot, "5")
        await settled(pilot)
        assert isinstance(app.screen, RunsPage)
        rows = [str(row.prompt) for row in app.screen.query_one(OptionList).options]
        assert [("cut off" in row, "done" in row) for row in rows] == [(True, False), (False, True)]
        keys = app.screen.active_bindings
        assert {"g", "p", "u", "w"} <= keys.keys()
        await press(pilot, "enter")
        assert isinstance(app.screen, TextScreen)
        assert "Make it: cut off" in words(app)
        await press(pilot, "escape", "down")
        assert "g" not in app.screen.active_bindings, "it is finished"
        await press(pilot, "w")
        await settled(pilot)
        assert isinstance(app.screen, ConfirmScreen)
        probes = app.session.engine.probe.__self__.probes
        await press(pilot, "escape", "up", "g")
        await settled(pilot)
        assert app.session.engine.probe.__self__.probes == probes + 1
        assert isinstance(app.screen, (ReviewPage, FailurePage))
        assert app.session.plan is not None
        assert app.session.plan.resumes == "20260102T030405Z-7"


async def test_an_earlier_run_is_undone_after_the_full_screen(tmp_path: Path) -> None:
    cut_off(tmp_path, environment_plan(tmp_path / "env"))
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await press(pilot, "5")
        await settled(pilot)
        await press(pilot, "u")
        await pilot.pause()
    assert app.undoes is not None
    assert app.undoes.name == "20260102T030405Z-7"


async def test_back_from_the_plan_of_an_earlier_run_are_the_earlier_runs(tmp_path: Path) -> None:
    cut_off(tmp_path, environment_plan(tmp_path / "env"))
    machine = FakeMachine()
    app = WizardApp(machine.engine(), Choices())
    async with app.run_test(size=(80, 24)) as pilot:
        await press_and_settle(pilot, "enter")
        await press_and_settle(pilot, "b")  # the first page looks at the computer again
        assert text(app, "#looking") == "Ready.", "the run has changed something"
        probes = machine.probes
        await press(pilot, "m", "5")
        await press_and_settle(pilot, "g")
        assert isinstance(app.screen, ReviewPage)
        assert "nothing has been changed" not in words(app)
        await press_and_settle(pilot, "escape")
        assert isinstance(app.screen, RunsPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, MorePage)
        await press_and_settle(pilot, "escape")
        assert isinstance(app.screen, WelcomePage)
        assert machine.probes == probes + 1, "only for the plan"


async def test_the_first_page_is_in_the_folder_of_the_user_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "there"
    there.mkdir()
    cut_off(there, environment_plan(there / "env"))
    monkeypatch.chdir(tmp_path)
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("g", "p"):
            await to_more(pilot)
            await press(pilot, "5")
            await press_and_settle(pilot, key)
            assert isinstance(app.screen, ReviewPage)
            assert Path.cwd() == there.resolve()
            (note,) = app._notifications
            assert f"This plan is for {there.resolve()}, where" in note.message
            await press_and_settle(pilot, "escape")
            assert isinstance(app.screen, RunsPage)
            assert Path.cwd() == tmp_path.resolve()
            await press(pilot, "escape", "escape")
            await settled(pilot)


async def press_and_settle(pilot: Pilot[Any], key: str) -> None:
    """Press a key, and wait for what it begins."""
    await settled(pilot)
    await press(pilot, key)
    await settled(pilot)


async def test_no_earlier_runs() -> None:
    app = app_for()
    async with app.run_test(size=(80, 24)) as pilot:
        await to_more(pilot)
        await press(pilot, "5")
        await settled(pilot)
        assert "no earlier runs" in str(app.screen.query_one(OptionList).options[0].prompt)
        await press(pilot, "enter", "g", "u", "w", "p")
        assert isinstance(app.screen, RunsPage)
        await press(pilot, "escape")
        assert isinstance(app.screen, MorePage)


async def test_an_answer_that_was_typed_is_refused_without_naming_a_flag() -> None:
    app = app_for(real=True, facts=recorded("debian-12"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "enter", "end", "enter", *"9.9", "enter")
        said = text(app, "#because")
        assert "There is no release 9.9" in said
        assert "Nearest: 3.4.8" in said
        assert "--release" not in said


async def test_from_the_end_one_gets_back_to_the_beginning() -> None:
    app = app_for(Choices(release="50.0.2"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "2", "down", "enter")
        app.screen.query_one("#own", Input).value = "/home/ada/other"
        await press(pilot, "enter", "enter", "enter")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage)
        assert "Esc Menu" in screen_text(app)
        await press(pilot, "b")
        await settled(pilot)
        assert isinstance(app.screen, WelcomePage)
        assert len(app.screen_stack) == 1
        assert app.session.engine.probe.__self__.probes == 2, "it looks again"  # type: ignore[attr-defined]
        assert "cryptography-env" in text(app, "#usual"), "the answers are forgotten"
        assert app.session.given == Choices(release="50.0.2"), "what was given is not"
        await press(pilot, "1")
        await settled(pilot)
        assert isinstance(app.screen, ResultPage), "everything works again"
        await press(pilot, "escape")
        await settled(pilot)
        await press(pilot, "3")
    assert app.return_value == 0, "what was installed is installed"


async def test_a_long_reason_is_read_with_the_keyboard() -> None:
    why = "This Python is newer than that release allows. " * 12

    def settle(_case: Case) -> Decision:
        raise Impossible("It cannot be installed.", why=why, hints=("Wait: --method wheel",))

    app = app_for()
    app.session.engine = replace(app.session.engine, settle=settle)
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        assert "PgDn Read on" in screen_text(app)
        assert "Wait." not in screen_text(app)
        row = menu_row(app)
        await press(pilot, "pagedown")
        assert "Wait." in screen_text(app), "the flags are for the command line"
        assert menu_row(app) == row, "the menu stays as it is"
        await press(pilot, "pageup")
        assert "It cannot be installed." in screen_text(app)
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert "PgDn" not in screen_text(app), "all is in sight"
        await press(pilot, "pagedown")
        assert menu_row(app) == "3", "then it is a key of the list"


async def test_the_last_run_is_named_also_in_the_smallest_terminal(tmp_path: Path) -> None:
    keep_last_run(tmp_path / "other")
    app = app_for()
    async with app.run_test(size=(60, 20)) as pilot:
        await settled(pilot)
        assert "cryptography 50.0.2, a wheel" in screen_text(app)
        assert "3  Quit" in screen_text(app), "nothing is pushed out of sight"


def menu_row(app: WizardApp) -> str:
    """The key of the chosen row."""
    return str(app.screen.query_one(MarkedList).chosen)


@pytest.mark.parametrize(
    ("there", "python", "pip"),
    [
        (
            {"problem": "It ended with exit code 127."},
            "–  /srv/bad/bin/python: It ended",
            "unknown",
        ),
        ({"version": "3.12.9"}, "✓  3.12.9, /srv/bad/bin/python", "none in this environment"),
    ],
)
async def test_the_facts_are_those_of_the_environment_that_was_asked_for(
    there: dict[str, str], python: str, pip: str
) -> None:
    asked = Python("/srv/bad/bin/python", "asked", environment="/srv/bad", **there)  # type: ignore[arg-type]
    known = recorded("debian-12")
    facts = replace(known, pythons=(asked, *known.pythons))
    app = app_for(Choices(venv="/srv/bad"), facts=facts, real=True)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        assert text(app, "#fact-1").startswith(python)
        assert pip in text(app, "#fact-2")


# --- what was not possible, and is put right


def with_free(facts: Facts, free: int) -> Facts:
    """The machine with so many free bytes where the environment is made."""
    return replace(facts, spaces=(Space("/data", free),))


async def test_a_full_disk_is_emptied_or_another_folder_is_chosen() -> None:
    debian = recorded("debian-12")
    machine = FakeMachine(facts=with_free(debian, 0), real=True)
    given = Choices(venv="/data/env", installer="pip")
    app = WizardApp(machine.engine(), given, knowledge=knowledge.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, FailurePage)
        assert "only 0 MB left" in words(app)
        await press(pilot, "b")
        assert isinstance(app.screen, QuestionPage), "what a flag answered can be changed here"
        asked: list[str] = []
        while isinstance(app.screen, QuestionPage) and len(asked) < 9:
            asked.append(app.session.question().key)
            await press(pilot, "enter")
        assert asked == ["venv"], "its answer is a flag"
        assert isinstance(app.screen, FailurePage), "the same answers on a disk that is full"
        machine.facts = with_free(debian, 9 << 30)
        await press(pilot, "r")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        assert app.session.require_plan().environment == "/data/env"


async def test_a_given_release_that_does_not_exist_is_no_dead_end() -> None:
    app = app_for(Choices(release="9.9"), facts=recorded("debian-12"), real=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "t")
        assert isinstance(app.screen, FailurePage)
        await press(pilot, "b")
        assert isinstance(app.screen, QuestionPage)
        assert "--release 9.9 is left out" in notices(app)


async def test_the_ways_out_can_be_looked_for_again() -> None:
    hopeless = replace(recorded("debian-12"), pythons=())
    machine = FakeMachine(facts=hopeless, real=True)
    app = WizardApp(machine.engine(), Choices(), knowledge=knowledge.load())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert isinstance(app.screen, AlternativesPage)
        machine.facts = recorded("debian-12")
        await press(pilot, "r")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
