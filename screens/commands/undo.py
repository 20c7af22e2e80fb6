"""The command ``undo [RUN]``: remove what a run has installed, and only that."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

from screens import terminal
from screens.arguments import NAME, Common
from screens.text.confirm import confirm
from wizard.errors import BadRequest, Exit

HELP = "remove what a run installed, and only that"
ORDER = 62
EXAMPLES = (("undo", "remove what the last run installed"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run, or nothing for the last one. ``yes``: do not ask."""

    words: tuple[str, ...] = ()
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run, and whether to ask first."""
    parser.add_argument(
        "words", nargs="*", metavar="RUN", help="the run to undo; otherwise the last one"
    )
    parser.add_argument("--yes", action="store_true", help="undo without asking")


def run(arguments: Arguments) -> int:
    """Show what will be removed, ask, and remove it."""
    return undo_command(
        arguments.words,
        yes=arguments.yes,
        as_json=arguments.json,
        stream=sys.stdout,
        err=sys.stderr,
    )


def undo_command(
    words: Sequence[str], *, yes: bool, as_json: bool, stream: TextIO, err: TextIO
) -> int:
    """Undo a run. Returns the exit code of the run that undoes it; 0 if there is nothing to undo.

    Raises BadRequest if there is no such run, or if it cannot be undone.
    """
    if len(words) > 1:
        raise BadRequest(f"One run can be undone at a time, but {len(words)} are named.")
    from screens.text import unattended
    from wizard import engine
    from wizard.export import formats
    from wizard.history import past_runs, undo

    past = past_runs.find(words[0] if words else "")
    plan = undo.make_plan(past)
    if not plan.steps:
        lines = ("Nothing is left to undo.", *plan.notes)
        (err if as_json else stream).write("\n".join(lines) + "\n")
        return int(Exit.DONE)
    abilities = terminal.detect()
    machine = engine.real()
    if not as_json:
        stream.write(formats.to_text(plan) + "\n")
    if not yes and not confirm(
        "Undo this run?",
        err,
        command=f"{NAME} undo",
        without_asking=f"{NAME} undo {past.name} --yes",
        as_json=as_json,
    ):
        err.write("Nothing was removed.\n")
        return int(Exit.CANCELLED)
    return unattended.carry_out(
        machine,
        plan,
        stream,
        err,
        can_ask=abilities.stdin and abilities.stderr,
        as_json=as_json,
    )
