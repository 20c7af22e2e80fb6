"""The cache: what is in it, whether its entries are complete, and how to clear it.

Only files that the wizard itself created are seen. If CRYPTOGRAPHY_WIZARD_CACHE names a folder with
other files, those stay untouched.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import stat
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Literal

import wizard
from wizard import file_locks, locations
from wizard.cache import integrity
from wizard.errors import WizardError
from wizard.knowledge import load
from wizard.openssl_archive import SIGNATURE
from wizard.programs import locks

Kind = Literal["rust", "openssl", "source", "program", "leftover"]
LOCK = "in-use.lock"
"""The file that every run locks while it may use the cache: see `in_use`."""
LOCK_WAIT_SECONDS = 60.0
"""The longest time, in seconds, that a run waits while another process clears the cache."""
_BUILT = re.compile(r"\d+\.\d+\.\d+[a-z]?-(static|shared)-[\w.-]+", re.ASCII)
_SOURCE = re.compile(r"openssl-([\w.-]+?)(?:-sha256-([0-9a-f]{64}))?\.tar\.gz", re.ASCII)
"""The version, and the checksum if it differs from the table's.

See `wizard.openssl_archive.cached_name`.
"""
_WHEELHOUSE = re.compile(r"[0-9a-f]{8}", re.ASCII)
"""The folder in which a wheelhouse is made: `wizard.target_environment.work_folder`."""
_RUST_ENDED = "multirust-config.toml"
"""The file that rustup writes at the end of an installation: the list of its components."""
_COPY = re.compile(r"[0-9a-f]{16}", re.ASCII)
"""An unpacked ``cryptography-wizard.pyz``: see `cryptography_wizard.one_file`."""
COPIES = "program"
"""The folder of these copies."""
COPY_LOCK = ".use"
"""The file in such a copy that a wizard locks while it runs from there."""
_PARTIAL = re.compile(r"\.(openssl-|rust-|[0-9a-f]{8}-|\d+\.\d+\.\d+).*", re.ASCII)
"""The hidden name of a file or folder while it is being written or removed."""


@dataclass(frozen=True)
class Entry:
    """One thing in the cache.

    ``name`` is its path in the cache, with slashes; ``title`` says what it is. ``bytes`` is the
    size of its files; ``changed`` is when it was created (ISO 8601, UTC). A ``leftover`` comes from
    an interrupted run and is not needed.
    """

    name: str
    kind: Kind
    title: str
    path: str
    bytes: int
    changed: str


def entries() -> tuple[Entry, ...]:
    """Return what is in the cache: Rust, OpenSSL builds, their sources, and leftovers.

    Raises WizardError if the cache cannot be read.
    """
    root = locations.cache()
    try:
        return tuple(_entry(root, path, kind) for path, kind in _find_entries(root))
    except OSError as error:
        raise _cache_error("The cache cannot be read.", error) from None


def verify(entry: Entry) -> tuple[str, ...]:
    """Return its problems, one sentence each; empty if it is complete, or a leftover.

    Compares all available checksums. Raises WizardError if the entry cannot be read.
    """
    path = Path(entry.path)
    try:
        if entry.kind == "openssl":
            return _verify_openssl(path)
        if entry.kind == "source":
            return _verify_source(path)
        return _verify_rust(path) if entry.kind == "rust" else ()
    except OSError as error:
        raise _cache_error(f"{entry.name} cannot be read.", error) from None


def clear(entry: Entry) -> None:
    """Remove the entry from the cache. Links are never followed.

    Raises WizardError if it cannot be removed, or if a run of the wizard might be using it.
    """
    root, path = locations.cache(), Path(entry.path)
    with alone(root / LOCK):
        if (path, entry.kind) not in set(_find_entries(root)):
            return  # it is gone, or has been replaced
        try:
            with _unused(entry):
                discard(path)
        except OSError as error:
            raise _cache_error(
                f"{entry.name} could not be removed, or not all of it.", error
            ) from None


def _unused(entry: Entry) -> contextlib.AbstractContextManager[None]:
    """Within this block, no wizard can begin to run from the entry. Raises WizardError if one does.

    Windows renames no folder with an open file in it: nothing else is needed there, or possible.
    """
    lock = Path(entry.path) / COPY_LOCK
    if entry.kind != "program" or os.name == "nt" or not lock.exists():
        return contextlib.nullcontext()
    return alone(lock)


def discard(path: Path) -> None:
    """Remove a file or a folder of the cache. Links are not followed. Raises OSError.

    It is never incomplete under its own name, even if this is interrupted.
    """
    renamed = path.with_name(f".{path.name.lstrip('.')}-{os.getpid()}")
    path.rename(renamed)
    shutil.rmtree(renamed) if renamed.is_dir() and not renamed.is_symlink() else renamed.unlink()


def discard_unfinished_rust() -> bool:
    """Remove a Rust whose installation was interrupted; return whether there was one.

    rustup-init would try to update it, and fail. Only for a run that alone installs Rust. Raises
    OSError.
    """
    rust = locations.cache() / "rust"
    if not rust.is_dir() or rust.is_symlink():
        return False
    toolchains = _toolchains(rust)
    ended = [(each / "lib" / "rustlib" / _RUST_ENDED).is_file() for each in toolchains]
    if toolchains and all(ended) and not _verify_rust(rust):
        return False
    discard(rust)
    return True


def sweep() -> None:
    """Remove the folders that interrupted runs have left in the cache.

    Nothing is removed while a run uses the cache. Interrupted downloads stay: they are continued.
    """
    root = locations.cache()
    with contextlib.suppress(OSError, WizardError):  # it is in use, or cannot be read: they stay
        left = [path for path, kind in _find_entries(root) if kind == "leftover" and path.is_dir()]
        if left:
            with alone():
                for path in left:
                    shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def in_use(cancel: threading.Event, lock: Path | None = None) -> Iterator[None]:
    """Within this block, no process can clear the cache. Several runs can hold it at once.

    With ``lock``, a file in the cache, the same is true for what that lock protects. This holds a
    file lock in the cache, which the system releases when the process ends. While
    another process clears the cache, this waits until ``cancel`` is set, for at most
    `LOCK_WAIT_SECONDS`. If no lock is possible, the block runs without one, and `clear` refuses to
    clear.
    """
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(_lock_file(lock or locations.cache() / LOCK))
            while not _try_shared_lock(file) and time.monotonic() < deadline:
                if cancel.wait(0.1):
                    break
        except OSError:
            stack.close()  # a file system without locks, or a read-only cache
        yield


def _try_shared_lock(file: IO[bytes]) -> bool:
    try:
        file_locks.lock(file, exclusive=False)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def alone(lock: Path | None = None) -> Iterator[None]:
    """Within this block no run uses the cache, or what ``lock`` protects: see `in_use`.

    Raises WizardError if a run is using it.
    """
    lock = lock or locations.cache() / LOCK
    with contextlib.ExitStack() as stack:
        try:
            file_locks.lock(stack.enter_context(_lock_file(lock)), exclusive=True)
        except BlockingIOError:
            holder = locks.holder(str(lock)) or "another process"
            raise WizardError(
                "The cache is in use, so nothing was removed.",
                shown=f"{lock} is locked by {holder}",
                why="Another run of the wizard is building something and may need the cache.",
                hints=("Wait until that run is finished, or cancel it. Then try again.",),
            ) from None
        except OSError as error:
            raise _cache_error(
                "The wizard cannot find out whether the cache is in use.", error
            ) from None
        yield


def _lock_file(lock: Path) -> IO[bytes]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    return lock.open("ab")


def _find_entries(root: Path) -> Iterator[tuple[Path, Kind]]:
    """Yield the wizard's own entries, recognized by path, name and kind of file."""
    openssl = root / "openssl"
    for path in _without_links(root):
        if path.name == "rust" and any((path / part).is_dir() for part in ("rustup", "cargo")):
            yield path, "rust"
        elif _PARTIAL.fullmatch(path.name) and path.is_dir():
            yield path, "leftover"
    for path in _without_links(root / COPIES):
        if path.is_dir() and _COPY.fullmatch(path.name) and not _runs_from(path):
            yield path, "program"
    for path in _without_links(root / "wheelhouse"):
        if path.is_dir() and (_WHEELHOUSE.fullmatch(path.name) or _PARTIAL.fullmatch(path.name)):
            yield path, "leftover"
    if openssl.is_symlink():
        return
    for path in _without_links(openssl):
        if path.is_dir() and _BUILT.fullmatch(path.name):
            yield path, "openssl"
        elif path.is_dir() and _PARTIAL.fullmatch(path.name):
            yield path, "leftover"
    for path in _without_links(openssl / "src"):
        if path.is_file() and _SOURCE.fullmatch(path.name):
            yield path, "source"
        elif path.is_file() and (_PARTIAL.fullmatch(path.name) or _is_signature(path)):
            yield path, "leftover"
    for path in _without_links(openssl / "build"):
        if path.is_dir() and (_BUILT.fullmatch(path.name) or _PARTIAL.fullmatch(path.name)):
            yield path, "leftover"


