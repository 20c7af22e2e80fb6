"""The wizard as one file, ``cryptography-wizard.pyz``: the one that runs, or one that is named.

Homebrew installs it without the end of its name, and winget behind a launcher: so its contents
decide, not its name.
"""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from wizard.errors import BadRequest
from wizard.locations import NAME

_INSIDE = "cryptography_wizard/__main__.py"
"""What each has inside. The program that pip makes on Windows is a zip file too, without this."""


def running() -> Path | None:
    """Return the file that runs now; None if the wizard runs from somewhere else."""
    file = Path(sys.argv[0]).absolute()
    return file if _is_wizard(file) else None


def named(text: str) -> Path:
    """Return the file that the flag ``--wizard`` names. Raises BadRequest if it is another one."""
    file = Path(text).expanduser().absolute()
    if not file.exists():
        raise BadRequest(f"--wizard: {file} does not exist.")
    if not _is_wizard(file):
        raise BadRequest(
            f"--wizard: {file} is not the wizard as one file, or cannot be read.",
            hints=(f"It is called {NAME}.pyz, and is a zip archive.",),
        )
    return file


def chosen(text: str) -> Path | None:
    """Return the file that is named, or else the one that runs now. Raises BadRequest."""
    return named(text) if text else running()


def _is_wizard(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return _INSIDE in archive.NameToInfo
    except (OSError, zipfile.BadZipFile):
        return False
