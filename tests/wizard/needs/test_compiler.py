"""The C compiler of a source build: installed by its package, and yet not there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Package, Tool
from wizard.knowledge import load

COMPILERS = {"debian-12": "build-essential", "fedora": "gcc", "rhel-9": "gcc", "alpine-3.22": "gcc"}


def with_package(name: str, *tools: Tool) -> Facts:
    """A machine on which the compiler's package is installed, with these compilers."""
    facts = machine(name)
    package = Package(COMPILERS[name], installed="12.9")
    managers = tuple(
        replace(m, packages=(*(p for p in m.packages if p.name != package.name), package))
        for m in facts.managers
    )
    others = tuple(tool for tool in facts.tools if tool.name not in ("cc", "gcc"))
    return replace(facts, managers=managers, tools=(*others, *tools))


def refusal(facts: Facts) -> Impossible:
    with pytest.raises(Impossible) as caught:
        plan(facts, load(), Choices(method="source"))
    return caught.value


@pytest.mark.parametrize("name", COMPILERS)
def test_a_package_without_its_program_is_a_missing_compiler(name: str) -> None:
    error = refusal(with_package(name))
    shown = "\n".join((error.what, error.shown, error.why, *error.hints))
    assert "The C compiler is missing" in shown
    assert f"the package {COMPILERS[name]} is installed, but neither cc nor gcc runs." in shown
    assert "Check that PATH contains /usr/bin" in shown


def test_empty_package_lists_are_not_updated_first() -> None:
    facts = with_package("debian-12")
    (apt,) = facts.managers
    bare = replace(apt, packages=tuple(p for p in apt.packages if p.installed))
    error = refusal(replace(facts, managers=(bare,)))
    assert "The C compiler is missing" in f"{error.what} {error.why}"


def test_the_program_that_does_not_run_is_shown_with_its_error() -> None:
    broken = Tool("cc", "/usr/bin/cc", problem="It cannot be started: Exec format error.")
    error = refusal(with_package("debian-12", broken))
    shown = "\n".join((error.what, error.shown, error.why, *error.hints))
    assert "/usr/bin/cc: It cannot be started: Exec format error." in shown


def test_a_broken_program_that_is_first_on_the_path_is_what_a_build_starts() -> None:
    broken = Tool("cc", "/opt/old/bin/cc", problem="It cannot be started: Exec format error.")
    error = refusal(with_package("debian-12", broken, Tool("cc", "/usr/bin/cc", "12.2.0")))
    shown = "\n".join((error.what, error.shown, error.why, *error.hints))
    assert "/opt/old/bin/cc: It cannot be started: Exec format error." in shown
    assert "/usr/bin/cc works: remove /opt/old/bin from PATH" in shown


def test_a_broken_program_after_the_one_that_runs_is_never_started() -> None:
    broken = Tool("cc", "/opt/old/bin/cc", problem="It cannot be started: Exec format error.")
    facts = with_package("debian-12", Tool("cc", "/usr/bin/cc", "12.2.0"), broken)
    assert plan(facts, load(), Choices(method="source")).steps


@pytest.mark.parametrize("tool", ["cc", "gcc"])
def test_with_a_compiler_that_runs_the_build_is_planned(tool: str) -> None:
    facts = with_package("debian-12", Tool(tool, f"/usr/bin/{tool}", "12.2.0", "system"))
    made = plan(facts, load(), Choices(method="source"))
    assert "packages" in [step.id for step in made.steps]


def test_a_package_that_is_yet_to_be_installed_brings_the_compiler() -> None:
    made = plan(machine("debian-12"), load(), Choices(method="source"))
    text = next(step.why for step in made.steps if step.id == "packages")
    assert "build-essential" in text
