"""A page for each command, from the parser that reads the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable
from typing import Any

from screens import command_line, commands
from screens.arguments import NAME
from tests.site.markdown import block, code, front, plain, table

FOLDER = "commands"
LONGEST_USAGE = 90
"""Characters of a usage; a longer one only repeats the options."""


def pages() -> dict[str, str]:
    """Return the pages by their paths."""
    parser = command_line.full_parser()
    loaded = commands.in_order(commands.names())
    found = {f"{FOLDER}/install.md": page(parser, NAME)}
    rows = [(f"[`{NAME}`](install.md)", "install cryptography, and prove it")]
    for name, command in loaded.items():
        own = _subparsers(parser)[name]
        found[f"{FOLDER}/{name}.md"] = page(own, f"{NAME} {name}")
        rows.append((f"[`{name}`]({name}.md)", plain(command.HELP)))
        for action, of_action in commands.actions(name).items():
            path = f"{name}-{action}.md"
            found[f"{FOLDER}/{path}"] = page(_subparsers(own)[action], f"{NAME} {name} {action}")
            row = (f"[`{name} {action}`]({path})", plain(of_action.HELP))
            rows.append(row)
            found[f"{FOLDER}/{name}.md"] += f"\n- {row[0]}: {row[1]}"
    text = (
        front(title="Commands", description=f"Every command of {NAME}, with its options")
        + f"# Commands\n\n`{NAME}` without a command starts the wizard.\n\n"
        + table(("command", "what it does"), rows)
        + "\n"
    )
    return {f"{FOLDER}/index.md": text, **found}


def page(parser: argparse.ArgumentParser, title: str) -> str:
    """Return the page of one parser."""
    parser.formatter_class = _Markdown
    usage = " ".join(parser.format_usage().split())
    if len(usage) > LONGEST_USAGE:
        usage = f"{title} [OPTIONS]"
    description = parser.description or ""
    return (
        front(title=title, description=description)
        + f"# `{title}`\n\n{plain(description)}\n\n"
        + block(usage.replace("usage: ", ""))
        + "\n\n"
        + parser.format_help()
    )


def _subparsers(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    finder = _Finder()
    parser.formatter_class = lambda prog: finder  # noqa: ARG005 - argparse names it
    parser.format_help()
    return finder.found


class _Finder(argparse.HelpFormatter):
    """Collects the parsers of the commands."""

    def __init__(self) -> None:
        super().__init__(NAME)
        self.found: dict[str, argparse.ArgumentParser] = {}

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Look for the action whose choices are parsers."""
        for action in actions:
            if isinstance(action.choices, dict):
                self.found = dict(action.choices)


class _Markdown(argparse.HelpFormatter):
    """Writes what a parser describes as a part of a page, instead of a help text."""

    def __init__(self, prog: str, **_more: Any) -> None:
        super().__init__(prog, width=100)
        self._parts: list[str] = []
        self._usage = False

    def add_usage(self, *arguments: Any, **more: Any) -> None:
        """Let the usual formatter write the usage, if nothing else is asked for."""
        self._usage = True
        super().add_usage(*arguments, **more)

    def start_section(self, heading: str | None) -> None:
        """Begin a section."""
        self._parts.append(f"## {plain((heading or '').capitalize())}")

    def end_section(self) -> None:
        """Remove the heading of a section without contents."""
        if self._parts[-1].startswith("## "):
            self._parts.pop()

    def add_text(self, text: str | None) -> None:
        """Write the blocks at the end of the help: each begins with its title."""
        for part in re.split(r"\n\n+", (text or "").strip()):
            title, _, rest = part.partition("\n")
            if title.endswith(":") and rest:
                self._parts += [f"## {plain(title[:-1].capitalize())}", block(rest)]
            elif self._parts and part:
                self._parts.append(plain(" ".join(part.split())))

    def add_arguments(self, actions: Iterable[argparse.Action]) -> None:
        """Write each argument with its help; commands have their own pages."""
        rows = []
        for action in actions:
            if action.help == argparse.SUPPRESS or isinstance(action.choices, dict):
                continue
            metavar = action.metavar if isinstance(action.metavar, str) else ""
            if not metavar and action.choices:
                metavar = "|".join(map(str, action.choices))
            words = f"{', '.join(action.option_strings)} {metavar}".strip() or action.dest
            rows.append((code(words), plain(action.help or "")))
        if rows:
            self._parts.append(table(("option", "meaning"), rows))

    def format_help(self) -> str:
        """Return the part of the page, or the usage."""
        return "\n\n".join(self._parts) + "\n" if self._parts else super().format_help()
