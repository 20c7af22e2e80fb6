from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from wizard.codec import to_json
from wizard.errors import BadRequest
from wizard.plan import Plan, Step
from wizard.proof.verify import Check, Linkage, Report
from wizard.running import journal
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.journal import FILE, PLAN_FILE, Journal

REPORT = Report(
    "/e/bin/python", True, "50.0.2", "OpenSSL", Linkage("static", "f"), (Check("a", True),)
)
TIME = "2026-11-29T08:00:00.000+00:00"
EVENTS: tuple[Event, ...] = (
    RunStarted(("before",), TIME),
    StepStarted("apt", "sudo apt-get install 'größe'\u2028", "/log", TIME),
    Waiting("apt", "aptitude (process 1)", 299.5, TIME),
    StepEnded("apt", "done", 1.5, 0, log="/log", time=TIME),
    StepEnded(
        *("build", "failed", 2.0, 1, "Because.", ("line\nwith feed", "\udcff"), ("Do.",), "/log"),
        time=TIME,
        failure="no-space",
        remedies=("temporary-folder", "purge"),
    ),
    RunEnded(1, 4.0, REPORT, TIME),
)
PLAN_OF_FOUR = Plan(
    *("50.0.2", "wheel", "static", "/e/bin/python", "/e", True),
    tuple(Step(name, name, "w", Command(("x",))) for name in "abcd"),
)


def written(folder: Path, *events: Event) -> Path:
    book = Journal(folder)
    for event in events:
        book.write(event)
    book.close()
    return folder / FILE


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written(tmp_path, *EVENTS)
    assert journal.read(tmp_path) == EVENTS


def test_output_and_progress_are_left_to_the_log(tmp_path: Path) -> None:
    path = written(tmp_path, Lines("apt", ("much",)), Progressed("apt", 1, 2))
    assert path.read_text() == ""


def test_a_journal_of_a_version_that_did_not_know_causes_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS[4])
    row = json.loads(path.read_text())
    del row["failure"], row["remedies"]
    path.write_text(json.dumps(row) + "\n")
    (event,) = journal.read(tmp_path)
    assert isinstance(event, StepEnded)
    assert (event.failure, event.remedies) == ("", ())


def test_every_event_is_there_before_the_next(tmp_path: Path) -> None:
    book = Journal(tmp_path)
    for number, event in enumerate(EVENTS, 1):
        book.write(event)
        assert len(journal.read(tmp_path)) == number
    book.close()


def test_a_last_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path, *EVENTS)
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for cut in range(last, len(whole)):
        path.write_bytes(whole[:cut])
        assert journal.read(tmp_path) == EVENTS[:-1]


def test_a_journal_can_go_on_after_a_cut(tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS[0])
    path.write_bytes(path.read_bytes() + b'{"time": "20')
    written(tmp_path, EVENTS[2])
    assert journal.read(tmp_path) == (EVENTS[0], EVENTS[2])


@pytest.mark.parametrize(
    "line",
    [
        *("nonsense", "[]", '{"time": "x", "kind": "lines"}', '{"time": "x", "kind": "run-ended"}'),
        '{"kind": "run-ended", "code": 0, "seconds": 0.0}',
    ],
)
def test_a_line_that_is_not_ours_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / FILE).write_text(line + "\n")
    with pytest.raises(BadRequest, match=r"journal\.jsonl:1"):
        journal.read(tmp_path)


def test_no_journal_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no journal"):
        journal.read(tmp_path)


def kept(folder: Path, *events: Event) -> Path:
    """The folder of a run with a plan of four steps and these events."""
    (folder / PLAN_FILE).write_text(to_json(PLAN_OF_FOUR), encoding="utf-8")
    written(folder, *events)
    return folder


def test_the_last_word_on_a_step_counts(tmp_path: Path) -> None:
    kept(
        tmp_path,
        RunStarted(),
        *(StepEnded("a", "done", 1.0), StepEnded("b", "failed", 1.0), StepEnded("c", "done", 1.0)),
        *(StepEnded("d", "skipped", 0.0), RunEnded(1, 3.0)),
        RunStarted(("a",)),
        *(StepEnded("b", "done", 1.0), StepEnded("c", "failed", 1.0)),
        *(StepEnded("d", "skipped", 0.0), RunEnded(1, 3.0)),
    )
    state = journal.replay(tmp_path)
    assert state.done == {"a", "b"}
    assert (state.attempts, state.failed, state.resumable) == (2, "c", True)


