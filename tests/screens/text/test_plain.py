"""Plain numbered questions: what is shown, what may be typed, and what happens at the end."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import pytest

from screens.text.linear import Back
from screens.text.plain import Plain
from wizard.questions.question import Option, Question

QUESTION = Question(
    "release",
    "Which release?",
    "# Releases\n\n**Newer** ones have `more` fixes.",
    (
        Option("50.0.2", "Release 50.0.2", "It has every fix."),
        Option("45.0.7", "Release 45.0.7", "Older."),
        Option("3.4.8", "Release 3.4.8", "", "Python 3.11 is too new for it."),
    ),
    "50.0.2",
    "It is the newest.",
    free="Another release",
)
PICK = (("go", "Do it\nIt takes a minute."), ("quit", "Stop"))


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Standard input; a test writes into it what is typed."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdin", stream)
    return stream


def ask(typed: io.StringIO, text: str, current: str = "50.0.2", *, first: bool = False) -> str:
    typed.write(text)
    typed.seek(0)
    return Plain().ask(QUESTION, current, first=first)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("\n", "50.0.2"),
        ("1\n", "50.0.2"),
        (" 2 \n", "45.0.7"),
        ("44.0.1\n", "44.0.1"),
        ("2.\n", "45.0.7"),
        ("42\n0\n-1\n+1\n7)\n2\n", "45.0.7"),
        ("3\n2\n", "45.0.7"),
        ("?\n1\n", "50.0.2"),
    ],
)
def test_numbers_and_free_text_are_answers(typed: io.StringIO, text: str, answer: str) -> None:
    assert ask(typed, text) == answer


@pytest.mark.parametrize("text", ["q", "Q", "quit"])
def test_q_quits_and_is_not_a_folder(typed: io.StringIO, text: str) -> None:
    folder = replace(QUESTION, key="venv", free="Another folder")
    typed.write(f"{text}\n./q\n{text}\n{text}\n")
    typed.seek(0)
    with pytest.raises(KeyboardInterrupt):
        Plain().ask(folder, "", first=True)
    assert Plain().ask(folder, "", first=True) == "./q"
    assert Plain().pick("Go on?", PICK) == "quit"
    with pytest.raises(KeyboardInterrupt):
        Plain().pick("Go on?", PICK[:1])


def test_a_number_without_an_option_is_not_taken_as_a_folder(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = replace(QUESTION, key="venv", free="Another folder")
    typed.write("7\n./7\n")
    typed.seek(0)
    assert Plain().ask(folder, "", first=True) == "./7"
    said = capsys.readouterr().out
    assert "There is no answer 7. Please type a number from 1 to 3, or a path." in said
    assert "A folder of that name is ./7" in said
    only = replace(QUESTION, free="")
    typed.seek(0)
    typed.truncate()
    typed.write("4\n3\n1\n")
    typed.seek(0)
    assert Plain().ask(only, "", first=True) == "50.0.2"
    assert "Please type a number from 1 to 3.\n" in capsys.readouterr().out


def test_enter_takes_the_answer_that_stands(typed: io.StringIO) -> None:
    assert ask(typed, "\n", "44.0.1") == "44.0.1"


def test_an_answer_is_needed_where_none_stands(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(typed, "\n2\n", "") == "45.0.7"
    assert "Please answer this question." in capsys.readouterr().out


def test_b_goes_back(typed: io.StringIO) -> None:
    with pytest.raises(Back):
        ask(typed, "b\n")


def test_b_is_an_answer_where_there_is_no_way_back(typed: io.StringIO) -> None:
    assert ask(typed, "b\n", first=True) == "b"


def test_states_are_words_on_lines_of_their_own(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(typed, "?\n3\n1\n", "45.0.7")
    out = capsys.readouterr().out
    assert "  1. Release 50.0.2 (recommended)\n     It has every fix.\n" in out
    assert "  2. Release 45.0.7 (chosen)\n" in out
    assert "  3. Release 3.4.8 (not possible: Python 3.11 is too new for it.)\n" in out
    assert "Enter for 2, ? for help, b for back" in out
    assert "Release 3.4.8 is not possible: Python 3.11 is too new for it." in out
    assert "Releases\n\nNewer ones have more fixes." in out
    assert not set(out) & set("\r\x1b*#`")


def test_the_end_of_the_answers_is_an_end(typed: io.StringIO) -> None:
    with pytest.raises(EOFError):
        ask(typed, "")


def test_a_pick_names_the_keys_that_it_has(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    typed.write("b\nB\nb\n1\n")
    typed.seek(0)
    with_back = (*PICK, ("back", "Back"))
    assert Plain().pick("Go on?", with_back) == "back"
    assert "Answer (Enter for 1, b for back, q to quit): " in capsys.readouterr().out
    assert Plain().pick("Go on?", with_back) == "back"
    assert Plain().pick("Go on?", PICK) == "go"
    said = capsys.readouterr().out
    assert "Answer (Enter for 1, q to quit): " in said
    assert "Please type a number" in said


@pytest.mark.parametrize(
    ("text", "picked"), [("\n", "go"), ("1\n", "go"), ("2\n", "quit"), ("7\nx\n2\n", "quit")]
)
def test_one_of_some_is_picked(
    typed: io.StringIO, capsys: pytest.CaptureFixture[str], text: str, picked: str
) -> None:
    typed.write(text)
    typed.seek(0)
    assert Plain().pick("What now?", PICK) == picked
    said = "Please type a number from 1 to 2." in capsys.readouterr().out
    assert said is text.startswith("7")
