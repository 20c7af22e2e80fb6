"""Locks on files, which the system releases when the process ends: none is ever left over."""

from __future__ import annotations

import os
import sys
from typing import IO, Any


def lock(file: IO[Any], *, exclusive: bool) -> None:
    """Lock an open file until it is closed.

    Raises BlockingIOError if another process has locked it, and OSError if its file system has no
    locks.
    """
    if sys.platform == "win32":
        import msvcrt

        # Windows locks ranges of bytes, each with one owner: a shared lock takes one byte, an
        # exclusive one takes all.
        file.seek(0 if exclusive else os.getpid())
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 0x7FFF_FFFF if exclusive else 1)
        except PermissionError as error:
            raise BlockingIOError(*error.args) from None
    else:
        import fcntl

        fcntl.flock(file, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