def test_a_run_that_was_cut_off_can_be_resumed(tmp_path: Path) -> None:
    begun = (RunStarted(), StepStarted("a", "x", "/a"), StepStarted("b", "y", "/b"))
    kept(tmp_path, *begun, StepEnded("a", "done", 1.0, 0))
    state = journal.replay(tmp_path)
    assert [step.status for step in state.steps] == ["done", "interrupted", "todo", "todo"]
    assert (state.interrupted, state.resumable, state.result) == (True, True, None)
    assert state.step("b").log == "/b"
    written(tmp_path, RunStarted(("a",)), StepStarted("b", "y", "/b2"))
    state = journal.replay(tmp_path)
    assert [step.attempts for step in state.steps] == [1, 2, 0, 0]
    assert state.step("b").log == "/b2"


@pytest.mark.parametrize(
    ("event", "why"),
    [
        (StepStarted("z", "x", ""), "no step 'z'"),
        (StepEnded("a", "done", 1.0), "the step a is done"),
        (RunStarted(("z",)), "no step 'z'"),
    ],
)
def test_a_journal_of_another_plan_is_refused(tmp_path: Path, event: Event, why: str) -> None:
    kept(tmp_path, RunStarted(), StepEnded("a", "done", 1.0), event)
    with pytest.raises(BadRequest, match=why):
        journal.replay(tmp_path)


@pytest.mark.parametrize("plan", [None, b"", b"{}", b"\xff"])
def test_a_run_without_its_plan_is_refused(tmp_path: Path, plan: bytes | None) -> None:
    kept(tmp_path, RunStarted())
    if plan is None:
        (tmp_path / PLAN_FILE).unlink()
    else:
        (tmp_path / PLAN_FILE).write_bytes(plan)
    with pytest.raises(BadRequest, match=r"plan"):
        journal.replay(tmp_path)


def test_a_plan_whose_steps_need_each_other_is_refused(tmp_path: Path) -> None:
    kept(tmp_path, RunStarted())
    one = replace(PLAN_OF_FOUR.steps[0], needs=("b",))
    two = replace(PLAN_OF_FOUR.steps[1], needs=("a",))
    (tmp_path / PLAN_FILE).write_text(to_json(replace(PLAN_OF_FOUR, steps=(one, two))))
    with pytest.raises(BadRequest, match="circle"):
        journal.replay(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only POSIX has named pipes")
@pytest.mark.parametrize("name", [FILE, PLAN_FILE])
def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(tmp_path: Path, name: str) -> None:
    written(tmp_path, *EVENTS)
    (tmp_path / PLAN_FILE).write_text(to_json(PLAN_OF_FOUR), encoding="utf-8")
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(BadRequest):
        journal.replay(tmp_path)


def test_a_line_that_is_nested_too_deeply_is_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("[" * 100_000 + "\n", encoding="utf-8")
    with pytest.raises(BadRequest, match="not a line of a journal"):
        journal.read(tmp_path)


@pytest.mark.parametrize("change", [{"kind": {}}, {"time": "yesterday"}, {"time": "2026-01-01"}])
def test_an_event_of_another_kind_or_without_a_real_time_is_damaged(
    tmp_path: Path, change: dict[str, object]
) -> None:
    event = {"kind": "run-started", "time": "2026-11-29T08:00:00.000+00:00", "done": []}
    (tmp_path / FILE).write_text(json.dumps({**event, **change}) + "\n", encoding="utf-8")
    with pytest.raises(BadRequest, match=r"journal\.jsonl:1"):
        journal.read(tmp_path)


def test_a_number_of_thousands_of_digits_is_damage(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"time": ' + "9" * 5000 + "}\n", encoding="utf-8")
    with pytest.raises(BadRequest, match="not a line of a journal"):
        journal.read(tmp_path)
