"""Unpack archives: completely and only inside their folder, or not at all.

An archive may come from anywhere, so nothing in it is trusted. tarfile's filter is used if this
Python has it. The checks here always run, and are stricter: anything but a normal source archive is
rejected. (tarfile's documentation, "Extraction filters"; how links point outside in spite of it:
CVE-2007-4559, CVE-2025-4517.)
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import tarfile
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Optional, cast

from backends.action import Unpack
from wizard import locations
from wizard.errors import WizardError
from wizard.programs.processes import Cancelled

MAX_MEMBERS = 50_000
"""The largest number of files and folders in an archive; OpenSSL's source has about 6,300."""
MAX_BYTES = 500 * 1000 * 1000
"""The largest unpacked size of an archive; OpenSSL's source has 135 MB."""
HINT = "Download the archive again from its publisher, and compare its SHA-256."
_CHUNK = 1 << 16


class ArchiveRejected(WizardError):
    """An archive that is not unpacked. The message is for the user."""


def unpack(action: Unpack, cancel: threading.Event) -> None:
    """Unpack an archive. The folder then has the archive's contents, with their dates.

    An existing folder must be empty, except one in the wizard's cache, which is replaced. Raises
    ArchiveRejected if the archive cannot or must not be unpacked, and Cancelled when ``cancel`` is
    set. In these cases nothing is left behind.
    """
    archive, folder = Path(action.archive), Path(action.folder)
    deadline = time.monotonic() + action.timeout
    try:
        _check_folder(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _open_archive(archive) as file, _partial_folder(folder) as partial:
            _Writer(archive, partial).write(_Reader(archive, file, deadline, cancel))
            if folder.is_dir():
                shutil.rmtree(folder)  # empty, or in the wizard's cache: see _check_folder
            partial.replace(folder)
    except OSError as error:
        raise _unwritable(folder, error) from None
    except UnicodeError as error:
        raise _rejected(
            archive, str(error), "This system cannot create a file with that name."
        ) from None


class _Reader:
    """The archive's uncompressed bytes, as tarfile reads them, within the time limit."""

    def __init__(self, archive: Path, file: IO[bytes], limit: float, cancel: threading.Event):
        self._archive = archive
        self._limit = limit
        self._cancel = cancel
        self._bytes = 0
        self._broken: tuple[type[Exception], ...] = (EOFError, zlib.error, *_lzma_errors())
        self._file = _decompress(archive, file)

    def read(self, size: int) -> bytes:
        """Return the next bytes. tarfile uses no other method to read."""
        if self._cancel.is_set():
            raise Cancelled
        if time.monotonic() > self._limit:
            raise ArchiveRejected(
                f"Unpacking {self._archive} took too long, so it was stopped.",
                shown=f"{self._bytes:,} bytes were unpacked when the time limit ended",
                why="The disk is slow or busy.",
                hints=("Try again when the machine is less busy.",),
            )
        try:
            data = self._file.read(size)
        except self._broken as error:
            raise _damaged(self._archive, error) from None
        except OSError as error:
            # Errors of gzip and bz2 have no system error number.
            raise (_unreadable if error.errno else _damaged)(self._archive, error) from None
        self._bytes += len(data)
        if self._bytes > MAX_BYTES:
            raise _rejected(
                self._archive,
                f"more than {MAX_BYTES:,} bytes come out of {self._archive.stat().st_size:,}",
                "OpenSSL's source has 135 million bytes. This is something else, perhaps made to "
                "fill the disk.",
            )
        return data

    def drain(self) -> None:
        """Read to the end, because a compressed file's checksum is at its end."""
        while self.read(_CHUNK):
            pass


class _Writer:
    """Writes an archive's members below a new, empty folder."""

    def __init__(self, archive: Path, folder: Path):
        self._archive = archive
        self._folder = folder
        self._top = ""
        self._files: set[str] = set()
        self._folders: dict[str, Optional[float]] = {}
        self._links: list[tuple[str, str]] = []

    def write(self, reader: _Reader) -> None:
        """Write all members; links last, so that nothing is ever written through a link."""
        try:
            stream: Any = reader  # tarfile only reads from it, although mypy expects more
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as tar:
                for number, member in enumerate(tar, 1):
                    if number > MAX_MEMBERS:
                        raise self._reject(
                            f"more than {MAX_MEMBERS:,} files and folders",
                            "OpenSSL's source has about 6,300.",
                        )
                    self._add_member(tar, member)
            reader.drain()
        except tarfile.TarError as error:
            raise _damaged(self._archive, error) from None
        if not self._files:
            raise self._reject("no file in it", "It must contain one folder with the source.")
        for name, target in self._links:
            self._claim_name(name)
            (self._folder / name).symlink_to(target)
        for name, moment in reversed(self._folders.items()):
            if moment is not None:  # creating a file in a folder changes the folder's date
                os.utime(self._folder / name, (moment, moment))

    def _add_member(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        name = self._inner_name(member.name)
        if member.isdir():
            if name:
                self._make_folder(name)
                self._folders[name] = self._checked_date(member)
            return
        if not name:
            raise self._reject(
                f"{member.name} is not in a folder",
                "All files of a source archive are in one folder, which has the archive's name.",
            )
        self._check_member(member, name)
        self._apply_filter(member, name)
        self._claim_name(name)
        if member.issym():
            self._links.append((name, member.linkname))
            return
        if member.islnk():
            os.link(self._folder / self._inner_name(member.linkname), self._folder / name)
        else:
            self._write_file(tar, member, name)
        self._files.add(name)

    def _check_member(self, member: tarfile.TarInfo, name: str) -> None:
        if member.issym():
            self._check_symbolic(member, name)
        elif member.islnk():
            if self._inner_name(member.linkname) not in self._files:
                raise self._reject(
                    f"{member.name} -> {member.linkname}",
                    "This link points to no earlier file in the archive.",
                )
        elif not member.isreg():
            raise self._reject(
                f"{member.name} is a device or a pipe", "A source archive has only files."
            )
        elif member.issparse():
            raise self._reject(
                f"{member.name} has holes",
                "It could fill the disk. Source archives have no such files.",
            )
        elif member.mode & (stat.S_ISUID | stat.S_ISGID):
            raise self._reject(
                f"{member.name} has the mode {member.mode:o}",
                "It would run with the rights of another user (set-uid).",
            )

    def _check_symbolic(self, member: tarfile.TarInfo, name: str) -> None:
        """A symbolic link may go up as far as the top folder, then only down.

        Through another link, going up could leave the folder, so a path never goes up after going
        down.
        """
        parts = member.linkname.split("/")
        up = next((number for number, part in enumerate(parts) if part != ".."), len(parts))
        has_odd_character = any(char in member.linkname for char in "\\:\0")
        if not parts[0] or ".." in parts[up:] or up > name.count("/") or has_odd_character:
            raise self._reject(
                f"{member.name} -> {member.linkname}",
                "This link points outside the archive's folder.",
            )

    def _write_file(self, tar: tarfile.TarFile, member: tarfile.TarInfo, name: str) -> None:
        path = self._folder / name
        mode = 0o755 if member.mode & 0o111 else 0o644
        moment = self._checked_date(member)
        # extractfile returns None only for members that are not files.
        source = cast("IO[bytes]", tar.extractfile(member))
        with open(path, "xb", opener=lambda file, flags: os.open(file, flags, mode)) as file:
            shutil.copyfileobj(source, file, _CHUNK)
        os.utime(path, (moment, moment))

    def _inner_name(self, name: str) -> str:
        """Return the member's name below the top folder; empty for the top folder itself."""
        parts = [part for part in name.split("/") if part not in ("", ".")]
        has_odd_character = any(
            ord(char) < 32 or char in '\\:*?"<>|' for char in name
        )  # on Windows
        if name.startswith("/") or ".." in parts or has_odd_character:
            raise self._reject(f"{name!r}", "This name could point outside the archive's folder.")
        if not parts:
            return ""
        self._top = self._top or parts[0]
        if parts[0] != self._top:
            raise self._reject(
                f"{self._top} and {parts[0]}",
                "All files of a source archive are in one folder, but this one has two.",
            )
        return "/".join(parts[1:])

    def _claim_name(self, name: str) -> None:
        """Create the folder of a member. The member itself must not exist yet."""
        self._make_folder(name.rpartition("/")[0])
        if os.path.lexists(self._folder / name):
            raise self._reject(
                f"{self._top}/{name} is in it twice", "It is not clear which one is meant."
            )

    def _make_folder(self, name: str) -> None:
        if not name or name in self._folders:
            return
        self._make_folder(name.rpartition("/")[0])
        path = self._folder / name
        try:
            path.mkdir()
        except FileExistsError:
            # On a case-insensitive disk, or because a file exists there.
            if path.is_symlink() or not path.is_dir():
                raise self._reject(
                    f"{self._top}/{name} is a file and a folder", "It cannot be both."
                ) from None
        self._folders[name] = None

    def _apply_filter(self, member: tarfile.TarInfo, name: str) -> None:
        """Apply tarfile's filter; before 3.12, only the last patch versions have one."""
        if not hasattr(tarfile, "data_filter"):
            return
        inner = {"name": name}
        if member.islnk():
            inner["linkname"] = self._inner_name(member.linkname)
        try:
            inside = member.replace(**inner, deep=False)  # type: ignore[arg-type]
            tarfile.data_filter(inside, str(self._folder))
        except tarfile.FilterError as error:
            raise self._reject(f"{member.name}", f"Python's tarfile says: {error}.") from None

    def _checked_date(self, member: tarfile.TarInfo) -> float:
        if not 0 <= member.mtime < 1 << 33:  # NaN is also neither
            raise self._reject(f"{member.name} is dated {member.mtime}", "This is not a date.")
        return float(member.mtime)

    def _reject(self, shown: str, why: str) -> ArchiveRejected:
        return _rejected(self._archive, shown, why)


class _Member(tarfile.TarInfo):
    """A member whose broken header is an error; tarfile treats it as the end of the archive."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Member:
        """Read the next member's header."""
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"{error} at byte {archive.offset:,}") from None


def _check_folder(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    wizard_folders = (locations.state(), locations.cache())
    is_ours = any(home.resolve() in folder.resolve().parents for home in wizard_folders)
    is_folder = folder.is_dir() and not folder.is_symlink()
    if not is_folder or not (is_ours or next(folder.iterdir(), None) is None):
        raise ArchiveRejected(
            f"{folder} is in the way, so nothing was unpacked.",
            shown=f"{folder} is " + ("a folder with something in it" if is_folder else "no folder"),
            why="Its contents may still be needed.",
            hints=("Check its contents. If you do not need it, delete it yourself.",),
        )


@contextlib.contextmanager
def _partial_folder(folder: Path) -> Iterator[Path]:
    """Yield a new folder beside ``folder``. It is deleted afterwards if it was not moved."""
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        partial.chmod(0o755)
        yield partial
    finally:
        if partial.is_dir():
            shutil.rmtree(partial)


@contextlib.contextmanager
def _open_archive(archive: Path) -> Iterator[IO[bytes]]:
    try:
        if not stat.S_ISREG(archive.stat().st_mode):  # reading a pipe would never end
            kind = "a folder" if archive.is_dir() else "a device or a pipe"
            raise ArchiveRejected(
                f"{archive} is not an archive.",
                shown=f"it is {kind}",
                why="An archive is one file, such as openssl-3.5.4.tar.gz.",
                hints=("Give the name of the file.",),
            )
        file = archive.open("rb")
    except OSError as error:
        raise _unreadable(archive, error) from None
    with file:
        yield file


def _decompress(archive: Path, file: IO[bytes]) -> IO[bytes]:
    """Open a file for uncompressed reading; its first bytes determine the compression."""
    magic = file.read(6)
    file.seek(0)
    if not magic:
        raise _rejected(
            archive, "it has 0 bytes", "Nothing was downloaded, or the download broke off."
        )
    stream: Any = file
    try:
        if magic.startswith(b"\x1f\x8b"):
            import gzip

            stream = gzip.GzipFile(fileobj=file)
        elif magic.startswith(b"BZh"):
            import bz2

            stream = bz2.BZ2File(file)
        elif magic == b"\xfd7zXZ\0":
            import lzma

            stream = lzma.LZMAFile(file)  # noqa: SIM115 - the archive's file is closed elsewhere
    except ImportError as error:
        raise ArchiveRejected(
            f"{archive} cannot be unpacked by this Python.",
            shown=str(error),
            why="The Python that runs the wizard was built without this kind of compression.",
            hints=("Use the .tar.gz of the same source.",),
        ) from None
    return stream  # type: ignore[no-any-return]


def _lzma_errors() -> tuple[type[Exception], ...]:
    try:
        from lzma import LZMAError
    except ImportError:
        return ()
    return (LZMAError,)


def _rejected(archive: Path, shown: str, why: str) -> ArchiveRejected:
    what = f"{archive} is not a normal source archive, so it was not unpacked."
    return ArchiveRejected(what, shown=shown, why=why, hints=(HINT,))


def _damaged(archive: Path, error: Exception) -> ArchiveRejected:
    why = "It is damaged, incomplete, or not a tar archive."
    shown = str(error) or type(error).__name__
    return ArchiveRejected(f"{archive} cannot be unpacked.", shown=shown, why=why, hints=(HINT,))


def _unreadable(archive: Path, error: OSError) -> ArchiveRejected:
    return ArchiveRejected(
        f"{archive} cannot be read.",
        shown=error.strerror or str(error),
        why="Without the archive there is nothing to unpack.",
        hints=("Check that the file exists and that you may read it.",),
    )


def _unwritable(folder: Path, error: OSError) -> ArchiveRejected:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        why = "The disk or your quota is full."
        hint = "Free some space (OpenSSL's source takes about 150 MB), and try again."
    else:
        why = "The wizard does not have permission to write there."
        hint = "Set CRYPTOGRAPHY_WIZARD_CACHE to a folder that you may write to."
    where = f"{error.filename}: " if error.filename else ""
    return ArchiveRejected(
        f"Nothing could be unpacked into {folder}.",
        shown=f"{where}{error.strerror or error}",
        why=why,
        hints=(hint,),
    )
