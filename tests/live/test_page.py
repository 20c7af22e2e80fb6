"""The page that the long live tests write. None of this is live."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.live import matrix, page
from tests.live.machine import CHECKOUT

BUILT = page.Row(
    *("3.4.8", "Debian 11.11", "3.9.2", "1.1.1w", "none", "26.0", "proved", "32", "`one`"),
    *("2026-01-02", "0.5"),
)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    file = tmp_path / "results.json"
    older = {"rust-kept": {"seconds": "45", "date": "2026-01-01", "load": "1.0"}}
    file.write_text(json.dumps(older), encoding="utf-8")
    return file


def test_a_result_takes_the_place_of_an_older_one_and_others_stay(
    kept: Path, tmp_path: Path
) -> None:
    written = tmp_path / "tested.md"
    passed = page.Passed("501", "2026-01-02", "10.0")
    page.update({"bullseye-3.4.8": BUILT, "windows": passed}, kept, written)
    page.update({"windows": page.Passed("400", "2026-01-03", "0.1")}, kept, written)
    assert list(page.read(kept)) == ["bullseye-3.4.8", "rust-kept", "windows"]
    tables, _, _ = written.read_text(encoding="utf-8").partition("## Macs")
    rows = [line for line in tables.splitlines() if line[:1] == "|"]
    built = [cell.strip() for cell in rows[2].split("|")]
    assert built[1:3] + built[-3:-1] == ["3.4.8", "Debian 11.11", "2026-01-02", "0.5"]
    assert [row.split("|")[-3].strip() for row in rows[5:]] == ["2026-01-01", "2026-01-03"]


def test_the_columns_are_aligned() -> None:
    lines = page.table([("a", "b"), ("longer", "c"), ("d", "longest")]).splitlines()
    assert lines[1] == "| ------ | ------- |"
    assert len({tuple(i for i, sign in enumerate(line) if sign == "|") for line in lines}) == 1


def test_the_page_is_that_of_the_results_and_of_the_matrix_as_it_is() -> None:
    results = page.read()
    text = page.PAGE.read_text(encoding="utf-8")
    assert text == page.render(results)
    assert list(results) == [*matrix.CASES, matrix.REFUSED.name, *matrix.LONG]
    for case in (*matrix.CASES.values(), matrix.REFUSED):
        built = results[case.name]
        assert isinstance(built, page.Row)
        assert built.command == f"`{case.command}`"
    assert str(CHECKOUT) not in text
    assert "{" not in text
