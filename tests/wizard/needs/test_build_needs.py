"""A Mac can build cryptography without a package manager."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backends.manager import managers
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Privilege
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.plan import Plan
from wizard.questions import completion

KNOWLEDGE = load()
WITHOUT = ("mac-arm-none", "mac-arm-bare", "mac-intel-none")


def source(facts: Facts, **choices: Any) -> Plan:
    return plan(facts, KNOWLEDGE, Choices(method="source", **choices))


def programs(made: Plan) -> set[str]:
    """The names of all programs that the plan starts."""
    commands = (getattr(step.action, "argv", ()) for step in made.steps)
    return {argv[0].rpartition("/")[2] for argv in commands if argv}


@pytest.mark.parametrize("name", WITHOUT)
@pytest.mark.parametrize("row", KNOWLEDGE.releases, ids=lambda row: row.name)
def test_every_release_is_built_with_rustup_and_an_own_openssl(name: str, row: Any) -> None:
    facts = machine(name)
    for listed in Case(facts, KNOWLEDGE).releases:
        if KNOWLEDGE.release(listed.version, listed=True) is not row:
            continue
        if Case(facts, KNOWLEDGE, Choices(venv="")).python_blocked_by(facts.pythons[0], listed):
            continue
        made = source(facts, release=listed.version)
        assert made.link == "static"
        steps = {step.id for step in made.steps}
        assert "openssl-build" in steps
        assert ("rustup" in steps or "rust" in steps) == (row.rust != "optional")
        assert not programs(made) & {program for m in managers() for program in (m, "brew", "port")}
        assert not any(getattr(step.action, "root", False) for step in made.steps)
        return
    pytest.skip("no release of this line works with the Python of this Mac")


def test_the_wheel_is_what_is_recommended() -> None:
    for name in WITHOUT:
        assert plan(machine(name), KNOWLEDGE, Choices()).method == "wheel"


def test_the_plan_says_that_it_needs_no_package_manager() -> None:
    assert any("needs none" in note for note in source(machine("mac-arm-none")).notes)
    assert not any("needs none" in note for note in source(machine("mac-arm-brew")).notes)


def test_the_question_recommends_the_own_openssl_and_says_what_a_manager_costs() -> None:
    case = Case(machine("mac-arm-none"), KNOWLEDGE, Choices(method="source"))
    question = next(q for q in completion.applicable(case) if q.key == "openssl")
    assert question.recommended.endswith(" static")
    assert question.recommended[0].isdigit()
    closed = {option.value: option.closed for option in question.options}
    assert "neither Homebrew nor MacPorts" in closed["system dynamic"]
    with pytest.raises(Impossible) as refused:
        source(machine("mac-arm-none"), openssl="system")
    hints = " ".join(refused.value.hints)
    assert "/opt/homebrew" in hints
    assert "/opt/local" in hints
    assert "administrator" in hints


def test_macports_without_an_administrator_and_a_homebrew_of_another_architecture() -> None:
    facts = replace(machine("mac-arm-port"), privilege=Privilege("none"), tools=())
    for name, each in (("port", facts), ("rosetta", machine("mac-rosetta"))):
        made = source(each)
        assert "openssl-build" in {step.id for step in made.steps}, name
        assert made.link == "static"


def test_in_fips_mode_an_own_openssl_is_no_replacement() -> None:
    facts = machine("mac-arm-none")
    with pytest.raises(Impossible):
        source(replace(facts, fips=replace(facts.fips, kernel=True)))


def test_a_rust_that_may_have_to_be_compiled_is_not_recommended() -> None:
    names = ("mac-intel-brew", "mac-arm-brew")
    cases = [Case(machine(name), KNOWLEDGE, Choices(method="source")) for name in names]
    intel, arm = (
        next(question for question in completion.applicable(case) if question.key == "rust")
        for case in cases
    )
    assert (intel.recommended, arm.recommended) == ("rustup", "system")
    assert "ready-made" in intel.because


def test_the_plan_says_why_it_is_not_the_newest_release() -> None:
    note = plan(machine("mac-old"), KNOWLEDGE, Choices()).notes[0]
    assert note.startswith("The newest release is 50.0.2. cryptography 50.0.2 needs Python 3.9")
