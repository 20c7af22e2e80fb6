"""Every interface with past runs: offered after a run was cut off, listed, continued, undone."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from screens import fitting, terminal
from screens.cli import main
from screens.text import linear, prompts
from screens.tui.app import WizardApp
from screens.tui.dialogs import ConfirmScreen
from screens.tui.failure import FailureDetails, FailurePage
from screens.tui.marked_list import MarkedList
from screens.tui.review import ReviewPage
from tests.screens.pretend import DEBIAN, Pretended
from tests.screens.scenes import settled
from tests.screens.text.test_linear import Script
from tests.simulate import simulated
from tests.wizard.fixes.failures import failed
from tests.wizard.history.runs import done, environment_plan, keep, started
from wizard import engine, unfinished
from wizard.choices import Choices
from wizard.errors import Exit
from wizard.facts import Facts
from wizard.history import past_runs
from wizard.history.past_runs import PastRun
from wizard.plan import Plan
from wizard.questions import answers
from wizard.running.events import Event, RunEnded, RunStarted

CUT = "20260102T030405Z-7"
TIME = "2026-01-02T03:04:05.000+00:00"


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    return folder


@pytest.fixture
def cut_off(environment: Path) -> PastRun:
    events: list[Event] = [RunStarted((), TIME, str(Path.cwd())), started("environment")]
    keep(CUT, environment_plan(environment), events)
    (environment / unfinished.FILE).write_text(unfinished.TEXT)
    return past_runs.find(CUT)


def says(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    """Somebody at a terminal answers each question so."""
    monkeypatch.setattr("screens.text.confirm.is_terminal", lambda _: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{answer}\n"))


def test_line_by_line_a_cut_off_run_is_continued_without_questions(
    cut_off: PastRun, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asker = Script("resume", "go")
    machine, probed = Pretended().engine(), list[str]()

    def probe(choices: Choices, *, everything: bool = False, **more: Any) -> Facts:
        probed.append(choices.venv)
        return DEBIAN

    code = linear.install(replace(machine, probe=probe), Choices(), asker, lambda: cut_off)
    assert code == Exit.DONE
    assert asker.keys() == ["What now?", "Start the installation?"]
    assert probed[:2] == ["", str(environment)], "the machine is probed for the run"
    out = capsys.readouterr().out
    assert "An earlier run was cut off" in out
    assert "days ago: cryptography 50.0.2, a wheel." in out


def test_line_by_line_it_can_be_undone(
    cut_off: PastRun, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, "y")
    monkeypatch.setattr(engine, "real", Pretended().engine)
    code = linear.install(Pretended().engine(), Choices(), Script("undo"), lambda: cut_off)
    assert code == Exit.DONE


def test_line_by_line_it_can_be_left_alone(cut_off: PastRun) -> None:
    asker = Script("new", "", "", "", "quit")
    linear.install(Pretended().engine(), Choices(), asker, lambda: cut_off)
    assert asker.keys()[:2] == ["What now?", "venv"]


async def until_offered(app: WizardApp, pilot: Pilot[int]) -> None:
    """Wait until the first page has looked at the machine, and then for earlier runs."""
    for _ in range(400):
        if app.screen.has_class("-unfinished"):
            break
        await pilot.pause(0.05)
    await pilot.pause()


async def test_the_full_screen_offers_it_and_goes_to_the_review(cut_off: PastRun) -> None:
    app = WizardApp(Pretended().engine(), Choices(), find_unfinished=lambda: cut_off)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_offered(app, pilot)
        assert app.focused is not None
        assert app.focused.id == "menu"
        assert app.screen.query_one(MarkedList).chosen == "g"
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, ReviewPage)
        assert app.session.require_plan().resumes == CUT


async def test_a_run_that_was_stopped_is_offered_first(
    cut_off: PastRun, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = replace(cut_off, outcome="cancelled")
    app = WizardApp(Pretended().engine(), Choices(), find_unfinished=lambda: stopped)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_offered(app, pilot)
        rows = [str(row.prompt) for row in app.screen.query_one(MarkedList).options]
        assert "G  Resume the run that was stopped" in rows[0]
        assert not any("(Enter)" in row for row in rows), "Enter does what is first"
    linear.install(
        Pretended().engine(), Choices(), Script("new", "", "", "", "quit"), lambda: stopped
    )
    assert "An earlier run was stopped" in capsys.readouterr().out


async def test_the_full_screen_closes_for_undo(cut_off: PastRun) -> None:
    app = WizardApp(Pretended().engine(), Choices(), find_unfinished=lambda: cut_off)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_offered(app, pilot)
        await pilot.press("u")
        await pilot.pause()
    assert app.undoes is cut_off


async def test_a_failure_page_writes_a_report_after_showing_it(
    cut_off: PastRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    app = WizardApp(Pretended().engine(), Choices(), find_unfinished=lambda: cut_off)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_offered(app, pilot)
        await app.push_screen(FailurePage(app.session, FailureDetails("t", "w", retry=True)))
        await pilot.press("w")
        for _ in range(200):
            if isinstance(app.screen, ConfirmScreen):
                break
            await pilot.pause(0.05)
        assert isinstance(app.screen, ConfirmScreen)
        assert list(tmp_path.glob("*.zip")) == []
        await pilot.press("y")
        await pilot.pause()
    (archive,) = tmp_path.glob("*.zip")
    assert archive.name == f"cryptography-wizard-report-{CUT}.zip"


def test_a_report_is_shown_or_written_on_request(
    cut_off: PastRun,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(engine, "real", Pretended().engine)
    assert main(["report"]) == 2  # nobody can be asked
    assert main(["report", "--show"]) == 0
    assert "===== journal.jsonl" in capsys.readouterr().out
    assert list(tmp_path.glob("*.zip")) == []
    assert main(["report", "--show", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["file"], shown["parts"][1]["name"]) == ("", "run.txt")
    assert main(["report", "--yes", "--json", "--output", "j.zip"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "j.zip"
    assert main(["report", "--yes", "--output", "r.zip"]) == 0
    assert "Written: r.zip" in capsys.readouterr().out
    assert main(["report", "--yes", "--output", "r.zip"]) == 2
    refused = capsys.readouterr()
    assert (refused.out, "exists already" in refused.err) == ("", True)
    assert main(["report", CUT, "--anonymous"]) == 2, "there is no terminal to ask in"
    assert f"report {CUT} --anonymous --yes\n" in capsys.readouterr().err


def test_the_list_is_broken_at_words(
    cut_off: PastRun, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cut_off.name == CUT
    monkeypatch.setattr(fitting, "columns", lambda _stream: 40)
    assert main(["runs"]) == 0
    *_, before, last = capsys.readouterr().out.splitlines()
    assert (before[-3:], last) == ("one", "  in full.")


def test_the_list_and_one_run(cut_off: PastRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert re.search(rf"{CUT}  started \d+ \w+ ago, cut off\n", capsys.readouterr().out)
    assert main(["runs", CUT[:8]]) == 0
    out = capsys.readouterr().out
    assert re.match(rf"{CUT}: started \d+ \w+ ago, cut off\n", out)
    assert f"Resume it: cryptography-wizard resume {CUT}" in out
    assert "1. Make it: cut off" in out
    assert main(["runs", "--json"]) == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert (run["name"], run["outcome"], run["can_resume"]) == (CUT, "cut off", True)
    assert main(["runs", "nope"]) == 2
    assert main(["runs", "a", "b"]) == 2


def test_a_run_that_was_continued_names_the_command_that_undoes_it(
    cut_off: PastRun, environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep("20260103T030405Z-8", environment_plan(environment), done("install", earlier=CUT))
    assert main(["runs", CUT]) == 0
    lines = capsys.readouterr().out.splitlines()
    undo = "cryptography-wizard undo 20260103T030405Z-8"
    assert [line for line in lines if "undo " in line.lower()] == [
        f"Undo it, together with the run that resumed it: {undo}"
    ]


def test_undo_asks_and_removes(
    cut_off: PastRun,
    environment: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert main(["undo"]) == 2  # nobody can be asked
    assert f"cryptography-wizard undo {CUT} --yes" in capsys.readouterr().err
    assert environment.is_dir()
    says(monkeypatch, "n")
    assert main(["undo"]) == Exit.CANCELLED
    assert environment.is_dir()
    capsys.readouterr()
    assert main(["undo", "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["code"] == 0
    assert not environment.exists()
    keep("20260102T030406Z-8", environment_plan(environment), done(folder=str(Path.cwd())))
    assert main(["undo", "--yes", "--json"]) == 0  # it has started no step
    assert json.loads(capsys.readouterr().out)["steps"] == []
    assert main(["undo", CUT]) == 2
    assert "already undone" in capsys.readouterr().err


@pytest.mark.parametrize(("answer", "code", "jobs"), [("fewer-jobs", 0, "1"), ("quit", 130, "")])
def test_a_failed_run_is_resumed_with_what_helps(
    answer: str, code: int, jobs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = replace(DEBIAN, system=replace(DEBIAN.system, cores=4))
    machine = Pretended(facts).engine()
    decision = engine.decide(machine, Choices(method="source"))
    run = failed(decision, "oom-killed", ("fewer-jobs",))
    ends = [state.ended for state in run.steps if state.ended]
    here = str(Path.cwd())
    keep(CUT, decision.plan, [RunStarted((), TIME, here), *ends, RunEnded(1, 2.0, time=TIME)])
    answers.save(past_runs.find(CUT).answers, decision.choices)
    picks = Script(answer, *(["go"] if code == 0 else []))
    monkeypatch.setattr(prompts, "Prompts", lambda: picks)
    seen = terminal.Abilities(True, True, True, columns=80, lines=24)
    monkeypatch.setattr(terminal, "detect", lambda: seen)
    made: list[Choices] = []

    def run_it(plan: Plan, choices: Choices, *more: Any, **done: Any) -> RunEnded:
        made.append(choices)
        return simulated()(plan, choices, *more, **done)

    monkeypatch.setattr(engine, "real", lambda: replace(machine, run=run_it))
    says(monkeypatch, "")
    assert main(["resume"]) == code
    assert picks.keys() == ["What now?", "Start the installation?"][: len(picks.keys())]
    assert len(picks.keys()) == (2 if code == 0 else 1)
    assert [choices.jobs for choices in made] == [jobs] * (code == 0)
    asked = len(picks.keys())
    assert main(["resume", CUT, "--yes"]) == 0
    assert made[-1].jobs == ""
    assert len(picks.keys()) == asked


@pytest.mark.parametrize(("answer", "code"), [("go", 0), ("quit", 130)])
def test_resume_shows_the_commands_and_asks(
    cut_off: PastRun,
    answer: str,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ran: list[str] = []

    def run_it(plan: Plan, *more: Any, **done: Any) -> RunEnded:
        ran.append(plan.resumes)
        return simulated()(plan, *more, **done)

    monkeypatch.setattr(engine, "real", lambda: replace(Pretended().engine(), run=run_it))
    seen = terminal.Abilities(True, True, True, columns=80, lines=24)
    monkeypatch.setattr(terminal, "detect", lambda: seen)
    picks = Script(answer)
    monkeypatch.setattr(prompts, "Prompts", lambda: picks)
    for arguments in (["resume"], ["resume", "--json"]):
        assert main(arguments) == Exit.WRONG  # nobody can be asked
        said = capsys.readouterr()
        assert f"cryptography-wizard resume {CUT} --yes" in said.err + said.out
    says(monkeypatch, "")
    assert main(["resume"]) == code
    assert picks.keys() == ["Start the installation?"]
    assert ran == [CUT] * (code == 0)
    out = capsys.readouterr().out
    assert "$ /usr/bin/python3 -I -m venv" in out
    assert ("Nothing was done." in out) == (code != 0)


def test_what_the_earlier_run_has_done_is_told(
    cut_off: PastRun, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = frozenset({"environment"})
    monkeypatch.setattr("wizard.history.resume.continued_by", lambda _plan: (CUT, done))
    linear.go_on(Pretended().engine(), Choices(), Script("quit"), CUT)
    said = capsys.readouterr().out
    assert "1. Make the virtual environment: done by the earlier run\n\n2. Install" in said
    assert " -m venv" not in said
    assert "into the environment: " in said


def test_a_run_with_nothing_left_to_do_is_not_resumed(
    environment: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = str(Path.cwd())
    keep(CUT, environment_plan(environment), done("environment", "install", folder=here))
    assert main(["resume"]) == 2
    err = capsys.readouterr().err
    assert "It has nothing left to do." in err
    assert f"--yes --answers {past_runs.find().answers}\n" in err
