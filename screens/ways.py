"""What the user can do about a refused request: other choices, and the whole command with them.

The alternatives of the engine are such ways. Other refusals end a hint with the flags that help:
``Use the wheel, which needs no root rights: --method wheel``.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wizard import invocation
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Impossible, WizardError

_FLAGS = re.compile(r"(.*): (--[a-z].*)", re.DOTALL)
_ASIDE = re.compile(r" \(--[a-z][^)]*\)")
"""Flags in brackets: the sentence is whole without them."""
_PLACEHOLDER = re.compile(r"[A-Z|]{2,}|[a-z]+\|[a-z|]+|\.\.\.")
"""A value that the user must decide: ``FILE``, ``upgrade|new|ignore``."""


@dataclass(frozen=True)
class Way:
    """Something that is possible: in a few words, what it costs, and the choices that do it.

    ``complete`` says that no other question needs an answer.
    """

    title: str
    detail: str
    choices: Choices
    complete: bool = False


def ways(error: WizardError, choices: Choices) -> tuple[Way, ...]:
    """Return what is possible instead of ``choices``, best first; empty if nothing is known."""
    alternatives = error.alternatives if isinstance(error, Impossible) else ()
    found = [
        Way(one.title, one.detail, Choices(**dict(one.choices)), complete=True)  # type: ignore[arg-type]
        for one in alternatives
        if one.choices
    ]
    if not found:
        for hint in error.hints:
            changed = _changed(hint, choices)
            if changed is not None:
                text, flags = hint.rsplit(": ", 1)
                found.append(Way(f"Use {flags}", f"{text}.", changed))
    return tuple(found)


def with_command(hint: str) -> str:
    """Return a hint with the whole command instead of the flags at its end, if it has any."""
    match = _FLAGS.fullmatch(hint)
    changes = _flags(match[2]) if match else {}
    return f"{hint.rsplit(': ', 1)[0]}: {_typed((), changes)}" if changes else hint


def in_words(error: WizardError) -> WizardError:
    """Return the error for the full screen, where nobody types flags: without those that show it,
    and without those at the ends of hints and in brackets."""
    shown = [line for line in error.shown.splitlines() if not line.startswith("--")]
    hints = tuple(_FLAGS.sub(r"\1.", _ASIDE.sub("", hint)) for hint in error.hints)
    return WizardError(error.what, shown="\n".join(shown), why=error.why, hints=hints)


def left_out(opened: str, error: WizardError) -> str:
    """Return that ``opened``, in flags, is left out because of this error, for the full screen."""
    return f"{opened} is left out. {in_words(error).explained}"


def with_whole_commands(error: WizardError, arguments: Sequence[str], choices: Choices) -> None:
    """Complete the commands in ``error``: what the user has typed, with what helps instead.

    ``arguments`` are those of the command line, which make these choices.
    """
    kept = _other_words(arguments)
    if isinstance(error, Impossible):
        error.alternatives = tuple(
            replace(one, command=_typed(kept, dict(one.choices))) if one.choices else one
            for one in error.alternatives
        )
    hints = []
    for hint in error.hints:
        changed = _changed(hint, choices)
        whole = hint if changed is None else _typed(kept, changed.answered())
        hints.append(hint if changed is None else f"{hint.rsplit(': ', 1)[0]}: {whole}")
    error.hints = tuple(hints)


def _changed(hint: str, choices: Choices) -> Choices | None:
    """Return the choices with the flags at the end of a hint; None if it ends with none.

    A choice that contradicts these flags is dropped.
    """
    from wizard.questions import validation

    match = _FLAGS.fullmatch(hint)
    changes = _flags(match[2]) if match else {}
    if not changes:
        return None
    kept = {
        name: value
        for name, value in choices.answered().items()
        if all(
            changes.get(implied.other, implied.value) == implied.value
            for implied in described()[name].implies
            if implied.only in ("", value)
        )
    }
    values: dict[str, Any] = {**kept, **changes}
    try:
        validation.check(Choices(**values))
    except BadRequest:  # another choice contradicts it, too: only the user can decide
        return None
    return Choices(**values)


def _flags(text: str) -> dict[str, str]:
    """Return the choices that these flags make; empty if they are anything else."""
    by_flag = {choice.flag: choice for choice in described().values()}
    words = shlex.split(text) if text.count("'") % 2 == 0 and text.count('"') % 2 == 0 else []
    changes: dict[str, str] = {}
    while words:
        choice = by_flag.get(words.pop(0))
        if choice is None or (choice.metavar and not words):
            return {}
        value = words.pop(0) if choice.metavar else "".join(choice.values)
        if _PLACEHOLDER.search(value) or (choice.values and value not in choice.values):
            return {}
        changes[choice.name] = value
    return changes


def _other_words(arguments: Sequence[str]) -> tuple[str, ...]:
    """Return the arguments that are not choices, such as ``--yes`` or ``plan --format sh``."""
    takes_value = {choice.flag: bool(choice.metavar) for choice in described().values()}
    takes_value["--answers"] = True
    kept: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        flag, equals, _ = word.partition("=")
        if flag not in takes_value:
            kept.append(word)
        elif takes_value[flag] and not equals and rest:
            rest.pop(0)
    return tuple(kept)


def _typed(kept: Sequence[str], answered: Mapping[str, str]) -> str:
    flags = (word for name, value in answered.items() for word in described()[name].argv(value))
    return invocation.command(*kept, *flags)
