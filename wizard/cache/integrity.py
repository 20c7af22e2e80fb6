"""The seal of a cache folder: the checksums of its files. Without it, a folder is incomplete."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from wizard import checksums

SEAL_FILE = "sealed.json"
"""The name of the seal's file in the folder."""


@dataclass(frozen=True)
class SealContent:
    """What a seal says: a title, when the folder was sealed, and each file's SHA-256."""

    title: str
    when: str
    files: dict[str, str]


def seal(folder: Path, title: str) -> None:
    """Record the contents of ``folder``. Raises OSError if it cannot be read or written."""
    time = datetime.now(timezone.utc).isoformat(timespec="seconds")
    text = json.dumps({"title": title, "when": time, "files": _checksums(folder)}, indent=1)
    partial = folder / f".{SEAL_FILE}-{os.getpid()}"
    partial.write_text(text, encoding="utf-8")
    partial.replace(folder / SEAL_FILE)


def read_seal(folder: Path) -> SealContent | None:
    """Return the seal of ``folder``, or None if it is missing or damaged."""
    try:
        data = json.loads((folder / SEAL_FILE).read_text(encoding="utf-8"))
        return SealContent(str(data["title"]), str(data["when"]), dict(data["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None  # an unfinished build has none; a damaged one is rebuilt


def damaged_files(folder: Path) -> tuple[str, ...]:
    """Return the files that are missing, changed or new since sealing. Reads all files."""
    content = read_seal(folder)
    if content is None:
        return (SEAL_FILE,)
    current = _checksums(folder)
    changed = {name for name, sum_ in content.files.items() if current.get(name) != sum_}
    return tuple(sorted(changed | (current.keys() - content.files.keys())))


def sealed_folders(folder: Path) -> tuple[str, ...]:
    """Return the names of the sealed folders in ``folder``; empty if it does not exist."""
    return tuple(path.name for path in _sealed(folder))


def damaged_folders(folder: Path) -> tuple[str, ...]:
    """Return the names of those sealed folders in ``folder`` that differ from their seals.

    Reads all their files: an OpenSSL of the wizard has 15 to 25 MB, which takes 0.02 to 0.1 s. A
    file that cannot be read counts as changed.
    """
    return tuple(path.name for path in _sealed(folder) if _is_damaged(path))


def _sealed(folder: Path) -> tuple[Path, ...]:
    if not folder.is_dir():
        return ()
    found = (path for path in folder.iterdir() if not path.is_symlink() and read_seal(path))
    return tuple(sorted(found))


def _is_damaged(folder: Path) -> bool:
    try:
        return bool(damaged_files(folder))
    except OSError:
        return True


def _checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each file, and a mark for each link that leads out of the folder."""
    sums = {}
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            if inside not in path.resolve().parents:
                sums[name] = "a link to elsewhere"
        elif path.is_file() and name != SEAL_FILE and not path.name.startswith(f".{SEAL_FILE}"):
            sums[name] = checksums.of_file(path)
    return sums
