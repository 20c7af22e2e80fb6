"""What is expensive to make and always comes out the same: made once, and kept between the runs.

It is kept outside the repository: in the user's cache folder, or in the folder that the variable
CRYPTOGRAPHY_WIZARD_LIVE_CACHE names. Its name ends with a checksum of the files that say how it is
made, so a change to them makes it again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Callable

import platformdirs
import pytest

VARIABLE = "CRYPTOGRAPHY_WIZARD_LIVE_CACHE"
PATIENCE = 1200.0
"""Seconds to wait for another run that makes the same."""


def folder() -> Path:
    """Where everything is kept."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else platformdirs.user_cache_path("cryptography-wizard-live")


def get(name: str, recipe: Sequence[Path], make: Callable[[Path], None]) -> Path:
    """The folder that ``make`` fills, made now if it is not there yet.

    ``recipe`` are the files that determine what comes out. What was made by an earlier recipe is
    removed. An interrupted ``make`` leaves nothing that is taken for a whole one.
    """
    place = folder()
    place.mkdir(parents=True, exist_ok=True)
    wanted = place / f"{name}-{_checksum(recipe)}"
    with _alone(place / f"{name}.lock"):
        if wanted.is_dir():
            return wanted
        for old in (each for each in place.glob(f"{name}-*") if each.is_dir()):
            shutil.rmtree(old)
        unfinished = wanted.with_name(f"{wanted.name}.unfinished")
        unfinished.mkdir()
        make(unfinished)
        unfinished.rename(wanted)
    return wanted


def _checksum(recipe: Sequence[Path]) -> str:
    contents = hashlib.sha256()
    for path in recipe:
        contents.update(path.read_bytes())
    return contents.hexdigest()[:12]


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Hold this lock; skip the test where another run holds it for too long."""
    import fcntl  # not on Windows, where this module must only be importable

    with lock.open("w", encoding="ascii") as file:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    pytest.skip(f"another run has held {lock} for {PATIENCE:g} s")
                time.sleep(1)
        yield
