"""The command ``undo [RUN]``: remove what a run has installed, and only that."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from screens import flags
from screens.arguments import Common
from wizard.errors import BadRequest

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
    flags.add_run(parser, "the run to undo; otherwise the last one of this folder")
    parser.add_argument("--yes", action="store_true", help="undo without asking")


def run(arguments: Arguments) -> int:
    """Show what will be removed, ask, and remove it. Raises BadRequest."""
    if len(arguments.words) > 1:
        raise BadRequest(f"One run can be undone at a time, but {len(arguments.words)} are named.")
    from screens.text import undoing

    return undoing.undo_run(
        arguments.words[0] if arguments.words else "",
        yes=arguments.yes,
        as_json=arguments.json,
        stream=sys.stdout,
        err=sys.stderr,
    )
