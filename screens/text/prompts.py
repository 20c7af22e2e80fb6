"""The questions as prompts with arrow keys, by questionary.

questionary cuts what is wider than the terminal, and a terminal breaks in the middle of a word, so
everything is wrapped here. It also writes ``?`` for a character that the terminal lacks.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import Any

from screens import ending
from screens.terminal import discard_typeahead, is_terminal, showable
from screens.text.linear import Back, quits
from screens.text.messages import strip_markdown
from wizard.questions.question import Option, Question
from wizard.wording import wrap

OTHER, HELP, BACK = "\0other", "\0help", "\0back"
"""Entries of the list that are not answers. No answer can contain the character 0."""
MARK = 2
"""The columns before a question, a line below it, or an answer: ``? ``."""
ENTRY = 3
"""The columns before an entry of a list."""
DESCRIPTION = len("  Description: ")


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
            choices.append(questionary.Choice(_wrapped(label, ENTRY), OTHER))
            default = default or (OTHER if current else None)
        choices.append(questionary.Choice("Help about this question", HELP))
        if not first:
            choices.append(questionary.Choice("Back", BACK))
        while True:
            answer = self._select(question.prompt, choices, default, question.because)
            if answer == BACK:
                raise Back
            if answer == HELP:
                questionary.print(showable(strip_markdown(question.help)))
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
            described = _wrapped(consequence, DESCRIPTION) or None
            choices.append(questionary.Choice(_wrapped(title, ENTRY), value, description=described))
        return self._select(prompt, choices, options[0][0], "", decides=True)

    def _select(
        self,
        prompt: str,
        choices: list[Any],
        default: str | None,
        because: str,
        *,
        decides: bool = False,
    ) -> str:
        """Let the user select. If that ``decides`` what happens, only keys of now count."""
        import questionary

        question = _wrapped(prompt, MARK)
        keys = _beside(question, "(arrow keys, Enter; q quits)")
        asked = questionary.select(
            question,
            choices=choices,
            default=default,
            pointer=">",
            instruction=f"{keys}\n  {_wrapped(because, MARK)}" if because else keys,
            use_jk_keys=False,
            erase_when_done=True,
            **self._settings,
        )
        _add_quit_key(asked, "quit" if any(choice.value == "quit" for choice in choices) else "")
        if decides:
            _discard_typeahead(asked)
        with ending.prompting():
            answer = asked.unsafe_ask()
        title = next(choice.title for choice in choices if choice.value == answer)
        _say(f"{prompt} {' '.join(title.split())}")
        return str(answer)

    def _type(self, question: Question, current: str, *, first: bool) -> str:
        """Ask for free text: ``?`` is for help, ``b`` for back unless ``first``, ``q`` quits."""
        import questionary

        keys = "? for help, q to quit" if first else "? for help, b for back, q to quit"
        label = question.free or question.prompt
        while True:
            asked = questionary.text(
                _wrapped(label, MARK),
                default=current,
                instruction=f"{_beside(_wrapped(label, MARK), f'({keys})')} ",
                **self._settings,
            )
            with ending.prompting():
                text: str = asked.unsafe_ask()
            if text.strip() == "?":
                questionary.print(showable(strip_markdown(question.help)))
            elif text.strip().lower() == "b" and not first:
                raise Back
            elif quits(text):
                raise KeyboardInterrupt
            elif text.strip():
                return text.strip()


def _discard_typeahead(asked: Any) -> None:
    """Discard what was typed before a question appeared, also what an earlier prompt has read."""
    if is_terminal(sys.stdin):
        from prompt_toolkit.input.typeahead import clear_typeahead

        clear_typeahead(asked.application.input)
        discard_typeahead()


def _add_quit_key(asked: Any, answer: str) -> None:
    """Let ``q`` in a list give this ``answer``, or interrupt as Ctrl-C does if there is none."""
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings

    keys = KeyBindings()

    @keys.add("q")
    @keys.add("Q")
    def _quit(event: Any) -> None:
        if answer:
            event.app.exit(result=answer)
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    asked.application.key_bindings = merge_key_bindings([asked.application.key_bindings, keys])


def _choice(option: Option, recommended: str) -> Any:
    import questionary

    suffix = " (recommended)" if option.value == recommended else ""
    if option.closed:
        title = _wrapped(f"{option.label} (not possible: {option.closed})", ENTRY + len("- "))
        disabled: Any = True  # a text would be shown behind the title, and cut
        return questionary.Choice([("class:disabled", title)], option.value, disabled=disabled)
    return questionary.Choice(
        _wrapped(option.label + suffix, ENTRY),
        option.value,
        description=_wrapped(option.consequence, DESCRIPTION) or None,
    )


def _wrapped(text: str, before: int) -> str:
    """Wrap text that begins behind ``before`` columns; its other lines have a smaller indent."""
    width = max(20, shutil.get_terminal_size().columns - 1)
    indent = min(before, ENTRY) + len("  ")
    lines = wrap(showable(text), width, first=" " * before, rest=" " * indent)
    return "\n".join(lines)[before:]


def _beside(wrapped: str, keys: str) -> str:
    """Return ``keys`` as they follow a wrapped question: in a separate line if need be."""
    last = wrapped.split("\n")[-1]
    before = MARK if last == wrapped else 0
    used = before + len(last) + 1 + len(keys)
    return keys if used < shutil.get_terminal_size().columns else f"\n  {keys}"


def _say(text: str) -> None:
    """Write an answer into the lines that stay."""
    print(f"? {_wrapped(text, MARK)}", flush=True)
