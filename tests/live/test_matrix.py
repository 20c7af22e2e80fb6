"""The matrix itself: which tests are due. None of this is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.live import matrix


def test_one_that_takes_minutes_has_its_turn_and_the_next_commit_is_the_next_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("LIVE_MATRIX", raising=False)
    turns = []
    for commits in range(len(matrix.CASES) + len(matrix.LONG)):
        monkeypatch.setattr(matrix, "_commits", lambda commits=commits: commits)
        due = [case.name for case in matrix.chosen()]
        due += [name for name in matrix.LONG if matrix.is_due(name)]
        assert len(due) == 1
        turns += due
    assert turns == [*matrix.CASES, *matrix.LONG]


def test_one_of_the_others_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE_MATRIX", "openssl-static")
    assert [name for name in matrix.LONG if matrix.is_due(name)] == ["openssl-static"]
    assert not matrix.chosen()
    with pytest.raises(ValueError, match="openssl-dynamic is not one of openssl-static"):
        matrix.long("openssl-dynamic")


def test_neighbouring_runs_share_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVE_MATRIX", raising=False)
    tests = [f"test_live_wheels.py::test_{number}" for number in range(60)]
    done: list[str] = []
    for commits in range(matrix.SHIFTS):
        monkeypatch.setattr(matrix, "_commits", lambda commits=commits: commits)
        shift = [test for test in tests if matrix.is_in_this_shift("test_live_wheels", test)]
        assert 0 < len(shift) < len(tests) / 2
        done += shift
        assert all(matrix.is_in_this_shift("test_live_source", test) for test in tests)
    assert sorted(done) == sorted(tests)
    monkeypatch.setenv("LIVE_MATRIX", "all")
    assert all(matrix.is_in_this_shift("test_live_wheels", test) for test in tests)


def test_each_file_of_every_run_exists() -> None:
    files = {path.stem for path in Path(__file__).parent.glob("test_live_*.py")}
    assert files >= matrix.EVERY_RUN


def test_each_long_one_is_some_test() -> None:
    here = Path(__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in here.glob("test_live_*.py"))
    for name in matrix.LONG:
        family, _, last = name.partition("-")
        several = f'long(f"{family}-{{each}}")' in text and f'"{last}"' in text
        assert f'long("{name}")' in text or several, name


def test_one_case_can_be_asked_for_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVE_MATRIX", "bookworm-50.0.2")
    assert [case.name for case in matrix.chosen()] == ["bookworm-50.0.2"]
    monkeypatch.setenv("LIVE_MATRIX", "all")
    assert list(matrix.chosen()) == list(matrix.CASES.values())
    monkeypatch.setenv("LIVE_MATRIX", "potato-1.0")
    with pytest.raises(ValueError, match=r"potato-1\.0.*bullseye-3\.4\.8, .*trixie-50\.0\.2"):
        matrix.chosen()
