"""Where the wizard keeps its files."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

NAME = "cryptography-wizard"


def state() -> Path:
    """The folder of runs and answers. ``CRYPTOGRAPHY_WIZARD_STATE`` puts it elsewhere."""
    asked = os.environ.get("CRYPTOGRAPHY_WIZARD_STATE")
    if asked:
        return Path(asked)
    import platformdirs  # read only where a path is needed

    return platformdirs.user_state_path(NAME, appauthor=False)


def new_run() -> Path:
    """Make and return the folder of a new run: its journal, answers and logs.

    Its name is the time in UTC and the process, so that two runs never share one.
    """
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    folder = state() / "runs" / f"{moment}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
