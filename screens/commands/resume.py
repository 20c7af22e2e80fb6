"""The command ``resume [RUN]``: resume a run that was cut off, cancelled, or failed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from screens import fitting, flags, terminal, working_folder
from screens.arguments import Common
from wizard.errors import BadRequest, Exit, WizardError

if TYPE_CHECKING:
    from screens.text.linear import Asker
    from wizard.choices import Choices
    from wizard.engine import Engine
    from wizard.history.past_runs import PastRun

HELP = "resume a run that was cut off, cancelled or failed"
ORDER = 61
EXAMPLES = (("resume", "show what is left of the last run, ask, and do it"),)


@dataclass(frozen=True)
class Arguments(Common):
    """``words`` are the name of a run, or nothing for the last one. ``yes``: do not ask."""

    words: tuple[str, ...] = ()
    yes: bool = False
    verbose: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the name of a run, and the options."""
    flags.add_run(parser, "the run to resume; otherwise the last one of this folder")
    parser.add_argument("--yes", action="store_true", help="do not ask, and keep all answers")
    parser.add_argument("--verbose", action="store_true", help="show the output of all programs")


def run(arguments: Arguments) -> int:
    """Plan again with the run's answers, for the machine as it is now, and do what is left."""
    return resume_command(
        arguments.words, yes=arguments.yes, as_json=arguments.json, verbose=arguments.verbose
    )


def resume_command(words: Sequence[str], *, yes: bool, as_json: bool, verbose: bool) -> int:
    """Continue a run; return the exit code.

    Unless ``yes``, it shows the commands and asks first. If a step of the run has failed, it offers
    what the wizard can do before that. Raises BadRequest if there is nothing to continue, or no
    terminal to ask in.
    """
    if len(words) > 1:
        raise BadRequest(f"One run can be resumed at a time, but {len(words)} are named.")
    from screens.text import confirm
    from wizard import engine, invocation
    from wizard.history import resume

    past = resume.find(words[0] if words else "")
    choices = resume.choices_of(past)
    if not yes:
        own = invocation.command("resume", past.name, "--yes")
        without = f"To resume without being asked: {own}"
        confirm.require_terminal("resume", "changes anything", without, as_json=as_json)
    is_elsewhere = working_folder.enter(past.working_folder)
    if not as_json:
        where = f" It was started in {past.working_folder}." if is_elsewhere else ""
        begun = f"Resuming the run {past.name}: {past.title}.{where}"
        sys.stdout.write(fitting.for_stream(begun, sys.stdout) + "\n")
    abilities = terminal.detect()
    if not yes:
        return _ask_and_go_on(past, choices, _asker(abilities), verbose=verbose)
    from screens.text import unattended

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


def _asker(abilities: terminal.Abilities) -> Asker:
    """Return what asks in this terminal, whose output may go elsewhere."""
    from screens.text import plain, prompts

    wants_plain = not abilities.stdout
    interface = terminal.choose_interface(abilities, plain=wants_plain)
    return plain.Plain() if interface is terminal.Interface.PLAIN else prompts.Prompts()


def _ask_and_go_on(past: PastRun, choices: Choices, asker: Asker, *, verbose: bool) -> int:
    """Let the user choose what helps, if a step has failed, and agree to the plan."""
    from screens.text import linear
    from wizard import engine

    machine = engine.real()
    chosen = _with_fix(machine, past, choices, asker)
    if chosen is None:
        return int(Exit.CANCELLED)
    return linear.go_on(machine, chosen, asker, past.name, verbose=verbose)


def _with_fix(machine: Engine, past: PastRun, choices: Choices, asker: Asker) -> Choices | None:
    """Return the choices to go on with, changed as the user wants; None if the user stops."""
    from screens.text import linear, messages
    from wizard import engine
    from wizard.fixes import offers

    state = past.state
    if state is None or state.failure is None:
        return choices
    try:
        decision = engine.decide(machine, choices)
    except WizardError:  # planning says why, before anything is done
        return choices
    fixes = offers.offered(machine.settle, decision.case, state)
    if not any(fix.plans_anew for fix in fixes):
        return choices
    lines = messages.failure_lines(state.step(state.failure.step).step, state.failure)
    sys.stdout.write(fitting.for_stream("\n".join(lines), sys.stdout) + "\n")
    fix = linear.pick_fix(asker, fixes)
    if fix is None:
        return None
    return fix.applied(decision.choices) if fix.plans_anew else choices
