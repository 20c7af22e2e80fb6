"""Completion: what a shell offers after Tab, from the same parser that reads the command line.

The code of `script` makes the shell start this program with the variable `screens.cli.ASKED`. The
program then writes the possible words instead of doing anything, and ends. For an argument without
values of its own, the shell offers files.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any, Callable

from screens.arguments import NAME
from wizard.choices import Choice

SHELLS = ("bash", "zsh", "fish", "powershell")


def answer(parser: argparse.ArgumentParser) -> None:
    """Write the words to the shell that asks, and end the process."""
    import argcomplete

    argcomplete.autocomplete(parser, always_complete_options="long")


def script(shell: str) -> str:
    """Return the code that makes ``shell``, one of `SHELLS`, ask this program."""
    from argcomplete.shell_integration import shellcode

    return str(shellcode([NAME], shell=shell))


def offer(argument: argparse.Action, values: Callable[[], Iterable[str]]) -> None:
    """Let the shell offer ``values()`` for an argument."""
    completed: Any = argument  # argcomplete reads this attribute
    completed.completer = lambda **_context: list(values())


def offer_choice(argument: argparse.Action, choice: Choice) -> None:
    """Let the shell offer the values of a choice."""
    values = _MANY_VALUES.get(choice.name)
    if values or choice.values:
        offer(argument, values or (lambda: choice.values))


def offer_runs(argument: argparse.Action) -> None:
    """Let the shell offer the names of the earlier runs."""
    offer(argument, _runs)


def _runs() -> Iterable[str]:
    from wizard.history import past_runs

    return [run.name for run in past_runs.read_runs()]


def _managers() -> Iterable[str]:
    from backends.manager import managers

    return managers()


def _releases() -> Iterable[str]:
    """Return the releases in the tables: the shell does not wait for the index."""
    from wizard import knowledge
    from wizard.facts import Facts, System
    from wizard.needs.case import Case

    case = Case(Facts(System("other", "")), knowledge.load())
    return [release.version for release in case.releases]


_MANY_VALUES = {"manager": _managers, "release": _releases}
"""What computes the values of a choice that has too many for its description."""
