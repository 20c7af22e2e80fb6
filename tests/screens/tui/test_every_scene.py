"""What holds for every scene of the full screen, in each size and kind of terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.screens.fakes import pretend
from tests.screens.scenes import REAL_SCENES, SCENES, STORED_SCENES, fake_run
from tests.screens.tui import looks
from tests.screens.tui.contrast import SHAPE, TEXT, Piece
from tests.screens.tui.seen import COLOURED, NARROW, SIZES, SMALL, WIDE, WIDEST, Played, colours

ALL = {**SCENES, **REAL_SCENES, **STORED_SCENES}
WRITTEN = (
    *("answers", "more", "review-open", "welcome", "question-method", "question-own", "review"),
    *("run", "run-cancel", "failure-fixes", "result", "possible", "help"),
    *("failure", "stopped", "result-unproved", "welcome-problem", "question-closed", "impossible"),
    *("run-side-by-side", "question-openssl-version"),
)
"""The scenes whose text is compared with the one of before, in the sizes below."""
TEXTS = Path(__file__).parent / "texts"
DRAWN = tuple(dict.fromkeys(name for name in COLOURED if name not in STORED_SCENES))
"""The scenes whose colours are compared with those of before, in every theme."""
LOOKS = Path(__file__).parent / "colours"
FRAMES = set("─│┌┐└┘╭╮╰╯━┃┏┓┗┛")
HEAVY = set("━┃┏┓┗┛█›")
"""The shapes that mark what has the focus."""


@pytest.mark.parametrize("name", list(ALL))
def test_every_scene(
    name: str, played: Callable[[str], Played], request: pytest.FixtureRequest
) -> None:
    scene = played(name)
    if ALL[name].size is None:
        assert set(scene.sizes) == set(SIZES)
    for size, seen in scene.sizes.items():
        assert not seen.cut, (size, seen.cut)
        for label, region in seen.buttons if ALL[name].size is None else ():
            assert seen.screen.contains_region(region), (size, label)
            assert region.height == 3, (size, label)
            for key in re.findall(r"\((\w+)\)$", label):
                named = {"Esc": "escape"}.get(key, key.lower())
                assert named in scene.keys, f"{label}: no such key on this page"
    assert_readable(scene.colours)
    for kind, pieces in scene.colours.items():
        if scene.focus is not None:
            marks = [piece for piece in pieces if _marks(piece, scene.focus)]
            assert marks, f"nothing shows the focus: {scene.focus}"
            assert all(piece.contrast >= SHAPE for piece in marks), (kind, marks)
    assert scene.ascii.isascii()
    assert "?" not in scene.ascii.replace("? ", "").replace("?\n", ""), "a letter was lost"
    first = scene.sizes[ALL[name].size or SMALL].text
    for line, plain in zip(first.splitlines(), scene.ascii.splitlines()):
        for column, character in enumerate(line):
            if character in FRAMES:
                assert plain[column] in "+-|=#", f"a frame is not straight:\n{scene.ascii}"
    assert scene.colourless == first, "a state is shown by colour alone"
    update = request.config.getoption("update_snapshots")
    if name in WRITTEN:
        sizes = {f"{w}x{h}": scene.sizes[w, h].text for w, h in (NARROW, SMALL, WIDE, WIDEST)}
        texts = {**sizes, "80x24 in ASCII": scene.ascii}
        now = "".join(f"==== {kind}\n{text}" for kind, text in texts.items())
        _compare(TEXTS / f"{name}.txt", now, update=update)
    if name in DRAWN:
        _compare(LOOKS / f"{name}.txt", looks.text(scene), update=update)


def assert_readable(colours: Mapping[str, tuple[Piece, ...]]) -> None:
    """All text has enough contrast, with every theme in every kind of terminal."""
    for kind, pieces in colours.items():
        assert pieces, f"nothing is drawn {kind}"
        for piece in pieces:
            if any(character.isalnum() for character in piece.text):
                assert piece.contrast >= TEXT, (kind, piece)


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("review", ("#back", "#start")),
        ("run-cancel", ("#yes",)),
        ("question-method", ("#answers",)),
    ],
)
async def test_what_the_mouse_points_at_can_be_read(
    name: str, places: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch)
    app = ALL[name].app()
    try:
        async with app.run_test(size=SMALL) as pilot:
            await ALL[name].show(pilot)
            for place in places:
                await pilot.hover(place)
                await pilot.pause()
                assert app.screen.query_one(place).mouse_hover
                drawn = await colours(pilot)
                assert len(drawn) == 8
                assert_readable(drawn)
            fake_run(pilot).release()
    finally:
        app.session.engine.run.release()  # type: ignore[attr-defined]


def _marks(piece: Piece, focus: object) -> bool:
    return focus.contains(piece.x, piece.y) and bool(HEAVY & set(piece.text))  # type: ignore[attr-defined]


def _compare(file: Path, now: str, *, update: bool) -> None:
    if update:
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8")


def test_nothing_written_is_left_over() -> None:
    assert {file.stem for file in TEXTS.iterdir()} == set(WRITTEN)
    assert {file.stem for file in LOOKS.iterdir()} == set(DRAWN)
