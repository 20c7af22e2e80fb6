"""The command line read into a request, with the nearest valid word for a wrong one."""

from __future__ import annotations

import argparse
import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from screens.terminal import ColorWish
from wizard import __version__
from wizard.choices import Choices
from wizard.errors import BadRequest

NAME = "cryptography-wizard"

EPILOG = """\
examples:
  cryptography-wizard                               ask, show the commands, install, prove
  cryptography-wizard --yes                         the same without questions
  cryptography-wizard --yes --method source         build it from source
  cryptography-wizard plan --format sh > steps.sh   only write down what would be done
  cryptography-wizard --yes --wheelhouse DIR        fetch the wheels, for machines without network
  cryptography-wizard --yes --from-wheelhouse DIR   install from that folder, without network
  cryptography-wizard doctor                        what this machine has and lacks
  cryptography-wizard verify ./env/bin/python       prove what is installed there
  cryptography-wizard diagnose pip.log              explain a failed installation
  cryptography-wizard cache                         what is kept to be used again

exit codes:
  0 done and proved             3 this machine cannot do it, and why
  1 a step failed               4 installed, but not proved
  2 the request is wrong      130 cancelled

environment:
  NO_COLOR=1 no colours; ACCESSIBLE=1 plain numbered questions, good for screen readers;
  CRYPTOGRAPHY_WIZARD_STATE=FOLDER where logs and answers are kept;
  CRYPTOGRAPHY_WIZARD_CACHE=FOLDER where what can be fetched again is kept;
  CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE=FILE|FOLDER|URL a mirror of OpenSSL's sources
"""

CHOICES = {
    "venv": ("FOLDER", "the environment to install into; it is made where there is none"),
    "python": ("PATH", "the Python of an existing environment, or to make the new one from"),
    "release": ("VERSION", "the release of cryptography; otherwise the newest that fits"),
    "method": ("wheel|source", "install the ready-made wheel, or build from source"),
    "manager": ("NAME", "the package manager that brings what a build needs: apt, ..."),
    "link": ("dynamic|static", "how OpenSSL is linked when building from source"),
    "rust": ("system|rustup|none", "where Rust comes from; only 3.4 can be built with none"),
    "toolchain": ("remove|keep", "what becomes of a Rust that the wizard fetched"),
    "openssl": ("system|VERSION|FOLDER", "the system's OpenSSL, one that is built, or a folder"),
    "openssl_source": ("FILE|FOLDER|URL", "where the source of that OpenSSL is, or a mirror"),
    "openssl_sha256": ("SUM", "the checksum of that source, if not the one that the wizard knows"),
    "installer": ("pip|uv", "the tool that makes the environment and installs"),
    "wheelhouse": ("FOLDER", "put the wheels into this folder, to install from on other machines"),
    "targets": ("3.9,3.12,...", "the Pythons that these wheels are for: versions or paths"),
    "repair": ("", "name a compiled Linux wheel after the systems that can use it"),
    "from_wheelhouse": ("FOLDER", "install from such a folder; no network is needed"),
}
"""The flag of each choice: what stands for its value (nothing: it has none), and its help."""


def flag(name: str) -> str:
    """The flag of a choice: ``--openssl-source`` for ``openssl_source``."""
    return f"--{name.replace('_', '-')}"


@dataclass(frozen=True)
class Request:
    """What the command line asks for. ``flags`` are the choices that it makes."""

    command: str = ""
    flags: Choices = field(default_factory=Choices)
    answers: str = ""
    yes: bool = False
    prompts: bool = False
    plain: bool = False
    json: bool = False
    verbose: bool = False
    color: ColorWish = "auto"
    format: str = "text"
    facts: str = ""
    target: str = ""
    log: str = "-"
    words: tuple[str, ...] = ()


def parse(arguments: Sequence[str]) -> Request:
    """Read the command line.

    Raises BadRequest where it is wrong, and SystemExit(0) after ``--help`` and ``--version``.
    """
    parser, commands = _parsers()
    _check_flags(arguments, (parser, *commands))
    known, rest = parser.parse_known_args(arguments)
    given = vars(known)
    words = (*given.get("words", ()), *rest)  # what stands behind a flag is left over
    if rest and given["command"] != "cache":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    given.pop("ascii", None)  # the streams are set up before anything else is read
    flags = {name: given.pop(name) for name in CHOICES if name in given}
    request = Request(flags=_choices(flags), **{**given, "words": words})
    if not request.command and request.json and not request.yes:
        raise BadRequest(
            "--json needs --yes: a report for programs goes with no questions for people.",
            hints=(f"{NAME} --yes --json", f"{NAME} doctor --json", f"{NAME} plan --json"),
        )
    return request


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether errors too should be JSON; asked also where the command line is wrong."""
    pairs = list(zip(arguments, arguments[1:]))
    return "--json" in arguments or "--format=json" in arguments or ("--format", "json") in pairs


class _Parser(argparse.ArgumentParser):
    """A parser that raises BadRequest where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        wrong = re.search(r"COMMAND: invalid choice: '([^']*)'", message)
        if wrong:
            commands = ("doctor", "plan", "verify", "diagnose", "cache")
            message = f"there is no command {wrong[1]!r}{_nearest(wrong[1], commands)}"
        raise BadRequest(
            f"{message[:1].upper()}{message[1:]}.",
            hints=(f"{self.prog} --help shows what is possible.",),
        )


