"""The plain face as a screen reader reads it: one line after the other, once, and in words."""

from __future__ import annotations

import io
import sys
import unicodedata

import pytest

from screens.text import linear
from screens.text.plain import Plain
from tests.screens.pretend import BROKEN, Pretended
from tests.simulate import Scene
from wizard.choices import Choices
from wizard.errors import Exit


def read(
    machine: Pretended,
    typed: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> tuple[int, str]:
    """Return the exit code, and all that is read, standard error last."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    code = linear.install(machine.engine(), Choices(), Plain())
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def assert_readable(text: str) -> None:
    """Nothing is drawn again or drawn at all, and no line is a mark without a word."""
    for character in set(text) - {"\n"}:
        name = unicodedata.name(character, "a control character")
        assert character.isprintable(), repr(character)
        assert not name.startswith(("BOX DRAWINGS", "BLOCK", "BRAILLE")), name
    for line in text.splitlines():
        assert not line.strip() or any(map(str.isalnum, line)), f"a line without a word: {line!r}"
        assert line == line.rstrip() or line.endswith(": "), f"spaces at its end: {line!r}"


def in_order(text: str, *parts: str) -> None:
    """Each part comes after the one before."""
    at = 0
    for part in parts:
        found = text.find(part, at)
        assert found >= 0, f"{part!r} does not come after what is before it:\n{text}"
        at = found + len(part)


def test_an_installation_is_read_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = read(Pretended(), "\n\n\n1\n", monkeypatch, capsys)
    assert code == Exit.DONE
    assert_readable(text)
    in_order(
        text,
        "1. ",
        "(recommended)",
        "Answer (Enter for 1, ? for help",
        "or compile from source?",
        "1. Make the virtual environment",
        "Start the installation?",
        "Answer (Enter for 1, b for back, q to quit)",
        "[1/4]",
        "done in",
        "[2/4]",
        "done in",
        "[3/4]",
        "done in",
        "[4/4]",
        "done in",
        "ok: cryptography",
        "activate the environment",
    )
    for title in ("[1/4]", "[2/4]", "[3/4]", "[4/4]"):
        assert text.count(title) == 1, "no line comes twice"


def test_a_failure_is_read_in_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = Pretended(script={"install": (BROKEN, Scene())})
    code, text = read(machine, "\n\n\n1\n2\n", monkeypatch, capsys)
    assert code != Exit.DONE
    assert_readable(text)
    in_order(text, "[3/4]", "FAILED after")
    in_order(text, "the true cause", "Why: The network could not be reached.", "The full log:")
