"""Numbered questions in plain text: for dumb terminals and screen readers.

Each item has its own line, nothing is redrawn, and every state is a word.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from screens import fitting
from screens.terminal import discard_typeahead, is_terminal
from screens.text.linear import Back, quits
from screens.text.messages import strip_markdown
from wizard.choices import described
from wizard.questions.question import Question

_NUMBER = re.compile(r"[-+]?(\d{1,4})[.)]?", re.ASCII)


class Plain:
    """Asks with `input`."""

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        """Ask a question; see `screens.text.linear.Asker`."""
        _say(*_question_lines(question, current))
        keys = "? for help" + ("" if first else ", b for back") + ", q to quit"
        while True:
            text = _read(f"Answer ({_enter_hint(question, current)}{keys}): ")
            if text == "?":
                print(strip_markdown(question.help))
                continue
            if text.lower() == "b" and not first:
                raise Back
            if quits(text):
                raise KeyboardInterrupt
            if not text and current:
                return current
            if not text:
                print("Please answer this question.")
                continue
            number = _NUMBER.fullmatch(text)
            if number is None or not question.options:
                return text
            if not 0 < int(number[1]) <= len(question.options) or text[0] in "+-":
                _say(_out_of_range(question, text))
                continue
            option = question.options[int(number[1]) - 1]
            if not option.closed:
                return option.value
            _say(f"{option.label} is not possible: {option.closed}")

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        """Let the user pick one of some (value, label) pairs."""
        discard_typeahead()
        _say(prompt)
        for number, (_, label) in enumerate(options, 1):
            title, *consequence = label.split("\n")
            _say(f"  {number}. {title}", *(f"     {line}" for line in consequence))
        values = [value for value, _ in options]
        keys = "Enter for 1" + (", b for back" if "back" in values else "") + ", q to quit"
        while True:
            text = _read(f"Answer ({keys}): ") or "1"
            if quits(text):
                if "quit" in values:
                    return "quit"
                raise KeyboardInterrupt
            if text.lower() == "b" and "back" in values:
                return "back"
            if text.isascii() and text.isdigit() and 0 < int(text) <= len(options):
                return options[int(text) - 1][0]
            print(f"Please type a number from 1 to {len(options)}.")


def _question_lines(question: Question, current: str) -> Iterator[str]:
    yield ""
    yield question.prompt
    if question.because:
        yield f"  {question.because}"
    for number, option in enumerate(question.options, 1):
        notes = [
            "recommended" if option.value == question.recommended else "",
            "chosen" if option.value == current != question.recommended else "",
            f"not possible: {option.closed}" if option.closed else "",
        ]
        suffix = ", ".join(filter(None, notes))
        yield f"  {number}. {option.label}{f' ({suffix})' if suffix else ''}"
        if option.consequence and not option.closed:
            yield f"     {option.consequence}"
    if question.free and question.options:
        example = f", {question.example}" if question.example else ""
        yield f"  Or type an answer: {question.free}{example}"


def _out_of_range(question: Question, text: str) -> str:
    """Return what to type instead of a number that no option has."""
    sentence = f"There is no answer {text}. Please type a number from 1 to {len(question.options)}"
    if not question.free:
        return f"{sentence}."
    if described()[question.fills[0]].is_path:
        return f"{sentence}, or a path. A folder of that name is ./{text}"
    return f"{sentence}, or another answer in full."


def _say(*lines: str) -> None:
    print(fitting.for_stream("\n".join(lines), sys.stdout))


def _read(prompt: str) -> str:
    try:
        text = input(prompt).strip()
    except (KeyboardInterrupt, EOFError):
        print()  # so that the next output begins on a new line
        raise
    if not is_terminal(sys.stdin):
        print(text)  # no terminal echoed it
    return text


def _enter_hint(question: Question, current: str) -> str:
    """Return what Enter alone means."""
    if not current:
        return ""
    for number, option in enumerate(question.options, 1):
        if option.value == current:
            return f"Enter for {number}, "
    return f"Enter for {current}, "
