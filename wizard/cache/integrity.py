"""The seal of a cache folder: the checksums of its files. Without it, a folder is incomplete."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

NAME = "sealed.json"
"""The name of the seal's file in the folder."""


@dataclass(frozen=True)
class Sealed:
    """What a seal says: a title, when the folder was sealed, and each file's SHA-256."""

    title: str
    when: str
    files: dict[str, str]


def seal(folder: Path, title: str) -> None:
    """Record the contents of ``folder``. Raises OSError if it cannot be read or written."""
    moment = datetime.now(timezone.utc).isoformat(timespec="seconds")
    text = json.dumps({"title": title, "when": moment, "files": _sums(folder)}, indent=1)
    half = folder / f".{NAME}-{os.getpid()}"
    half.write_text(text, encoding="utf-8")
    half.replace(folder / NAME)


def read(folder: Path) -> Sealed | None:
    """Return the seal of ``folder``, or None if it is missing or damaged."""
    try:
        data = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Sealed(str(data["title"]), str(data["when"]), dict(data["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # an unfinished build has none; a damaged one is rebuilt


def damage(folder: Path) -> tuple[str, ...]:
    """Return the files that are missing, changed or new since sealing. Reads all files."""
    found = read(folder)
    if found is None:
        return (NAME,)
    now = _sums(folder)
    changed = {name for name, sum_ in found.files.items() if now.get(name) != sum_}
    return tuple(sorted(changed | (now.keys() - found.files.keys())))


def sealed(folder: Path) -> tuple[str, ...]:
    """Return the names of the sealed folders in ``folder`` that still have all their files.

    Empty if the folder does not exist. Checksums are not compared, which would take too long.
    """
    if not folder.is_dir():
        return ()
    return tuple(sorted(each.name for each in folder.iterdir() if _is_there(each)))


def _is_there(folder: Path) -> bool:
    found = None if folder.is_symlink() else read(folder)
    return found is not None and all((folder / name).is_file() for name in found.files)


def _sums(folder: Path) -> dict[str, str]:
    sums = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(f".{NAME}"):
            name = path.relative_to(folder).as_posix()
            if name != NAME:
                sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return sums
