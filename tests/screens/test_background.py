"""Whether the terminal is light or dark: what it answers, when, and what is typed meanwhile."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from typing import TextIO

import pytest

from screens import background
from screens.tui.drawing import AnswersLeftOut

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals of POSIX")

WHITE = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
BLACK = b"\x1b]11;rgb:00/00/00\x07"
IDENTITY = b"\x1b[?62;22c"
XTERM = {"TERM": "xterm-256color"}


class Terminal:
    """The other end of the wizard's terminal: it answers as soon as it is asked."""

    def __init__(self, master: int) -> None:
        self.master = master
        self.heard = b""

    def answer(self, said: bytes) -> threading.Thread:
        """Answer in a thread, once the whole question has come."""

        def work() -> None:
            while background.QUESTION not in self.heard:
                self.heard += os.read(self.master, 1024)
            os.write(self.master, said)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal at standard input."""
    import pty

    master, inner = pty.openpty()
    with os.fdopen(inner, encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        monkeypatch.setattr(sys, "__stdin__", stream)
        monkeypatch.setattr(background, "_output", lambda: inner)
        yield Terminal(master)
    os.close(master)


def settings(stream: TextIO) -> list[object]:
    """How the terminal is set."""
    import termios

    return list(termios.tcgetattr(stream.fileno()))


@pytest.mark.parametrize(
    ("said", "light"),
    [
        (WHITE + IDENTITY, True),
        (BLACK + IDENTITY, False),
        (b"\x1b]11;rgba:1111/2222/3333/ffff\x1b\\" + IDENTITY, False),
        (b"\x1b]11;rgb:fdfd/f6f6/e3e3\x1b\\" + IDENTITY, True),
        (IDENTITY, None),
    ],
)
def test_the_terminal_says_its_background(
    said: bytes, light: bool | None, terminal: Terminal
) -> None:
    before = settings(sys.stdin)
    with background.asked(XTERM) as answer:
        terminal.answer(said).join(30)
    assert (answer.light, answer.late) == (light, False)
    assert settings(sys.stdin) == before


def test_the_answer_counts_more_than_a_variable_that_a_shell_has_inherited(
    terminal: Terminal,
) -> None:
    with background.asked({**XTERM, "COLORFGBG": "15;0"}) as answer:
        terminal.answer(WHITE + IDENTITY).join(30)
    assert answer.light is True


def test_a_terminal_that_says_nothing_is_not_waited_for(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PATIENCE", 0.0)
    before = settings(sys.stdin)
    with background.asked({**XTERM, "COLORFGBG": "0;15"}) as answer:
        pass
    assert (answer.light, answer.late) == (True, True)
    assert settings(sys.stdin) == before
    assert os.read(terminal.master, 1024) == background.QUESTION


def test_what_was_typed_meanwhile_is_no_answer_to_the_first_page(terminal: Terminal) -> None:
    import select

    with background.asked(XTERM) as answer:
        os.write(terminal.master, b"1")
        terminal.answer(BLACK + IDENTITY + b"\r").join(30)
    assert answer.light is False
    assert not select.select([sys.stdin], [], [], 0)[0]


@pytest.mark.parametrize("kind", ["", "dumb", "linux", "vt100"])
def test_a_terminal_that_would_show_the_question_is_not_asked(
    kind: str, terminal: Terminal
) -> None:
    import select

    with background.asked({"TERM": kind, "COLORFGBG": "15;default;0"}) as answer:
        pass
    assert (answer.light, answer.late) == (False, False)
    assert not select.select([terminal.master], [], [], 0)[0]


@pytest.mark.parametrize(
    "parts",
    [
        ("q", "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "1"),
        ("q\x1b]11;rgb:ff", "ff/ffff/ffff\x1b", "\\\x1b[?62;22c1"),
        ("q\x1b]11;rgb:0/0/0\x07\x1b[?6", "2;1c1"),
    ],
)
def test_a_late_answer_is_not_taken_for_keys(parts: tuple[str, ...]) -> None:
    parser = AnswersLeftOut()
    keys = [getattr(event, "key", event) for part in parts for event in parser.feed(part)]
    assert keys == ["q", "1"]


def test_other_keys_are_read_as_always() -> None:
    parser = AnswersLeftOut()
    keys = [getattr(event, "key", event) for event in parser.feed("a\x1b[A\x1bOP\x1b[?1;2$y")]
    assert keys[:3] == ["a", "up", "f1"]
