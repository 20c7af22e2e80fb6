"""How the full screen is fitted to what the terminal can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Callable

from rich.segment import Segment
from rich.style import Style
from textual._xterm_parser import XTermParser
from textual.color import Color
from textual.filter import LineFilter, Monochrome
from textual.message import Message

from screens.letters import Letters
from screens.terminal import Look

NO_COLOURS = Style(color="default", bgcolor="default")
HALF = 0.5
"""The brightness above which a background is light."""


class LookAlikes(LineFilter):
    """Replaces the characters that the terminal cannot show, those of Textual's frames included."""

    def __init__(self, letters: Letters) -> None:
        super().__init__()
        self._fit = letters.fit

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments with look-alikes of the same width."""
        fit = self._fit
        return [
            segment if segment.text.isascii() else segment._replace(text=fit(segment.text))
            for segment in segments
        ]


class NoColours(LineFilter):
    """Removes the colours. A background that stands out is shown by exchanging the two colours of
    the terminal: that of the cursor, a text that was found, the button for Enter.

    Textual has already exchanged the colours of a style that is reversed, so that without colours
    nothing of it would be left.
    """

    def __init__(self, is_dark: Callable[[], bool]) -> None:
        """Read from ``is_dark`` whether the theme is dark: what stands out on it is light."""
        super().__init__()
        self._is_dark = is_dark

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """Return the segments without colours."""
        dark = self._is_dark()
        return [
            segment._replace(style=segment.style and _without_colours(segment.style, dark))
            for segment in segments
        ]


@lru_cache(4096)
def _without_colours(style: Style, dark: bool) -> Style:
    back, plain = style.bgcolor, NO_COLOURS
    # The bar of a Textual scrollbar is reversed itself.
    if back is not None and not back.is_default and not style.reverse:
        light = Color(*back.get_truecolor()).brightness > HALF
        if light is dark:
            plain += Style(reverse=True)
    return style + plain


def filters(look: Look, is_dark: Callable[[], bool]) -> tuple[LineFilter, ...]:
    """Return what changes every line for this terminal, after Textual's own filters.

    ``is_dark`` returns whether the theme is.
    """
    colours = () if look.colours else (NoColours(is_dark),)
    return colours if look.letters.all else (*colours, LookAlikes(look.letters))


def without_greys(textual_filters: Iterable[LineFilter]) -> Sequence[LineFilter]:
    """Return Textual's filters but the one that shows greys to users who want no colours."""
    return [each for each in textual_filters if not isinstance(each, Monochrome)]


class AnswersLeftOut(XTermParser):
    """Reads keys, but not what the terminal still answers to the questions of `background`.

    Textual would take such an answer for keys that were typed.
    """

    _ANSWER = re.compile(r"\x1b\](?:[^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b\[\?[0-9;]*c")
    _BEGUN = re.compile(r"\x1b\][^\x07\x1b]*\x1b?$|\x1b\[\?[0-9;]*$")
    _LONGEST = 64

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._begun = ""

    def feed(self, data: str) -> Iterable[Message]:
        """Parse what was read, without the answers in it. No data is the end of the input."""
        if not data:
            return super().feed(data)
        data = self._ANSWER.sub("", self._begun + data)
        begun = self._BEGUN.search(data)
        self._begun = begun[0] if begun and len(begun[0]) < self._LONGEST else ""
        keys = data[: len(data) - len(self._begun)]
        return super().feed(keys) if keys else ()


def leave_answers_out() -> None:
    """Let Textual read keys without late answers of the terminal."""
    from textual.drivers import linux_driver

    # It has no setting for that.
    linux_driver.XTermParser = AnswersLeftOut  # type: ignore[attr-defined]
