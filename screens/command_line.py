"""Parse the command line: which command it names, and the arguments of that command."""

from __future__ import annotations

import argparse
import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NoReturn

from screens import commands, completion, flags
from screens.arguments import NAME
from screens.commands import Command
from screens.flags import Parser
from wizard import __version__, invocation, table_source
from wizard.errors import BadRequest
from wizard.wording import did_you_mean, joined, nearest

_EPILOG_END = """\
exit codes:
  0 done and proved             3 not possible on this machine; it says why
  1 a step failed               4 installed, but not proved
  2 the request is wrong      130 cancelled, also by a signal

environment:
  NO_COLOR=1 no colours; NO_MOTION=1 no animations;
  ACCESSIBLE=1 plain numbered questions, good for screen readers;
  CRYPTOGRAPHY_WIZARD_STATE=FOLDER where logs and answers are kept;
  CRYPTOGRAPHY_WIZARD_CACHE=FOLDER the cache folder;
  CRYPTOGRAPHY_WIZARD_BELL=no no bell and no notification when a long run ends;
  CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE=FILE|FOLDER|URL
    where to get OpenSSL's source;
  CRYPTOGRAPHY_WIZARD_TABLES=ADDRESS|FOLDER where update-tables looks;
  CRYPTOGRAPHY_WIZARD_TABLES_KEY=KEY the public key of your own tables
"""
_FLAG = re.compile(r"--?[A-Za-z][A-Za-z0-9-]*")
WORDS = {"help": "show this help, or that of a command", "version": "show the version"}
"""What some people type instead of the flags ``--help`` and ``--version``."""


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
    arguments, wrapped = split_wrapped(_without_words(arguments, names), names)
    named = tuple(name for name in names if name in arguments)
    parsers = _parsers(names if {"-h", "--help"} & set(arguments) else named)
    _check_flags(arguments, parsers)
    parsed, remaining = parsers[""].parse_known_args(arguments)
    given = vars(parsed)
    name, action = given.pop("command"), given.pop("action", "")
    command, parser = commands.load(name), parsers.get(name, parsers[""])
    if action:
        command, parser = commands.actions(name)[action], parsers[f"{name} {action}"]
    strange = [word for word in remaining if word.startswith("-")]
    if strange:  # a flag of the wizard itself, which comes before a command
        raise BadRequest(
            f"{strange[0]} is not a flag of {name}.",
            hints=(f"{invocation.command(name, '--help')} lists all options.",),
        )
    return Request(command, _arguments(command, given, [*remaining, *wrapped], parser))


