"""After a refused file: the newest release that the index lets through."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import machine
from wizard.choices import Choices
from wizard.facts import Python
from wizard.index import listing
from wizard.index.source import IndexSource
from wizard.machine import inspection
from wizard.running import let_through

FACTS = machine("debian-12")
CHOICES = Choices(
    python=FACTS.pythons[0].path, venv="/home/me/env", release="50.0.2", method="wheel"
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


def test_another_failure_needs_nothing(asked: list[list[str]]) -> None:
    assert let_through.hints("no-space", FACTS, CHOICES) == ()
    assert asked == []


def test_the_command_for_it_is_the_first_hint(asked: list[list[str]]) -> None:
    (hint,) = let_through.hints(let_through.REFUSED_FILE, FACTS, CHOICES)
    release = asked[0][1]
    assert "50.0.2" not in asked[0]
    assert len(asked[0]) == let_through.MAX_TRIES
    assert f"--release {release} --method wheel --venv /home/me/env" in hint


def test_no_earlier_release_can_be_had(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "first_downloadable", lambda *_args, **_more: "")
    (hint,) = let_through.hints(let_through.REFUSED_FILE, FACTS, CHOICES)
    assert "also refuses" in hint


def test_a_python_that_is_gone_gives_no_command(asked: list[list[str]]) -> None:
    gone = replace(FACTS, pythons=())
    (hint,) = let_through.hints(let_through.REFUSED_FILE, gone, CHOICES)
    assert "cryptography-wizard" not in hint
