"""Whether a folder contains a project, and which of its files is read."""

from __future__ import annotations

from pathlib import Path

FOLDER_FILES = (
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "pylock.toml",
    "pyproject.toml",
    "requirements.txt",
    "environment.yml",
    "environment.yaml",
)
"""The files of a folder that are read, best first: a lock file is exact."""


def find_project(folder: Path) -> str:
    """Return the name of the first file in a folder that says what to install; empty if none."""
    return next((name for name in FOLDER_FILES if (folder / name).is_file()), "")
