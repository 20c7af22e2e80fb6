"""Pictures of every scene at two sizes, compared with those of before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App

from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES
from tests.screens.tui.seen import COLOURLESS, LOW, NARROW, SMALL, WIDE, Played, Seen, Size

IDS = ["80x24", "120x40"]
WITHOUT_COLOUR = ["question-closed", "run-find", "run-side-by-side", "review"]


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=IDS)
@pytest.mark.parametrize("name", list(SCENES))
def test_picture(
    name: str,
    size: Size,
    snap_compare: Any,
    played: Callable[[str], Played],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _compare(played(name).sizes[SCENES[name].size or size], snap_compare, monkeypatch)


@pytest.mark.parametrize("size", [SMALL, WIDE], ids=IDS)
@pytest.mark.parametrize("name", list(REAL_SCENES))
def test_picture_of_a_real_question(
    name: str,
    size: Size,
    snap_compare: Any,
    played: Callable[[str], Played],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _compare(played(name).sizes[size], snap_compare, monkeypatch)


@pytest.mark.parametrize("name", LOW)
def test_picture_in_a_small_terminal(
    name: str,
    snap_compare: Any,
    played: Callable[[str], Played],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _compare(played(name).sizes[NARROW], snap_compare, monkeypatch)


@pytest.mark.parametrize("name", WITHOUT_COLOUR)
def test_picture_without_colour(
    name: str, snap_compare: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    scene = SCENES[name]
    app = scene.app(COLOURLESS)
    try:
        assert snap_compare(app, terminal_size=SMALL, run_before=scene.show)
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]


def test_no_recorded_picture_is_left_over() -> None:
    """The plugin that compares them does not notice one when tests run side by side."""
    folder = Path(__file__).parent / "__snapshots__" / Path(__file__).stem
    wanted = {f"test_picture[{name}-{size}]" for name in SCENES for size in IDS}
    wanted |= {f"test_picture_of_a_real_question[{n}-{size}]" for n in REAL_SCENES for size in IDS}
    wanted |= {f"test_picture_without_colour[{name}]" for name in WITHOUT_COLOUR}
    wanted |= {f"test_picture_in_a_small_terminal[{name}]" for name in LOW}
    assert {path.stem for path in folder.iterdir()} == wanted


def _compare(scene: Seen, snap_compare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare a picture that was already taken: the plugin would play the whole scene again."""
    assert scene.picture.startswith("<svg"), "no picture was taken in this size"
    monkeypatch.setattr("textual._doc.take_svg_screenshot", lambda **_: scene.picture)
    assert snap_compare(App())
