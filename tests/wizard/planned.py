"""The plans of all recorded machines, made once for the tests that read every plan."""

from __future__ import annotations

import contextlib
from functools import cache

from tests.machines import FOLDER, machine
from wizard import engine
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Facts
from wizard.knowledge import Knowledge, load
from wizard.needs.case import Case
from wizard.plan import Plan
from wizard.planning import planner
from wizard.questions import completion

CHOICES = (Choices(), Choices(method="source"))
MORE = (
    Choices(installer="pip"),
    Choices(method="source", rust="rustup"),
    Choices(method="source", release="38.0.4"),
)
"""More answers, for one machine."""


def plan(facts: Facts, knowledge: Knowledge, choices: Choices) -> Plan:
    """The plan for these choices; open ones get the recommended answer."""
    return plan_of(Case(facts, knowledge, choices))


def plan_of(case: Case) -> Plan:
    """The plan of a case; several cases of one machine can share their answers."""
    return planner.make_plan(completion.complete(case))


def dockerfile(facts: Facts, choices: Choices) -> str:
    """The Dockerfile for these choices."""
    return engine.dockerfile_for(engine.case_of(facts, choices))


@cache
def plans() -> tuple[Plan, ...]:
    """A wheel and a source build for each machine, as far as it can have them."""
    names = sorted(file.stem for file in FOLDER.glob("*.json") if file.stem != "listing")
    wanted = [(name, choices) for name in names for choices in CHOICES]
    wanted += [("debian-12", choices) for choices in MORE]
    made = []
    for name, choices in wanted:
        with contextlib.suppress(WizardError):  # refused: there is no plan
            made.append(plan(machine(name), load(), choices))
    return tuple(made)
