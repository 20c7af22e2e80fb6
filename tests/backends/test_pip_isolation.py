"""A Python that the wizard starts imports nothing from the current folder, whatever is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from backends import pip
from backends.action import Command

HOSTILE = "import os; os._exit(66)\n"
NAMES = ("pip.py", "venv.py", "ensurepip.py", "random.py", "pip/__init__.py", "pip/__main__.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that have the names of modules."""
    for name in NAMES:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(HOSTILE)
    return tmp_path


def run(command: Command, folder: Path) -> int:
    return subprocess.run(
        command.argv, cwd=folder, capture_output=True, timeout=120, check=False
    ).returncode


def test_what_is_in_the_current_folder_is_not_run(folder: Path) -> None:
    made = folder / "environment"
    assert run(pip.make_environment(sys.executable, str(made), with_pip=False), folder) == 0
    inside = str(made / "bin" / "python")
    assert run(pip.ensure(inside), folder) == 0
    assert run(Command((*pip.module(inside), "--version")), folder) == 0
    assert run(pip.uninstall(inside, ("pip",)), folder) == 0
    assert run(Command((inside, "-m", "pip", "--version")), folder) == 66, "it would be run"
