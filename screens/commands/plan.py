"""The command ``plan``: show the steps and their exact commands, and run nothing."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from screens import fitting, flags, terminal
from screens.arguments import WithChoices
from screens.flags import StoreOnce
from wizard.choices import Choices
from wizard.errors import Exit

HELP = "show the steps and their exact commands; run nothing"
ORDER = 20
EXAMPLES = (("plan --format sh > steps.sh", "write the steps as a script"),)
FORMATS = ("text", "json", "sh", "powershell", "dockerfile")


@dataclass(frozen=True)
class Arguments(WithChoices):
    """``facts`` is the file of a saved machine; empty: this machine. ``format``: see `FORMATS`."""

    facts: str = ""
    format: str = "text"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the choices, the form of the plan, and the machine that it is for."""
    flags.add_choices(parser)
    parser.add_argument(
        "--format",
        action=StoreOnce,
        choices=FORMATS,
        help="output format: text, JSON, a script, or a Dockerfile",
    )
    flags.add_facts(parser)


def run(arguments: Arguments) -> int:
    """Write the plan to standard output."""
    choices = arguments.checked(other_machine=bool(arguments.facts))
    text = _formatted_plan(arguments, choices).rstrip("\n")
    if arguments.format in ("sh", "powershell", "dockerfile") and not arguments.json:
        terminal.write_file(f"{text}\n", sys.stdout)
    else:
        is_text = arguments.format == "text" and not arguments.json
        print(fitting.for_stream(text, sys.stdout) if is_text else text)
    return Exit.DONE


def _formatted_plan(arguments: Arguments, choices: Choices) -> str:
    if arguments.format == "dockerfile" and not arguments.json:
        return _dockerfile(arguments.facts, choices)
    from wizard import engine

    if arguments.facts:
        from wizard.machine import saved

        decision = engine.settle(engine.case_of(saved.load(arguments.facts), choices))
    else:
        from screens.text import slow_probe

        with slow_probe.announced_on_stderr():
            decision = engine.decide(engine.real(), choices)
    if arguments.json or arguments.format == "json":
        from wizard import codec

        return codec.to_json(decision.plan)
    from wizard.export import formats

    writers = {"sh": formats.to_shell, "powershell": formats.to_powershell}
    if arguments.format in writers:
        return writers[arguments.format](decision.plan)
    return formats.to_text(decision.plan, privilege=decision.facts.privilege, to_type=True)


def _dockerfile(saved_machine: str, choices: Choices) -> str:
    """Return the plan for a new container with the machine's distribution, as a Dockerfile."""
    from wizard import engine

    if saved_machine:
        from wizard.machine import saved

        facts = saved.load(saved_machine)
    else:
        from screens.text import slow_probe

        with slow_probe.announced_on_stderr():
            facts = engine.real().probe(Choices(python=choices.python), everything=True)
    return engine.dockerfile_for(engine.case_of(facts, choices))
