"""What takes long to make: it is made once, and shared by the processes that run the tests."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest


def folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """Return a folder of this name that all processes of this run share."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    base = base / name
    base.mkdir(exist_ok=True)
    return base


def make_once(path: Path, make: Callable[[Path], object]) -> None:
    """Make a file or a folder if it does not exist yet; it appears when it is complete.

    ``make`` gets another path, where it makes it. Two processes that come at the same moment both
    do so, and the later result is dropped.
    """
    if path.exists():
        return
    own = path.with_name(f"{path.name}.{os.getpid()}")
    make(own)
    try:
        own.rename(path)
    except OSError:  # a folder that another process has made
        if not path.is_dir():
            raise
