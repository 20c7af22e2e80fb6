"""A dynamic build on Windows asks for OpenSSL's DLLs before it compiles."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from typing import Literal

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.diagnosis.diagnose import diagnose
from wizard.knowledge import load
from wizard.needs.openssl import Library
from wizard.plan import Step
from wizard.planning.openssl_steps import dll_names, dll_step

DYNAMIC = Choices(method="source", link="dynamic")


def checks(name: str, choices: Choices = DYNAMIC) -> list[Step]:
    made = plan(machine(name), load(), choices)
    before = [step.id for step in made.steps]
    if "dlls" in before:
        assert before.index("dlls") < before.index("install")
        install = next(step for step in made.steps if step.id == "install")
        assert "dlls" in install.needs or any(
            "dlls" in step.needs for step in made.steps if step.id in install.needs
        )
    return [step for step in made.steps if step.id == "dlls"]


@pytest.mark.parametrize(
    ("name", "release", "dlls"),
    [
        ("windows-64", "50.0.2", ("libcrypto-3-x64.dll", "libssl-3-x64.dll")),
        ("windows-64", "42.0.8", ("libcrypto-3-x64.dll", "libssl-3-x64.dll")),
        ("windows-arm64", "50.0.2", ("libcrypto-3-arm64.dll", "libssl-3-arm64.dll")),
    ],
)
def test_windows_is_asked_before_anything_is_compiled(
    name: str, release: str, dlls: tuple[str, ...]
) -> None:
    (step,) = checks(name, replace(DYNAMIC, release=release))
    assert isinstance(step.action, Command)
    assert all(dll in step.action.argv[-1] and dll in step.why for dll in dlls)


@pytest.mark.parametrize("name", ["debian-12", "mac-arm-brew"])
def test_other_systems_are_not_asked(name: str) -> None:
    assert checks(name) == []


@pytest.mark.parametrize(
    ("version", "platform", "link", "dlls"),
    [
        ("1.1.1w", "win-amd64", "dynamic", ("libcrypto-1_1-x64.dll", "libssl-1_1-x64.dll")),
        ("1.1.1w", "win32", "dynamic", ("libcrypto-1_1.dll", "libssl-1_1.dll")),
        ("4.0.3", "win-amd64", "", ("libcrypto-4-x64.dll", "libssl-4-x64.dll")),
        ("3.6.0", "win-amd64", "static", ()),
        ("LibreSSL 4.1.0", "win-amd64", "dynamic", ()),
        ("3.6.0", "mingw_x86_64", "dynamic", ()),
    ],
)
def test_the_names_are_those_of_the_version(
    version: str,
    platform: str,
    link: Literal["", "dynamic", "static"],
    dlls: tuple[str, ...],
) -> None:
    facts = machine("windows-64")
    python = replace(facts.pythons[0], platform=platform)
    assert dll_names(facts, python, Choices(link=link), Library(version)) == dlls
    assert dll_names(facts, python, Choices(link=link), None) == ()


@pytest.mark.parametrize("present", [True, False])
def test_the_check_fails_with_the_names_if_one_is_missing(present: bool) -> None:
    action = dll_step(sys.executable, ("libcrypto-3-x64.dll", "libssl-3-x64.dll"), ()).action
    assert isinstance(action, Command)
    code = action.argv[-1]
    ast.parse(code)
    assert '"' not in code
    # A system without Windows' loader gets one that finds the DLLs, or does not.
    loader = """
import ctypes
def load(name):
    if not PRESENT:
        raise FileNotFoundError(f"Could not find module '{name}' (or one of its dependencies).")
ctypes.WinDLL = load
"""
    text = loader.replace("PRESENT", str(present)) + code
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode == 0) == present
    if not present:
        found = diagnose((done.stdout + done.stderr).splitlines(), ours=True)
        assert found.id == "openssl-dll-not-found"
        assert any("--link static" in hint for hint in found.hints)
