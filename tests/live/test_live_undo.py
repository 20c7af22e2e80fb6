"""Undo in throw-away Debian systems: afterwards, packages and files are as they were before."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Callable

import pytest

from tests.live import roots
from tests.live.marks import limit
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(600)]

CHANGES_ANYWAY = (
    *("/proc", "/sys", "/dev", "/run", "/tmp"),
    *("/var/cache", "/var/log", "/var/lib/apt", "/var/lib/dpkg"),
    "/var/lib/wizard-state",
    "/root/.cache",
)
"""What any use of apt or Python writes, and the wizard's record of its runs."""


def files(root: Root) -> set[str]:
    """Every file and folder in the system, but for what changes anyway."""
    found: set[str] = set()
    for folder, folders, names in os.walk(root.folder):
        inside = "/" + os.path.relpath(folder, root.folder).lstrip(".")
        path = Path(inside)
        folders[:] = [
            name
            for name in folders
            if str(path / name) not in CHANGES_ANYWAY and name != "__pycache__"
        ]
        found.update(str(path / name) for name in (*folders, *names))
    return found


def test_undo_removes_what_a_run_has_installed_and_nothing_else(
    fresh: Callable[[str], Root],
) -> None:
    root = fresh("bookworm")
    packages, before = roots.packages(root), files(root)
    done = root.wizard("--yes", "--json", timeout=300)
    assert done.code == 0, done.said
    assert set(roots.packages(root)) > set(packages)
    undone = root.wizard("undo", "--yes", timeout=300)
    assert undone.code == 0, undone.said
    assert roots.packages(root) == packages
    left = files(root) ^ before
    assert not left, sorted(left)[:20]
    again = root.wizard("undo", "--yes")
    assert again.code == 2
    assert "already undone" in again.said


def test_a_package_that_another_one_needs_now_stays(fresh: Callable[[str], Root]) -> None:
    root = fresh("bookworm")
    before = set(roots.packages(root))
    done = root.wizard("--yes", "--json", timeout=300)
    assert done.code == 0, done.said
    users = root.run("apt-get", "install", "-y", "--no-install-recommends", "python3-venv")
    assert users.code == 0, users.said
    site = next(root.path("/root/cryptography-env/lib").glob("*/site-packages"))
    (site / "requests-2.32.0.dist-info").mkdir()
    undone = root.wizard("undo", "--yes", timeout=300)
    assert undone.code == 0, undone.said
    after = set(roots.packages(root))
    assert {"python3-venv", "python3.11-venv"} <= after
    assert after - before >= {"python3.11-venv"}
    assert "stay: other packages need them now" in undone.said.replace("\n", " ")
    assert "requests" in undone.said
    assert root.path("/root/cryptography-env/pyvenv.cfg").is_file()
