"""What the doctor can put right: a plan from findings, and what earlier runs have left."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import RemoveFolder
from tests.machines import machine
from tests.wizard.advice.test_doctor import GOOD
from wizard import locations, unfinished
from wizard.cache import integrity
from wizard.choices import Choices
from wizard.engine import case_of
from wizard.facts import Facts, Pip, Python, Tool
from wizard.history import leftovers, repair
from wizard.history.leftovers import Environment, Leftovers
from wizard.plan import Plan
from wizard.running.step_runner import remove_folder

NONE = Leftovers()


def plan(facts: Facts, left: Leftovers = NONE) -> Plan:
    return repair.make_plan(case_of(facts, Choices()), left)


def ids(made: Plan) -> list[str]:
    return [step.id for step in made.steps]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("debian-13", ["packages-refresh", "packages"]),
        ("debian-13-bare", ["packages-refresh"]),
        ("alpine-3.19", ["packages-refresh", "packages", "rustup", "rust"]),
        ("alpine-3.16", []),  # only a build with another OpenSSL is possible
        ("mac-arm-bare", ["compiler-ask", "compiler", "rustup", "rust"]),
        ("mac-arm-ssh", ["compiler-update", "compiler", "packages-refresh", "packages"]),
        ("mac-arm-none", []),
        ("windows-64", []),
        ("windows-64-bare", []),
    ],
)
def test_what_recorded_machines_lack(name: str, expected: list[str]) -> None:
    made = plan(machine(name))
    assert ids(made) == expected
    assert made.prepares == (expected == ["packages-refresh"])
    assert made.repairs
    assert not any(step.proves or step.role in ("build", "install") for step in made.steps)


def test_each_step_needs_only_steps_of_the_plan_and_the_tools_stay() -> None:
    made = plan(machine("alpine-3.19"))
    assert {need for step in made.steps for need in step.needs} <= set(ids(made))
    assert not any(isinstance(step.action, RemoveFolder) for step in made.steps)
    assert made.notes == (repair.ONLY_FOR_SOURCE,)
    assert all(step.undo for step in made.steps if step.role == "rust")


def test_nothing_is_wrong_with_a_good_machine() -> None:
    assert plan(GOOD).steps == ()


def test_rust_alone_is_not_downloaded_in_advance_unless_an_old_one_is_there() -> None:
    without = tuple(tool for tool in GOOD.tools if tool.name == "cc")
    (apt,) = GOOD.managers
    packages = tuple(
        replace(each, candidate="1.48.0-1", installed="")
        if each.name in ("rustc", "cargo")
        else each
        for each in apt.packages
    )
    manager = replace(apt, packages=packages)
    facts = replace(GOOD, tools=without, managers=(manager,), cache="/home/ada/.cache/wizard")
    assert plan(facts).steps == ()
    old = Tool("rustc", "/usr/bin/rustc", "1.48.0", "system")
    assert ids(plan(replace(facts, tools=(*without, old)))) == ["rustup", "rust"]


def test_an_old_pip_in_the_environment_of_this_folder_is_upgraded() -> None:
    pip = Pip("9.0.1", ("cp311-cp311-manylinux1_x86_64",))
    inside = Python(
        **{**GOOD.pythons[0].__dict__, "path": "/w/env/bin/python", "origin": "folder"}
        | {"environment": "/w/env", "pip": pip, "externally_managed": ""}
    )
    made = plan(replace(GOOD, folder="/w", pythons=(inside, *GOOD.pythons)))
    assert ids(made) == ["pip-upgrade"]
    assert made.environment == "/w/env"
    assert not made.new


def test_what_is_left_is_removed_first_and_said() -> None:
    environment = Environment("/w/.venv", "Its Python is missing.", ("a", "b", "c", "d"))
    left = Leftovers(temporary=("/tmp/cryptography-wizard-x",), environments=(environment,))
    made = plan(machine("debian-13"), left)
    assert ids(made)[:2] == ["temporary-1", "environment-1"]
    assert [step.action for step in made.steps[:2]] == [
        RemoveFolder("/tmp/cryptography-wizard-x"),
        RemoveFolder("/w/.venv"),
    ]
    assert "What is in it is lost: a, b, c and 1 more." in made.steps[1].why


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Facts:
    """A working folder, a temporary folder, and separate folders for state and cache."""
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    for name in ("tmp", "work"):
        (tmp_path / name).mkdir()
    return replace(GOOD, folder=str(tmp_path / "work"))


def test_nothing_is_left_in_empty_folders(place: Facts) -> None:
    assert leftovers.read(place) == NONE
    assert leftovers.findings(NONE) == ()


def test_what_killed_runs_have_left_is_found_and_can_be_removed(
    place: Facts, tmp_path: Path
) -> None:
    work, killed, users = (
        Path(place.folder),
        tmp_path / "tmp/cryptography-wizard-a",
        tmp_path / "tmp/cryptography-wizard-b",
    )
    half = work / "cryptography-env"
    for folder in (killed, users, half):
        folder.mkdir()
    for folder in (killed, half):
        unfinished.mark(folder).close()
    built = locations.cache() / "openssl" / "3.5.7-static-x86_64"
    built.mkdir(parents=True)
    (built / "libssl.a").write_text("good")
    integrity.seal(built, "OpenSSL 3.5.7")
    (built / "libssl.a").write_text("bad")
    source = locations.cache() / "openssl" / "src" / "openssl-3.5.7.tar.gz"
    source.parent.mkdir()
    source.write_bytes(b"cut off")
    left = leftovers.read(place)
    assert left.temporary == (str(killed),)
    assert [one.folder for one in left.environments] == [str(half)]
    assert {one.entry.path for one in left.cache} == {str(built), str(source)}
    titles = [finding.title for finding in leftovers.findings(left)]
    assert titles == ["Environment", "Temporary", "Cache", "Cache"]
    made = plan(place, left)
    assert len(made.steps) == 4
    for step in made.steps:
        assert isinstance(step.action, RemoveFolder)
        assert remove_folder(step.action).state == "done", step
    assert leftovers.read(place) == NONE
    assert users.is_dir()


def test_only_broken_environments_of_the_working_folder_are_removed(
    place: Facts, tmp_path: Path
) -> None:
    here, elsewhere, no_environment = (
        Path(place.folder) / ".venv",
        tmp_path / "elsewhere",
        Path(place.folder) / "documents",
    )
    packages = here / "lib/python3.11/site-packages"
    for folder in (packages / "click-8.1.dist-info", packages / "pip-23.dist-info", elsewhere):
        folder.mkdir(parents=True)
    no_environment.mkdir()
    for folder in (here, elsewhere):
        (folder / "pyvenv.cfg").touch()
    broken = tuple(
        Python(os.fspath(folder / "bin/python"), "folder", "", environment=os.fspath(folder),
               problem="It is a broken link.")
        for folder in (here, elsewhere, no_environment)
    )  # fmt: skip
    left = leftovers.read(replace(place, pythons=(*broken, *place.pythons)))
    assert left.environments == (Environment(str(here), "It is a broken link.", ("click",)),)
