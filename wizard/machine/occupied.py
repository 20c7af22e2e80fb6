"""Whether something else already has the name that a new environment would get by default."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from wizard import unfinished
from wizard.target_environment import NAME


def find(folders: Iterable[Path]) -> tuple[str, ...]:
    """Return the paths with a default name in these folders where no environment can be made."""
    found: list[str] = []
    for folder in dict.fromkeys(folders):
        path, number = folder / NAME, 1
        while is_occupied(path):
            found.append(str(path))
            number += 1
            path = folder / f"{NAME}-{number}"
    return tuple(found)


def is_occupied(path: Path) -> bool:
    """Return whether this is a file, a link to nothing, or a folder with other contents."""
    try:
        if not path.is_dir():
            return os.path.lexists(path)
        if (path / "pyvenv.cfg").is_file() or unfinished.is_left(path):
            return False
        return any(path.iterdir())
    except OSError:
        return True  # it cannot be read
