"""Look-alikes for characters that a terminal cannot show: the only table of them.

Lines of text may grow (``…`` becomes ``...``). On the full screen each character keeps its number
of columns, because the frame around it must stay straight.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGER = {
    "…": "...",
    "→": "->",
    "←": "<-",
    "≥": ">=",
    "≤": "<=",
    "✓": "ok",
}
"""What replaces a character in a line of text, where more columns are clearer than one."""

AS_WIDE = {
    # Marks and punctuation
    "…": ".",
    "—": "-",
    "–": "-",
    "·": ".",
    "•": "*",
    "×": "x",
    "≥": ">",
    "≤": "<",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "«": "<",
    "»": ">",
    "‹": "<",
    "›": ">",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "⏎": "<",
    "✓": "√+",
    "✗": "x",
    "✔": "√+",
    "✘": "x",
    "■": "#",
    "□": "o",
    "●": "*",
    "○": "o",
    "▶": ">",
    "▸": ">",
    "▾": "v",
    "▼": "v",
    "▲": "^",
    "◀": "<",
    "⚠": "!",
    # Lines of frames: thin ones, and the heavy ones of what has the focus
    "─": "-",
    "│": "|",
    "┌": "+",
    "┐": "+",
    "└": "+",
    "┘": "+",
    "├": "+",
    "┤": "+",
    "┬": "+",
    "┴": "+",
    "┼": "+",
    "╭": "┌+",
    "╮": "┐+",
    "╰": "└+",
    "╯": "┘+",
    "━": "═=",
    "┃": "║|",
    "┏": "╔#",
    "┓": "╗#",
    "┗": "╚#",
    "┛": "╝#",
    "╍": "=",
    "╏": "|",
    "═": "=",
    "║": "|",
    "╔": "#",
    "╗": "#",
    "╚": "#",
    "╝": "#",
    "╸": "─-",
    "╺": "─-",
    # Blocks, with which Textual draws edges of buttons and ends of scroll bars
    "▔": "─-",
    "▁": "─-",
    "▂": "▄ ",
    "▃": "▄ ",
    "▅": "▄ ",
    "▆": "█ ",
    "▇": "█ ",
    "▄": "-",
    "▀": "-",
    "█": "#",
    "▉": "█ ",
    "▊": "▌ ",
    "▋": "▌ ",
    "▌": " ",
    "▍": "▌ ",
    "▎": "▌ ",
    "▏": "│ ",
    "▐": " ",
    "▕": "│|",
    "░": ":",
    "▒": "%",
    "▓": "#",
}
"""What replaces a character of one column: the first of these that the terminal can show."""

UNKNOWN = "?"


class Letters:
    """The characters that a terminal can show.

    ``encoding`` is that of the stream to it. ``console`` says that it has a font of a few hundred
    characters, as the text console of Linux: letters, and the frames of the first PCs.
    """

    def __init__(self, encoding: str = "utf-8", *, console: bool = False) -> None:
        self._encoding = encoding
        self._console = console
        self.fit = lru_cache(4096)(self._fit)

    @property
    def all(self) -> bool:
        """Whether every character can be shown, so that nothing needs to be replaced."""
        return not self._console and self._encoding.lower().replace("_", "-") in ("utf-8", "utf8")

    def shows(self, character: str) -> bool:
        """Return whether the terminal can show this character."""
        try:
            character.encode(self._encoding)
            if self._console and not character.isalpha():
                character.encode("cp437")
        except UnicodeEncodeError:
            return False
        return True

    def _fit(self, text: str) -> str:
        """Return the text with look-alikes of the same width for what cannot be shown."""
        if text.isascii():
            return text
        return "".join(c if self.shows(c) else self._as_wide(c) for c in text)

    def _as_wide(self, character: str) -> str:
        for other in AS_WIDE.get(character, ""):
            if self.shows(other):
                return other
        if unicodedata.combining(character):
            return ""
        plain = unicodedata.normalize("NFKD", character)[0]
        wide = unicodedata.east_asian_width(character) in "WF"
        if not wide and plain != character and self.shows(plain):
            return plain
        return UNKNOWN * (2 if wide else 1)


def in_line(text: str, encoding: str) -> str:
    """Return what replaces a part of a line that this encoding lacks. It may be longer."""
    letters = Letters(encoding)
    return "".join(LONGER.get(character) or letters.fit(character) for character in text)
