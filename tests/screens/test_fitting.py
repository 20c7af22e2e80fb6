"""Lines that are too wide for a terminal: broken at words, but never inside a command."""

from __future__ import annotations

import io
import os
import shlex

import pytest

from screens import fitting

LONG = "word " * 30


def test_text_is_broken_at_words_with_its_indent() -> None:
    lines = fitting.fitted((f"Why: {LONG}", f"  - {LONG}", f"     {LONG}", f"  1. {LONG}"), 60)
    assert max(map(len, lines)) <= 60
    assert [line for line in lines if not line.startswith(("  word", "     word", "    word"))] == [
        line for line in lines if line.startswith(("Why: ", "  - ", "  1. "))
    ]
    assert lines[1].startswith("  word")
    assert " ".join(" ".join(lines).split()).count("word") == 120


@pytest.mark.parametrize("mark", ["  ok: ", "  ok      ", "  ✓ ok      ", "  FAILED  "])
def test_what_was_proved_goes_on_below_its_text(mark: str) -> None:
    first, *more = fitting.fitted((f"{mark}{LONG}",), 60)
    assert first.startswith(f"{mark}word ")
    assert more
    assert all(line.startswith(" " * len(mark) + "word") for line in more)


@pytest.mark.parametrize(
    "line",
    [
        f"  | {LONG}",
        f"   $ printf '{LONG}",
        f"     cryptography-wizard {LONG}",
        f"  . /home/{'x' * 90}/bin/activate",
        "x" * 200,
    ],
)
def test_a_line_that_is_copied_stays_whole(line: str) -> None:
    assert fitting.fitted((line,), 60) == [line]


def test_a_command_is_continued_as_its_shell_understands() -> None:
    command = f"A=1 'two words' {'--option=value ' * 9}&& printf '%s' \"it's\""
    lines = fitting.fitted((f"   $ {command}",), 60)
    assert len(lines) > 2
    assert max(map(len, lines)) <= 60
    assert all(line.endswith(" \\") for line in lines[:-1])
    text = "\n".join(lines).replace("$ ", "", 1).replace("\\\n", "")
    assert shlex.split(text) == shlex.split(command)
    windows = fitting.fitted((f"   PS> {command}",), 60)
    assert all(line.endswith(" `") for line in windows[:-1])


def test_a_command_at_the_end_gets_its_own_line() -> None:
    command = "cryptography-wizard --yes --method source --openssl 3.5.9"
    lines = fitting.fitted((f"  - {LONG}To do it: {command}", f"  - Do it: {command}"), 60)
    assert lines.count(f"    {command}") == 2
    assert fitting.fitted((f"  - {command}",), 70) == [f"  - {command}"]
    assert fitting.fitted((f"Do it: {command}",), 60) == ["Do it:", f"  {command}"]
    lines = fitting.fitted((f"     {LONG}To do it: {command}",), 60)
    assert lines[-1] == f"     {command}"


def test_any_width_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((40, 20)))
    stream = io.StringIO()
    assert fitting.columns(stream) == fitting.columns(None) == 0
    assert fitting.fitted((LONG,), 0) == [LONG]
    monkeypatch.setattr(stream, "isatty", lambda: True)
    assert fitting.columns(stream) == 39
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((0, 0)))
    assert fitting.columns(stream) == 0
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((40, 20)))
    assert fitting.for_stream(f"{LONG}\nshort", stream).splitlines()[-1] == "short"
    assert max(map(len, fitting.for_stream(LONG, stream).splitlines())) <= 39


@pytest.mark.parametrize(
    ("hint", "marked"),
    [
        ("Check it: pip config list", "Check it: `pip config list`"),
        ("On a Mac: run this: brew up", "On a Mac: run this: `brew up`"),
        ("Check it: `pip config list`", "Check it: `pip config list`"),
        ("One of two: this or that.", "One of two: this or that."),
        ("Nothing follows:", "Nothing follows:"),
    ],
)
def test_a_command_at_the_end_of_a_hint_is_marked(hint: str, marked: str) -> None:
    assert fitting.with_marked_command(hint) == marked
