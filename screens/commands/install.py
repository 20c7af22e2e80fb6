"""The default command: the wizard itself, which installs cryptography."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from screens import terminal
from screens.arguments import NAME, WithChoices
from wizard import invocation
from wizard.errors import BadRequest

if TYPE_CHECKING:
    import argparse

    from wizard.engine import Engine
    from wizard.history.past_runs import PastRun

HELP = "ask, show the commands, install, prove"
ORDER = 0
EXAMPLES = (
    ("", "ask, show the commands, install, prove"),
    ("--yes", "the same without questions"),
    ("--yes --for requirements.txt", "with what your project needs"),
    ("--yes --method source", "build it from source"),
    ("--yes --wheelhouse DIR", "download wheels for machines without a network"),
    ("--yes --from-wheelhouse DIR", "install from that folder, without a network"),
    ("--room ADDRESS --name NAME", "show a workshop's room how far you are"),
)


@dataclass(frozen=True)
class Arguments(WithChoices):
    """``yes``, ``prompts`` and ``plain`` say how to ask; at most one of them is given.

    ``room`` is the address of a room that gets the progress and the result, and ``name`` what
    this laptop is called there.
    """

    yes: bool = False
    prompts: bool = False
    plain: bool = False
    verbose: bool = False
    room: str = ""
    name: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choices, and how to ask for them."""
    from screens import flags  # not for the usual start, which has no flags

    flags.add_choices(parser)
    modes = parser.add_argument_group("how to ask").add_mutually_exclusive_group()
    modes.add_argument(
        "--yes", action="store_true", help="ask nothing and use the recommended answers"
    )
    modes.add_argument("--prompts", action="store_true", help="ask line by line")
    modes.add_argument(
        "--plain", action="store_true", help="ask with numbers, in plain text (for screen readers)"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="with --yes: show the output of all programs"
    )
    group = parser.add_argument_group("in a workshop")
    group.add_argument(
        "--room",
        action=flags.StoreOnce,
        metavar="ADDRESS",
        help="tell the room at HOST:PORT/KEY the progress and the result; nothing else is sent",
    )
    group.add_argument(
        "--name",
        action=flags.StoreOnce,
        metavar="TEXT",
        help="with --room: what this laptop is called there",
    )


def options(words: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the options of the wizard in these words, and the other words.

    For commands that start the wizard elsewhere. Raises BadRequest.
    """
    from screens import flags

    parser = flags.Parser(prog=NAME)
    flags.add_common(parser)
    add_arguments(parser)
    given, others = parser.parse_known_args(words)
    return vars(given), others


def run(arguments: Arguments) -> int:
    """Start the requested interface, or the one that fits the terminal; return its exit code."""
    if arguments.json and not arguments.yes:
        raise BadRequest(
            "--json needs --yes: with JSON output, the wizard asks no questions.",
            hints=tuple(invocation.command(word, "--json") for word in ("--yes", "doctor", "plan")),
        )
    install = _without_questions if arguments.yes else _with_questions
    if not arguments.room and not arguments.name:
        from wizard import engine

        return install(arguments, engine.real())
    from screens import room_reports

    return room_reports.reported(
        lambda engine: install(arguments, engine),
        arguments.room,
        arguments.name,
        as_json=arguments.json,
    )


def _without_questions(arguments: Arguments, engine: Engine) -> int:
    from screens.text import unattended

    abilities = terminal.detect()
    install = unattended.install_for_scripts if arguments.json else unattended.install
    return install(
        engine,
        arguments.checked(),
        sys.stdout,
        sys.stderr,
        can_ask=abilities.stdin and abilities.stderr,
        verbose=arguments.verbose,
    )


def _with_questions(arguments: Arguments, engine: Engine) -> int:
    abilities = terminal.detect()
    interface = terminal.choose_interface(
        abilities, prompts=arguments.prompts, plain=arguments.plain
    )
    choices = arguments.checked()
    if not (arguments.prompts or arguments.plain) and terminal.is_too_small(abilities):
        _explain_small(abilities)
    if interface is terminal.Interface.FULL:
        from screens import background

        with background.asked() as answer:  # the terminal answers during the slow import
            from screens.tui import app
        look = terminal.detect_look(arguments.color, light=answer.light, late=answer.late)
        return app.run_app(engine, choices, _unfinished, look)
    from screens.text import linear

    if interface is terminal.Interface.PROMPTS:
        from screens.text.prompts import Prompts

        return linear.install(engine, choices, Prompts(), _unfinished)
    from screens.text.plain import Plain

    return linear.install(engine, choices, Plain(), _unfinished)


def _explain_small(abilities: terminal.Abilities) -> None:
    """Say why there is no full screen, and which size it needs."""
    from wizard.wording import wrap

    wide, high = terminal.SMALLEST_SIZE
    text = (
        f"This window has {abilities.columns} × {abilities.lines} characters, and the full screen "
        f"needs {wide} × {high}. The wizard asks line by line, as with --prompts; --plain asks "
        "with numbers."
    )
    print(*wrap(text, abilities.columns), "", sep="\n")


def _unfinished() -> PastRun | None:
    """Return the last run in this folder if it was cut off or stopped."""
    from pathlib import Path

    from wizard.history import past_runs

    return past_runs.unfinished_in(str(Path.cwd()))
