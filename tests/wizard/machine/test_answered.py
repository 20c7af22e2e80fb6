"""An answer that is a folder: only that folder is looked at, if that is enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.machines import machine
from wizard import engine
from wizard.choices import Choices
from wizard.facts import Facts, Headers, Python
from wizard.machine import answered, headers, probe, pythons

KNOWN = machine("debian-12")
FIRST = next(python for python in KNOWN.pythons if not python.problem)
FOLDER = "/srv/tools"
THERE = replace(FIRST, path=f"{FOLDER}/bin/python", origin="asked", environment=FOLDER)


def look(patch: pytest.MonkeyPatch, found: Python | None, project: str = "") -> Facts | None:
    """Look at the folder of the environment, in which ``found`` is."""
    patch.setattr(pythons, "in_environment", lambda _folder: found)
    return answered.look(KNOWN, Choices(venv=FOLDER, project=project), None)


def test_a_new_folder_only_has_another_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    found = look(monkeypatch, None)
    assert found is not None
    assert FOLDER in {space.folder for space in found.spaces}
    assert replace(found, spaces=KNOWN.spaces) == KNOWN


def test_an_environment_comes_first_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    found = look(monkeypatch, THERE)
    assert found is not None
    assert found.pythons == (THERE, *KNOWN.pythons)
    known = replace(KNOWN, pythons=(*KNOWN.pythons, replace(THERE, origin="folder")))
    again = answered.look(known, Choices(venv=FOLDER), None)
    assert again is not None
    assert again.pythons == (THERE, *KNOWN.pythons)


def with_other_index() -> Python:
    """The environment, whose pip has another index than the first Python."""
    assert FIRST.pip is not None
    assert FIRST.pip.index is not None
    index = replace(FIRST.pip.index, url="https://index.example/other")
    return replace(THERE, pip=replace(FIRST.pip, index=index))


def test_a_broken_environment_is_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Python(THERE.path, "asked", environment=FOLDER, problem="It does not exist.")
    found = look(monkeypatch, broken)
    assert found is not None
    assert found.pythons[0] == broken


def test_more_is_asked_for_another_version_index_or_project(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert look(monkeypatch, with_other_index()) is None
    assert look(monkeypatch, replace(THERE, version="3.7.1")) is None
    assert look(monkeypatch, THERE, project="flask") is None
    assert look(monkeypatch, replace(THERE, pip=None)) is not None


def test_the_index_of_an_environment_that_was_named_before_is_not_that_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_it = replace(KNOWN, pythons=(with_other_index(), *KNOWN.pythons))
    monkeypatch.setattr(pythons, "in_environment", lambda _folder: None)
    assert answered.look(of_it, Choices(venv="/srv/new"), None) is None
    assert answered.needs_look(of_it, "/srv/new")
    assert not answered.needs_look(of_it, FOLDER), "it is the same environment"
    like_others = replace(KNOWN, pythons=(THERE, *KNOWN.pythons))
    found = answered.look(like_others, Choices(venv="/srv/new"), None)
    assert found is not None
    assert found.pythons == KNOWN.pythons, "nobody asks for that one any more"


def test_of_an_openssl_only_the_headers_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = Headers("/srv/openssl/include", "3.5.4")
    asked: list[str] = []

    def read(folder: str) -> tuple[Headers, ...]:
        asked.append(folder)
        return (mine,)

    monkeypatch.setattr(headers, "read", read)
    found = answered.look(KNOWN, Choices(openssl="/srv/openssl"), None)
    assert asked == ["/srv/openssl"]
    assert found == replace(KNOWN, openssl=(mine,))


def test_the_probe_asks_nothing_more_if_that_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measure(*_: object, **__: object) -> object:
        raise AssertionError("the whole machine was asked")

    monkeypatch.setattr(probe, "measure", measure)
    choices = Choices(venv=str(tmp_path / "new"))
    found = engine.real().probe(choices, everything=True, known=KNOWN)
    assert replace(found, spaces=KNOWN.spaces) == KNOWN
    with pytest.raises(AssertionError, match="whole machine"):
        engine.real().probe(replace(choices, project="flask"), everything=True, known=KNOWN)
