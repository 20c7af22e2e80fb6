"""The command ``resume [RUN]``: continue a run that was cut off, cancelled, or failed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from screens import flags, terminal
from screens.arguments import Common
from wizard.errors import BadRequest, Exit, WizardError

if TYPE_CHECKING:
    from wizard.choices import Choices
    from wizard.history.past_runs import PastRun

HELP = "continue a run that was cut off, cancelled or failed"
ORDER = 61
EXAMPLES = (("resume", "continue the last run"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run, or nothing for the last one; ``yes`` asks nothing."""

    words: tuple[str, ...] = ()
    yes: bool = False
    verbose: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run, and the options."""
    flags.add_run(parser, "the run to continue; otherwise the last one of this folder")
    parser.add_argument("--yes", action="store_true", help="do not ask, and keep all answers")
    parser.add_argument("--verbose", action="store_true", help="show the output of all programs")


def run(arguments: Arguments) -> int:
    """Plan again with the run's answers, for the machine as it is now, and do what is left."""
    return resume_command(
        arguments.words, yes=arguments.yes, as_json=arguments.json, verbose=arguments.verbose
    )


def resume_command(words: Sequence[str], *, yes: bool, as_json: bool, verbose: bool) -> int:
    """Continue a run; return the exit code. Raises BadRequest if there is nothing to continue.

    If a step of it has failed, and somebody can answer, it first offers what the wizard can do,
    unless ``yes``.
    """
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
    if not (as_json or yes) and abilities.stdin and abilities.stdout:
        chosen = _offer_fixes(past, choices, abilities)
        if chosen is None:
            return int(Exit.CANCELLED)
        choices = chosen
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


def _offer_fixes(past: PastRun, choices: Choices, abilities: terminal.Abilities) -> Choices | None:
    """Return the choices to go on with, changed as the user wants; None if the user stops."""
    from screens.text import linear, messages, plain, prompts
    from wizard import engine
    from wizard.fixes import offers

    state = past.state
    if state is None or state.failure is None:
        return choices
    machine = engine.real()
    try:
        decision = engine.decide(machine, choices)
    except WizardError:  # planning says why, before anything is done
        return choices
    fixes = offers.offered(machine.settle, decision.case, state)
    if not any(fix.plans_anew for fix in fixes):
        return choices
    interface = terminal.choose_interface(abilities, prompts=False, plain=False)
    is_plain = interface is terminal.Interface.PLAIN
    asker: linear.Asker = plain.Plain() if is_plain else prompts.Prompts()
    failure = state.failure
    lines = messages.failure_lines(state.step(failure.step).step, failure)
    sys.stdout.write("\n".join(lines) + "\n")
    fix = linear.pick_fix(asker, fixes)
    if fix is None or (fix.asks and not linear.agrees(asker)):
        return None
    return fix.applied(decision.choices) if fix.plans_anew else choices
