"""What the tests that look at scenes share: each scene is played once, in one of the processes."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache

import pytest

from tests import shared
from tests.screens.tui import seen


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], seen.Played]:
    """Return a function that gives a scene, which it or another process has played."""
    folder = shared.folder(tmp_path_factory, "scenes")

    @cache
    def get(name: str) -> seen.Played:
        path = folder / f"{name}.pickle"
        shared.make_once(path, lambda own: own.write_bytes(pickle.dumps(seen.play(name))))
        scene: seen.Played = pickle.loads(path.read_bytes())  # noqa: S301 - written by these tests
        return scene

    return get
