"""What has the default name of a new environment, but is something else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.screens.pretend import DEBIAN
from wizard import target_environment, unfinished
from wizard.machine import occupied
from wizard.target_environment import NAME


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        *(("nothing", False), ("file", True), ("link", True), ("empty", False), ("full", True)),
        *(("environment", False), ("unfinished", False)),
    ],
)
def test_only_something_else_occupies_the_name(tmp_path: Path, kind: str, expected: bool) -> None:
    path = tmp_path / NAME
    if kind == "file":
        path.touch()
    elif kind == "link":
        path.symlink_to("nowhere")
    elif kind != "nothing":
        path.mkdir()
    if kind in ("full", "unfinished"):
        (path / "own").touch()
    if kind == "environment":
        (path / "pyvenv.cfg").touch()
    if kind == "unfinished":
        unfinished.mark(path).close()
    assert occupied.find((tmp_path, tmp_path)) == ((str(path),) if expected else ())


def test_the_next_free_name_is_taken(tmp_path: Path) -> None:
    for name in (NAME, f"{NAME}-2"):
        (tmp_path / name).touch()
    found = occupied.find((tmp_path,))
    assert len(found) == 2
    facts = replace(DEBIAN, folder=str(tmp_path), occupied=found)
    assert target_environment.default_folder(facts) == str(tmp_path / f"{NAME}-3")
