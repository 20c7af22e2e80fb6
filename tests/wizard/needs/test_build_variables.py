"""Variables that steer compilers and cargo: the build gets them, or the plan says why not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.knowledge import load
from wizard.machine import system
from wizard.needs import build_variables
from wizard.plan import Plan

LINKER = "CARGO_TARGET_AARCH64_APPLE_DARWIN_LINKER"


def source(*variables: tuple[str, str], name: str = "mac-arm-brew") -> Plan:
    facts = replace(machine(name), variables=variables)
    return plan(facts, load(), Choices(method="source"))


def install(made: Plan) -> Command:
    action = next(step.action for step in made.steps if step.id == "install")
    assert isinstance(action, Command)
    return action


@pytest.mark.parametrize("machine_name", ["mac-arm-brew", "mac-arm-none", "debian-12"])
@pytest.mark.parametrize("name", build_variables.UNSET)
def test_what_would_mix_two_openssls_or_machines_is_taken_away(
    machine_name: str, name: str
) -> None:
    made = source((name, "/opt/homebrew/include"), name=machine_name)
    assert name in install(made).unset
    assert any(note.startswith(f"{name} would change the build") for note in made.notes)
    assert any("CFLAGS (-I)" in note for note in made.notes) == (name != "CARGO_BUILD_TARGET")


@pytest.mark.parametrize("name", [*build_variables.KEPT, LINKER])
def test_what_chooses_apples_tools_is_kept_and_named(name: str) -> None:
    made = source((name, "value-of-it"))
    command = install(made)
    assert name not in command.unset
    assert any("value-of-it" in note for note in made.notes) or name in dict(command.env)


def test_the_probe_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"CPATH": "/a:/b", "SDKROOT": "/sdk", LINKER: "/usr/bin/clang"}
    for name, value in {**wanted, "CARGO_TARGET_DIR": "/x", "CPATHS": "/y"}.items():
        monkeypatch.setenv(name, value)
    found = dict(system.variables())
    assert wanted.items() <= found.items()
    assert not {"CARGO_TARGET_DIR", "CPATHS"} & found.keys()
