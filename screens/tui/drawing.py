"""How the full screen is fitted to what the terminal can show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rich.segment import Segment
from textual._xterm_parser import XTermParser
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.message import Message

from screens.letters import Letters
from screens.terminal import Look


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


def filters(look: Look) -> tuple[LineFilter, ...]:
    """Return what changes every line for this terminal, after Textual's own filters."""
    colours = () if look.colours else (NoColor(),)
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
