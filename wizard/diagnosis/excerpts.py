"""The lines of a log that show an error, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from wizard.diagnosis.normal import failures, shown
from wizard.table_source import reader

WIDTH = 300
"""The number of characters of a line that an excerpt shows."""
LONGEST = 2000
"""The number of characters of a line that the evidence has: there are lines of megabytes."""
BEFORE, AFTER = 3, 5
"""The number of lines around the error that an excerpt has at most."""
NEAR = 100
"""How far away these lines may be."""


def is_unimportant(line: str) -> bool:
    """Return whether the line only fills the live log: copied files, checks, standard advice."""
    starts, ends = _noise()
    text = line.strip()
    return text.startswith(starts) or text.endswith(ends)


Part = tuple[str, str, str]
"""What an excerpt shows of a line, as the log has it, between two marks: ``…`` if there is more."""


def excerpt(lines: Sequence[str], index: int, column: int) -> tuple[str, ...]:
    """Return the line with up to three lines before and five after it, without noise and blank
    lines. ``column`` is what a very long line must show."""
    return for_people(around(lines, index, column))


def around(lines: Sequence[str], index: int, column: int) -> tuple[Part, ...]:
    """Return what `excerpt` shows, as the log has it: few of the excerpts of a log are shown."""
    before = _meaningful(lines[i] for i in range(index - 1, -1, -1))
    after = _meaningful(lines[i] for i in range(index + 1, len(lines)))
    return (
        *reversed([_part(text, 0) for text in islice(before, BEFORE)]),
        _part(lines[index], column),
        *(_part(text, 0) for text in islice(after, AFTER)),
    )


def for_people(parts: Sequence[Part]) -> tuple[str, ...]:
    """Return parts of lines for people."""
    if not parts:
        return ()
    chosen = [start + shown(text) + end for start, text, end in parts]
    # pip indents all output of a build, which is meaningless and takes space.
    return tuple(textwrap.dedent("\n".join(chosen)).split("\n"))


def marked(lines: Sequence[str], evidence: str) -> int | None:
    """Return which line of an excerpt shows the error, or None. ``evidence`` is it in the log."""
    text = shown(evidence.strip())
    for index, line in enumerate(lines):
        part = line.strip().strip("…")
        if part and (part == text or (len(part) >= WIDTH - 2 and part in text)):
            return index
    return None


def evidence(line: str, column: int) -> str:
    """Return the line that shows the error; of a very long one, what is around this column."""
    _, text, _ = _part(line, column, LONGEST)
    return text.strip()


def _part(text: str, column: int, width: int = WIDTH) -> Part:
    """Return at most ``width`` characters that include the one at this column."""
    if len(text) <= width:
        return "", text, ""
    start = max(0, min(column - width // 4, len(text) - width))
    end = start + width
    return "…" if start else "", text[start:end], "…" if end < len(text) else ""


def _meaningful(texts: Iterable[str]) -> Iterator[str]:
    # Look only at nearby lines, not at a whole log of a million blank lines.
    return (text for text in islice(texts, NEAR) if text.strip() and not is_unimportant(text))


@reader
def _noise() -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = failures()["noise"]
    return tuple(table["starts"]), tuple(table["ends"])
