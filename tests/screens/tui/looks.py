"""How a scene is drawn with each theme, as a short text: its colours in a few kilobytes.

What is drawn alike in all themes has the same letter; below the letters, each theme's column says
what they stand for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from string import ascii_letters, digits

from rich.cells import cell_len

from tests.screens.tui.contrast import MARKS, Piece
from tests.screens.tui.seen import SMALL, Played

KINDS = {
    "dark": "wizard-dark with all colours",
    "light": "wizard-light with all colours",
    "dark, 16 colours": "wizard-dark-16 with 16 colours of the console",
    "light, 16 colours": "wizard-light-16 with 16 colours of the console",
}
"""The columns, and the kinds of terminal they are about; one without colours is the last."""
BLANK = " "
"""What is behind a dialog."""
_LETTERS = "." + ascii_letters + digits
_WORDS = dict(zip(MARKS, ("bold", "italic", "underlined", "reversed")))

Look = tuple[str, ...]


def text(scene: Played) -> str:
    """Return how the scene is drawn."""
    width, height = SMALL
    grids = [_grid(scene.colours[kind], colours=True) for kind in KINDS.values()]
    grids.append(_grid(scene.marks, colours=False))
    places = [(x, y) for y in range(height) for x in range(width)]
    looks = {at: tuple(grid[at] for grid in grids) for at in places if all(at in g for g in grids)}
    often = [look for look, _ in Counter(looks.values()).most_common()]
    assert 0 < len(often) <= len(_LETTERS)
    letters = dict(zip(often, _LETTERS))
    lines = (
        "".join(letters[looks[x, y]] if (x, y) in looks else BLANK for x in range(width)).rstrip()
        for y in range(height)
    )
    meanings = (f"{letter}  " + " | ".join(look) for look, letter in letters.items())
    head = " | ".join((*KINDS, "without colours"))
    return "\n".join((*lines, f"==== {head}", *meanings)) + "\n"


def _grid(drawn: tuple[Piece, ...], *, colours: bool) -> Mapping[tuple[int, int], str]:
    """Return what is drawn in each column of each line, in words."""
    found = {}
    for piece in drawn:
        x = piece.x
        for character in piece.text:
            for _ in range(cell_len(character)):
                found[x, piece.y] = _words(piece, character, colours=colours)
                x += 1
    return found


def _words(piece: Piece, character: str, *, colours: bool) -> str:
    """Return what one character looks like; of a blank, only its background is seen."""
    front, back = piece.colours
    shown = [f"on {back}" if character == " " else f"{front} on {back}"] if colours else []
    if character != " " or "r" in piece.marks:
        shown += [_WORDS[mark] for mark in piece.marks]
    return " ".join(shown) or "plain"
