"""The source distribution: all that ``make run`` and ``make test`` need is in it."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.packaging.build import CHECKOUT

NEEDED = (
    *(".ci/setup", ".ci/run", ".ci/constraints.txt", "Makefile", "pyproject.toml"),
    *("README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "docs/architecture.md"),
    *("cryptography_wizard/__main__.py", "wizard/__init__.py", "screens/__init__.py"),
    *("backends/__init__.py", "assets/releases.toml", "tests/conftest.py"),
    *("tests/machines/debian-12.json", "tests/logs/gcc-missing.log"),
)


def unpack(sdist: Path, folder: Path) -> Path:
    """Unpack it and return the folder that was in it."""
    with tarfile.open(sdist) as file:
        file.extractall(folder)  # noqa: S202 - the test has made it itself
    return folder / sdist.name[: -len(".tar.gz")]


def test_all_that_the_commands_of_the_readme_need_is_in_it(sdist: Path, tmp_path: Path) -> None:
    folder = unpack(sdist, tmp_path)
    assert [name for name in NEEDED if not (folder / name).is_file()] == []
    for name in (".ci/setup", ".ci/run"):
        assert (folder / name).stat().st_mode & 0o111, f"{name} cannot be started"


@pytest.mark.skipif(
    not ((CHECKOUT / ".git").exists() and shutil.which("git")), reason="no checkout of git's"
)
def test_every_file_of_the_repository_is_in_it(sdist: Path, tmp_path: Path) -> None:
    folder = unpack(sdist, tmp_path)
    listed = subprocess.run(
        ["git", "-C", str(CHECKOUT), "ls-files", "-z"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    tracked = [name for name in listed.stdout.split("\0") if name and (CHECKOUT / name).exists()]
    assert tracked
    assert [name for name in tracked if not (folder / name).exists()] == []
