"""Folders that a run was making when it was cut off: a program was writing into them.

Such an environment cannot be used or repaired: half of pip is there, for example. A file in it says
so, from before the first program writes into it until the last one has ended. It is only ever put
into environments and temporary folders that the wizard makes itself.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import IO, Optional

from wizard import file_locks

FILE = ".cryptography-wizard-unfinished"
TEXT = (
    "cryptography-wizard makes this folder. If none is running, it was cut off: the next one "
    "deletes the folder, and makes it again if it needs it.\n"
)


_PROCESS = "process: "


def mark(folder: Path) -> IO[str]:
    """Mark a folder as unfinished, and return the file, which is locked until it is closed.

    It must be closed before the folder is deleted, for Windows. Raises OSError if it cannot be
    written.
    """
    file = (folder / FILE).open("w", encoding="utf-8")
    file.write(f"{TEXT}{_PROCESS}{os.getpid()}\n")
    file.flush()
    _try_lock(file)
    return file


def unmark(folder: Path) -> None:
    """Remove the mark: the folder is finished."""
    (folder / FILE).unlink(missing_ok=True)


def remove(folder: Path, *, ignore_errors: bool = False) -> None:
    """Delete a folder; what an interruption leaves of it is known as unfinished.

    Raises OSError, unless ``ignore_errors``: then what cannot be deleted stays, as unfinished.
    """
    with mark(folder):
        others = [entry for entry in folder.iterdir() if entry.name != FILE]
        for entry in others:
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry, ignore_errors=ignore_errors)
            else:
                entry.unlink()
        if any(os.path.lexists(entry) for entry in others):
            return
    unmark(folder)
    folder.rmdir()


def is_left(folder: Path) -> bool:
    """Return whether a wizard that has ended left this folder unfinished."""
    marker = folder / FILE
    try:
        if folder.is_symlink() or marker.is_symlink() or not marker.is_file():
            return False
        with marker.open("r+", encoding="utf-8") as file:
            return _try_lock(file)
    except OSError:
        return False  # it cannot be read, so it is not known to be ours


def worker(folder: Path) -> Optional[int]:
    """Return the process of the wizard that makes this folder now, or None if none does.

    It is 0 if another user's wizard, or another system, does not show it.
    """
    marker = folder / FILE
    try:
        if folder.is_symlink() or marker.is_symlink() or not marker.is_file():
            return None
        with marker.open("r+", encoding="utf-8") as file:
            try:
                file_locks.lock(file, exclusive=True)
            except BlockingIOError:
                number = marker.read_text(encoding="utf-8").rpartition(_PROCESS)[2].strip()
                return int(number) if number.isdecimal() else 0
    except OSError:  # it was removed in the meantime, or there are no locks
        return None
    return None


def _try_lock(file: IO[str]) -> bool:
    """Lock the file until it is closed; return whether no other process has locked it."""
    try:
        file_locks.lock(file, exclusive=True)
    except OSError:
        return False
    return True
