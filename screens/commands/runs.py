"""The command ``runs``: the earlier runs, and what can be done with each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from screens import fitting, flags
from screens.arguments import Common
from wizard import invocation
from wizard.errors import BadRequest, Exit
from wizard.wording import visible

if TYPE_CHECKING:
    from wizard.history.past_runs import PastRun

HELP = "earlier runs: which there were, and how each ended"
ORDER = 60
EXAMPLES = (("runs", "earlier runs, to resume, repeat or undo"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run to show in full, or nothing for a list of all."""

    words: tuple[str, ...] = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run."""
    flags.add_run(parser, "a run to show in full")


def run(arguments: Arguments) -> int:
    """Write the list, or one run, to standard output."""
    return runs_command(arguments.words, as_json=arguments.json, stream=sys.stdout)


def runs_command(words: Sequence[str], *, as_json: bool, stream: TextIO) -> int:
    """Write all runs, or the one that ``words`` names. Returns 0.

    Raises BadRequest if there is no such run.
    """
    from wizard.history import past_runs

    if len(words) > 1:
        raise BadRequest(f"One run can be shown, but {len(words)} are named.")
    runs = (past_runs.find(words[0]),) if words else past_runs.read_runs()
    if as_json:
        from wizard.codec import to_json
        from wizard.history.listing import Listing

        stream.write(to_json(Listing.of(runs)) + "\n")
        return int(Exit.DONE)
    from screens.text.past_run import details  # it imports the texts of all line faces

    lines = details(runs[0]) if words else _list(runs)
    stream.write(fitting.for_stream("\n".join(map(visible, lines)), stream) + "\n")
    return int(Exit.DONE)


def _list(runs: Sequence[PastRun]) -> list[str]:
    from screens.text.past_run import course

    if not runs:
        return ["There are no earlier runs."]
    lines: list[str] = []
    for run in runs:
        lines.append(f"{run.name}  {course(run)}")
        lines.append(f"  {run.title}" if run.state else f"  {run.problem}")
        lines += [f"  {run.target}"] if run.state and run.target else []
    return [*lines, "", f"{invocation.command('runs', 'RUN')} shows one in full."]
