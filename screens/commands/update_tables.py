"""The command ``update-tables [--from ADDRESS|FOLDER]``: newer tables of releases and failures."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens.arguments import Common
from screens.flags import StoreOnce
from wizard.errors import BadRequest

if TYPE_CHECKING:
    from wizard.updates.update import Outcome

HELP = "fetch newer tables of releases, OpenSSL versions and failures"
ORDER = 55
EXAMPLES = (("update-tables --from ADDRESS|FOLDER", "newer tables; only signed ones are accepted"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``origin`` is an address or a folder. ``reset``: go back to the built-in tables."""

    origin: str = ""
    reset: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where the tables are."""
    parser.add_argument(
        "--from",
        dest="origin",
        action=StoreOnce,
        metavar="ADDRESS|FOLDER",
        help="where the tables are (default: CRYPTOGRAPHY_WIZARD_TABLES; no address is built in)",
    )
    parser.add_argument(
        "--reset", action="store_true", help="delete the fetched tables: use the built-in ones"
    )


def run(arguments: Arguments) -> int:
    """Update the tables, and write what has changed to standard output. Raises WizardError."""
    from wizard.updates import update

    if arguments.reset and arguments.origin:
        raise BadRequest("--reset and --from contradict each other: choose one of them.")
    if arguments.reset:
        outcome = update.reset()
    else:
        outcome = update.update(update.address(arguments.origin), _say)
    if arguments.json:
        from wizard.codec import to_json

        sys.stdout.write(to_json(outcome) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(outcome)) + "\n")
    return outcome.code


def _say(what: str) -> None:
    print(what[:1].upper() + what[1:], file=sys.stderr, flush=True)


def _lines(outcome: Outcome) -> list[str]:
    if outcome.action == "reset":
        return [f"The built-in tables of {outcome.date} are in use."]
    if outcome.action == "current":
        return [f"The tables of {outcome.date} are in use, and {outcome.place} has the same."]
    changed = ", ".join(name.rpartition(".")[0].replace("_", " ") for name in outcome.changed)
    return [
        f"The tables of {outcome.date} are in use now; those before were of {outcome.before}.",
        f"Signed, checked and kept. Changed: {changed or 'nothing'}.",
    ]
