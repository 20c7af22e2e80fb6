"""Diagnosis: from the full log of a failed step to the cause and what helps.

``assets/failures.toml`` describes the failures. The real cause is rarely in the last lines: the
match with the highest weight in the full log is reported; of equal weights, the first.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from wizard.knowledge import read_asset, read_row

UNKNOWN = "unknown"
"""The id of a diagnosis that is a guess."""

CERTAIN = 50
"""A match with at least this weight explains a failure; a lower one only if there is no other
error."""

GENERIC = 10
"""The weight of lines that say only that something failed."""

WINDOW, OVERLAP = 4000, 400
"""Characters searched at once: longer lines are split into overlapping pieces."""

CHUNK = 500
"""The number of pieces that are filtered together."""

WIDTH = 300
"""The number of characters of a line that an excerpt shows."""


@dataclass(frozen=True)
class Diagnosis:
    """Why a step failed.

    ``id`` names the entry of ``assets/failures.toml``, or is ``unknown``. ``cause`` is a sentence
    for people, ``excerpt`` the lines around the real error, at most nine, and ``line_number`` the
    line of the error, counted from 1 (0: the log is empty). ``hints`` are the next actions;
    commands in them are in backticks.
    """

    id: str
    cause: str
    excerpt: tuple[str, ...]
    line_number: int
    hints: tuple[str, ...]

    @property
    def known(self) -> bool:
        """Whether the cause is known; otherwise it is the line that looks most like an error."""
        return self.id != UNKNOWN


@dataclass(frozen=True)
class DiagnosisReport:
    """A diagnosis as JSON, with whether its cause is known."""

    known: bool
    diagnosis: Diagnosis
    schema: int = 1


@dataclass(frozen=True)
class Failure:
    """One entry of ``assets/failures.toml``, which describes the fields."""

    id: str
    weight: int
    find: tuple[str, ...]
    regex: str
    cause: str
    remedies: tuple[str, ...]
    examples: tuple[str, ...]
    sources: tuple[str, ...]
    also: str = ""

    def search(self, text: str) -> re.Match[str] | None:
        """Return the match in this line, or None."""
        return re.search(self.regex, text) if any(f in text for f in self.find) else None


@dataclass(frozen=True)
class _Piece:
    """A line, or a part of a very long line."""

    number: int
    text: str


@dataclass(frozen=True)
class _Match:
    failure: Failure
    index: int
    match: re.Match[str]


def diagnose(lines: Iterable[str]) -> Diagnosis:
    """Explain a failure from the full log of a step. Never raises because of its contents."""
    log = list(_split_lines(lines))
    chunks = [
        "\n".join(piece.text for piece in log[start : start + CHUNK])
        for start in range(0, len(log), CHUNK)
    ]
    matches = sorted(
        _first_matches(log, chunks),
        key=lambda candidate: (-candidate.failure.weight, candidate.index),
    )
    best = next(
        (candidate for candidate in matches if _is_confirmed(candidate.failure, chunks)), None
    )
    if best is None or best.failure.weight < CERTAIN:
        return _guess(log, best)
    return _explain(log, best)


def is_unimportant(line: str) -> bool:
    """Return whether the line only fills the live log: copied files, checks, standard advice."""
    starts, ends = _noise()
    text = line.strip()
    return text.startswith(starts) or text.endswith(ends)


@cache
def failures() -> tuple[Failure, ...]:
    """Every entry of ``assets/failures.toml``."""
    return tuple(read_row(Failure, table) for table in read_asset("failures.toml")["failure"])


@cache
def _noise() -> tuple[tuple[str, ...], tuple[str, ...]]:
    table = read_asset("failures.toml")["noise"]
    return tuple(table["starts"]), tuple(table["ends"])


_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")


def _split_lines(lines: Iterable[str]) -> Iterator[_Piece]:
    for number, raw in enumerate(lines, 1):
        line = _ESCAPES.sub("", raw) if "\x1b" in raw else raw
        line = line.rstrip().replace("\r", " ").replace("\n", " ")
        for start in range(0, max(len(line) - OVERLAP, 1), WINDOW - OVERLAP):
            yield _Piece(number, line[start : start + WINDOW])


def _first_matches(log: Sequence[_Piece], chunks: Sequence[str]) -> Iterator[_Match]:
    """Yield the first match of each failure."""
    remaining = list(failures())
    for start, chunk in zip(range(0, len(log), CHUNK), chunks):
        # Finding a text in a chunk of lines is far faster than trying a regex on each line.
        for failure in [
            pending for pending in remaining if any(text in chunk for text in pending.find)
        ]:
            for index, piece in enumerate(log[start : start + CHUNK], start):
                match = failure.search(piece.text)
                if match:
                    remaining.remove(failure)
                    yield _Match(failure, index, match)
                    break


def _is_confirmed(failure: Failure, chunks: Sequence[str]) -> bool:
    return not failure.also or any(re.search(failure.also, chunk) for chunk in chunks)


def _explain(log: Sequence[_Piece], match: _Match) -> Diagnosis:
    return Diagnosis(
        id=match.failure.id,
        cause=match.failure.cause.format(**match.match.groupdict()),
        excerpt=_excerpt(log, match.index, match.match.start()),
        line_number=log[match.index].number,
        hints=match.failure.remedies,
    )


# Patterns of unknown errors, the most certain first.
_ERROR_LIKE = (
    re.compile(
        r"^\s*(?:\S+:\d+:(?:\d+:)? )?(?:fatal )?error(?:\[E\d+\])?:|^\s*E: |panicked at |"
        r"^\s*\w[\w.]{0,80}(?:Error|Exception|Exit)\b(?::|$)|^\s*(?:FATAL|CRITICAL)\b|"
        r": error \w*\d+:",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:error|failed|failure|fatal|cannot|can't|could not|couldn't|not found|denied|refused|"
        r"undefined|unsupported|unable to|no such|timed out|killed|abort(?:ed|ing))\b",
        re.IGNORECASE,
    ),
)
_WARNING = re.compile(r"^\s*(?:\[?(?:warn(?:ing)?|note|info|debug)\b)", re.IGNORECASE)

_UNKNOWN_HINTS = (
    "Read the full log around this line.",
    "Search the web for the exact text of this line, without paths and numbers.",
    # Not "try a wheel": only the facts of the machine say whether one fits.
    "See what is possible on this computer: `cryptography-wizard plan`.",
)


def _guess(log: Sequence[_Piece], weak: _Match | None) -> Diagnosis:
    """Return the first line that looks like an error, else the weak match, else the last line."""
    generic = [failure for failure in failures() if failure.weight <= GENERIC]
    for pattern in _ERROR_LIKE:
        for index, piece in enumerate(log):
            match = pattern.search(piece.text)
            if (
                match
                and not _WARNING.match(piece.text)
                and not is_unimportant(piece.text)
                and not any(failure.search(piece.text) for failure in generic)
            ):
                return Diagnosis(
                    id=UNKNOWN,
                    cause="The wizard does not know this error. It is the first error in the log.",
                    excerpt=_excerpt(log, index, match.start()),
                    line_number=piece.number,
                    hints=_UNKNOWN_HINTS,
                )
    if weak is not None:
        return _explain(log, weak)
    last = next((i for i in range(len(log) - 1, -1, -1) if log[i].text.strip()), None)
    if last is None:
        return Diagnosis(UNKNOWN, "The program failed without any output.", (), 0, _UNKNOWN_HINTS)
    return Diagnosis(
        id=UNKNOWN,
        cause="The log shows no error. These are its last lines.",
        excerpt=_excerpt(log, last, 0),
        line_number=log[last].number,
        hints=_UNKNOWN_HINTS,
    )


def _excerpt(log: Sequence[_Piece], index: int, column: int) -> tuple[str, ...]:
    """Return the line with up to three lines before and five after it, without noise and blank
    lines."""
    before = _meaningful(log[i].text for i in range(index - 1, -1, -1))
    after = _meaningful(log[i].text for i in range(index + 1, len(log)))
    lines = (
        *reversed([_shorten(text, 0) for text in islice(before, 3)]),
        _shorten(log[index].text, column),
        *(_shorten(text, 0) for text in islice(after, 5)),
    )
    # pip indents all output of a build, which is meaningless and takes space.
    return tuple(textwrap.dedent("\n".join(lines)).split("\n"))


def _meaningful(texts: Iterable[str]) -> Iterator[str]:
    # Look only at nearby lines, not at a whole log of a million blank lines.
    return (text for text in islice(texts, 100) if text.strip() and not is_unimportant(text))


def _shorten(text: str, column: int) -> str:
    """Return at most WIDTH characters that include the one at this column."""
    if len(text) <= WIDTH:
        return text
    start = max(0, min(column - WIDTH // 4, len(text) - WIDTH))
    end = start + WIDTH
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")
