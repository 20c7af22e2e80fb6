"""Find the signs in a log, in one pass and in little memory, however long it is.

Most of a log says nothing. A block of lines is looked at only if it contains a word of a sign, a
line only if it does. Only then is the line normalised and searched, and joined with its neighbours
in case a terminal wrapped it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from wizard.diagnosis import normal
from wizard.diagnosis.decoding import Block, decode
from wizard.diagnosis.excerpts import NEAR, WIDTH, Part, around, evidence, for_people
from wizard.diagnosis.normal import lines_of_words, words
from wizard.diagnosis.table import Sign, Table

ENOUGH = 40
"""The number of matches of a sign after which it is not looked for any more."""
TRIES = 400
"""The number of lines after which a note that matched none of them is given up."""
REPEATED, SHAPES = 3, 4096
"""Lines that differ only in numbers and have no sign are skipped after the first ones; the number
of such lines that are remembered."""
LONGEST_SHAPE = 600
"""A longer line, without its numbers, is not remembered."""
NARROW, WIDE = 50, 300
"""The widths in characters at which a terminal, a browser or a person may have wrapped lines."""
WIDEST, FEW = 60, 12
"""The width of a column, and the number of lines, up to which a few short lines may be parts of
longer ones."""
COLUMN, REACH = 20, 15
"""A log in a narrower column than that is not expected; the number of lines before and after a line
that show how wide its column is."""
ENDINGS = (b"Error", b"Exception")
"""How the names of exceptions end."""
JOINED = 5
"""The number of wrapped lines that are joined at most."""


@dataclass(frozen=True)
class Match:
    """A sign in a line: its slots, the number of the line, the text as it was meant.

    ``found`` is the part of it that matched. ``around`` are the lines around it, and ``raw`` the
    line itself, as they are in the log.
    """

    sign: Sign
    slots: dict[str, str]
    number: int
    text: str
    raw: str
    around: tuple[Part, ...]
    found: str = ""

    @property
    def excerpt(self) -> tuple[str, ...]:
        """The lines around it, for people."""
        return for_people(self.around)

    @property
    def evidence(self) -> str:
        """The line itself, or what is around the sign in a very long one."""
        return evidence(self.raw, column_of(self.raw, self.found))


def column_of(line: str, found: str) -> int:
    """Return where a match is in the line as the log has it; 0 if it is not found there.

    The log may have other quotation marks, or escapes, between the words of the match.
    """
    if len(line) <= NEAR:
        return 0
    column = line.find(found[:30])
    if column < 0 and len(line) <= WIDTH:
        return 0  # an excerpt shows all of it
    if column < 0:
        match = re.search(r"\W{1,8}".join(re.findall(r"\w+", found[:30])), line)
        column = match.start() if match else 0
    return column


@dataclass
class Scan:
    """What was found: the matches in the order of the lines, and the last line that is not
    blank."""

    matches: list[Match] = field(default_factory=list)
    last: tuple[int, tuple[str, ...]] = (0, ())


def scan(blocks: Iterable[Block], table: Table) -> Scan:
    """Search a log."""
    found = Scan()
    wanted = _Wanted(table)
    before: list[str] = []
    end: tuple[int, list[str]] = (0, [])
    for block, following in _with_next(blocks):
        if not block.data or block.data.isspace():
            continue
        whole = unwrapped(block)
        # Between the parts of one long line is no other line.
        last = block.number + block.data.count(b"\n")
        is_cut = following is not None and following.number == last
        marks = _marks_in(whole.data)
        named = b"E" in whole.data and any(ending in whole.data for ending in ENDINGS)
        if not marks and not named and wanted.isdisjoint(words(whole.data)):
            lines = decode(whole.data[-NEAR * 200 :]).split("\n")
        else:
            lines = decode(whole.data).split("\n")
            after = decode(following.data[: NEAR * 200]).split("\n") if following else []
            after = after[1:] if is_cut else after
            found.matches += _Lines(whole, lines, before, after, wanted, marks, named).matches()
        before = before if is_cut else lines[-NEAR:]
        end = (last, lines)
    number, lines = end
    if lines:
        last = next((i for i in range(len(lines) - 1, 0, -1) if lines[i].strip()), 0)
        found.last = (number - (len(lines) - 1 - last), for_people(around(lines, last, 0)))
    return found


def _with_next(blocks: Iterable[Block]) -> Iterator[tuple[Block, Block | None]]:
    current: Block | None = None
    for block in blocks:
        if current is not None:
            yield current, block
        current = block
    if current is not None:
        yield current, None


@dataclass(frozen=True)
class Whole(Block):
    """A block whose lines were put together again.

    ``starts`` has, for each line, the index of its first part and the columns where its further
    parts begin; empty if nothing was put together.
    """

    starts: tuple[tuple[int, tuple[int, ...]], ...] = ()


def unwrapped(block: Block) -> Whole:
    """Return a block without the line feeds of a terminal or a page with a very narrow column.

    There, a line ends in the middle of a word, so that hardly a word of a sign is left. Every line
    that is full belongs together with the next one.
    """
    if isinstance(block, Whole):
        return block
    if not _may_be_narrow(block.data):
        return Whole(block.number, block.data)
    lines = decode(block.data).split("\n")
    width = max(map(len, lines))
    full = sum(len(line) == width for line in lines)
    if not (COLUMN <= width < NARROW and full > 2 and full * 4 > sum(map(bool, lines))):
        return Whole(block.number, block.data)
    return _put_together(block.number, lines, [len(line) == width for line in lines], "")


def guesses(block: Block) -> Iterator[Whole]:
    """Yield a few short lines as they may have been before they were cut.

    So few lines do not show how wide their column was: each guess is one.
    """
    lines = decode(block.data).rstrip("\n").split("\n")
    width = max(map(len, lines))
    if not (COLUMN <= width < WIDEST and 1 < len(lines) <= FEW):
        return
    # In the middle of a word, and between words.
    yield _put_together(block.number, lines, [len(line) == width for line in lines], "")
    rest = [line.lstrip().split(None, 1)[:1] for line in lines[1:]]
    fits = [not word or len(line) + 1 + len(word[0]) <= width for line, word in zip(lines, rest)]
    yield _put_together(block.number, lines, [not fit for fit in fits], " ")


def _put_together(number: int, lines: Sequence[str], full: Sequence[bool], separator: str) -> Whole:
    """Return lines, of which each full one is joined with the next one."""
    texts: list[str] = []
    starts: list[tuple[int, tuple[int, ...]]] = []
    for index, line in enumerate(lines):
        if index and full[index - 1] and lines[index - 1]:
            first, columns = starts[-1]
            texts[-1] += separator
            starts[-1] = (first, (*columns, len(texts[-1])))
            texts[-1] += line
        else:
            texts.append(line)
            starts.append((index, ()))
    return Whole(number, "\n".join(texts).encode("utf-8", "replace"), tuple(starts))


def _may_be_narrow(data: bytes) -> bool:
    """Return whether the first lines are short: most logs have a long one there."""
    return max(map(len, decode(data[:2048]).split("\n"))) < NARROW


def _marks_in(data: bytes) -> list[bytes]:
    # Looking for one byte is far faster than looking for two, and most are in no block.
    return [
        mark
        for first, marks in _MARKS_BY_BYTE.items()
        if first in data
        for mark in marks
        if mark in data
    ]


_MARKS_BY_BYTE: dict[bytes, list[bytes]] = {}
for _mark in normal.MARKS:
    _MARKS_BY_BYTE.setdefault(_mark[:1], []).append(_mark)


class _Wanted:
    """The words that are still looked for, and the signs that they point to.

    ``numbers`` are numbers that a sign looks for, such as an exit code.
    """

    def __init__(self, table: Table) -> None:
        self._signs = dict(table.by_word)
        self.words = set(table.words)
        self.numbers = table.numbers
        self.raw = table.raw
        self._counts: dict[int, int] = {}
        self._tries: dict[int, int] = {}
        self._silent: dict[bytes, int] = {}
        self.isdisjoint = self.words.isdisjoint

    def signs(self, found: Iterable[bytes]) -> list[Sign]:
        """Return the signs that one of these words points to, each once."""
        every = self._signs
        signs = {id(sign): sign for word in found if word in every for sign in every[word]}
        return list(signs.values())

    def count(self, sign: Sign) -> None:
        """Count a match; enough of them end the search."""
        self._counts[id(sign)] = self._counts.get(id(sign), 0) + 1
        if self._counts[id(sign)] >= (sign.enough or ENOUGH):
            self._drop(sign)

    def failed(self, sign: Sign) -> None:
        """Count a line without this sign; a note is given up after some."""
        if sign.optional:
            self._tries[id(sign)] = self._tries.get(id(sign), 0) + 1
            if self._tries[id(sign)] >= TRIES:
                self._drop(sign)

    def is_silent(self, shape: bytes) -> bool:
        """Return whether lines of this shape never had a sign."""
        return self._silent.get(shape, 0) >= REPEATED

    def silent(self, shape: bytes) -> None:
        """Remember that a line of this shape has no sign."""
        if len(shape) < LONGEST_SHAPE:
            if len(self._silent) > SHAPES:
                self._silent.clear()
            self._silent[shape] = self._silent.get(shape, 0) + 1

    def _drop(self, sign: Sign) -> None:
        for word in sign.find:
            key = word.encode()
            signs = tuple(one for one in self._signs.get(key, ()) if one is not sign)
            if signs:
                self._signs[key] = signs
            else:
                self._signs.pop(key, None)
                self.words.discard(key)


_DIGITS = b"0123456789"
_NOISE = re.compile(rb"/(?:[0-9a-f]{2,3}/){0,2}[0-9a-f]{12,64}\b|:\d\d:\d\d\b(?:[.,]\d+)?")
"""What is another one in each line that a program writes about the files of an index: the folder
of a file, which is a checksum, and the time."""
_FILES = re.compile(
    rb"[\w.]+-\d+(?:\.\w+)+(?:-[\w.]+)*|\bversion: \d+(?:\.\w+)+|\(\d+(?:\.\d+)? [kMG]?B\)"
)
"""Numbers that are no exit code and no error's: those of a file, of its release and its size."""


