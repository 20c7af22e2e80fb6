"""The prompts of questionary, driven by keys through prompt_toolkit's own pipe."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from screens.text import prompts
from screens.text.linear import Back
from screens.text.prompts import Prompts
from tests.screens.text.test_plain import PICK, QUESTION
from wizard.questions.question import Option, Question

ENTER, DOWN, UP, CTRL_C, CTRL_D = "\r", "\x1b[B", "\x1b[A", "\x03", "\x04"
FREE = Question("venv", "Which folder?", "A folder.", (), "env", free="Folder")


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe:
        yield pipe


def ask(keys: PipeInput, typed: str, question: Question = QUESTION, **more: Any) -> str:
    keys.send_text(typed)
    settings = {"current": "50.0.2", "first": False, **more}
    return Prompts(input=keys, output=DummyOutput()).ask(question, **settings)


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (ENTER, "50.0.2"),
        (DOWN + ENTER, "45.0.7"),
        (DOWN + DOWN + ENTER + "44.0.1" + ENTER, "44.0.1"),
        (DOWN + DOWN + ENTER + ENTER + " 44.0.1 " + ENTER, "44.0.1"),
    ],
    ids=["enter", "second", "typed", "not-empty"],
)
def test_an_option_is_chosen_or_typed_and_a_closed_one_is_passed_over(
    keys: PipeInput, typed: str, answer: str
) -> None:
    assert ask(keys, typed) == answer


def test_the_answer_that_stands_is_the_default(keys: PipeInput) -> None:
    assert ask(keys, ENTER, current="45.0.7") == "45.0.7"


def test_a_typed_answer_that_stands_can_be_kept(keys: PipeInput) -> None:
    assert ask(keys, ENTER + ENTER, current="44.0.1") == "44.0.1"


def test_help_is_shown_and_the_question_asked_again(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    import questionary

    shown: list[str] = []
    monkeypatch.setattr(questionary, "print", shown.append)
    assert ask(keys, DOWN * 3 + ENTER + ENTER) == "50.0.2"
    assert shown == ["Releases\n\nNewer ones have more fixes."]


def test_b_leads_back_from_the_field_to_the_list(keys: PipeInput) -> None:
    assert ask(keys, DOWN * 2 + ENTER + "b" + ENTER + ENTER, first=True) == "50.0.2"


def test_back_is_an_entry(keys: PipeInput) -> None:
    with pytest.raises(Back):
        ask(keys, UP + ENTER)


def test_the_first_question_has_no_back(keys: PipeInput, monkeypatch: pytest.MonkeyPatch) -> None:
    import questionary

    monkeypatch.setattr(questionary, "print", lambda _text: None)
    # The last entry is the help here: it is shown, and the question asked again.
    assert ask(keys, UP + ENTER + ENTER, first=True) == "50.0.2"


@pytest.mark.parametrize(
    ("typed", "answer"), [(ENTER, "env"), ("2" + ENTER, "env2"), ("\x15other" + ENTER, "other")]
)
def test_a_question_without_options_is_typed(keys: PipeInput, typed: str, answer: str) -> None:
    assert ask(keys, typed, FREE, current="env") == answer


def test_free_text_knows_back_and_help(keys: PipeInput, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Back):
        ask(keys, "?" + ENTER + "b" + ENTER, FREE, current="")


def test_free_text_that_is_q_quits(keys: PipeInput) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(keys, "q" + ENTER, FREE, current="")
    assert ask(keys, "./q" + ENTER, FREE, current="") == "./q"


@pytest.mark.parametrize("key", ["q", "Q"])
def test_q_in_a_list_quits_and_the_list_says_so(keys: PipeInput, key: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(keys, key)
    keys.send_text(key)
    asker = Prompts(input=keys, output=DummyOutput())
    assert asker.pick("What now?", PICK) == "quit"


def test_a_list_says_how_to_leave_it(keys: PipeInput, monkeypatch: pytest.MonkeyPatch) -> None:
    import questionary

    said: list[str] = []
    select = questionary.select

    def watched(*words: Any, **more: Any) -> Any:
        said.append(more["instruction"])
        return select(*words, **more)

    monkeypatch.setattr(questionary, "select", watched)
    ask(keys, ENTER)
    assert said[0].startswith("(arrow keys, Enter; q quits)")


def test_ctrl_c_is_heard(keys: PipeInput) -> None:
    with pytest.raises(KeyboardInterrupt):
        ask(keys, CTRL_C)


def test_ctrl_d_in_free_text_is_the_end(keys: PipeInput) -> None:
    with pytest.raises(EOFError):
        ask(keys, CTRL_D, FREE, current="")


def test_one_of_some_is_picked(keys: PipeInput) -> None:
    asker = Prompts(input=keys, output=DummyOutput())
    keys.send_text(DOWN + ENTER)
    assert asker.pick("What now?", PICK) == "quit"


def test_marks_are_words() -> None:
    shown = prompts._choice(QUESTION.options[0], "50.0.2")
    assert shown.title == "Release 50.0.2 (recommended)"
    closed = prompts._choice(QUESTION.options[2], "50.0.2")
    assert closed.disabled
    text = "".join(part for _, part in closed.title)
    assert " ".join(text.split()) == (
        "Release 3.4.8 (not possible: Python 3.11 is too new for it.)"
    )


def test_long_texts_are_wrapped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 16)))
    long = ("word " * 40).strip()
    described = prompts._choice(Option("a", long, long), "a")
    closed = prompts._choice(Option("b", "B", "", long), "")
    texts = {
        f"  Description: {described.description}",
        f" > {described.title}",
        f"   - {closed.title[0][1]}",
        f"? {prompts._wrapped(long, prompts.MARK)}",
    }
    for text in texts:
        lines = text.splitlines()
        assert len(lines) > 3
        assert max(map(len, lines)) <= 60
        assert {word for line in lines[1:] for word in line.split()} <= {
            "word",
            "(recommended)",
            "word)",
        }


def test_the_answer_stays_as_a_line(keys: PipeInput, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(keys, ENTER) == "50.0.2"
    assert capsys.readouterr().out == "? Which release? Release 50.0.2 (recommended)\n"


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("Where?", "(keys)"),
        ("word " * 11, "\n  (keys)"),
        ("word " * 14, "(keys)"),
    ],
)
def test_the_keys_are_never_cut(question: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """They stand behind the question's last line, or have a separate line."""
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 16)))
    wrapped = prompts._wrapped(question.strip(), prompts.MARK)
    keys = prompts._beside(wrapped, "(keys)")
    assert keys == shown
    assert max(map(len, f"? {wrapped} {keys}".splitlines())) < 60
