"""Existing environments of the system's Python: what belongs to the base is the base's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.plan import Plan

KNOWLEDGE = load()
FOLDER = "/home/ada/api"
INSIDE = f"{FOLDER}/bin/python"
HEADERS = {
    "debian-11": "python3.9-dev",
    "debian-12": "python3.11-dev",
    "debian-13": "python3.13-dev",
    "ubuntu-24.04": "python3.12-dev",
    "fedora": "python3.14-devel",
    "rhel-8": "python39-devel",
    "rhel-9": "python3.9-devel",
    "alpine-3.22": "python3-dev",
    "riscv64": "python3.13-dev",
}
"""The package with the header files of each system's first Python."""


def inside(python: Python, *, base_prefix: str = "") -> Python:
    """An environment made from this Python, as `wizard/target/describe.py` reports it."""
    return replace(
        python,
        path=INSIDE,
        prefix=FOLDER,
        environment=FOLDER,
        base=python.path,
        base_prefix=base_prefix,
        origin="asked",
        externally_managed="",
        writable=True,
    )


def with_environment(name: str, *, base_prefix: str = "/usr", alone: bool = True) -> Facts:
    facts = machine(name)
    made = inside(facts.pythons[0], base_prefix=base_prefix)
    return replace(facts, pythons=(made,) if alone else (made, *facts.pythons))


def source_build(facts: Facts) -> Plan:
    return plan(facts, KNOWLEDGE, Choices(method="source", venv=FOLDER))


def installed(made: Plan) -> tuple[str, ...]:
    step = next(step for step in made.steps if step.id == "packages")
    assert isinstance(step.action, Command)
    return step.action.argv


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("base_prefix", ["/usr", ""], ids=["read", "saved earlier"])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "with its base"])
def test_its_headers_are_installed_from_the_system(
    name: str, base_prefix: str, alone: bool
) -> None:
    assert not machine(name).pythons[0].headers
    made = source_build(with_environment(name, base_prefix=base_prefix, alone=alone))
    assert not made.new
    assert made.environment == FOLDER
    assert HEADERS[name] in installed(made)
    assert "environment" not in [step.id for step in made.steps]


def test_an_environment_of_a_python_outside_the_system_gets_no_package() -> None:
    facts = machine("debian-12")
    own = replace(facts.pythons[0], path="/opt/python/bin/python3.11", prefix="/opt/python")
    for base_prefix in ("/opt/python", ""):
        made = inside(own, base_prefix=base_prefix)
        with pytest.raises(Impossible) as caught:
            source_build(replace(facts, pythons=(made,)))
        shown = f"{caught.value} {vars(caught.value)}"
        assert f"{INSIDE} has no header files (Python.h)" in shown


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("/usr/bin/python3.11", "/usr"),
        ("/bin/python3", "/usr"),
        ("/home/ada/.pyenv/versions/3.11.7/bin/python3.11", "/home/ada/.pyenv/versions/3.11.7"),
        ("C:\\Python313\\python.exe", "C:\\Python313"),
        ("", ""),
    ],
)
def test_the_installation_of_an_environment_saved_earlier(base: str, expected: str) -> None:
    python = Python(INSIDE, "asked", prefix=FOLDER, environment=FOLDER, base=base)
    assert python.installation == expected
    assert replace(python, base_prefix="/opt/x").installation == "/opt/x"


def test_the_installation_of_a_python_outside_an_environment_is_its_prefix() -> None:
    assert Python("/usr/bin/python3", "path", prefix="/usr").installation == "/usr"


def test_a_new_environment_made_through_another_one_gets_the_system_s_venv_package() -> None:
    facts = with_environment("debian-12")
    bare = replace(facts.pythons[0], pip=None)
    assert not bare.ensurepip
    facts = replace(facts, pythons=(bare,))
    made = plan(facts, KNOWLEDGE, Choices(method="wheel", venv="/home/ada/other"))
    assert made.new
    assert "python3.11-venv" in installed(made)
