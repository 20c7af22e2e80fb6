from __future__ import annotations

from pathlib import Path

import pytest

from wizard.errors import BadRequest
from wizard.proof.verify import Check, Linkage, Report
from wizard.running import journal
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.journal import NAME, Journal

REPORT = Report(
    "/e/bin/python", True, "50.0.2", "OpenSSL", Linkage("static", "f"), (Check("a", True),)
)
EVENTS: tuple[Event, ...] = (
    StepStarted("apt", "sudo apt-get install 'größe'\u2028", "/log"),
    Waiting("apt", "aptitude (process 1)", 299.5),
    StepEnded("apt", "done", 1.5, 0, log="/log"),
    StepEnded(
        "build", "failed", 2.0, 1, "Because.", ("line\nwith feed", "\udcff"), ("Do.",), "/log"
    ),
    RunEnded(1, 4.0, REPORT),
)


def written(folder: Path, *events: Event) -> Path:
    book = Journal(folder)
    for event in events:
        book.write(event)
    book.close()
    return folder / NAME


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    written(tmp_path, *EVENTS)
    records = journal.read(tmp_path)
    assert tuple(r.event for r in records) == EVENTS
    assert all(r.time.endswith("+00:00") for r in records)


def test_output_and_progress_are_left_to_the_log(tmp_path: Path) -> None:
    path = written(tmp_path, Lines("apt", ("much",)), Progressed("apt", 1, 2))
    assert path.read_text() == ""


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
        assert tuple(r.event for r in journal.read(tmp_path)) == EVENTS[:-1]


def test_a_journal_can_go_on_after_a_cut(tmp_path: Path) -> None:
    path = written(tmp_path, EVENTS[0])
    path.write_bytes(path.read_bytes() + b'{"time": "20')
    written(tmp_path, EVENTS[2])
    assert tuple(r.event for r in journal.read(tmp_path)) == (EVENTS[0], EVENTS[2])


@pytest.mark.parametrize(
    "line",
    [
        *("nonsense", "[]", '{"time": "x", "kind": "lines"}', '{"time": "x", "kind": "run-ended"}'),
        '{"kind": "run-ended", "code": 0, "seconds": 0.0}',
    ],
)
def test_a_line_that_is_not_ours_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / NAME).write_text(line + "\n")
    with pytest.raises(BadRequest, match=r"journal\.jsonl:1"):
        journal.read(tmp_path)


def test_no_journal_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no journal"):
        journal.read(tmp_path)


def test_the_last_word_on_a_step_counts(tmp_path: Path) -> None:
    written(
        tmp_path,
        *(StepEnded("a", "done", 1.0), StepEnded("b", "failed", 1.0), StepEnded("c", "done", 1.0)),
        *(
            StepEnded("b", "done", 1.0),
            StepEnded("c", "failed", 1.0),
            StepEnded("d", "skipped", 0.0),
        ),
    )
    assert journal.done(journal.read(tmp_path)) == {"a", "b"}
