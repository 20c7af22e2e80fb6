"""Pictures of every scene at two sizes, compared with those of before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, Scene

SIZES = [(80, 24), (120, 40)]
IDS = ["80x24", "120x40"]
WITHOUT_COLOUR = ["question-closed", "run-find", "run-side-by-side", "review"]


@pytest.mark.parametrize("size", SIZES, ids=IDS)
@pytest.mark.parametrize("name", list(SCENES))
def test_picture(
    name: str, size: tuple[int, int], snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    _compare(SCENES[name], size, snap_compare)


@pytest.mark.parametrize("size", SIZES, ids=IDS)
@pytest.mark.parametrize("name", list(REAL_SCENES))
def test_picture_of_a_real_question(name: str, size: tuple[int, int], snap_compare: Any) -> None:
    _compare(REAL_SCENES[name], size, snap_compare)


@pytest.mark.parametrize("name", WITHOUT_COLOUR)
def test_picture_without_colour(
    name: str, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    monkeypatch.setenv("NO_COLOR", "1")
    _compare(SCENES[name], (80, 24), snap_compare)


def test_no_recorded_picture_is_left_over() -> None:
    """The plugin that compares them does not notice one when tests run side by side."""
    folder = Path(__file__).parent / "__snapshots__" / Path(__file__).stem
    wanted = {f"test_picture[{name}-{size}]" for name in SCENES for size in IDS}
    wanted |= {f"test_picture_of_a_real_question[{n}-{size}]" for n in REAL_SCENES for size in IDS}
    wanted |= {f"test_picture_without_colour[{name}]" for name in WITHOUT_COLOUR}
    assert {path.stem for path in folder.iterdir()} == wanted


def _compare(scene: Scene, size: tuple[int, int], snap_compare: Any) -> None:
    app = scene.app()
    try:
        assert snap_compare(app, terminal_size=scene.size or size, run_before=scene.show)
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]