class _View(NamedTuple):
    """A text in which a sign may be: a line, a part of it, or several lines that were one.

    ``starts`` has the index of each line and the column where it starts; a match in a joined text
    must include the place where two lines meet, because each line has a separate view.
    """

    text: str
    starts: tuple[tuple[int, int], ...]

    def search(self, sign: Sign) -> tuple[re.Match[str], int] | None:
        """Return the match and the index of its line."""
        # It is nearly always missing, and a text is found far faster than a regex.
        text = self.text
        literals = sign.literals
        for literal in literals:
            if literal in text:
                break
        else:
            if literals:
                return None
        match = sign.pattern.search(text)
        if match is None:
            return None
        if len(self.starts) == 1:
            return match, self.starts[0][0]
        for match in sign.pattern.finditer(self.text):
            if any(match.start() < column < match.end() for _, column in self.starts):
                if self._is_in_one_line(sign, match):
                    continue
                # The words around a slot only say what it is: the slot is the evidence.
                start = max(match.start(), *map(match.start, range(match.re.groups + 1)))
                return match, max(i for i, column in self.starts if column <= start)
        return None

    def _is_in_one_line(self, sign: Sign, match: re.Match[str]) -> bool:
        """Return whether a line of this match has the whole sign, and the rest is of another."""
        columns = [column for _, column in self.starts]
        return any(
            sign.pattern.search(self.text[column:end])
            for column, end in zip(columns, [*columns[1:], len(self.text)])
            if column < match.end() and end > match.start()
        )