def _runs_from(copy: Path) -> bool:
    """Return whether this wizard runs from that copy: then it is needed, not kept for later."""
    return copy in Path(wizard.__path__[0]).parents


def _is_signature(path: Path) -> bool:
    return path.suffix == SIGNATURE and bool(_SOURCE.fullmatch(path.stem))


def _without_links(folder: Path) -> list[Path]:
    """Return the contents of a folder without links; empty if it is a link itself, or missing.

    The cache folder itself may be a link, so that users can move it to another disk.
    """
    if not folder.is_dir() or (folder.is_symlink() and folder != locations.cache()):
        return []
    return sorted(path for path in folder.iterdir() if not path.is_symlink())


def _entry(root: Path, path: Path, kind: Kind) -> Entry:
    changed = datetime.fromtimestamp(path.stat().st_mtime, timezone.utc)
    return Entry(
        path.relative_to(root).as_posix(),
        kind,
        _title(path, kind),
        str(path),
        _size(path),
        changed.isoformat(timespec="seconds"),
    )


def _title(path: Path, kind: Kind) -> str:
    if kind == "rust":
        names = ", ".join(toolchain.name for toolchain in _toolchains(path))
        return f"Rust ({names})" if names else "Rust"
    if kind == "source":
        return f"the source of OpenSSL {_version_and_sum(path)[0]}"
    if kind == "program":
        return "another version of cryptography-wizard.pyz, unpacked for quick starts"
    if kind == "openssl":
        seal = integrity.read_seal(path)
        return seal.title if seal else f"OpenSSL {path.name.partition('-')[0]}, unfinished build"
    return "from a run that was interrupted or is still running"


