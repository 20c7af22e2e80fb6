"""The plans of all recorded machines, made once for the tests that read every plan."""

from __future__ import annotations

import contextlib
from functools import cache

from tests.machines import FOLDER, machine
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.knowledge import load
from wizard.plan import Plan
from wizard.planning.planner import plan

CHOICES = (Choices(), Choices(method="source"))
MORE = (
    Choices(installer="pip"),
    Choices(method="source", rust="rustup"),
    Choices(method="source", release="38.0.4"),
)
"""More answers, for one machine."""


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
