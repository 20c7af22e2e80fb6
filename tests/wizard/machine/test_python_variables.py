"""Folders in PYTHONPATH that hide what an environment has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wizard.machine.python_variables import shadowing


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("cryptography/__init__.py", True),
        ("cffi/__init__.py", True),
        ("_cffi_backend.cpython-311-x86_64-linux-gnu.so", True),
        ("cryptography/notes.txt", False),
        ("cryptography_vectors/__init__.py", False),
    ],
)
def test_only_what_the_environment_must_have_counts(tmp_path: Path, file: str, found: bool) -> None:
    folder = tmp_path / "lib"
    (folder / file).parent.mkdir(parents=True)
    (folder / file).touch()
    path = os.pathsep.join((str(tmp_path), "", str(tmp_path / "none"), str(folder), str(folder)))
    assert shadowing({"PYTHONPATH": path}) == ((str(folder),) if found else ())


def test_no_variable() -> None:
    assert shadowing({}) == ()
