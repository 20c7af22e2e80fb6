"""Characters that a terminal cannot show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual._border import BORDER_CHARS
from textual.scrollbar import ScrollBarRender

from screens.letters import AS_WIDE, LONGER, UNKNOWN, Letters, in_line

ENCODINGS = ("ascii", "latin-1", "cp1252", "cp437", "cp850", "iso8859-15", "koi8-r")
CHECKOUT = Path(__file__).parents[2]


def drawn() -> str:
    """Every character beyond ASCII that the wizard and Textual draw."""
    texts = [
        path.read_text(encoding="utf-8")
        for folder, pattern in (
            ("screens", "**/*.py"),
            ("assets/help", "*.md"),
            ("assets/questions", "*.md"),
        )
        for path in (CHECKOUT / folder).glob(pattern)
        if path.name != "letters.py"
    ]
    styles = {style for path in (CHECKOUT / "assets/styles").glob("*") for style in _styles(path)}
    frames = [
        "".join(row) for style, rows in BORDER_CHARS.items() if style in styles for row in rows
    ]
    assert len(frames) == 3 * len(styles)
    bars = (*ScrollBarRender.VERTICAL_BARS, *ScrollBarRender.HORIZONTAL_BARS)
    return "".join(sorted({c for c in "".join((*texts, *frames, *bars)) if not c.isascii()}))


def _styles(path: Path) -> list[str]:
    """Return the kinds of borders that a stylesheet uses."""
    return re.findall(r"border[a-z-]*: ([a-z]+)", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_everything_that_is_drawn_has_a_look_alike(encoding: str) -> None:
    letters = Letters(encoding)
    assert len(drawn()) > 20
    for character in drawn():
        shown = letters.fit(character)
        shown.encode(encoding)
        assert UNKNOWN not in shown, character
        assert in_line(character, encoding).encode(encoding), character


def test_a_look_alike_is_as_wide() -> None:
    for character, others in AS_WIDE.items():
        assert cell_len(character) == 1, character
        assert all(cell_len(other) == 1 for other in others), character
        assert others[-1].isascii(), character


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "✓ zoë • 字 ╭─╮ …"),
        ("ascii", "+ zoe * ?? +-+ ."),
        ("latin-1", "+ zoë * ?? +-+ ."),
        ("cp1252", "+ zoë • ?? +-+ …"),
        ("cp437", "√ zoë * ?? ┌─┐ ."),
    ],
)
def test_a_line_keeps_its_width(encoding: str, shown: str) -> None:
    text = "✓ zoë • 字 ╭─╮ …"
    assert Letters(encoding).fit(text) == shown
    assert cell_len(shown) == cell_len(text)


def test_the_text_console_of_linux_gets_frames_of_the_first_computers_and_letters() -> None:
    letters = Letters("utf-8", console=True)
    assert not letters.all
    assert letters.fit("╭━╮ ✓ ■ · żółw ”") == '┌═┐ √ ■ · żółw "'


def test_a_combining_letter_takes_no_column() -> None:
    assert Letters("ascii").fit("e\N{COMBINING ACUTE ACCENT}") == "e"


def test_a_line_may_grow() -> None:
    assert in_line("wait… ✓ ≥", "ascii") == "wait... ok >="
    assert all(not character.isascii() for character in LONGER)


@pytest.mark.parametrize("name", ["utf-8", "UTF-8", "utf8", "UTF_8"])
def test_nothing_is_replaced_in_utf_8(name: str) -> None:
    assert Letters(name).all
