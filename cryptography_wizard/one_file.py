"""Lets the wizard start quickly from one file, ``cryptography-wizard.pyz``.

Python imports from a zip file, but compiles every module again at each start, which takes twice as
long. So the first start unpacks the file into the wizard's cache, and the next ones run from that
copy. If there is no place for a copy (no home, a read-only or full disk), the wizard runs from the
file itself: everything works in both.

A copy is named after what the file contains. It gets its name when it is complete, so it does not
matter how many wizards start at once, or that one of them is killed. Its files might still be lost
if the computer crashes in the next moments: their sizes are compared until they must have reached
the disk. A running wizard keeps the file `MARK` in its copy locked: so no other one removes it.

Nothing but the standard library is imported here, and little of it: every start pays for it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

NAME = "cryptography-wizard"
FOLDER = "program"
"""The folder of the copies in the wizard's cache. `wizard.cache.entries` lists the old ones."""
MARK = ".use"
"""The file in a copy that a running wizard locks. Its time is that of the last start.

It is empty until the files of the copy have reached the disk.
"""
WRITTEN_SECONDS = 120.0
"""After this time, a system has written a new file to its disk: 30 seconds are usual."""
TRUSTED_SECONDS = 86400.0
"""The sizes are compared again if the last start is longer ago: some programs tidy up caches."""
UNUSED_SECONDS = 7 * 86400.0
"""A copy of another version that was not started for so long is removed."""
LOCK_SECONDS = 2.0
"""The longest time to wait for another wizard that removes a copy: renaming it is quick."""

_held: list[IO[bytes]] = []
"""What stays open, and so locked, until this process ends."""


class DamagedFileError(Exception):
    """The one file is not as it was made; the text says what is wrong."""


def use(archive: str, build: str) -> None:
    """Let the next imports find the wizard and its libraries in a copy, or in ``archive``.

    ``build`` names what the archive contains. Raises DamagedFileError.
    """
    copy = copy_of(Path(archive).absolute(), build)
    if copy is None:
        make_imports_wait()
    sys.path[0] = str(copy or Path(archive).absolute())
    for name in [name for name in sys.modules if name.partition(".")[0] == "cryptography_wizard"]:
        del sys.modules[name]


def make_imports_wait() -> None:
    """Let two threads that import the same module from a zip file wait for each other.

    Python 3.10 and later do that. In 3.9, the second one gets a module that is not complete yet,
    because the importer of zip files has no ``exec_module``: this is that of Python 3.10.
    """
    if sys.version_info >= (3, 10):
        return
    from zipimport import zipimporter

    def exec_module(self: zipimporter, module: ModuleType) -> None:
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102 - as any import does

    def create_module(self: zipimporter, spec: ModuleSpec) -> None:
        """Let Python make the module, as usual."""

    zipimporter.create_module = create_module
    zipimporter.exec_module = exec_module


def copy_of(archive: Path, build: str) -> Path | None:
    """Return the folder with the contents of ``archive``; None if there is no place for it.

    Raises DamagedFileError.
    """
    cache = cache_folder(sys.platform, os.environ)
    if cache is None or not _is_ours(cache):
        return None
    copy = cache / FOLDER / build
    try:
        return copy if _hold(copy, archive) or _make(copy, archive) else None
    except OSError:
        return None


def cache_folder(platform: str, environ: Mapping[str, str]) -> Path | None:
    """Return the wizard's cache, as `wizard.locations.cache` does; None if there is no home.

    platformdirs, which that asks, takes as long to import as all else that a start needs.
    """
    override = environ.get("CRYPTOGRAPHY_WIZARD_CACHE")
    if override:
        return Path(override).absolute()
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"], NAME, "Cache")
    if platform not in ("win32", "darwin") and environ.get("XDG_CACHE_HOME", "").strip():
        return Path(environ["XDG_CACHE_HOME"], NAME)
    try:
        home = Path.home()
    except (RuntimeError, KeyError):
        return None
    if not home.is_absolute():
        return None
    if platform == "win32":
        return home / "AppData" / "Local" / NAME / "Cache"
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / NAME


def _is_ours(folder: Path) -> bool:
    """Return whether this user owns a folder, or the one in which it would be made.

    Root runs nothing from another user's folder, and leaves nothing there.
    """
    if sys.platform == "win32":
        return True
    for each in (folder / FOLDER, folder, *folder.parents):
        try:
            return each.stat().st_uid == os.geteuid()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return False


def _hold(copy: Path, archive: Path) -> bool:
    """Return whether a copy is whole, and keep it from being removed while this process runs."""
    try:
        file = _lock(copy / MARK)
    except FileNotFoundError:
        return False
    mark = os.fstat(file.fileno())
    trusted = mark.st_size and time.time() - mark.st_mtime < TRUSTED_SECONDS
    if trusted or _has_all_files(copy, archive):
        _held.append(file)
        with contextlib.suppress(OSError):  # it is on a read-only disk
            os.utime(copy / MARK)
        return True
    file.close()
    return False


def _lock(mark: Path) -> IO[bytes]:
    """Open a mark and lock it, together with other wizards. Raises OSError."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        file = mark.open("rb")
        if sys.platform == "win32":
            return file  # while a file is open, its folder cannot be renamed
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        except OSError:
            return file  # this file system has no locks
        if mark.exists():
            return file
        file.close()  # it was removed in between


def _has_all_files(copy: Path, archive: Path) -> bool:
    """Return whether the files of a copy have their sizes; mark it if they will keep them."""
    import zipfile

    try:
        with zipfile.ZipFile(archive) as file:
            for info in file.infolist():
                if (copy / info.filename).stat().st_size != info.file_size:
                    return False
        if time.time() - copy.stat().st_mtime > WRITTEN_SECONDS:
            (copy / MARK).write_bytes(b"on the disk\n")
    except FileNotFoundError:
        return False
    return True


def _make(copy: Path, archive: Path) -> bool:
    """Unpack the archive as ``copy``; return whether it can be used. Raises OSError.

    Also raises DamagedFileError.
    """
    import shutil
    import tempfile
    import zipfile
    import zlib

    copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{copy.name}-", dir=copy.parent))
    try:
        with zipfile.ZipFile(archive) as file:
            file.extractall(partial)  # the file is the program that runs here
        (partial / MARK).touch()
        try:
            partial.rename(copy)
        except OSError:
            if not _hold(copy, archive):  # else another wizard was quicker
                _discard(copy)
                partial.rename(copy)
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise DamagedFileError(str(error)) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    _sweep(copy)
    return bool(_held) or _hold(copy, archive)


def _discard(copy: Path) -> None:
    """Remove a copy. Raises OSError."""
    import shutil

    renamed = copy.with_name(f".{copy.name.lstrip('.')}-{os.getpid()}")
    copy.rename(renamed)
    shutil.rmtree(renamed, ignore_errors=True)


def _sweep(copy: Path) -> None:
    """Remove what others have left: copies that are not used any more, and unfinished ones."""
    for other in copy.parent.iterdir():
        if other == copy or other.is_symlink():
            continue
        with contextlib.suppress(OSError):  # another wizard runs from it, or removes it
            mark = other / MARK
            exists = mark.exists()
            if time.time() - (mark if exists else other).stat().st_mtime < UNUSED_SECONDS:
                continue
            if sys.platform == "win32" or not exists:
                _discard(other)
                continue
            import fcntl

            with mark.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _discard(other)
