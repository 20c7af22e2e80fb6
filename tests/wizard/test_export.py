"""A plan written out."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command, Prove, WriteFile
from tests.machines import machine
from wizard.choices import Choices
from wizard.export import command_text, to_shell, to_text
from wizard.knowledge import load
from wizard.plan import Plan, Step
from wizard.planner import plan

DEBIAN = plan(machine("debian-12"), load(), Choices(method="source"))


def small(*steps: Step, environment: str = "/e") -> Plan:
    return Plan("50.0.2", "wheel", "static", "/e/bin/python", environment, True, steps)


def run(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = folder / "plan.sh"
    path.write_text(script)
    return subprocess.run(
        ["sh", str(path)], capture_output=True, text=True, cwd=folder, timeout=30, check=False
    )


def test_the_text_has_every_step_with_its_command() -> None:
    text = to_text(DEBIAN)
    for step in DEBIAN.steps:
        assert step.title in text
    assert "(as root)" in text
    assert "$ LC_ALL=C DEBIAN_FRONTEND=noninteractive" in text
    assert max(len(line) for line in text.splitlines() if "$ " not in line) < 120


def test_progress_reports_are_not_for_people() -> None:
    assert "Status-Fd" not in to_text(DEBIAN) + to_shell(DEBIAN)


def test_the_script_is_accepted_by_the_shell(tmp_path: Path) -> None:
    (tmp_path / "plan.sh").write_text(to_shell(DEBIAN))
    subprocess.run(["sh", "-n", str(tmp_path / "plan.sh")], check=True, timeout=30)


@pytest.mark.parametrize(
    "name", ["a b", "it's", '"q"', "$(touch stolen)", "`touch stolen`", "a\nb"]
)
def test_odd_names_stay_one_word(tmp_path: Path, name: str) -> None:
    show = Command((sys.executable, "-c", "import sys; print(repr(sys.argv[1]))", name))
    result = run(to_shell(small(Step("s", f"Show {name}", f"Why {name}.", show), environment=name)),
                 tmp_path)  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert repr(name) in result.stdout
    assert not (tmp_path / "stolen").exists()


def test_the_script_sets_variables_and_path(tmp_path: Path) -> None:
    show = Command(
        (sys.executable, "-c", "import os; print(os.environ['A'], os.environ['PATH'])"),
        env=(("A", "x y"),),
        path=("/opt/rust 1/bin",),
    )
    result = run(to_shell(small(Step("s", "t", "w.", show))), tmp_path)
    assert result.stdout.splitlines()[-1].startswith("x y /opt/rust 1/bin:")


def test_the_script_writes_files_and_folders(tmp_path: Path) -> None:
    write = WriteFile(str(tmp_path / "a b.txt"), "50%\n$HOME\n")
    result = run(to_shell(small(Step("s", "t", "w.", write))), tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "a b.txt").read_text() == "50%\n$HOME\n"


def test_the_script_stops_at_the_first_failure(tmp_path: Path) -> None:
    fail = Command((sys.executable, "-c", "import sys; sys.exit(7)"))
    later = WriteFile(str(tmp_path / "later"), "x")
    result = run(to_shell(small(Step("a", "t", "w.", fail), Step("b", "t", "w.", later))), tmp_path)
    assert result.returncode == 7
    assert not (tmp_path / "later").exists()


def test_the_proof_of_the_script_fails_without_cryptography(tmp_path: Path) -> None:
    empty = tmp_path / "cryptography"
    empty.mkdir()
    (empty / "__init__.py").write_text("raise ImportError('not installed')\n")
    prove = Prove(sys.executable, "50.0.2")
    result = run(to_shell(small(Step("p", "t", "w.", prove))), tmp_path)
    assert result.returncode != 0
    assert "ImportError" in result.stderr


def test_windows_commands_are_quoted_for_windows() -> None:
    command = Command(("C:\\Program Files\\python.exe", "-m", "venv", "C:\\my env"))
    shown = command_text(command, "windows")
    assert shown == '"C:\\Program Files\\python.exe" -m venv "C:\\my env"'


def test_a_command_can_be_pasted() -> None:
    for step in DEBIAN.steps:
        if isinstance(step.action, Command):
            words = shlex.split(command_text(step.action))
            assert words[-len(step.action.argv) :] == list(step.action.argv)


def test_a_preparation_says_that_more_follows() -> None:
    prepared = replace(DEBIAN, prepares=True)
    assert to_text(prepared).startswith("Prepare")
    assert "again" in to_shell(prepared)
