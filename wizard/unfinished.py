"""Folders that a run was making when it was cut off: a program was writing into them.

Such an environment cannot be used or repaired: half of pip is there, for example. A file in it says
so, from before the first program writes into it until the last one has ended. It is only ever put
into environments and temporary folders that the wizard makes itself.

It also says what was in the folder when the last finished step had written: if that is all that is
there, the program that was cut off had not written anything yet, and the folder can be used.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Optional

from wizard import file_locks

FILE = ".cryptography-wizard-unfinished"
TEXT = (
    "cryptography-wizard makes this folder. If none is running, it was cut off: the next one goes "
    "on with the folder if nothing in it is half written. Otherwise it deletes it.\n"
)


_CONTENTS = "contents: "
_PROCESS = "process: "
_COMPILED = "__pycache__"
"""What any start of Python may write. Python writes each of these files whole, or not at all."""


def mark(folder: Path) -> IO[str]:
    """Mark a folder as unfinished, and return the file, which is locked until it is closed.

    It must be closed before the folder is deleted, for Windows. Raises OSError if it cannot be
    written.
    """
    file = (folder / FILE).open("w", encoding="utf-8")
    _write(file, "")
    _try_lock(file)
    return file


def take_over(folder: Path) -> IO[str]:
    """Mark a folder that was left unfinished, in order to go on with it: see `mark`."""
    file = (folder / FILE).open("r+", encoding="utf-8")
    _try_lock(file)
    _write(file, _noted(file.read()))
    return file


def note_contents(file: IO[str], folder: Path) -> None:
    """Write into the mark what is in the folder now, while no program writes into it.

    Raises OSError if the folder cannot be read, or the mark cannot be written.
    """
    _write(file, _contents(folder))


def is_as_noted(folder: Path) -> bool:
    """Return whether nothing was written into the folder since `note_contents`."""
    with contextlib.suppress(OSError, UnicodeError):  # what cannot be read is not known to be whole
        noted = _noted((folder / FILE).read_text(encoding="utf-8"))
        return bool(noted) and noted == _contents(folder)
    return False


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


def _write(file: IO[str], contents: str) -> None:
    noted = f"{_CONTENTS}{contents}\n" if contents else ""
    file.seek(0)
    file.truncate()
    file.write(f"{TEXT}{noted}{_PROCESS}{os.getpid()}\n")
    file.flush()


def _noted(text: str) -> str:
    """Return the contents that the text of a mark states; empty if it states none."""
    lines = [line for line in text.splitlines() if line.startswith(_CONTENTS)]
    return lines[-1][len(_CONTENTS) :] if lines else ""


UVS_LOCK = ".lock"
"""What uv writes into an environment as soon as it looks at it."""


def _contents(folder: Path) -> str:
    """Return a checksum of the names, sizes and times of all that is in a folder."""
    import hashlib  # slow to import

    found = []
    for path in _entries(folder):
        status = path.lstat()
        what = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            found.append(what)
        elif what not in (FILE, UVS_LOCK):
            found.append(f"{what} {status.st_size} {status.st_mtime_ns}")
    text = "\n".join(sorted(found))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _entries(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name == _COMPILED:
            continue
        yield entry
        if entry.is_dir() and not entry.is_symlink():
            yield from _entries(entry)


def _try_lock(file: IO[str]) -> bool:
    """Lock the file until it is closed; return whether no other process has locked it."""
    try:
        file_locks.lock(file, exclusive=True)
    except OSError:
        return False
    return True
