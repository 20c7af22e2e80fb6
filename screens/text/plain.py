"""Numbered questions in plain text: for dumb terminals and screen readers.

Each item has its own line, nothing is redrawn, and every state is a word.
"""

from __future__ import annotations

import sys

from screens.terminal import is_terminal
from screens.text.linear import Back
from screens.text.messages import strip_markdown
from wizard.questions.question import Question


class Plain:
    """Asks with `input`."""

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        """Ask a question; see `screens.text.linear.Asker`."""
        self._show(question, current)
        keys = "? for help" + ("" if first else ", b for back")
        while True:
            text = _read(f"Answer ({_enter_hint(question, current)}{keys}): ")
            if text == "?":
                print(strip_markdown(question.help))
                continue
            if text.lower() == "b" and not first:
                raise Back
            if not text and current:
                return current
            if not text:
                print("Please answer this question.")
                continue
            number = int(text) if text.isascii() and text.isdigit() else 0
            if not 0 < number <= len(question.options):
                return text
            option = question.options[number - 1]
            if not option.closed:
                return option.value
            print(f"{option.label} is not possible: {option.closed}")

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        """Let the user pick one of some (value, label) pairs."""
        print(prompt)
        for number, (_, label) in enumerate(options, 1):
            print(f"  {number}. {label}".replace("\n", "\n     "))
        while True:
            text = _read("Answer (Enter for 1): ") or "1"
            if text.isascii() and text.isdigit() and 0 < int(text) <= len(options):
                return options[int(text) - 1][0]
            print(f"Please type a number from 1 to {len(options)}.")

    def _show(self, question: Question, current: str) -> None:
        print()
        print(question.prompt)
        if question.because:
            print(f"  {question.because}")
        for number, option in enumerate(question.options, 1):
            notes = [
                "recommended" if option.value == question.recommended else "",
                "chosen" if option.value == current != question.recommended else "",
                f"closed: {option.closed}" if option.closed else "",
            ]
            suffix = ", ".join(filter(None, notes))
            print(f"  {number}. {option.label}{f' ({suffix})' if suffix else ''}")
            if option.consequence and not option.closed:
                print(f"     {option.consequence}")
        if question.free and question.options:
            example = f", {question.example}" if question.example else ""
            print(f"  Or type an answer: {question.free}{example}")


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
