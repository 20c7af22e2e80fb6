"""Wrapping text for people."""

from __future__ import annotations

import textwrap


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Return the lines of ``text``, ``width`` columns wide, with the indents ``first`` and
    ``rest``.

    A word is never broken, not even at a hyphen or if it is longer than a line, so that a path, an
    option or a file name can be copied.
    """
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
