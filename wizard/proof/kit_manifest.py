"""The manifest of a kit: every file in the folder, and what each kind of computer gets.

``manifest.json`` is at the top of the kit; ``docs/kit.md`` documents its format. The folder
``wheels`` in a kit is a wheelhouse, with its own manifest (`wizard.proof.manifest`).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard import checksums, codec, invocation, text_files
from wizard.errors import BadRequest, Impossible
from wizard.proof.manifest import INSTALLABLE

FILE = "manifest.json"
WHEELS = "wheels"
"""The folder of the wheels: a wheelhouse."""
LISTS = "requirements"
"""The folder with a list for each target, for ``pip install --require-hashes``."""
START = "START-HERE.html"
WIZARD = "cryptography-wizard.pyz"
STAGING = "unfinished"
"""The folder of downloads that are not finished. Nothing in it is ever installed."""
SCHEMA = 1
KIND = "cryptography-wizard-kit"
MAX_BYTES = 16 * 1024 * 1024
"""Bytes. A manifest has some hundred bytes for each file."""
LARGEST_FILE = 2**32 - 2
"""Bytes: FAT32 holds no larger file."""
_PLAIN_PATH = re.compile(r"(?:[\w][\w.+!-]*/){0,3}[\w][\w.+!-]*", re.ASCII)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""
_RUNNABLE = (*INSTALLABLE, ".pyz", ".pth")
_LITTER = frozenset(
    (
        *(".ds_store", ".spotlight-v100", ".fseventsd", ".trashes", ".temporaryitems"),
        *("system volume information", "$recycle.bin", "thumbs.db", "desktop.ini", "lost.dir"),
    )
)
"""What systems leave on every stick, in lower case. Nothing in a kit reads it."""
_NEWER = (f"Use the newest wizard, or the one in the kit, {WIZARD}.",)
SHOWN = 5
"""How many names of files an error shows."""


@dataclass(frozen=True)
class File:
    """One file of a kit. ``path`` is relative, with slashes; ``size`` is in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True)
class KitTarget:
    """What one kind of computer with one Python gets.

    ``name`` is that of `wizard.kit.platforms.Target`, ``title`` is for people. ``requirements`` is
    the path of its list. ``oldest`` is the oldest system on which all its wheels work: a version of
    macOS or of the C library; empty if any does. ``caveat`` says why it is not the newest release.
    """

    name: str
    title: str
    platform: str
    python: str
    release: str
    requirements: str
    wheels: tuple[str, ...]
    oldest: str = ""
    caveat: str = ""


@dataclass(frozen=True)
class Absent:
    """A target for which the kit has nothing, and why."""

    name: str
    title: str
    why: str


@dataclass(frozen=True)
class Order:
    """What the kit was asked to contain, so that an update asks for the same.

    ``platforms`` are names of `wizard.kit.platforms.PLATFORMS`. ``release`` is the newest release
    that is wanted; empty: any. ``glibc`` is the oldest glibc that Linux laptops have; empty: that
    of the platform. ``requirements`` are those of the workshop, ``constraints`` only limit
    versions; both are lines (PEP 508).
    """

    platforms: tuple[str, ...]
    pythons: tuple[str, ...]
    release: str = ""
    glibc: str = ""
    requirements: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kit:
    """A kit. ``newest`` is the newest release in it, ``made`` a UTC time."""

    schema: int
    kind: str
    newest: str
    order: Order
    targets: tuple[KitTarget, ...]
    absent: tuple[Absent, ...]
    files: tuple[File, ...]
    wizard: str = ""
    made: str = ""


def is_kit(folder: Path) -> bool:
    """Return whether a folder has the manifest of a kit, whether or not the kit is whole."""
    return _raw(folder).get("kind") == KIND


