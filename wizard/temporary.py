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


@contextlib.contextmanager
def inside(parent: str) -> Iterator[None]:
    """Within this block, temporary files of this process are in ``parent``; empty: as usual.

    It is made if it does not exist; then it is removed afterwards, if it is empty. Raises OSError.
    """
    if not parent:
        yield
        return
    usual, exists = tempfile.tempdir, os.path.lexists(parent)
    Path(parent).mkdir(mode=0o700, parents=True, exist_ok=True)
    tempfile.tempdir = parent
    try:
        yield
    finally:
        tempfile.tempdir = usual
        if not exists:
            with contextlib.suppress(OSError):  # something is in it
                Path(parent).rmdir()


def sweep() -> None:
    """Remove the temporary folders that killed wizards of this user have left."""
    for path in left():
        unfinished.remove(path, ignore_errors=True)


def left() -> Iterator[Path]:
    """Yield the temporary folders that killed wizards of this user have left.

    Not folders without a mark, of another user, or of a wizard that is still running, and no links.
    """
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another wizard removes it too
            status = path.lstat()
            is_ours = not hasattr(os, "getuid") or status.st_uid == os.getuid()
            if stat.S_ISDIR(status.st_mode) and is_ours and unfinished.is_left(path):
                yield path
