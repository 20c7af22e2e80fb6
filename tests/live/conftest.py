"""What the live tests share: a network, a pip, the wizard as a program, and whole systems."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from tests.live import machine, roots
from tests.live.command import Wizard
from tests.live.roots import Root


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


@pytest.fixture(scope="session")
def base(
    host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives the pristine root of a suite, with the wizard in it."""
    roots.possible()
    wheel = roots.build_wheel(host_pip, tmp_path_factory.mktemp("wheel"))
    made: dict[str, Root] = {}

    def pristine(suite: str) -> Root:
        if suite not in made:
            folder = tmp_path_factory.mktemp("roots") / suite
            made[suite] = roots.make(suite, roots.PYTHONS[suite], folder, include=("sudo",))
            roots.install_wizard(made[suite], host_pip, wheel)
        return made[suite]

    yield pristine
    for root in made.values():
        shutil.rmtree(root.folder)


@pytest.fixture
def fresh(base: Callable[[str], Root], tmp_path: Path) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives a root of a suite for this test alone."""
    made: list[Path] = []

    def copy(suite: str) -> Root:
        pristine = base(suite)
        folder = tmp_path / suite
        made.append(folder)
        argv = ("cp", "--archive", "--reflink=auto", str(pristine.folder), str(folder))
        subprocess.run(argv, check=True, timeout=120)
        return Root(folder, pristine.python)

    yield copy
    for folder in made:
        shutil.rmtree(folder)
