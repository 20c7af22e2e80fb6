"""Environments that a run was making when it was cut off: a program was writing into them.

Such an environment cannot be used or repaired: half of pip is there, for example. A file in it says
so, from before the first program writes into it until the last one has ended. It is only ever put
into environments that a run makes itself.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO

FILE = ".cryptography-wizard-unfinished"
TEXT = (
    "cryptography-wizard makes this environment. If no cryptography-wizard is running, the run was "
    "cut off: the next one deletes this folder, and makes it again.\n"
)


def mark(folder: Path) -> IO[str]:
    """Mark an environment as unfinished, and return the file, which is locked until it is closed.

    Raises OSError if it cannot be written.
    """
    file = (folder / FILE).open("w", encoding="utf-8")
    file.write(TEXT)
    file.flush()
    _try_lock(file)
    return file


def unmark(folder: Path) -> None:
    """Say that the environment is finished."""
    (folder / FILE).unlink(missing_ok=True)


def is_left(folder: Path) -> bool:
    """Return whether a run that has ended left this environment unfinished."""
    marker = folder / FILE
    try:
        if folder.is_symlink() or marker.is_symlink() or not marker.is_file():
            return False
        with marker.open("r+", encoding="utf-8") as file:
            return _try_lock(file)
    except OSError:
        return False  # it cannot be read, so it is not known to be ours


def _try_lock(file: IO[str]) -> bool:
    """Lock the file until it is closed; return whether no other process has locked it.

    Windows cannot delete a folder with an open file in it, so nothing is locked there.
    """
    if sys.platform == "win32":
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
