"""The Python whose cryptography is proved: the one that was named, or the nearest."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from wizard import invocation
from wizard.errors import BadRequest


def find_python(python: str) -> tuple[str, str]:
    """Return the requested interpreter, and where it comes from, in a few words.

    Raises BadRequest if it finds no interpreter.
    """
    from wizard import target_environment

    if python:
        return _resolve(python)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(variable)
        if active:
            return _environment_python(Path(active)), f"the active environment, {variable}"
    for folder in (Path(".venv"), Path(target_environment.NAME)):
        own = os.path.realpath(folder) == os.path.realpath(sys.prefix)  # in a clone of the wizard
        if folder.is_dir() and not own:
            return _environment_python(folder), f"the environment {folder} in this folder"
    in_home = Path.home() / target_environment.NAME
    if in_home.is_dir():
        return _environment_python(in_home), "the environment in your home folder"
    for name in ("python3", "python"):
        found = shutil.which(name)
        if found:
            return found, f"{name} on PATH; no environment is active, and this folder contains none"
    raise BadRequest(
        "No Python was found.",
        why="No environment is active, this folder contains none, and no python3 is on PATH.",
        hints=(f"Name a Python: {invocation.command('verify', 'PATH')}",),
    )


def _resolve(python: str) -> tuple[str, str]:
    if os.path.isdir(python):  # noqa: PTH112 - unlike Path, it says no to a NUL in the name
        return _environment_python(Path(python)), "the environment's interpreter"
    if not os.path.lexists(python) and python == os.path.basename(python):  # noqa: PTH119
        found = shutil.which(python)
        if found:
            return found, f"{python} on PATH"
    return python, "as named"


def _environment_python(folder: Path) -> str:
    """Return the interpreter of an environment's folder. Raises BadRequest if it has none."""
    candidates = (
        folder / "bin" / "python",
        folder / "bin" / "python3",
        folder / "Scripts" / "python.exe",
        folder / "python.exe",  # a conda environment on Windows
    )
    for candidate in candidates:
        if os.path.lexists(candidate):  # even a broken link: verify explains it
            return str(candidate)
    raise BadRequest(
        f"The folder {folder} is not a Python environment.",
        why="It contains neither bin/python nor Scripts/python.exe.",
        hints=("Give the folder of an environment, or the path of an interpreter.",),
    )
