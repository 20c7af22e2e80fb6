"""A log on disk, of which only the lines that are looked at are read: opening a huge one is quick.

Places in it are bytes. It does not depend on a screen.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Optional

from wizard.programs.lines import LineDecoder

PIECE = 1 << 16
"""Bytes that are read at once. A line that is longer is shown as several ones."""
SEARCHED = 1 << 20
"""Bytes that are searched at once: in between, the search can be cancelled."""


class Line(NamedTuple):
    """A readable line: the byte where it begins, and the one where the next line begins."""

    start: int
    end: int
    text: str


class LogFile:
    """Reads lines of a file. Raises OSError if it cannot be opened; close it after use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)
        self.size = self._file.seek(0, 2)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def begin(self, position: int) -> int:
        """Return the byte where the line with this byte begins."""
        position = min(max(position, 0), max(self.size - 1, 0))
        before = max(0, position - PIECE)
        return before + self._read(before, position - before).rfind(b"\n") + 1

    def forward(self, position: int, count: int) -> list[Line]:
        """Return up to ``count`` lines, the first of which begins at ``position``."""
        lines: list[Line] = []
        while len(lines) < count and position < self.size:
            data = self._read(position, PIECE)
            if not data:
                break  # the file has become shorter
            *whole, rest = data.split(b"\n")
            if not whole or position + len(data) >= self.size:
                whole += [rest] if rest else []
            for raw in whole[: count - len(lines)]:
                end = min(position + len(raw) + 1, self.size)
                if len(raw) == len(data):  # a very long line goes on
                    end = position + len(raw)
                lines.append(Line(position, end, _readable(raw)))
                position = end
        return lines

    def back(self, position: int, count: int = 1) -> int:
        """Return where the line begins that is ``count`` lines before the one at ``position``."""
        for _ in range(count):
            if position <= 0:
                break
            position = self.begin(position - 1)
        return position

    def find(
        self, text: str, start: int, cancel: threading.Event, *, backwards: bool = False
    ) -> Optional[int]:
        """Return the byte of the next match from ``start`` on, or None.

        ``backwards`` looks for the last match that begins before ``start``. Ignores the case of
        ASCII letters. Ends early, without a match, when ``cancel`` is set.
        """
        wanted = text.encode("utf-8", "replace").lower()
        for first in self._backwards(start) if backwards else range(start, self.size, SEARCHED):
            if cancel.is_set() or not wanted:
                return None
            length = SEARCHED + len(wanted) - 1  # a match may go beyond the piece
            if backwards:
                length = min(length, start - first + len(wanted) - 1)
            data = self._read(first, length).lower()
            found = data.rfind(wanted) if backwards else data.find(wanted)
            if found >= 0:
                return first + found
        return None

    def _backwards(self, start: int) -> Iterator[int]:
        while start > 0:
            start = max(0, start - SEARCHED)
            yield start

    def _read(self, position: int, length: int) -> bytes:
        self._file.seek(position)
        return self._file.read(length)


def _readable(raw: bytes) -> str:
    decoder = LineDecoder()
    return "".join((*decoder.feed(raw), *decoder.finish())).expandtabs()