def _size(path: Path) -> int:
    """Return the size in bytes of a file, or of all files in a folder; hard links count once."""
    if not path.is_dir():
        return path.stat().st_size
    sizes = {}
    for folder, _, names in os.walk(path):
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # a build is running in it
                status = (Path(folder) / name).lstat()
                if stat.S_ISREG(status.st_mode):
                    sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values())


def _verify_openssl(path: Path) -> tuple[str, ...]:
    if integrity.read_seal(path) is None:
        return ("Its build was not finished: the list of its files and checksums is missing.",)
    names = integrity.damaged_files(path)
    return tuple(f"{name} has changed since it was built." for name in names)


def _verify_source(path: Path) -> tuple[str, ...]:
    version, custom_sum = _version_and_sum(path)
    documented = next(
        (source.sha256 for source in load().openssls if source.version == version), ""
    )
    expected = custom_sum or documented
    if not expected:
        return _verify_gzip(path)
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    actual = digest.hexdigest()
    return () if actual == expected else (f"Its SHA-256 is {actual}, not {expected}.",)


def _version_and_sum(path: Path) -> tuple[str, str]:
    match = _SOURCE.fullmatch(path.name)
    return (match[1], match[2] or "") if match else ("", "")


def _verify_gzip(path: Path) -> tuple[str, ...]:
    """For a version that the wizard does not know, only gzip's checksum can be compared."""
    import gzip

    try:
        with gzip.open(path) as file:
            while file.read(1 << 20):
                pass
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        return (f"It is damaged or incomplete: {error}.",)
    return () if path.stat().st_size else ("It is empty.",)


def _verify_rust(path: Path) -> tuple[str, ...]:
    """rustup keeps no checksums, only lists of the installed files."""
    toolchains = _toolchains(path)
    if not toolchains:
        return ("It contains no toolchain: its installation was not finished.",)
    problems = []
    for toolchain in toolchains:
        rustlib = toolchain / "lib" / "rustlib"
        lists = sorted(rustlib.glob("manifest-*"))
        if not lists:
            problems.append(f"{toolchain.name} was not finished: the list of its files is missing.")
        for manifest in lists:
            for line in manifest.read_text(encoding="utf-8", errors="replace").splitlines():
                kind, _, name = line.partition(":")
                if kind in ("file", "dir") and not os.path.lexists(toolchain / name):
                    problems.append(f"{name} of {toolchain.name} is missing.")
    if _has_half_settings(path):
        problems.append("The settings of rustup were not written completely.")
    return tuple(problems)


def _has_half_settings(rust: Path) -> bool:
    """Return whether rustup was cut off while it wrote its settings, which it cannot read then.

    It empties the file first. Without the file, it writes a new one.
    """
    file = rust / "rustup" / "settings.toml"
    return file.is_file() and b"version" not in file.read_bytes()


def _toolchains(rust: Path) -> list[Path]:
    return [path for path in _without_links(rust / "rustup" / "toolchains") if path.is_dir()]


def _cache_error(what: str, error: OSError) -> WizardError:
    where = f"{error.filename}: " if error.filename else ""
    denied = error.errno in (errno.EACCES, errno.EPERM)
    return WizardError(
        what,
        shown=f"{where}{error.strerror or error}",
        why="You do not have permission." if denied else "The system refuses.",
        hints=(f"Look into {locations.cache()}. You can delete its contents yourself.",),
    )
