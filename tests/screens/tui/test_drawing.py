"""What a terminal without colours gets, and one with 16."""

from __future__ import annotations

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.command import CommandList
from textual.theme import Theme

from screens.terminal import Look
from screens.tui import drawing, themes
from tests.screens.scenes import SCENES, fake_run, open_palette, settled
from tests.screens.tui.contrast import VGA, Piece, pieces
from tests.screens.tui.seen import COLOURLESS, SMALL


def drawn(background: str, *, dark: bool) -> str:
    """Return the style that a text on a background has without colours."""
    (without,) = drawing.filters(Look(colours=False), lambda: dark)
    (segment,) = without.apply(
        [Segment("x", Style(color="red", bgcolor=background))], Color(0, 0, 0)
    )
    return str(segment.style)


@pytest.mark.parametrize("theme", [*themes.THEMES[False], *themes.THEMES[True]])
def test_what_stands_out_is_reversed_without_colours(theme: Theme) -> None:
    """The cursor and a button have the colours of the text and of what is primary."""
    for strong in (theme.primary, theme.foreground, theme.error):
        assert drawn(str(strong), dark=theme.dark) == "reverse default on default"
    for quiet in (theme.background, theme.surface, "default"):
        assert drawn(str(quiet), dark=theme.dark) == "default on default"


async def test_the_chosen_command_is_seen_without_colours() -> None:
    chosen, other = await _commands(COLOURLESS)
    assert "u" in chosen.marks
    assert "u" not in other.marks


@pytest.mark.parametrize("light", [False, True])
async def test_the_chosen_command_is_seen_with_16_colours(
    light: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLORTERM")
    monkeypatch.setenv("TERM", "linux")
    chosen, other = await _commands(Look(light=light))
    assert chosen.colours[1] != other.colours[1]


async def _commands(look: Look) -> tuple[Piece, Piece]:
    """Return what is drawn of the chosen command of the palette, and of the next one."""
    app = SCENES["welcome"].app(look)
    async with app.run_test(size=SMALL) as pilot:
        await settled(pilot)
        await open_palette(pilot)
        rows = app.screen._compositor.render_strips()
        found = [p for p in pieces(rows, ColorSystem.STANDARD, VGA) if p.text.strip()]
        top = app.screen.query_one(CommandList).content_region.y
        fake_run(pilot).release()
    return next(p for p in found if p.y == top), next(p for p in found if p.y == top + 2)
