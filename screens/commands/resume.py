"""The command ``resume [RUN]``: continue a run that was cut off, cancelled, or failed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from screens import flags, terminal
from screens.arguments import Common
from wizard.errors import BadRequest

HELP = "continue a run that was cut off, cancelled or failed"
ORDER = 61
EXAMPLES = (("resume", "continue the last run"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run, or nothing for the last one."""

    words: tuple[str, ...] = ()
    verbose: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run."""
    flags.add_run(parser, "the run to continue; otherwise the last one")
    parser.add_argument("--verbose", action="store_true", help="show the output of all programs")


def run(arguments: Arguments) -> int:
    """Plan again with the run's answers, for the machine as it is now, and do what is left."""
    return resume_command(arguments.words, as_json=arguments.json, verbose=arguments.verbose)


def resume_command(words: Sequence[str], *, as_json: bool, verbose: bool) -> int:
    """Continue a run; return the exit code. Raises BadRequest if there is nothing to continue."""
    if len(words) > 1:
        raise BadRequest(f"One run can be continued at a time, but {len(words)} are named.")
    from screens.text import unattended
    from wizard import engine
    from wizard.history import past_runs, resume

    past = past_runs.find(words[0] if words else "")
    choices = resume.choices_of(past)
    if past.working_folder and Path(past.working_folder).is_dir():
        os.chdir(past.working_folder)
    if not as_json:
        sys.stdout.write(f"Continuing the run {past.name}: {past.title}.\n")
    abilities = terminal.detect()
    install = unattended.install_for_scripts if as_json else unattended.install
    return install(
        engine.real(),
        choices,
        sys.stdout,
        sys.stderr,
        can_ask=abilities.stdin and abilities.stderr,
        verbose=verbose,
        resumes=past.name,
    )
