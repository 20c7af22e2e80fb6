"""What the live tests share: a network, a pip of this machine, and the wizard as a program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.live import machine
from tests.live.command import Wizard


@pytest.fixture(scope="session")
def host_pip(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Return the command of a pip that reaches the index; skips where none does."""
    pip = (machine.newest(), "-m", "pip", "--disable-pip-version-check", "--no-input")
    folder = tmp_path_factory.mktemp("reach")
    argv = (*pip, "download", "--quiet", "--no-deps", "--dest", str(folder), "packaging")
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("the package index does not answer within a minute")
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip says nothing"]
        pytest.skip(f"pip cannot reach the package index: {lines[-1]}")
    return pip


@pytest.fixture
def wizard(host_pip: tuple[str, ...], tmp_path: Path) -> Wizard:
    """Return the wizard with a working folder of its own, on a machine that has a network."""
    return Wizard.below(tmp_path)
