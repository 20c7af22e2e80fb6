"""The command line, read: which command it names, and that command's arguments."""

from __future__ import annotations

import argparse
import re
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

_ENDING = """\
exit codes:
  0 done and proved             3 not possible on this machine; it says why
  1 a step failed               4 installed, but not proved
  2 the request is wrong      130 cancelled

environment:
  NO_COLOR=1 no colours; ACCESSIBLE=1 plain numbered questions, good for screen readers;
  CRYPTOGRAPHY_WIZARD_STATE=FOLDER where logs and answers are kept;
  CRYPTOGRAPHY_WIZARD_CACHE=FOLDER the cache folder;
  CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE=FILE|FOLDER|URL where to get OpenSSL's source
"""
_FLAG = re.compile(r"--?[a-z][a-z0-9-]*")


@dataclass(frozen=True)
class Request:
    """A command and its arguments: an object of the command's own class ``Arguments``."""

    command: Command
    arguments: Any

    def carry_out(self) -> int:
        """Run the command and return its exit code. Raises WizardError."""
        return self.command.run(self.arguments)


def parse(words: Sequence[str]) -> Request:
    """Read the command line.

    Raises BadRequest if it is wrong, and SystemExit(0) after ``--help`` and ``--version``. Only the
    commands that ``words`` may name are imported, and all of them for ``--help``.
    """
    names = commands.names()
    named = tuple(name for name in names if name in words)
    parsers = _parsers(names if {"-h", "--help"} & set(words) else named)
    try:
        flags.check_flags(words, _flags(parsers.values()))
    except BadRequest:  # it may be the flag of a command that is not named
        flags.check_flags(words, _flags(_parsers(names).values()))
    known, rest = parsers[""].parse_known_args(words)
    given = vars(known)
    command = commands.load(given.pop("command"))
    return Request(command, _arguments(command, given, rest, parsers[""]))


def wants_json(words: Sequence[str]) -> bool:
    """Return whether errors should also be JSON; used even if the command line is wrong."""
    pairs = list(zip(words, words[1:]))
    return "--json" in words or "--format=json" in words or ("--format", "json") in pairs


class _Main(Parser):
    """The parser of the whole command line."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"COMMAND: invalid choice: '([^']*)'", message)
        if wrong:
            near = did_you_mean(wrong[1], commands.names())
            message = f"unknown command: {wrong[1]!r}{near}"
        super().error(message)


def _arguments(
    command: Command, given: dict[str, Any], rest: list[str], parser: argparse.ArgumentParser
) -> Any:
    """The arguments of a command, from what the parser has found and what it has left over."""
    known = {field.name for field in fields(command.Arguments)}
    given["choices"] = flags.choices_of(given)
    if "words" in known:
        given["words"] = (*given.get("words", ()), *rest)  # what follows a flag is left over
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return command.Arguments(**{name: given[name] for name in known & given.keys()})


def _parsers(names: Sequence[str]) -> dict[str, Parser]:
    """The parser of the whole command line, named "", and those of the commands ``names``."""
    default = commands.load(commands.DEFAULT)
    listed = commands.in_order(names)
    main = _Main(
        prog=NAME,
        description="Installs the Python package cryptography, and proves that it works.",
        epilog=_epilog((default, *listed.values())),
    )
    flags.add_common(main)
    main.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    default.add_arguments(main)
    parsers: dict[str, Parser] = {"": main}
    group = main.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=Parser
    )
    for name, command in listed.items():
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
    wide = max(map(len, typed))
    lines = [f"  {line:<{wide}}   {does}" for line, (_, does) in zip(typed, examples)]
    return "\n".join(["examples:", *lines, "", _ENDING])


def _flags(parsers: Iterable[Parser]) -> set[str]:
    usages = (parser.format_usage() for parser in parsers)
    return {"--help", *(flag for usage in usages for flag in _FLAG.findall(usage))}
