"""What the tests that look at scenes share: each scene is played once, in one of the processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cache

import pytest

from tests.screens.tui import seen


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], seen.Played]:
    """Return a function that gives a scene, which it or another process has played."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # of all processes of this run
    folder = folder / "scenes"
    folder.mkdir(exist_ok=True)

    @cache
    def get(name: str) -> seen.Played:
        path = folder / f"{name}.pickle"
        if not path.exists():
            own = folder / f"{name}.{os.getpid()}"
            own.write_bytes(pickle.dumps(seen.play(name)))
            own.replace(path)
        scene: seen.Played = pickle.loads(path.read_bytes())  # noqa: S301 - written by these tests
        return scene

    return get
