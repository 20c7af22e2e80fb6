"""The contrast of what the full screen really draws: of each character with its background.

The formula is that of the Web Content Accessibility Guidelines 2.2 ("contrast ratio").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.color import Color, ColorSystem, ColorType
from rich.color_triplet import ColorTriplet
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.strip import Strip

TEXT, SHAPE = 4.5, 3.0
"""The least contrast of text, and of a shape that says something, such as a border of the focus."""


def _palette(text: str) -> TerminalTheme:
    """Return the palette of a terminal: its 16 colours, with white on black."""
    colours = [ColorTriplet(*bytes.fromhex(each)) for each in text.split()]
    return TerminalTheme(colours[0], colours[7], colours[:8], colours[8:])  # type: ignore[arg-type]


VGA = _palette(
    "000000 aa0000 00aa00 aa5500 0000aa aa00aa 00aaaa aaaaaa "
    "555555 ff5555 55ff55 ffff55 5555ff ff55ff 55ffff ffffff"
)
"""The text console of Linux."""
XTERM = _palette(
    "000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 "
    "7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff"
)
"""xterm as it is installed."""
MARKS = "biur"
"""Bold, italic, underlined, and with its colours exchanged."""
PALETTES = (
    ("with all colours", ColorSystem.TRUECOLOR, XTERM),
    ("with 256 colours", ColorSystem.EIGHT_BIT, XTERM),
    ("with 16 colours of the console", ColorSystem.STANDARD, VGA),
    ("with 16 colours of xterm", ColorSystem.STANDARD, XTERM),
)
"""Kinds of terminals; Apple's Terminal has 256 colours."""


@dataclass(frozen=True)
class Piece:
    """Some characters that are drawn alike, where they are, and their contrast.

    ``colours`` are those of the characters and of their background; ``marks`` are `BOLD` and so on.
    """

    x: int
    y: int
    text: str
    contrast: float
    colours: tuple[str, str]
    marks: str


def pieces(strips: Iterable[Strip], system: ColorSystem, theme: TerminalTheme) -> Iterator[Piece]:
    """Yield everything that is drawn, as a terminal with these colours shows it."""
    for y, strip in enumerate(strips):
        x = 0
        for segment in strip:
            yield _piece(segment, x, y, system, theme)
            x += segment.cell_length


def _piece(segment: Segment, x: int, y: int, system: ColorSystem, theme: TerminalTheme) -> Piece:
    style = segment.style or Style()
    front = _shown(style.color, True, system, theme)
    back = _shown(style.bgcolor, False, system, theme)
    if style.reverse:
        front, back = back, front
    marks = "".join(mark for mark, there in zip(MARKS, _marks(style)) if there)
    return Piece(x, y, segment.text, ratio(front, back), (front.hex, back.hex), marks)


def _marks(style: Style) -> tuple[bool | None, ...]:
    return style.bold, style.italic, style.underline, style.reverse


@lru_cache(4096)
def _shown(
    colour: Color | None, front: bool, system: ColorSystem, theme: TerminalTheme
) -> ColorTriplet:
    colour = (colour or Color.default()).downgrade(system)
    if colour.type is ColorType.TRUECOLOR and colour.triplet is not None:
        return colour.triplet
    return colour.get_truecolor(theme, foreground=front)


@lru_cache(4096)
def ratio(one: ColorTriplet, other: ColorTriplet) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    parts = (each / 255 for each in colour)
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
