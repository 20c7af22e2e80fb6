"""The log of a step: its lines, and the byte where each of them begins."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from wizard.programs.lines import HEAD, TAIL, LineDecoder


@dataclass(frozen=True)
class StepLog:
    """The lines of a log; of a huge one, those of its beginning and of its end.

    ``parts`` are the bytes where these begin, each with the number of its first line in ``lines``.
    """

    path: Path
    lines: list[str]
    parts: tuple[tuple[int, int], ...]

    def position(self, number: int) -> int:
        """Return the byte where a line begins; its ``number`` counts from 0."""
        start, first = max(part for part in self.parts if part[1] <= number)
        with self.path.open("rb") as file:
            file.seek(start)
            return start + sum(map(len, islice(file, number - first)))


def read(path: Path) -> StepLog:
    """Read a log. Raises OSError."""
    decoder = LineDecoder()
    size = path.stat().st_size
    parts = [(0, 0)]
    with path.open("rb") as file:
        lines = decoder.feed(file.read(size if size <= HEAD + TAIL else HEAD))
        if size > HEAD + TAIL:
            lines += decoder.finish()
            parts.append((size - TAIL, len(lines)))
            file.seek(size - TAIL)
            lines += decoder.feed(file.read(TAIL))
    return StepLog(path, lines + decoder.finish(), tuple(parts))
