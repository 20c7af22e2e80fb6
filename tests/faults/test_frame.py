"""The frame of the faults, with invented kinds. None of this is a fault."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults import page
from tests.faults.kind import Case, Kind, Setting, Wrong, kinds
from tests.faults.running import Outcome, run


def cases(setting: Setting) -> Iterator[Case]:
    def bad(folder: Path) -> None:
        raise Wrong(f"{setting.random(2).random()}")

    def untried(folder: Path) -> None:
        pytest.skip("no such thing here")

    def late(folder: Path) -> None:
        try:
            while True:
                time.sleep(0.01)
        except Exception:  # noqa: BLE001 - as tested code may do
            raise AssertionError from None

    yield Case("good", lambda folder: (folder / "file").touch())
    yield Case("bad", bad)
    yield Case("untried", untried)
    yield Case("late", late)
    yield Case("crash", lambda folder: Path(folder, "no", "file").touch())


KIND = Kind("invented", "Invented faults", "nothing", cases, 5, 5, seconds=0.1)


@pytest.mark.parametrize("at_once", [1, 2])
def test_every_case_is_counted_as_what_it_is(tmp_path: Path, at_once: int) -> None:
    told: list[Outcome] = []
    outcomes = run(replace(KIND, at_once=at_once), Setting(7, 5, tmp_path), told.append)
    assert [o.ended for o in outcomes] == ["right", "wrong", "not tried", "wrong", "wrong"]
    assert sorted(told, key=lambda each: each.number) == outcomes
    assert outcomes[1].why == f"{Setting(7, 1, tmp_path).random(2).random()}"
    assert "0.1 s" in outcomes[3].why
    assert "FileNotFoundError" in outcomes[4].why
    counted = page.count(outcomes, 7, 1.4)
    assert (counted.cases, counted.right, counted.seconds) == (4, 1, 1)
    assert counted.wrong == ("2 (bad)", "4 (late)", "5 (crash)")


def test_one_case_can_be_repeated(tmp_path: Path) -> None:
    (outcome,) = run(KIND, Setting(7, 5, tmp_path), only=2)
    assert outcome.case == "bad"


def test_a_kind_that_this_machine_cannot_do_is_not_tried(tmp_path: Path) -> None:
    def nothing(setting: Setting) -> Iterator[Case]:
        pytest.skip("no network")
        yield

    (outcome,) = run(replace(KIND, cases=nothing), Setting(7, 5, tmp_path))
    assert (outcome.ended, outcome.why) == ("not tried", "no network")


def test_the_page_is_that_of_the_results_and_of_the_kinds_as_they_are() -> None:
    known = kinds()
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.render(page.read(), tuple(known.values()))
    assert set(page.read()) <= set(known)
    assert "{" not in text
