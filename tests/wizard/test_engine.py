"""The decisions of the engine: what is probed for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

import pytest

from tests.machines import machine
from tests.simulate import simulated
from wizard.choices import Choices
from wizard.engine import Engine, decide
from wizard.errors import Impossible
from wizard.facts import Facts, Listing


class Probed:
    """A machine that remembers how it was probed."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.asked: list[tuple[bool, Optional[Facts]]] = []

    def __call__(
        self, _choices: Choices, *, everything: bool = False, after: Facts | None = None
    ) -> Facts:
        self.asked.append((everything, after))
        return self.facts

    @property
    def engine(self) -> Engine:
        return Engine(self, simulated(), lambda _facts: True)


def test_one_probe_is_enough_if_a_plan_is_possible() -> None:
    probed = Probed(machine("debian-12"))
    assert decide(probed.engine, Choices(method="wheel")).plan.steps
    assert probed.asked == [(False, None)]


def test_an_index_that_has_failed_is_not_asked_again_for_the_alternatives() -> None:
    facts = replace(machine("debian-12"), listing=Listing(problem="The index did not answer."))
    probed = Probed(facts)
    with pytest.raises(Impossible, match="The index did not answer"):
        decide(probed.engine, Choices(method="wheel"))
    assert probed.asked == [(False, None), (True, facts)]
