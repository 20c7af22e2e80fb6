from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.wizard.history.runs import done, ended, environment_plan, keep, started
from wizard import locations
from wizard.codec import to_json
from wizard.errors import BadRequest, Exit
from wizard.history import past_runs, resume, undo
from wizard.plan import Plan
from wizard.running import journal, ownership
from wizard.running.events import Event, RunEnded, RunStarted


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))


def outcomes() -> dict[str, str]:
    return {run.name: run.outcome for run in past_runs.read_runs()}


def test_without_runs_the_list_is_empty_and_none_is_found() -> None:
    assert past_runs.read_runs() == ()
    for name, what in (("", "No earlier run was started in this folder"), ("7", "There is no run")):
        with pytest.raises(BadRequest, match=what) as caught:
            past_runs.find(name)
        assert caught.value.hints == ()


def test_the_runs_of_other_folders_are_pointed_to(tmp_path: Path) -> None:
    keep("1", environment_plan(tmp_path / "env"), done("environment", "install"))
    with pytest.raises(BadRequest, match="No earlier run was started in this folder") as caught:
        past_runs.find()
    assert "runs lists those of all folders" in caught.value.hints[0]


def test_each_outcome_is_told_apart(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    cut: list[Event] = [RunStarted((), "", "/w"), started("environment"), ended("environment")]
    failed: list[Event] = [RunStarted(), started("environment"), ended("environment", "failed")]
    keep("1-done", plan, done("environment", "install"))
    keep("2-cut", plan, [*cut, started("install")])
    keep("3-failed", plan, [*failed, ended("install", "skipped"), RunEnded(1, 1.0)])
    keep("4-cancelled", plan, [RunStarted(), RunEnded(130, 1.0)])
    keep("5-unproved", plan, done("environment", "install", code=4))
    going_on = keep("6-running", plan, cut)
    (locations.runs() / "7-empty").mkdir()
    keep("8-undo", environment_plan(tmp_path / "env", undoes="1-done"), done())
    with ownership.hold(going_on / ownership.RUN_LOCK, "x"):
        found = outcomes()
    assert list(found) == sorted(found, reverse=True)
    assert found == {
        "1-done": "undone",
        "2-cut": "cut off",
        "3-failed": "failed",
        "4-cancelled": "cancelled",
        "5-unproved": "unproved",
        "6-running": "running",
        "7-empty": "damaged",
        "8-undo": "done",
    }
    assert outcomes()["6-running"] == "cut off"
    problems = {run.name: run.problem for run in past_runs.read_runs()}
    assert problems["7-empty"] == "It was cut off before it began, and has changed nothing."


def test_the_name_of_a_damaged_run_says_when_it_was() -> None:
    for name in ("20261129T080000Z-7", "7-empty"):
        (locations.runs() / name).mkdir(parents=True)
    began = {run.name: run.started for run in past_runs.read_runs()}
    assert began == {"20261129T080000Z-7": "2026-11-29T08:00:00+00:00", "7-empty": ""}


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("plan.json", "", "damaged"),
        ("plan.json", "{", "damaged"),
        ("plan.json", None, "missing"),
        ("journal.jsonl", None, "missing"),
        ("journal.jsonl", "{}\n", "damaged"),
        ("journal.jsonl", '{"kind"\n', "damaged"),
        ("plan.json", to_json(Plan("1", "wheel", "", "", "", False, ())), "belong together"),
    ],
)
def test_a_damaged_run_is_explained_in_plain_words(
    file: str, text: str | None, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    plan = environment_plan(tmp_path / "env")
    folder = keep("20261129T080000Z-7", plan, done("environment", folder=str(tmp_path)))
    if text is None:
        (folder / file).unlink()
    else:
        (folder / file).write_text(text, encoding="utf-8")
    (run,) = past_runs.read_runs()
    assert run.outcome == "damaged"
    assert str(folder / file) in run.problem
    assert where in run.problem
    assert not re.search(r"line \d|char|decode|Errno|expected|No such", run.problem)
    if file == "plan.json":  # its journal says where it was
        with pytest.raises(BadRequest, match=r"20261129T080000Z-7 cannot be resumed") as caught:
            resume.choices_of(past_runs.find())
        assert str(folder) in " ".join(caught.value.hints)
        with pytest.raises(BadRequest, match=r"20261129T080000Z-7 cannot be undone"):
            undo.make_plan(past_runs.find())
    else:
        with pytest.raises(BadRequest) as caught:
            past_runs.find()
        assert "20261129T080000Z-7" in caught.value.why


def test_a_run_is_found_by_the_beginning_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = environment_plan(tmp_path / "env")
    monkeypatch.chdir(tmp_path)
    for name in ("2026-a", "2026-b"):
        keep(name, plan, done("environment", "install", folder=str(tmp_path)))
    keep("2028-elsewhere", plan, done("environment", "install"))
    (locations.runs() / "2029-damaged").mkdir()
    keep("2027-undo", environment_plan(tmp_path / "env", undoes="2026-a"), done())
    assert past_runs.find().name == "2026-b"
    assert past_runs.find("2026-a").name == "2026-a"
    assert past_runs.find("2027").undoes == "2026-a"
    with pytest.raises(BadRequest, match="Several runs begin with 2026"):
        past_runs.find("2026")
    with pytest.raises(BadRequest, match="There is no run 2026-x") as caught:
        past_runs.find("2026-x")
    assert caught.value.hints == ("cryptography-wizard runs lists them.",)


def test_a_command_that_is_repeated_continues_the_run_that_ended_early(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    cut: list[Event] = [RunStarted(), started("environment")]
    assert past_runs.continued_by(plan) == ""
    keep("1", plan, cut)
    (locations.runs() / "2-damaged").mkdir()
    keep("2-not-begun", plan, [])
    assert past_runs.continued_by(plan) == "1"
    assert past_runs.continued_by(environment_plan(tmp_path / "other")) == ""
    assert past_runs.continued_by(replace(plan, method="source")) == ""
    assert past_runs.continued_by(replace(plan, undoes="1")) == ""
    keep("3", plan, done("environment", "install"))
    assert past_runs.continued_by(plan) == ""


def test_a_run_that_ended_well_is_not_read_when_its_command_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, [RunStarted(), started("environment")])
    keep("2", plan, done("environment", "install"))
    monkeypatch.setattr(journal, "replay", lambda folder: pytest.fail(f"{folder} was read"))
    assert past_runs.continued_by(plan) == ""


def test_only_the_newest_run_of_a_folder_counts_as_cut_off(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, [RunStarted((), "", "/here"), started("environment")])
    cut = past_runs.cut_off_in("/here")
    assert cut is not None
    assert cut.name == "1"
    assert past_runs.cut_off_in("/elsewhere") is None
    assert past_runs.unfinished_in("/here") == cut
    keep("2", plan, done("environment", "install", folder="/here"))
    assert past_runs.cut_off_in("/here") is None


@pytest.mark.parametrize("since", ["undone", "resumed"])
def test_what_was_done_about_a_run_from_another_folder_counts(since: str, tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, [RunStarted((), "", "/here"), started("environment")])
    if since == "undone":
        keep("2", replace(plan, undoes="1"), done(folder="/elsewhere", code=1))
        assert past_runs.unfinished_in("/here") is not None, "undoing it has failed"
        keep("3", replace(plan, undoes="1"), done(folder="/elsewhere"))
    else:
        keep("2", plan, done("environment", folder="/elsewhere", earlier="1"))
    assert past_runs.unfinished_in("/here") is None
    assert past_runs.cut_off_in("/here") is None
    assert past_runs.find("1").outcome == since


def test_a_run_that_was_stopped_is_unfinished_but_not_cut_off(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, done("environment", folder="/here", code=Exit.CANCELLED))
    stopped = past_runs.unfinished_in("/here")
    assert stopped is not None
    assert (stopped.name, stopped.how_it_ended_early) == ("1", "was stopped")
    assert past_runs.cut_off_in("/here") is None
    keep("2", plan, done("environment", folder="/here", code=1))
    assert past_runs.unfinished_in("/here") is None, "the newest run is another one"


def test_the_last_run_of_a_folder_is_found_if_its_answers_can_be_used(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    assert past_runs.last_in("/here") is None
    keep("1", plan, done("environment", "install", folder="/here"))
    keep("2", environment_plan(tmp_path / "env", undoes="1"), done(folder="/here"))
    keep("3", plan, done("environment", folder="/elsewhere"))
    without = keep("4", plan, done("environment", folder="/here"))
    (without / "answers.toml").unlink()
    found = past_runs.last_in("/here")
    assert found is not None
    assert found.name == "1"


def test_while_a_run_is_going_on_it_is_not_repeated(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, done("environment", "install", folder="/here"))
    going_on = keep("2", plan, [RunStarted((), "", "/here"), started("environment")])
    with ownership.hold(going_on / ownership.RUN_LOCK, "cryptography 50.0.2"):
        assert past_runs.last_in("/here") is None
        run = past_runs.find("2")
        assert not run.can_repeat
        with pytest.raises(BadRequest) as caught:
            resume.choices_of(run)
        assert (caught.value.why, caught.value.hints) == ("It is still going on.", ())
    found = past_runs.last_in("/here")
    assert found is not None
    assert found.name == "2"


def test_a_repair_is_a_run_of_its_own_kind(tmp_path: Path) -> None:
    """It does not hide a run that was cut off, and is neither continued nor taken by default."""
    plan = environment_plan(tmp_path)
    here = str(Path.cwd())
    keep("1", plan, [RunStarted((), "", here), started("environment")])
    repair = replace(plan, repairs=True, release="")
    keep("2", repair, done("environment", code=1, folder=here))
    first, second = reversed(past_runs.read_runs())
    assert (second.title, second.can_resume) == ("doctor --fix", False)
    assert past_runs.find().name == first.name == "1"
    cut = past_runs.cut_off_in(here)
    assert cut is not None
    assert cut.name == "1"


def test_a_run_that_another_one_continued_is_not_continued_again(tmp_path: Path) -> None:
    plan = environment_plan(tmp_path / "env")
    keep("1", plan, [RunStarted((), "", "/w"), started("environment")])
    keep("2", plan, done("environment", "install", earlier="1"))
    assert outcomes() == {"2": "done", "1": "resumed"}
    assert not past_runs.find("1").can_resume
    keep("3", environment_plan(tmp_path / "env", undoes="2"), done())
    assert outcomes() == {"3": "done", "2": "undone", "1": "undone"}
