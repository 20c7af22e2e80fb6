"""Pictures of every scene at two sizes, compared with those of before."""

from __future__ import annotations

from typing import Any

import pytest

from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, Scene

SIZES = [(80, 24), (120, 40)]


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", list(SCENES))
def test_picture(
    name: str, size: tuple[int, int], snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    _compare(SCENES[name], size, snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", list(REAL_SCENES))
def test_picture_of_a_real_question(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    _compare(REAL_SCENES[name], size, snap_compare)


@pytest.mark.parametrize("name", ["question-closed", "run-find", "run-side-by-side", "review"])
def test_picture_without_colour(
    name: str, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    _compare(SCENES[name], (80, 24), snap_compare)


def _compare(scene: Scene, size: tuple[int, int], snap_compare: Any) -> None:
    app = scene.app()
    try:
        assert snap_compare(app, terminal_size=scene.size or size, run_before=scene.show)
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]
