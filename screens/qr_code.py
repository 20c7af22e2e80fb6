"""A QR code in the terminal, for the cameras of phones and laptops."""

from __future__ import annotations

import io
from typing import TextIO

from screens import terminal
from screens.terminal import ColorMode


def lines(text: str, stream: TextIO, mode: ColorMode) -> list[str]:
    """Return the QR code of a text as lines; none if the stream cannot show it."""
    if not terminal.is_terminal(stream):
        return []
    try:
        "▀▄█".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return []  # two blanks for each module would be wider than most terminals
    import segno

    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=drawn, compact=True)
    rows = drawn.getvalue().splitlines()
    if not terminal.color(stream, mode):
        return rows
    # White on black, whatever the colours of the terminal are: cameras expect that.
    return [f"\x1b[97;40m{row}\x1b[0m" for row in rows]
