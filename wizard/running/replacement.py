"""What a program leaves in an environment if it is ended while it replaces packages there.

pip moves the old files of a package into folders whose names begin with ``~``, and removes these
when the new ones are there. It writes the list of the new files last: without that, no pip can
replace the package. A note beside the lock of the environment says what was there before, until
the program has done its work, so that nothing else is ever removed.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from wizard import locations
from wizard.running import inventory, ownership


@dataclass(frozen=True)
class _Note:
    """``identity`` is that of the environment, ``names`` what was already left there before."""

    identity: str
    names: frozenset[str]


def begin(environment: Path) -> tuple[str, ...]:
    """Prepare an environment for a program that installs; return sentences about what was removed.

    The caller holds the lock of the environment. Raises OSError.
    """
    earlier = _read(environment)
    if earlier is None:
        _write(environment, _left(environment))
        return ()
    return _removed(path for path in _half(environment) if str(path) not in earlier.names)


def done(environment: Path) -> tuple[str, ...]:
    """Remove the old files of what was replaced now; return sentences about it. Raises OSError."""
    earlier = _read(environment)
    said: tuple[str, ...] = ()
    if earlier is not None:
        old = inventory.old_files(environment)
        said = _removed(path for path in old if str(path) not in earlier.names)
    _file(environment).unlink(missing_ok=True)
    return said


def failed(environment: Path) -> None:
    """Note that the program has ended by itself: old files that are there now are not ours.

    Raises OSError.
    """
    earlier = _read(environment)
    if earlier is not None:
        _write(environment, earlier.names.union(map(str, inventory.old_files(environment))))


def _removed(paths: Iterable[Path]) -> tuple[str, ...]:
    said = []
    for path in paths:
        if path.is_symlink() or not path.is_dir():
            path.unlink()
        else:
            shutil.rmtree(path)
        said.append(f"Removed {path}: an installation that was cut off had left it.")
    return tuple(said)


def _half(environment: Path) -> Iterator[Path]:
    """Yield the metadata of packages that were not installed to their ends."""
    for folder in inventory.site_packages(environment):
        for path in sorted(folder.glob("[!~]*.dist-info")):
            if path.is_dir() and not path.is_symlink() and not (path / "RECORD").exists():
                yield path


def _left(environment: Path) -> frozenset[str]:
    return frozenset(map(str, (*inventory.old_files(environment), *_half(environment))))


def _file(environment: Path) -> Path:
    return ownership.folder_lock(str(environment)).with_suffix(".replaced.json")


def _write(environment: Path, names: frozenset[str]) -> None:
    text = json.dumps({"identity": inventory.identity(environment), "names": sorted(names)})
    file = _file(environment)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    locations.write_private(file, text)


def _read(environment: Path) -> Optional[_Note]:
    """Return the note of an earlier program in this environment; None if there is none."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        read = json.loads(_file(environment).read_text(encoding="utf-8"))
        note = _Note(str(read["identity"]), frozenset(map(str, read["names"])))
        return note if note.identity == inventory.identity(environment) else None
    return None
