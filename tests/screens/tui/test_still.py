"""Reduced motion: nothing moves, and words say what happens."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import Input, Static

from screens import terminal
from screens.terminal import Look
from screens.tui.activity import SPINNER
from screens.tui.app import WizardApp
from tests.screens.fakes import KNOWLEDGE, FakeMachine, pretend
from tests.screens.scenes import SCENES, settled
from wizard.choices import Choices

STILL = Look(moves=False)


@pytest.mark.parametrize(
    ("environ", "moves"),
    [
        ({}, True),
        ({"NO_MOTION": "1"}, False),
        ({"NO_MOTION": ""}, True),
        ({"TEXTUAL_ANIMATIONS": "none"}, False),
        ({"TEXTUAL_ANIMATIONS": "full"}, True),
    ],
)
def test_the_user_says_whether_anything_moves(environ: dict[str, str], moves: bool) -> None:
    assert terminal.detect_look(environ={"TERM": "xterm-256color", **environ}).moves is moves


@pytest.mark.parametrize("moves", [True, False])
async def test_words_say_what_happens(
    moves: bool, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    machine.hold = threading.Event()
    look = Look(moves=moves)
    app = WizardApp(machine.engine(), Choices(), knowledge=KNOWLEDGE, clock=lambda: 3.0, look=look)
    async with app.run_test() as pilot:
        await pilot.pause()
        shown = str(app.screen.query_one("#looking", Static).content)
        assert "Looking at your computer… 0 s" in shown
        assert shown.startswith(SPINNER) is moves
        machine.hold.set()
        await settled(pilot)


async def test_no_cursor_blinks(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    scene = SCENES["question-own"]
    app = scene.app(STILL)
    async with app.run_test() as pilot:
        await scene.act(pilot)
        assert isinstance(app.screen.focused, Input)
        assert app.screen.focused.cursor_blink is False
        assert app.animation_level == "none"
