"""No plan says a sentence twice: not in two notes, not in a note and in the reason for a step."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.machines import machine, names
from tests.wizard.planned import plan
from tests.wizard.planning import test_pipx_steps as of_pipx
from tests.wizard.planning.test_pipx_steps import ANSIBLE
from tests.wizard.planning.test_project_steps import SHOP
from wizard.choices import Choices
from wizard.errors import WizardError
from wizard.facts import Project
from wizard.knowledge import load
from wizard.plan import Plan

PROJECTS = (
    SHOP,
    replace(SHOP, checked=True, hashes=("sha256:aa",)),
    replace(SHOP, kind="pyproject", name="shop", uses_cryptography=False, pythons=">=3.11"),
    replace(SHOP, kind="poetry.lock", resolver="lock", installer="/usr/bin/poetry"),
    ANSIBLE,
)
WANTED = (
    Choices(),
    Choices(method="source"),
    Choices(method="source", link="dynamic"),
    Choices(method="source", openssl="3.5.30", rust="rustup"),
    Choices(wheelhouse="/wheels"),
)


def plans(name: str) -> Iterator[Plan]:
    """The plans for this machine: alone, and for each project."""
    wanted: list[tuple[Project | None, Choices]] = [(None, choices) for choices in WANTED]
    wanted += [
        (project, replace(choices, project=project.path))
        for project in PROJECTS
        for choices in WANTED[:2]
    ]
    for project, choices in wanted:
        try:
            yield plan(replace(machine(name), project=project), load(), choices)
        except WizardError:  # not possible there
            continue


def sentences(found: Plan) -> list[str]:
    """What a plan says, in parts that end as a sentence or a half of one ends."""
    texts = (*found.notes, *(f"{step.title}. {step.why}" for step in found.steps))
    return [part for text in texts for part in re.split(r"(?<=[.:;]) +", text) if " " in part]


def repeated(found: Plan) -> list[str]:
    """What a plan says more than once."""
    said = Counter(part.rstrip(".:;") for part in sentences(found))
    return [part for part, times in said.items() if times > 1]


@pytest.mark.parametrize("name", names())
def test_no_sentence_comes_twice(name: str) -> None:
    for found in plans(name):
        assert not repeated(found), found.project


def test_an_application_with_pipx_says_nothing_twice() -> None:
    assert not repeated(of_pipx.planned(of_pipx.facts()))
