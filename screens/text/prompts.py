"""The questions as prompts with arrow keys, by questionary."""

from __future__ import annotations

import contextlib
import shutil
import textwrap
from typing import Any

from screens.text.linear import Back
from screens.text.messages import strip_markdown
from wizard.questions.question import Option, Question

OTHER, HELP, BACK = "\0other", "\0help", "\0back"
"""Entries of the list that are not answers. No answer can contain the character 0."""


class Prompts:
    """Asks with questionary. ``settings`` are passed to each prompt: a test passes its own
    input.
    """

    def __init__(self, **settings: Any) -> None:
        self._settings = settings

    def ask(self, question: Question, current: str, *, first: bool) -> str:
        """Ask a question; see `screens.text.linear.Asker`."""
        import questionary  # slow to import

        values = [option.value for option in question.options if not option.closed]
        default: str | None = current if current in values else None
        if not values:
            return self._type(question, current, first=first)
        choices = [_choice(option, question.recommended) for option in question.options]
        if question.free:
            label = f"{question.free}: {current}" if current and default is None else question.free
            choices.append(questionary.Choice(label, OTHER))
            default = default or (OTHER if current else None)
        choices.append(questionary.Choice("Help about this question", HELP))
        if not first:
            choices.append(questionary.Choice("Back", BACK))
        while True:
            answer = self._select(question.prompt, choices, default, question.because)
            if answer == BACK:
                raise Back
            if answer == HELP:
                questionary.print(strip_markdown(question.help))
            elif answer != OTHER:
                return answer
            else:
                with contextlib.suppress(Back):  # back to the list
                    return self._type(question, "" if current in values else current, first=False)

    def pick(self, prompt: str, options: tuple[tuple[str, str], ...]) -> str:
        """Let the user pick one of some (value, label) pairs."""
        import questionary

        choices = []
        for value, label in options:
            title, _, consequence = label.partition("\n")
            described = _wrapped(consequence) or None
            choices.append(questionary.Choice(title, value, description=described))
        return self._select(prompt, choices, options[0][0], "")

    def _select(self, prompt: str, choices: list[Any], default: str | None, because: str) -> str:
        import questionary

        answer = questionary.select(
            prompt,
            choices=choices,
            default=default,
            pointer=">",
            instruction=f"({because})" if because else "(arrow keys, Enter)",
            use_jk_keys=False,
            **self._settings,
        ).unsafe_ask()
        return str(answer)

    def _type(self, question: Question, current: str, *, first: bool) -> str:
        """Ask for free text; ``?`` shows the help, and ``b`` goes back unless this is ``first``."""
        import questionary

        keys = "? for help" if first else "? for help, b for back"
        while True:
            text: str = questionary.text(
                question.free or question.prompt,
                default=current,
                instruction=f"({keys}) ",
                **self._settings,
            ).unsafe_ask()
            if text.strip() == "?":
                questionary.print(strip_markdown(question.help))
            elif text.strip().lower() == "b" and not first:
                raise Back
            elif text.strip():
                return text.strip()


def _choice(option: Option, recommended: str) -> Any:
    import questionary

    suffix = " (recommended)" if option.value == recommended else ""
    return questionary.Choice(
        option.label + suffix,
        option.value,
        disabled=_wrapped(f"not possible: {option.closed}") if option.closed else None,
        description=_wrapped(option.consequence) or None,
    )


def _wrapped(text: str) -> str:
    """Wrap text: the list cuts lines that are wider than the terminal."""
    columns = shutil.get_terminal_size().columns
    width = max(20, columns - 16)
    return textwrap.fill(text, width, subsequent_indent="     ", break_on_hyphens=False)
