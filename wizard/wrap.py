"""Text in lines for people."""

from __future__ import annotations

import textwrap


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """Lines of ``text``, ``width`` columns wide, ``first`` before the first and ``rest`` elsewhere.

    A word is never broken, not even at its hyphens and where it is longer than a line: a path, an
    option or a file's name can be copied as it stands.
    """
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