def _without_words(arguments: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """Return the arguments with flags for the words ``help``, ``help COMMAND`` and ``version``."""
    word, *rest = arguments or ("",)
    if word == "version" and not rest:
        return ("--version",)
    if word != "help" or any(other.startswith("-") for other in rest):
        return arguments
    if len(rest) == 2 and rest[0] in names and rest[1] in commands.actions(rest[0]):
        return (*rest, "--help")
    unknown = next((name for name in rest if name not in (*names, *WORDS)), "")
    if unknown:
        raise BadRequest(
            f"Unknown command: {unknown!r}{did_you_mean(unknown, names)}.",
            hints=(f"{invocation.command('help')} lists all commands.",),
        )
    return (*(name for name in rest[:1] if name in names), "--help")


def _check_flags(arguments: Sequence[str], parsers: dict[str, Parser]) -> None:
    """Raise BadRequest for a flag that the command, or the wizard before it, does not have.

    argparse would take the value of an unknown flag for a command.
    """
    named = ""
    for argument in arguments:
        if argument == "--":
            break
        longer = f"{named} {argument}".strip()
        if longer in parsers:
            named = longer
        flag = argument.split("=")[0]
        own = _known_flags(parsers[named])
        if not _FLAG.fullmatch(flag) or flag in own | _known_flags(parsers[""]):
            continue
        every = _parsers(commands.names())
        others = [name for name, parser in every.items() if flag in _known_flags(parser)]
        if others:
            where = invocation.command(*others[0].split(), "--help")
            raise BadRequest(
                f"{flag} is a flag of {joined(others)}{f', not of {named}' if named else ''}.",
                hints=(f"{where} explains it.",),
            )
        raise BadRequest(
            f"Unknown flag: {flag}{did_you_mean(flag, own)}.",
            hints=(f"{invocation.command(*named.split(), '--help')} lists all options.",),
        )


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


class _Version(argparse.Action):
    """Shows the version, and how old the tables are."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **{**more, "dest": argparse.SUPPRESS, "nargs": 0})

    def __call__(self, parser: argparse.ArgumentParser, *_values: Any) -> None:
        tables = table_source.current()
        print(f"{NAME} {__version__}")
        print(f"Tables of {tables.date} ({tables.origin}, {tables.age})")
        parser.exit()


class _MainParser(Parser):
    """The parser of the whole command line."""

    SHORT_USAGE = "%(prog)s [OPTIONS] [COMMAND ...]"

    def error(self, message: str) -> NoReturn:
        match = re.search(r"COMMAND: invalid choice: '([^']*)'", message)
        if match:
            if nearest(match[1], (*commands.names(), *WORDS, commands.DEFAULT)) == commands.DEFAULT:
                raise BadRequest(
                    f"{match[1]!r} is not a command: the wizard installs without one.",
                    hints=(
                        f"{invocation.command()} installs cryptography, and asks first.",
                        f"{invocation.command('--help')} lists all commands and options.",
                    ),
                )
            raise BadRequest(
                f"Unknown command: {match[1]!r}"
                f"{did_you_mean(match[1], (*commands.names(), *WORDS))}.",
                hints=(f"{invocation.command('--help')} lists all commands.",),
            )
        super().error(message)


class _CommandParser(Parser):
    """The parser of a command, which may have actions."""

    def error(self, message: str) -> NoReturn:
        match = re.search(r"ACTION: invalid choice: '([^']*)'", message)
        if not match:
            super().error(message)
        word, name = match[1], self.prog.split()[-1]
        possible = tuple(commands.actions(name))
        own = f"{invocation.command(word)} is a separate command."
        raise BadRequest(
            f"Unknown action: {word!r}{did_you_mean(word, possible)}. Allowed: {joined(possible)}.",
            hints=(
                *((own,) if word in commands.names() else ()),
                f"{invocation.command(name, '--help')} lists all options.",
            ),
        )


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
    main.add_argument(
        *("-V", "--version"),
        action=_Version,
        help="show the version and the date of the tables, and exit",
    )
    default.add_arguments(main)
    parsers: dict[str, Parser] = {"": main}
    group = main.add_subparsers(
        dest="command", metavar="COMMAND", title="commands", parser_class=_CommandParser
    )
    for name, command in commands_by_name.items():
        text = command.HELP
        parser = group.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        flags.add_common(parser)
        parsers[name] = parser
        command.add_arguments(parser)
        if possible := commands.actions(name):
            parsers.update(_add_actions(name, parser, possible))
    if set(names) == set(commands.names()):  # the whole command line
        for word, text in WORDS.items():
            parser = group.add_parser(word, help=text)
            if word == "help":
                completion.offer(parser.add_argument("of", nargs="?"), commands.names)
    main.set_defaults(command=commands.DEFAULT)
    return parsers


def _add_actions(name: str, parser: Parser, possible: dict[str, Command]) -> dict[str, Parser]:
    """Add the actions of a command, and return their parsers by the words that name them."""
    added: dict[str, Parser] = {}
    group = parser.add_subparsers(
        dest="action", metavar="ACTION", title="actions", parser_class=Parser
    )
    for word, command in possible.items():
        text = command.HELP
        own = group.add_parser(word, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        flags.add_common(own)
        command.add_arguments(own)
        added[f"{name} {word}"] = own
    return added


def _epilog(listed: Iterable[Command]) -> str:
    lines = [
        line
        for command in listed
        for words, does in command.EXAMPLES
        for line in (f"  {invocation.command()} {words}".rstrip(), f"      {does}")
    ]
    return "\n".join(["examples:", *lines, "", _EPILOG_END])


@functools.cache
def _known_flags(parser: Parser) -> frozenset[str]:
    return frozenset({"--help", "--version", *_FLAG.findall(parser.format_usage())})