def _raw(folder: Path) -> dict[str, object]:
    """Return what the manifest of a folder contains; empty if it has none that can be read."""
    try:
        with (folder / FILE).open("rb") as stream:
            found = json.loads(stream.read(MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def kit_of(folder: Path) -> Path | None:
    """Return the kit that a folder is, or whose folder of wheels it is; None if it is neither.

    An unfinished kit is one too.
    """
    for place in (folder, folder.parent) if folder.name == WHEELS else (folder,):
        half = (place / WHEELS).is_dir() and (place / LISTS).is_dir()
        unfinished = (half or (place / STAGING).is_dir()) and not (place / FILE).exists()
        if is_kit(place) or unfinished:
            return place
    return None


def load(folder: Path) -> Kit:
    """Read the manifest of a kit. Raises BadRequest if it is missing, damaged, or newer."""
    file = folder / FILE
    try:
        if not folder.is_dir():
            what = "is a file, not a folder" if folder.exists() else "does not exist"
            raise BadRequest(f"The kit {folder} {what}.", hints=(_make_hint(folder),))
        if not file.is_file():
            raise _unfinished(folder)
    except OSError as error:
        raise BadRequest(f"{file} cannot be read.", shown=error.strerror or str(error)) from None
    text = text_files.read_regular(file, "a manifest", limit=MAX_BYTES)
    try:
        found = codec.from_json(Kit, text, source=str(file), schema=SCHEMA)
    except BadRequest as error:
        if not is_kit(folder):
            raise BadRequest(
                f"{folder} is not a kit.", shown=error.what, hints=(_make_hint(folder),)
            ) from None
        stated = _raw(folder).get("schema")
        if type(stated) is int and stated > SCHEMA:
            raise BadRequest(
                f"The kit {folder} was made by a newer wizard.", shown=error.what, hints=_NEWER
            ) from None
        raise _damaged(file, "\n".join(filter(None, (error.what, error.shown)))) from None
    problem = _inconsistent(found)
    if problem:
        raise _damaged(file, problem)
    return found


def _inconsistent(kit: Kit) -> str:
    """Return what cannot be true in a manifest; empty if nothing."""
    if kit.kind != KIND:
        return f"Its kind is {kit.kind[:60]!r}."
    for file in kit.files:
        if problem := unportable(file.path):
            return f"It names {file.path[:100]!r}: {problem}."
        if not re.fullmatch(r"[0-9a-f]{64}", file.sha256) or not 0 <= file.size <= LARGEST_FILE:
            return f"The checksum or the size of {file.path[:100]!r} is impossible."
    if clash := clashes(file.path for file in kit.files):
        return f"It lists a file twice: {clash}"
    paths = {file.path for file in kit.files}
    for target in kit.targets:
        named = (target.requirements, *(f"{WHEELS}/{name}" for name in target.wheels))
        if unknown := [name for name in named if name not in paths]:
            return (
                f"The target {target.name[:60]!r} needs a file that it does not list: {unknown[0]}"
            )
    return "" if kit.targets else "It has no targets."


def unportable(path: str) -> str:
    """Return why some systems cannot have a file with this path, as a phrase; empty if all can."""
    if not _PLAIN_PATH.fullmatch(path) or path == FILE or path.startswith(f"{STAGING}/"):
        return "this is not the path of a file in a kit"
    for part in path.split("/"):
        if part.endswith(".") or _RESERVED.fullmatch(part):
            return "Windows and FAT32 cannot have a file with this name"
        if len(part) > 255:
            return "the name is too long"
    return ""


def clashes(paths: Iterable[str]) -> str:
    """Return two paths that are the same on a disk that ignores case; empty if there are none."""
    seen: dict[str, str] = {}
    for path in paths:
        parts = path.split("/")
        if path.casefold() in seen:
            return f"{seen[path.casefold()]}, {path}"
        seen[path.casefold()] = path
        # A folder must not be a file, nor be written in two ways.
        for number in range(1, len(parts)):
            above = "/".join(parts[:number])
            known = seen.setdefault(f"{above.casefold()}/", above)
            if known != above:
                return f"{known}, {above}"
    for path in list(seen):
        if not path.endswith("/") and f"{path}/" in seen:
            return f"{seen[path]}, {seen[path]}/"
    return ""


def compare(
    folder: Path,
    kit: Kit,
    say: Callable[[int, int], None] = lambda _done, _of: None,
) -> None:
    """Raise Impossible if a file of the kit is missing or differs, or if there is any other.

    ``say`` gets the progress, as in `differences`.
    """
    problems = differences(folder, kit, say)
    first = next(problems, None)
    if first is None:
        return
    more = [problem for problem, _ in zip(problems, range(SHOWN - 1))]
    raise Impossible(
        f"The kit {folder} is not as it was made.",
        shown="\n".join((first, *more)),
        why="A file was added, changed, or only partly copied.",
        hints=(
            "Nothing was installed.",
            "Copy the kit again, or repair it with a network: "
            f"{invocation.command('kit', 'update', str(folder))}",
        ),
    )


def differences(
    folder: Path, kit: Kit, say: Callable[[int, int], None] = lambda _done, _of: None
) -> Iterator[str]:
    """Yield each difference between a folder and its manifest, as a line: the path, and what it is.

    Extra files come first, then missing ones and sizes, then checksums, which take long. ``say``
    gets how many bytes were read, and how many there are, before each file is read.
    """
    named = {file.path for file in kit.files}
    for path in unnamed(folder, named):
        yield f"{path}: the manifest does not name it"
    readable = []
    for file in kit.files:
        place = folder / file.path
        try:
            if place.is_symlink() or not place.is_file():
                yield f"{file.path}: it is missing, or not a regular file"
                continue
            size = place.stat().st_size
        except OSError as error:
            yield f"{file.path}: it cannot be read ({error.strerror})"
            continue
        if size != file.size:
            yield f"{file.path}: it has {size:,} bytes, not {file.size:,}"
        else:
            readable.append(file)
    done, whole = 0, sum(file.size for file in kit.files)
    for file in readable:
        say(done, whole)
        done += file.size
        try:
            found = checksums.of_file(folder / file.path)
        except OSError as error:
            yield f"{file.path}: it cannot be read ({error.strerror})"
            continue
        if found != file.sha256:
            yield f"{file.path}: its SHA-256 is {found}, not {file.sha256}"


def unnamed(folder: Path, named: set[str]) -> list[str]:
    """Return the files in a kit that are not in ``named`` but could be installed or run, sorted.

    They are all files beside the wheels and the lists, and packages and programs of Python
    anywhere. What systems leave on every stick does not count, nor do unfinished downloads, nor
    the documents of a workshop.
    """
    found = []
    for parent, folders, files in os.walk(folder, followlinks=False):
        inside = Path(parent).relative_to(folder)
        at_top = inside == Path()
        # A folder that is a link is not followed: what it contains is somewhere else.
        linked = [name for name in folders if (Path(parent) / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if name not in linked and not is_litter(name) and not (at_top and name == STAGING)
        ]
        for name in (*files, *linked):
            path = (inside / name).as_posix()
            if path in named or path == FILE or is_litter(name):
                continue
            if inside.parts[:1] in ((WHEELS,), (LISTS,)) or name.lower().endswith(_RUNNABLE):
                found.append(path)
    return sorted(found)


def is_litter(name: str) -> bool:
    """Return whether a system leaves a file or folder with this name on every disk."""
    # macOS keeps what FAT32 has no place for in such a file beside each file.
    return name.lower() in _LITTER or name.startswith("._")


def _unfinished(folder: Path) -> BadRequest:
    if (folder / STAGING).is_dir() or (folder / WHEELS).is_dir():
        return BadRequest(
            f"The kit {folder} is unfinished: it has no {FILE}.",
            why="Making it was interrupted, or the copy of it.",
            hints=(
                f"To resume: {invocation.command('kit', 'make', str(folder))}, with the same "
                "options. What is there is not downloaded again.",
            ),
        )
    return BadRequest(f"{folder} has no {FILE}, so it is not a kit.", hints=(_make_hint(folder),))


def _make_hint(folder: Path) -> str:
    return f"Make one with a network: {invocation.command('kit', 'make', str(folder))}"


def _damaged(file: Path, shown: str) -> BadRequest:
    return BadRequest(
        f"{file} is damaged.", shown=shown, hints=("Copy the kit again, or make it again.",)
    )
