"""Temporary folders of the wizard; those of a wizard that was killed are removed later."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wizard import unfinished

PREFIX = "cryptography-wizard-"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Yield a folder that only this user can read, which is removed afterwards."""
    made = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with unfinished.mark(made):
            yield made
    finally:
        with contextlib.suppress(OSError):  # a program still writes into it: it is swept later
            unfinished.remove(made, ignore_errors=True)


def sweep() -> None:
    """Remove the temporary folders that killed wizards of this user have left.

    Anything else is left alone: folders without a mark, of another user, or of a wizard that is
    still running, and links.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another wizard removes it too
            status = path.lstat()
            is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if stat.S_ISDIR(status.st_mode) and is_ours and unfinished.is_left(path):
                unfinished.remove(path, ignore_errors=True)
