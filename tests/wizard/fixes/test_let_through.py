"""After a refused file: the newest release that the index lets through."""

from __future__ import annotations

import pytest

from tests.machines import machine
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.facts import Python
from wizard.fixes import let_through
from wizard.index import listing
from wizard.index.source import IndexSource
from wizard.machine import inspection

FACTS = machine("debian-12")
CASE = case_of(
    FACTS,
    Choices(python=FACTS.pythons[0].path, venv="/home/me/env", release="50.0.2", method="wheel"),
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The releases that the index was asked for; it lets the second of them through."""
    calls: list[list[str]] = []

    def inspect(path: str, origin: str) -> tuple[Python, IndexSource]:
        return Python(path, "asked"), IndexSource("https://index.example/simple")

    def first(_source: IndexSource, versions: list[str], fits: object, *, deadline: float) -> str:
        assert callable(fits)
        assert deadline > 0
        calls.append(versions)
        return versions[1] if len(versions) > 1 else ""

    monkeypatch.setattr(inspection, "inspect", inspect)
    monkeypatch.setattr(listing, "first_downloadable", first)
    return calls


def test_the_releases_before_the_chosen_one_are_asked_for(asked: list[list[str]]) -> None:
    assert let_through.newest(CASE) == asked[0][1]
    assert "50.0.2" not in asked[0]
    assert len(asked[0]) == let_through.MAX_TRIES


def test_no_earlier_release_can_be_had(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "first_downloadable", lambda *_args, **_more: "")
    assert let_through.newest(CASE) == ""
