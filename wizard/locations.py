"""Where the wizard keeps its files."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

NAME = "cryptography-wizard"


def state() -> Path:
    """The folder of runs and answers. ``CRYPTOGRAPHY_WIZARD_STATE`` puts it elsewhere."""
    asked = os.environ.get("CRYPTOGRAPHY_WIZARD_STATE")
    if asked:
        return Path(asked).absolute()
    import platformdirs  # read only where a path is needed

    return platformdirs.user_state_path(NAME, appauthor=False)


def cache() -> Path:
    """The folder of what can be fetched again. ``CRYPTOGRAPHY_WIZARD_CACHE`` puts it elsewhere."""
    asked = os.environ.get("CRYPTOGRAPHY_WIZARD_CACHE")
    if asked:
        return Path(asked).absolute()
    import platformdirs

    return platformdirs.user_cache_path(NAME, appauthor=False)


def new_run() -> Path:
    """Make and return the folder of a new run: its journal, answers and logs.

    Its name is the time in UTC and the process, and a number where one process runs twice within
    a second, so that two runs never share one.
    """
    from datetime import datetime, timezone  # slow to import

    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    runs = state() / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    name = f"{moment}-{os.getpid()}"
    for number in itertools.count(1):
        folder = runs / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError("counting never ends")
