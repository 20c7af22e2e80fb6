"""The seal of a cache folder: the checksums of its files. Without it, a folder is incomplete."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

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
    """Return the names of the sealed folders in ``folder`` that still have all their files.

    Empty if the folder does not exist. Checksums are not compared, which would take too long.
    """
    if not folder.is_dir():
        return ()
    return tuple(sorted(path.name for path in folder.iterdir() if _is_complete(path)))


def _is_complete(folder: Path) -> bool:
    content = None if folder.is_symlink() else read_seal(folder)
    return content is not None and all((folder / name).is_file() for name in content.files)


def _checksums(folder: Path) -> dict[str, str]:
    sums = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and not path.name.startswith(f".{SEAL_FILE}"):
            name = path.relative_to(folder).as_posix()
            if name != SEAL_FILE:
                sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return sums
