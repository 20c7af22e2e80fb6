"""A build leaves out the optimisation that gains next to nothing, unless the user decided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.knowledge import load
from wizard.needs import cargo_profile


def profile(release: str = "50.0.2", *variables: tuple[str, str]) -> dict[str, str]:
    """What the build of a release sets of cargo's profile on a machine with these variables."""
    facts = replace(machine("debian-12"), variables=variables)
    made = plan(facts, load(), Choices(method="source", release=release))
    action = next(step.action for step in made.steps if step.id == "install")
    assert isinstance(action, Command)
    return {name: value for name, value in action.env if name.startswith("CARGO_PROFILE_")}


def test_a_build_is_not_optimised_across_its_parts() -> None:
    assert profile() == dict(zip(cargo_profile.VARIABLES, ("off", "4")))


def test_releases_that_ask_for_it_themselves_are_left_as_they_are() -> None:
    assert profile("40.0.2") == {}


@pytest.mark.parametrize("name", cargo_profile.VARIABLES)
def test_what_the_user_has_set_stays(name: str) -> None:
    assert profile("50.0.2", (name, "fat")) == {}
