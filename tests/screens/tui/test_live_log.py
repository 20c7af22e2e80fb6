"""Tests of the live log's parts; the scenes show the whole."""

from __future__ import annotations

import pytest
from rich.color import Color

from screens.tui.live_log import ArrowBar


@pytest.mark.parametrize(("columns", "ends"), [(10, "◀▶"), (4, "◀▶"), (3, "  ")])
def test_a_horizontal_scroll_bar_has_arrows_where_there_is_room(columns: int, ends: str) -> None:
    colours = {"back_color": Color.parse("black"), "bar_color": Color.parse("white")}
    bar = ArrowBar.render_bar(columns, 100, 50, 0, 1, vertical=False, **colours)
    cells = "".join(segment.text for segment in bar.segments).rstrip("\n")
    assert (cells[0] + cells[-1], len(cells)) == (ends, columns)
