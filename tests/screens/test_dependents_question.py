"""A release that breaks other packages, through every interface, with the real questions."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace
from typing import Any

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from textual.pilot import Pilot
from textual.widgets import Static

from screens.text import linear, unattended
from screens.text.plain import Plain
from screens.text.prompts import Prompts
from screens.tui.app import WizardApp
from screens.tui.question import Answers
from screens.tui.review import ReviewPage
from tests.screens.pretend import Pretended
from tests.screens.scenes import keys, settled
from tests.wizard.environments import CLICK, PYOPENSSL, environment, holding
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.engine import Decision, case_of, settle
from wizard.errors import Exit, Impossible
from wizard.facts import Facts

FACTS = holding("debian-12", PYOPENSSL, CLICK)
AS_ROOT = replace(FACTS, privilege=replace(FACTS.privilege, method="root", password=False))
HERE = environment(AS_ROOT)
LIMIT = "pyOpenSSL 24.2.1 allows only cryptography<44,>=41.0.5."
DOWN, UP, ENTER = "\x1b[B", "\x1b[A", "\r"


async def press(pilot: Pilot[Any], *names: str) -> None:
    await keys(*names)(pilot)
    await settled(pilot)


def words(app: WizardApp) -> str:
    text = "\n".join(str(each.content) for each in app.screen.query(Static))
    return " ".join(text.split())


def chosen(app: WizardApp) -> str | None:
    row = app.screen.query_one(Answers).highlighted_option
    return row.id if row else None


def decided(app: WizardApp) -> str:
    return app.session.completed.dependents


async def test_the_full_screen_asks_and_can_go_back() -> None:
    app = WizardApp(Pretended(AS_ROOT).engine(), Choices(venv=HERE), clock=lambda: 0.0)
    async with app.run_test(size=(100, 40)) as pilot:
        await press(pilot, "2")
        assert chosen(app) == "43.0.3"
        assert "the newest release that pyOpenSSL 24.2.1 allows" in words(app)
        answers = app.screen.query_one(Answers)
        rows = " ".join(str(answers.get_option_at_index(i).prompt) for i in range(2))
        assert "breaks pyOpenSSL 24.2.1" in rows
        await press(pilot, "home", "enter")
        assert "cryptography 50.0.2 would break pyOpenSSL" in words(app)
        assert LIMIT in words(app)
        assert chosen(app) == "upgrade"
        await press(pilot, "down", "enter", "enter")
        assert isinstance(app.screen, ReviewPage)
        assert decided(app) == "new"
        assert "into the new environment" in words(app)
        await press(pilot, "escape", "escape")
        assert chosen(app) == "new"
        await press(pilot, "down", "enter", "enter")
        assert decided(app) == "ignore"
        assert "This breaks pyOpenSSL, as you requested." in words(app)
        await press(pilot, "escape", "escape", "up", "up", "enter", "enter")
        assert decided(app) == "upgrade"
        assert "Therefore pyOpenSSL is upgraded too." in words(app)
        assert "Record which other packages work now" in words(app)
        await press(pilot, "escape", "escape", "escape")
        assert chosen(app) == "50.0.2"
        answers = app.screen.query_one(Answers)
        answers.highlighted = answers.get_option_index("43.0.3")
        await press(pilot, "enter")
        assert "would break" not in words(app)


def test_numbered_questions(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # the newest release, the recommended way, the wheel, quit
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n\n\n3\n"))
    asked = linear.install(Pretended(AS_ROOT).engine(), Choices(venv=HERE), Plain())
    assert asked == Exit.CANCELLED
    out = " ".join(capsys.readouterr().out.split())
    assert "cryptography 50.0.2 would break pyOpenSSL. What should the wizard do?" in out
    assert "1. Upgrade pyOpenSSL too (recommended)" in out
    assert f"2. Use a new environment: {HERE}-2" in out
    assert "3. Install it anyway" in out
    assert "'pyOpenSSL>24.2.1'" in out


def test_a_typed_release_is_asked_about_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("48.0.1\n3\n\n3\n"))
    asked = linear.install(Pretended(AS_ROOT).engine(), Choices(venv=HERE), Plain())
    assert asked == Exit.CANCELLED
    out = " ".join(capsys.readouterr().out.split())
    assert "cryptography 48.0.1 would break pyOpenSSL" in out
    assert "This breaks pyOpenSSL, as you requested." in out


def test_prompts(capsys: pytest.CaptureFixture[str]) -> None:
    with create_pipe_input() as pipe:
        pipe.send_text(UP + ENTER + DOWN + ENTER)  # the newest release, a new environment
        pipe.send_text(ENTER + DOWN * 2 + ENTER)  # the wheel; quit
        asker = Prompts(input=pipe, output=DummyOutput())
        asked = linear.install(Pretended(AS_ROOT).engine(), Choices(venv=HERE), asker)
        assert asked == Exit.CANCELLED
    out = " ".join(capsys.readouterr().out.split())
    assert f"into a new environment: {HERE}-2" in out


def unattended_run(facts: Facts, **choices: str) -> tuple[int, str]:
    out = io.StringIO()
    wanted = Choices(venv=HERE, **choices)  # type: ignore[arg-type]
    engine = Pretended(facts).engine()
    return unattended.install(engine, wanted, out, out, can_ask=False), out.getvalue()


def test_without_questions_nothing_is_broken() -> None:
    with pytest.raises(Impossible) as caught:
        unattended_run(AS_ROOT, release="50.0.2")
    assert caught.value.code == Exit.IMPOSSIBLE
    assert LIMIT in caught.value.shown
    code, said = unattended_run(AS_ROOT)
    assert code == Exit.DONE
    assert "Plan: cryptography 43.0.3 from a wheel" in said
    assert LIMIT in said
    code, said = unattended_run(AS_ROOT, release="50.0.2", dependents="upgrade")
    assert code == Exit.DONE
    assert "Therefore pyOpenSSL is upgraded too." in said


def test_what_is_already_there_is_said() -> None:
    facts = holding("debian-12", PYOPENSSL, cryptography="43.0.3")
    code, said = unattended_run(facts)
    assert code == Exit.DONE
    assert "Plan: nothing to install: cryptography 43.0.3 is already in" in said
    assert "--reinstall" in said


def test_the_plan_as_json_has_the_notes() -> None:
    decision: Decision = settle(case_of(AS_ROOT, Choices(venv=HERE)))
    data = json.loads(to_json(decision.plan))
    assert any(LIMIT in note for note in data["notes"])
    assert data["steps"][0]["action"]["kind"] == "record-packages"
    assert data["steps"][0]["action"]["modules"] == [["pyOpenSSL", "OpenSSL"]]