class _Once(argparse.Action):
    """Takes a value once; another value for the same flag is a contradiction."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest, values)
        if before != values:
            parser.error(f"{option_string} is given twice: {before!r} and {values!r}")
        if not values:
            parser.error(f"the value of {option_string} is empty")
        setattr(namespace, self.dest, values)


def _parsers() -> tuple[_Parser, list[_Parser]]:
    common = _common()
    choices = _choice_flags()
    parser = _Parser(
        prog=NAME,
        description="Installs the Python package cryptography, and proves that it works.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common, choices],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{NAME} {__version__}")
    faces = parser.add_argument_group("how to ask").add_mutually_exclusive_group()
    faces.add_argument("--yes", action="store_true", help="ask nothing: recommended answers")
    faces.add_argument("--prompts", action="store_true", help="ask line by line")
    faces.add_argument(
        "--plain", action="store_true", help="ask with numbers, in plain text (screen readers)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="with --yes: show what the programs print"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def command(name: str, text: str, *parents: _Parser) -> _Parser:
        return commands.add_parser(
            name,
            help=text,
            description=f"{text[:1].upper()}{text[1:]}.",
            parents=[common, *parents],
            allow_abbrev=False,
        )

    doctor = command("doctor", "what this machine has and lacks, and what to do")
    doctor.add_argument(
        "--release",
        action=_Once,
        default=argparse.SUPPRESS,
        metavar="VERSION",
        help="say of this release of cryptography whether it is tested on such a machine",
    )
    plan = command("plan", "the steps and their exact commands; nothing is run", choices)
    plan.add_argument(
        "--format",
        action=_Once,
        default=argparse.SUPPRESS,
        choices=("text", "json", "sh", "powershell", "dockerfile"),
        help="how it is written: to read, for programs, as a script, or for an image",
    )
    verify = command("verify", "prove an installation that is there")
    verify.add_argument("target", nargs="?", default="", metavar="PYTHON", help="its Python")
    diagnose = command("diagnose", "explain the log of a failed installation")
    diagnose.add_argument("log", nargs="?", default="-", metavar="LOG", help="file, or - for input")
    cache = command("cache", "what is kept to be used again: Rust, OpenSSLs and their sources")
    cache.add_argument(
        "words",
        nargs="*",
        default=(),
        metavar="WORD",
        help="list, verify or clear; then the names of what is in it, or nothing for all of it",
    )
    cache.add_argument(
        "--yes", action="store_true", default=argparse.SUPPRESS, help="clear without asking"
    )
    for each in (doctor, plan):
        each.add_argument(
            "--facts",
            action=_Once,
            default=argparse.SUPPRESS,
            metavar="FILE",
            help="a machine saved with doctor --json, instead of this one",
        )
    parser.set_defaults(command="")
    return parser, [doctor, plan, verify, diagnose, cache]


def _common() -> _Parser:
    common = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--json", action="store_true", help="the result as JSON, for scripts")
    common.add_argument("--ascii", action="store_true", help="write only ASCII characters")
    common.add_argument(
        "--color", action=_Once, choices=("auto", "always", "never"), help="whether to use colours"
    )
    return common


def _choice_flags() -> _Parser:
    choices = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    group = choices.add_argument_group("choices (recommended where not given)")
    for name, (value, text) in CHOICES.items():
        if value:
            group.add_argument(flag(name), action=_Once, metavar=value, help=text)
        else:
            group.add_argument(flag(name), action="store_const", const="yes", help=text)
    group.add_argument(
        "--answers", action=_Once, metavar="FILE", help="choices from a TOML file; flags win"
    )
    return choices


def _check_flags(arguments: Sequence[str], parsers: Sequence[_Parser]) -> None:
    """Name an unknown flag first: argparse would take its value for a command."""
    pattern = re.compile(r"--?[a-z][a-z0-9-]*")
    known = {word for parser in parsers for word in pattern.findall(parser.format_usage())}
    for argument in arguments:
        word = argument.split("=")[0]
        if word == "--":
            break
        if re.match(r"--?[A-Za-z]", word) and word not in known | {"--help"}:
            raise BadRequest(
                f"There is no flag {word}{_nearest(word, known)}.",
                hints=(f"{NAME} --help shows what is possible.",),
            )


def _choices(flags: dict[str, str]) -> Choices:
    from wizard.questions import answers

    for name, value in flags.items():
        answers.check_value(name, value, place=f"{flag(name)} {value}")
    return Choices(**flags)  # type: ignore[arg-type]  # just checked


def _nearest(word: str, words: Sequence[str] | set[str]) -> str:
    near = difflib.get_close_matches(word, sorted(words), n=1, cutoff=0.5)
    return f" (did you mean {near[0]}?)" if near else ""
