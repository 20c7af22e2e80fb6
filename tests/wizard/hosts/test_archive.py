"""The wizard as one file, made of this installation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.live import machine
from wizard import __version__, checksums, single_file
from wizard.hosts import archive


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return archive.make(tmp_path_factory.mktemp("archive"))


def test_it_starts_alone(made: Path, tmp_path: Path) -> None:
    argv = (sys.executable, "-I", "-S", str(made), "--version")
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.stdout.startswith(f"cryptography-wizard {__version__}\n"), done.stderr


def test_its_exit_code_is_that_of_the_wizard(made: Path, tmp_path: Path) -> None:
    argv = (sys.executable, "-I", "-S", str(made), "--odd")
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 2
    assert "Unknown flag: --odd" in done.stderr


def test_the_same_installation_makes_the_same_file(made: Path, tmp_path: Path) -> None:
    assert checksums.of_file(archive.make(tmp_path)) == checksums.of_file(made)
    assert made.stat().st_size < 12_000_000


def test_it_knows_itself(made: Path) -> None:
    assert single_file.named(str(made)) == made


def test_it_runs_on_the_oldest_python_for_which_its_libraries_were_made(
    made: Path, tmp_path: Path
) -> None:
    oldest = archive.oldest_python()
    assert archive.OLDEST <= oldest <= sys.version_info[1]
    python = machine.find(f"3.{oldest}")
    if not python:
        pytest.skip(f"there is no Python 3.{oldest} here")
    argv = (python, "-I", "-S", str(made), "diagnose", "/nowhere")
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert done.returncode == 2, done.stderr
