"""Whether a folder contains a project, and which of its files is read."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.locations import NAME

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


_OWN_NAME = re.compile(rf'^name = "{NAME}"$', re.MULTILINE)


def find_project(folder: Path) -> str:
    """Return the name of the first file in a folder that says what to install; empty if none.

    The wizard's own clone is not a project that anybody wants to install.
    """
    if is_wizards_clone(folder):
        return ""
    return next((name for name in FOLDER_FILES if (folder / name).is_file()), "")


def is_wizards_clone(folder: Path) -> bool:
    """Return whether a folder is a clone of the wizard itself."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return _OWN_NAME.search(text) is not None
