"""Temporary folders of the wizard; those of a wizard that was killed are removed later."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from wizard import unfinished

PREFIX = "cryptography-wizard-"
UNMARKED_SECONDS = 2.0
"""The age from which an empty folder without a mark is removed. A mark comes in milliseconds."""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that only this user can read, which is removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    try:
        with unfinished.mark(made):
            yield made
    finally:
        with contextlib.suppress(OSError):  # a program still writes into it: it is swept later
            unfinished.remove(made, ignore_errors=True)


def sweep() -> None:
    """Remove the temporary folders that killed wizards of this user have left.

    Anything else is left alone: folders with something in them but without a mark, of another user,
    or of a wizard that is still running, and links.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another wizard removes it too
            status = path.lstat()
            is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if not stat.S_ISDIR(status.st_mode) or not is_ours:
                continue
            if unfinished.is_left(path):
                unfinished.remove(path, ignore_errors=True)
            elif time.time() - status.st_mtime > UNMARKED_SECONDS and _is_of_dead(path.name):
                path.rmdir()  # a killed wizard had just made it, or emptied it


def _is_of_dead(name: str) -> bool:
    """Return whether the process whose number is in the name of a folder has ended."""
    number = name[len(PREFIX) :].partition("-")[0]
    if sys.platform == "win32" or not number.isdecimal():  # there, this would end the process
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        pass  # it belongs to another user, or is no process number
    return False
