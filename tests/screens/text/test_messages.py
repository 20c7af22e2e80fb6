"""The texts of the line-by-line interfaces."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from screens import working_folder
from screens.text import messages
from screens.tui import review
from tests.machines import machine
from tests.wizard.history.runs import ended, environment_plan, started
from wizard.choices import Choices
from wizard.engine import case_of, settle
from wizard.export import formats
from wizard.plan import Plan, Step
from wizard.running.run_state import RunState


def test_a_help_text_is_wrapped_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "31")
    markdown = (
        "# Title\n\nOne **paragraph** that is *longer*\nthan a line.\n\n- An item that is longer"
    )
    assert messages.strip_markdown(markdown + "\n- `Another`\n").splitlines() == [
        "Title",
        "",
        "One paragraph that is longer",
        "than a line.",
        "",
        "- An item that is longer",
        "- Another",
    ]
    assert messages.strip_markdown("- An item that is\n  longer than a line") == (
        "- An item that is longer than\n  a line"
    )


def test_a_path_is_short_but_not_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = Path.cwd()  # on a Mac, tmp_path leads through a link
    path = str(here / "env")
    assert messages.short_path(path) == f".{os.sep}env"
    assert messages.short_path(str(here.parent / "env")) == str(here.parent / "env")
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(here))
    assert messages.short_path(path) == path


def test_what_is_to_be_typed_is_right_in_the_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    assert not working_folder.enter(str(tmp_path / "gone"))
    assert not working_folder.enter(str(tmp_path))
    assert working_folder.enter(str(other))
    assert working_folder.enter(str(other))
    assert Path.cwd() == other.resolve()
    assert messages.short_path(str(Path.cwd() / "env")) == f".{os.sep}other{os.sep}env"
    plan = environment_plan(other / "env")
    assert messages.resume_lines(plan) == []
    working_folder.leave()
    assert Path.cwd() == tmp_path.resolve()
    assert messages.resume_lines(plan) != []


def test_a_plan_says_what_else_it_installs_and_what_it_replaces() -> None:
    step = Step("install", "Install it", "Why.", Command(("true",)))
    plan = Plan("49.0.0", "wheel", "static", "/e/bin/python", "/e", False, (step,))
    assert "replacing" not in messages.plan_sentence(plan)
    plan = replace(plan, also="what requirements.txt needs", replaces="50.0.2")
    assert messages.plan_sentence(plan) == (
        "cryptography 49.0.0 from a wheel, and what requirements.txt needs, "
        "into the environment /e, replacing 50.0.2"
    )
    assert review.headline(plan, Choices()) == (
        "cryptography 49.0.0, from a ready-made wheel, with its own OpenSSL inside, "
        "and what requirements.txt needs, into the environment /e, replacing 50.0.2"
    )
    assert formats.to_text(plan).splitlines()[0] == (
        "Install cryptography 49.0.0 from a wheel, and what requirements.txt needs, "
        "into the environment, replacing 50.0.2: /e"
    )


def test_after_a_cancel_it_says_that_an_openssl_is_built_again() -> None:
    chosen = Choices(method="source", openssl="3.5.7")
    state = RunState.before_run(settle(case_of(machine("debian-12"), chosen)).plan)
    for event in (started("openssl-source"), ended("openssl-source")):
        state = state.apply(event)
    assert messages.begun_again(state) == [], "only its source was downloaded, and is kept"
    state = state.apply(started("openssl-unpack"))
    assert messages.begun_again(state) == [
        "OpenSSL 3.5.7, which was not finished, is then unpacked, configured and compiled again. "
        "Its source is kept."
    ]
    for event in (started("openssl"), ended("openssl")):
        state = state.apply(event)
    assert messages.begun_again(state) == []
