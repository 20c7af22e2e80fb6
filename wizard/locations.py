"""Where the wizard keeps its files."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

NAME = "cryptography-wizard"
NAME_TIME = "%Y%m%dT%H%M%SZ"
"""How the name of a run's folder begins: when it began, in UTC."""


def ensure_home() -> None:
    """Set HOME to ``/`` if this user has none: no HOME, and no entry in the user database.

    Docker does the same for such a user.
    """
    try:
        Path.home()
    except (RuntimeError, KeyError):
        os.environ["HOME"] = os.sep


def state() -> Path:
    """Return the folder of runs and answers. ``CRYPTOGRAPHY_WIZARD_STATE`` overrides it."""
    override = os.environ.get("CRYPTOGRAPHY_WIZARD_STATE")
    if override:
        return Path(override).absolute()
    import platformdirs  # imported only where a path is needed

    return platformdirs.user_state_path(NAME, appauthor=False)


def cache() -> Path:
    """Return the cache folder. ``CRYPTOGRAPHY_WIZARD_CACHE`` overrides it."""
    override = os.environ.get("CRYPTOGRAPHY_WIZARD_CACHE")
    if override:
        return Path(override).absolute()
    import platformdirs

    return platformdirs.user_cache_path(NAME, appauthor=False)


def fetched_tables() -> Path:
    """Return the folder of the tables that were fetched, which may not exist."""
    return state() / "tables"


def runs() -> Path:
    """Return the folder with one folder for each run."""
    return state() / "runs"


def new_run() -> Path:
    """Create and return the folder of a new run, for its journal, answers and logs.

    Only this user can read it. Its name is the time in UTC and the process number, and another
    number if one process runs twice within a second, so that two runs never share a folder.
    """
    from datetime import datetime, timezone  # slow to import

    time = datetime.now(timezone.utc).strftime(NAME_TIME)
    parent = runs()
    parent.mkdir(parents=True, exist_ok=True)
    parent.chmod(0o700)  # a folder of an earlier version was readable for others
    name = f"{time}-{os.getpid()}"
    for number in itertools.count(1):
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        return folder
    raise AssertionError("counting never ends")


def private(path: str, flags: int) -> int:
    """Open a file that only this user can read: an ``opener`` for `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a file that only this user can read. Raises OSError."""
    # Path.open takes no opener.
    with open(path, "w", encoding="utf-8", errors="backslashreplace", opener=private) as file:
        file.write(text)