class _Lines:
    """The lines of one block, with those around it."""

    def __init__(
        self,
        block: Whole,
        own: Sequence[str],
        before: Sequence[str],
        after: Sequence[str],
        wanted: _Wanted,
        marks: Sequence[bytes],
        named: bool,
    ) -> None:
        self._wanted = wanted
        self._marks = marks
        self._named = named
        self._lines = [*before, *own, *after]
        self._offset = len(before)
        self._end = self._offset + len(own)
        self._whole = block
        self._block = block.data
        self._data = block.data.split(b"\n")
        self._around: dict[tuple[int, int], tuple[Part, ...]] = {}
        self._continued: dict[int, bool] = {}

    def matches(self) -> Iterator[Match]:
        """Yield each sign of each line."""
        isdisjoint, is_silent = self._wanted.isdisjoint, self._wanted.is_silent
        (error, exception), marks, block_named = ENDINGS, self._marks, self._named
        for position, (data, text) in enumerate(zip(self._data, lines_of_words(self._block))):
            found = text.split()
            named = block_named and (error in data or exception in data)
            if (
                isdisjoint(found)
                and not named
                and not (marks and any(mark in data for mark in marks))
            ):
                continue
            # A number may be what a sign looks for, such as an exit code.
            numbers = self._wanted.numbers.intersection(found)
            rest = _NOISE.sub(b" ", data)
            numbers = numbers and numbers.intersection(words(_FILES.sub(b" ", rest)))
            shape = rest.translate(None, _DIGITS)
            if not numbers and is_silent(shape):
                continue
            index = position + self._offset
            silent = not numbers
            for match in self._line(index, self._wanted.raw.intersection(found), named):
                silent = False
                yield match
            if silent:
                self._wanted.silent(shape)

    def _line(self, index: int, raw: Iterable[bytes], named: bool) -> Iterator[Match]:
        pieces = normal.pieces(self._lines[index])
        # In the order of the line: that of a set is another in each process.
        found = dict.fromkeys(
            word for piece in pieces for word in words(piece.encode("utf-8", "replace"))
        )
        if named:
            found.update(dict.fromkeys(_kinds_of_errors(found)))
        joined: list[_View] | None = None
        signs = [sign for sign in self._wanted.signs(found) if not sign.raw]
        if raw:
            yield from self._with_prefix(index, raw)
        if not signs:
            return
        own = [_View(piece, ((index, 0),)) for piece in pieces]
        for sign in signs:
            hit = _first(own, sign)
            if hit is None:
                if sign.alone:
                    self._wanted.failed(sign)
                    continue
                if joined is None:
                    joined = self._joined(index, pieces)
                hit = _first(joined, sign)
            if hit is None or (sign.before and not self._follows(sign.before, *hit, pieces)):
                continue
            self._wanted.count(sign)
            yield self._match(sign, *hit)

    def _with_prefix(self, index: int, found: Iterable[bytes]) -> Iterator[Match]:
        """Yield the signs of a line as it is, with what other programs put before it."""
        signs = [sign for sign in self._wanted.signs(found) if sign.raw]
        view = _View(normal.clean(self._lines[index]), ((index, 0),)) if signs else None
        for sign in signs:
            hit = view.search(sign) if view else None
            if hit is None:
                self._wanted.failed(sign)
            else:
                self._wanted.count(sign)
                yield self._match(sign, *hit)

    def _joined(self, index: int, pieces: Sequence[str]) -> list[_View]:
        """Return the line with its neighbours, if it may be a part of a wrapped one."""
        if len(pieces) != 1 or len(pieces[0]) > WIDE:
            return []
        first, last = index, index
        before, whole = (4, 2 * JOINED) if self._narrow(index) < NARROW else (2, JOINED)
        while first > 0 and index - first < before and self._continues(first - 1):
            first -= 1
        while last - first < whole and last + 1 < len(self._lines) and self._continues(last):
            last += 1
        if first == last:
            return []
        texts = [normal.line(line) for line in self._lines[first : last + 1]]
        # A shell, or who quotes it, marks what goes on in the next line.
        texts[:-1] = [text[:-1] if text.endswith("\\") else text for text in texts[:-1]]
        soft = [text.strip() for text in texts]
        return [_join(first, soft, " "), _join(first, texts, "")]

    def _continues(self, index: int) -> bool:
        """Return whether the next line may be the rest of this one, which was too long."""
        known = self._continued.get(index)
        if known is None:
            known = self._continued[index] = self._is_continued(index)
        return known

    def _is_continued(self, index: int) -> bool:
        line, rest = self._lines[index], self._lines[index + 1].lstrip()
        if not rest or not line.strip() or len(line) > WIDE:
            return False
        if line.endswith("\\") and len(line) > COLUMN:
            return True
        narrow = self._narrow(index)
        return len(line) >= narrow or len(line) + 1 + len(rest.split(None, 1)[0]) > narrow

    def _narrow(self, index: int) -> int:
        """Return the least width of a line that may have been wrapped there: that of its column, if
        this is a narrow one."""
        near = self._widths[max(0, index - REACH) : index + REACH]
        width = max(near, default=0)
        return width if len(near) > JOINED and COLUMN <= width < NARROW else NARROW

    @cached_property
    def _widths(self) -> list[int]:
        """The width of each line; 0 of a single word: one longer than the column is not cut."""
        return [len(line) if " " in line.strip() else 0 for line in self._lines]

    def _number(self, index: int, column: int) -> int:
        """Return the number of a line in the log, and of the part of it if it was cut there."""
        own, starts = index - self._offset, self._whole.starts
        if starts and 0 <= own < len(starts):
            first, columns = starts[own]
            return self._whole.number + first + bisect_right(columns, column)
        return self._whole.number + own

    def _follows(
        self, before: str, match: re.Match[str], index: int, pieces: Sequence[str]
    ) -> bool:
        """Return whether the text before a match, or the line above it, matches ``before``."""
        earlier = [match.string[max(0, match.start() - WIDE) : match.start()]]
        if match.string in pieces:
            earlier += pieces[: pieces.index(match.string)]
        above: list[str] = []
        for line in self._lines[max(0, index - 20) : index]:
            # A progress bar is overwritten: its last state counts.
            if line.strip():
                above = normal.pieces(line)
        earlier_lines = [text for text in earlier[1:] if text.strip()][-1:]
        candidates = [earlier[0], *(earlier_lines or [t for t in above if t.strip()][-2:])]
        return any(re.search(before, text) for text in candidates)

    def _match(self, sign: Sign, match: re.Match[str], index: int) -> Match:
        raw = self._lines[index]
        column = column_of(raw, match.group())
        slots = {name: value for name, value in match.groupdict().items() if value}
        number = self._number(index, column)
        text = match.string if len(match.string) <= normal.WINDOW else match.group()
        near: tuple[Part, ...] = ()
        if not sign.silent:
            near = self._around.get((index, column)) or around(self._lines, index, column)
            self._around[index, column] = near
        return Match(sign, slots, max(1, number), text, raw, near, match.group())


def _kinds_of_errors(found: Iterable[bytes]) -> list[bytes]:
    """Return ``error`` for the name of an exception, such as ``ValueError``: nobody can list
    them."""
    return [ending for ending in (b"error", b"exception") if any(w.endswith(ending) for w in found)]


def _first(views: Iterable[_View], sign: Sign) -> tuple[re.Match[str], int] | None:
    for view in views:
        hit = view.search(sign)
        if hit is not None:
            return hit
    return None


def _join(first: int, texts: Sequence[str], separator: str) -> _View:
    starts = []
    column = 0
    for offset, text in enumerate(texts):
        starts.append((first + offset, column))
        column += len(text) + len(separator)
    return _View(normal.english(separator.join(texts)), tuple(starts))
