"""Parse the command line: which command it names, and the arguments of that command."""

from __future__ import annotations

import argparse
import re
import shutil
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from screens import commands, flags
from screens.arguments import NAME
from screens.commands import Command
from screens.flags import Parser
from wizard import __version__
from wizard.errors import BadRequest
from wizard.wording import did_you_mean

_EPILOG_END = """\
exit codes:
  0 done and proved             3 not possible on this machine; it says why
  1 a step failed               4 installed, but not proved
  2 the request is wrong      130 cancelled

environment:
  NO_COLOR=1 no colours;
  ACCESSIBLE=1 plain numbered questions, good for screen readers;
  CRYPTOGRAPHY_WIZARD_STATE=FOLDER where logs and answers are kept;
  CRYPTOGRAPHY_WIZARD_CACHE=FOLDER the cache folder;
  CRYPTOGRAPHY_WIZARD_BELL=no no bell and no notification when a long run ends;
  CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE=FILE|FOLDER|URL
    where to get OpenSSL's source
"""
_FLAG = re.compile(r"--?[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Request:
    """A command and its arguments: an object of the command's own class ``Arguments``."""

    command: Command
    arguments: Any

    def run(self) -> int:
        """Run the command and return its exit code. Raises WizardError."""
        return self.command.run(self.arguments)


def parse(arguments: Sequence[str]) -> Request:
    """Parse the command line.

    Raises BadRequest if it is wrong, and SystemExit(0) after ``--help`` and ``--version``. It
    imports only the commands that ``arguments`` may name, and all of them for ``--help``.
    """
    names = commands.names()
    arguments, wrapped = split_wrapped(arguments, names)
    named = tuple(name for name in names if name in arguments)
    parsers = _parsers(names if {"-h", "--help"} & set(arguments) else named)
    try:
        flags.check_flags(arguments, _known_flags(parsers.values()))
    except BadRequest:  # it may be a flag of another command
        flags.check_flags(arguments, _known_flags(_parsers(names).values()))
    parsed, remaining = parsers[""].parse_known_args(arguments)
    given = vars(parsed)
    command = commands.load(given.pop("command"))
    strange = [word for word in remaining if word.startswith("-")]
    if wrapped and strange:
        parsers[""].error(f"unrecognized arguments: {' '.join(strange)}")
    return Request(command, _arguments(command, given, [*remaining, *wrapped], parsers[""]))


def split_wrapped(
    arguments: Sequence[str], names: Sequence[str]
) -> tuple[Sequence[str], Sequence[str]]:
    """Return the wizard's own arguments, and the words after ``--`` that are a command to run.

    Without a command of the wizard, they belong to ``run``: ``cryptography-wizard -- pip …``.
    Other commands read words after ``--`` as usual.
    """
    if "--" not in arguments:
        return arguments, ()
    at = list(arguments).index("--")
    own, wrapped = list(arguments[:at]), arguments[at + 1 :]
    named = set(own) & set(names)
    if named - {"run"}:
        return arguments, ()
    return (own if named else ["run", *own]), wrapped


def wants_json(arguments: Sequence[str]) -> bool:
    """Return whether errors should also be JSON; used even if the command line is wrong."""
    arguments, _ = split_wrapped(arguments, ())
    pairs = list(zip(arguments, arguments[1:]))
    return "--json" in arguments or "--format=json" in arguments or ("--format", "json") in pairs


def full_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line, with all commands."""
    return _parsers(commands.names())[""]


class _MainParser(Parser):
    """The parser of the whole command line."""

    def error(self, message: str) -> NoReturn:
        match = re.search(r"COMMAND: invalid choice: '([^']*)'", message)
        if match:
            suggestion = did_you_mean(match[1], commands.names())
            message = f"unknown command: {match[1]!r}{suggestion}"
        super().error(message)


def _arguments(
    command: Command, given: dict[str, Any], remaining: list[str], parser: argparse.ArgumentParser
) -> Any:
    """Return the arguments of a command from the parser's results and its remaining words."""
    known = {field.name for field in fields(command.Arguments)}
    given["choices"] = flags.choices_of(given)
    if "words" in known:
        given["words"] = (*given.get("words", ()), *remaining)  # words after a flag remain
    elif remaining:
        parser.error(f"unrecognized arguments: {' '.join(remaining)}")
    return command.Arguments(**{name: given[name] for name in known & given.keys()})


def _parsers(names: Sequence[str]) -> dict[str, Parser]:
    """Return the parser of the whole command line, named "", and those of these commands."""
    default = commands.load(commands.DEFAULT)
    commands_by_name = commands.in_order(names)
    main = _MainParser(
        prog=NAME,
        description="Installs the Python package cryptography, and proves that it works.",
        epilog=_epilog((default, *commands_by_name.values())),
    )
    flags.add_common(main)
    main.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    default.add_arguments(main)
    parsers: dict[str, Parser] = {"": main}
    group = main.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    for name, command in commands_by_name.items():
        text = command.HELP
        parser = group.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        flags.add_common(parser)
        command.add_arguments(parser)
        parsers[name] = parser
    main.set_defaults(command=commands.DEFAULT)
    return parsers


def _epilog(listed: Iterable[Command]) -> str:
    examples = [example for command in listed for example in command.EXAMPLES]
    typed = [f"{NAME} {words}".strip() for words, _ in examples]
    start = max(map(len, typed)) + 5
    columns = max(shutil.get_terminal_size().columns - 2, start + 20)  # as argparse does
    lines: list[str] = []
    for line, (_, does) in zip(typed, examples):
        first, *rest = textwrap.wrap(does, columns - start)
        lines += [f"  {line:<{start - 2}}{first}", *(" " * start + more for more in rest)]
    return "\n".join(["examples:", *lines, "", _EPILOG_END])


def _known_flags(parsers: Iterable[Parser]) -> set[str]:
    usages = (parser.format_usage() for parser in parsers)
    return {"--help", *(flag for usage in usages for flag in _FLAG.findall(usage))}
