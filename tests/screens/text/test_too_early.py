"""What was typed before a question appeared does not decide anything."""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Iterator

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.typeahead import store_typeahead
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import DummyOutput

from screens.text import prompts
from screens.text.confirm import confirm
from screens.text.plain import Plain
from tests.screens.text.test_plain import PICK

posix = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")


class Screen(io.StringIO):
    """Somebody types ``answer`` at the keyboard as soon as ``question`` is on the screen."""

    def __init__(self, keyboard: int, question: str, answer: bytes) -> None:
        super().__init__()
        self.keyboard, self.question, self.answer = keyboard, question, answer

    def write(self, text: str) -> int:
        """Write to the screen."""
        if self.question in text:
            os.write(self.keyboard, self.answer)
        return super().write(text)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal as standard input, in which somebody has typed too early."""
    import pty

    keyboard, end = pty.openpty()
    with os.fdopen(end, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        os.write(keyboard, b"y\n\n1\n")
        assert select.select([end], [], [], 30)[0]
        yield keyboard
    os.close(keyboard)


@posix
@pytest.mark.parametrize(("answer", "agreed"), [(b"n\n", False), (b"y\n", True), (b"\n", True)])
def test_yes_or_no_is_answered_when_it_is_asked(keyboard: int, answer: bytes, agreed: bool) -> None:
    assert confirm("Undo?", Screen(keyboard, "Undo?", answer), default=True) is agreed


@posix
def test_a_number_is_picked_when_it_is_asked_for(
    keyboard: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", Screen(keyboard, "Answer (", b"2\n"))
    assert Plain().pick("Start?", PICK) == "quit"


def test_a_prompt_takes_no_key_that_an_earlier_prompt_has_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prompts, "is_terminal", lambda _: True)
    with create_pipe_input() as keys:
        store_typeahead(keys, [KeyPress(Keys.Enter, "\r")])
        keys.send_text("\x1b[B\r")
        picked = prompts.Prompts(input=keys, output=DummyOutput()).pick("Start?", PICK)
    assert picked == "quit"


def test_answers_in_a_pipe_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert confirm("Undo?", io.StringIO())
