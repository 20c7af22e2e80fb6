"""The manual page ``cryptography-wizard(1)``, from the parser that reads the command line.

``python -m screens.manual`` prints it; ``make man`` writes ``docs/cryptography-wizard.1``, which an
installation puts into ``share/man/man1``.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from typing import Any

from screens import command_line, commands, letters
from screens.arguments import NAME, Common
from wizard import __version__
from wizard.choices import described

_SHARED = {"--help", *(f"--{name}" for name in Common.__dataclass_fields__), "--ascii"}
"""The flags that every command has: the page explains them once."""
_CHOICES = {"--answers", *(choice.flag for choice in described().values())}


def page() -> str:
    """Return the page, in the language of ``man``."""
    main = command_line.full_parser()
    main.formatter_class = _Roff
    return (
        f'.TH {NAME.upper()} 1 "" "{NAME} {__version__}"\n'
        f".SH NAME\n{_escaped(NAME)} \\- installs the Python package cryptography, and proves it\n"
        f".SH SYNOPSIS\n.B {_escaped(NAME)}\n[OPTIONS] [COMMAND ...]\n"
        f".br\n.B {_escaped(NAME)}\n[OPTIONS] \\-\\- INSTALLER ...\n"
        ".SH DESCRIPTION\n" + main.format_help()
    )


class _Roff(argparse.HelpFormatter):
    """Writes what a parser describes as a part of the page, instead of a help text."""

    def __init__(self, prog: str, **_more: Any) -> None:
        super().__init__(prog)
        self._lines: list[str] = []

    def add_usage(self, *_arguments: Any, **_more: Any) -> None:
        """Write nothing: the synopsis says it."""

    def start_section(self, heading: str | None) -> None:
        """Begin a section of the page."""
        self._lines.append(f'.SH "{_escaped((heading or "").upper())}"')

    def end_section(self) -> None:
        """Remove the heading of a section without contents."""
        if self._lines[-1].startswith(".SH "):
            self._lines.pop()

    def add_text(self, text: str | None) -> None:
        """Write a sentence, or the blocks at the end of the help: each begins with its title."""
        for block in re.split(r"\n\n+", (text or "").strip()):
            title, _, rest = block.partition("\n")
            if title.endswith(":") and rest:
                self._lines += [f'.SH "{_escaped(title[:-1].upper())}"', ".nf"]
                self._lines += [_escaped(line) for line in rest.splitlines()]
                self._lines.append(".fi")
            elif block:
                self._lines.append(_escaped(" ".join(block.split())))

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Write each argument with its help; a command also with the arguments of its own."""
        for action in actions:
            if isinstance(action.choices, dict):
                # The words help and version are no commands: the page explains their flags.
                for name in commands.in_order(set(commands.names()) & set(action.choices)):
                    self._add_command(name, action.choices[name])
            elif action.help != argparse.SUPPRESS:
                self._add(action)

    def format_help(self) -> str:
        """Return the part of the page."""
        return "\n".join(self._lines) + "\n"

    def _add_command(self, name: str, parser: argparse.ArgumentParser) -> None:
        parser.formatter_class = _Own
        own = parser.format_help().strip()
        self._lines += [f'.SS "{_escaped(name)}"', _escaped(parser.description or "")]
        self._lines += [own] if own else []
        for action, of_action in _actions_of(parser).items():
            self._add_command(f"{name} {action}", of_action)

    def _add(self, action: argparse.Action) -> None:
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if not metavar and action.choices:
            metavar = "|".join(map(str, action.choices))
        flags = ", ".join(f"\\fB{_escaped(flag)}\\fR" for flag in action.option_strings)
        value = f"\\fI{_escaped(metavar)}\\fR" if metavar else ""
        self._lines += [".TP", f"{flags} {value}".strip(), _escaped(action.help or "")]


def _actions_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of a command's actions, as ``--help`` lists them."""
    found = (action.choices for action in parser._actions)  # noqa: SLF001 - argparse offers no other
    return next((choices for choices in found if isinstance(choices, dict)), {})


class _Own(_Roff):
    """Writes only what a command has and the others have not."""

    def start_section(self, heading: str | None) -> None:
        """Write no headings."""

    def end_section(self) -> None:
        """Write no headings."""

    def add_text(self, text: str | None) -> None:
        """Write the text at the end of a command's help; its description is written already."""
        if text and "\n" in text:
            lines = (_escaped(line) for line in text.strip().splitlines())
            self._lines += [".PP", ".nf", *lines, ".fi"]

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Write the arguments that are explained nowhere else."""
        every = list(actions)
        has_choices = {flag for action in every for flag in action.option_strings} >= _CHOICES
        known = _SHARED | _CHOICES if has_choices else _SHARED
        super().add_arguments(a for a in every if not known & set(a.option_strings))
        self._lines += [".PP", "It also has all choices."] if has_choices else []


def _escaped(text: str) -> str:
    """Return text whose hyphens, backslashes and leading dots mean themselves, in ASCII."""
    shown = letters.in_line(text, "ascii")
    shown = shown.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + shown if shown[:1] in (".", "'") else shown


if __name__ == "__main__":
    sys.stdout.write(page())
