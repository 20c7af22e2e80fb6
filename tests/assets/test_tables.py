"""The date of the tables."""

from __future__ import annotations

import datetime
from pathlib import Path

import assets
from tests.knowledge import dated
from wizard import table_source

FOLDER = Path(__file__).parents[2] / "assets"
HEADER = assets.text(table_source.HEADER)


def test_the_date_changes_with_the_tables() -> None:
    text = table_source.built_in_text()
    assert dated.written(text, HEADER, "") == HEADER, "the tables have changed: make tables"


def test_a_change_of_a_table_is_noticed_and_gets_a_date() -> None:
    text = table_source.built_in_text()
    new = dated.written({**text, "fixes.toml": text["fixes.toml"] + "\n"}, HEADER, "2027-01-02")
    assert 'date = "2027-01-02"' in new
    assert new != HEADER


def test_the_date_is_a_day_that_has_been() -> None:
    day = datetime.date.fromisoformat(table_source.built_in().date)
    assert datetime.date(2026, 11, 1) < day <= datetime.date.today() + datetime.timedelta(1)


def test_every_table_has_its_place() -> None:
    files = {file.name for file in FOLDER.glob("*.toml")}
    assert files == {*table_source.NAMES, table_source.HEADER}
