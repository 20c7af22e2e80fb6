"""Sentences with commands in them: a command is never broken at a place that is not its end."""

from __future__ import annotations

import re
from itertools import accumulate

from rich.cells import cell_len, chop_cells
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from screens.fitting import words_of

ERROR_MARK, NO_ERROR = "▸ ", "  "
OMITTED = "…"
CELLS = 2
"""The columns of the widest character."""
COMMAND = "bold $text-primary"
"""The style of a command: it does not depend on colour."""
_PIECES = re.compile(r"(`[^`\n]+`[^\s`]*)|\s+|[^\s`]+`?|`")


_FULL_STOP = re.compile(r"(?<=`)\.$")
"""A full stop after a command: without the backtick between them, it would be copied."""


def styled(text: str) -> Content:
    """Return a text whose commands, which are in backticks, are styled instead."""
    return Content.assemble(
        *(
            (part, COMMAND) if number % 2 else part
            for number, part in enumerate(re.split(r"`([^`\n]+)`", text))
        )
    )


def wrapped(text: str, width: int) -> Content:
    """Return the text in lines of this width, in cells.

    A command that does not fit in the rest of a line begins a new one. One that fits in no line is
    continued at a blank, with a backslash, so that a shell reads it as one command.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            extended = f"{line} {piece}" if line else piece
            if _columns(extended) <= width or not line:
                line = extended
            else:
                lines.append(line)
                line = piece
            if _columns(line) > width and line.startswith("`"):
                *full, line = _continued(line, width)
                lines += full
        lines.append(line)
    return Content("\n").join(part for line in lines for part in _folded(styled(line), width))


def _folded(line: Content, width: int) -> list[Content]:
    """Return a line in several ones, if it is a word that fits in no line: nothing may be lost."""
    if line.cell_length <= width:
        return [line]
    ends = list(accumulate(map(len, chop_cells(line.plain, width))))
    return [line[begin:end] for begin, end in zip([0, *ends], ends)]


def _pieces(text: str) -> list[str]:
    """Return the words of a text; a command, with the punctuation after it, is one word."""
    pieces: list[str] = []
    glued = False
    for match in _PIECES.finditer(text):
        piece = match.group()
        if piece.isspace():
            glued = False
        elif glued and pieces:
            pieces[-1] += piece
        else:
            pieces.append(piece)
            glued = True
    return pieces


def _columns(text: str) -> int:
    return cell_len(text.replace("`", ""))


def _continued(piece: str, width: int) -> list[str]:
    """Return a long command in several lines, each of which is in backticks."""
    _, command, rest = piece.split("`", 2)
    lines: list[str] = []
    line = ""
    for word in words_of(command) or command.split(" "):
        extended = f"{line} {word}" if line else word
        if line and _columns(f"{extended} \\") > width:
            lines.append(f"`{line} \\`")
            line = f"  {word}"
        else:
            line = extended
    return [*lines, f"`{line}`{rest}"]


class Prose(Static):
    """A text with commands in backticks. It is wrapped to its width."""

    def __init__(self, text: str, *, classes: str | None = None) -> None:
        text = _FULL_STOP.sub("", text)
        super().__init__(styled(text), classes=classes)
        self._text = text

    def render(self) -> Content:
        """Return the lines for the present width."""
        return wrapped(self._text, max(1, self.content_size.width))

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines for a width."""
        return wrapped(self._text, max(1, width)).plain.count("\n") + 1


class MarkedLines(Static):
    """Lines of a program's output. The one that shows the error has a mark, also without colour.

    What is wrapped continues below its own text, not below the mark.
    """

    def __init__(
        self, lines: tuple[str, ...], marked: int, *, name: str = "", most: int = 0
    ) -> None:
        """Show ``lines``; ``marked`` is the number of the one with the mark, or -1.

        A line that takes more than ``most`` rows, if that is not 0, is shown without its middle:
        its beginning says what failed, its end often why.
        """
        self._texts = tuple(
            Content.styled(line, "bold $text-error" if number == marked else "")
            for number, line in enumerate(lines)
        )
        self._marked = marked
        self._most = most
        unlimited = max(map(len, lines), default=0) * CELLS + len(NO_ERROR)
        super().__init__(
            self.lines(unlimited), id=name or None, classes="" if name else "excerpt", markup=False
        )

    def lines(self, width: int) -> Content:
        """Return the lines for a width."""
        shown = []
        for number, line in enumerate(self._texts):
            first = (ERROR_MARK, "bold $text-error") if number == self._marked else NO_ERROR
            for part in self._rows(line, max(2, width - len(NO_ERROR))):
                shown.append(Content.assemble(first, part))
                first = NO_ERROR
        return Content("\n").join(shown)

    def _rows(self, line: Content, width: int) -> list[Content]:
        rows = line.wrap(width) or [line]
        if not self._most or len(rows) <= self._most:
            return rows
        rows = line.wrap(width - len(OMITTED))
        return [rows[0].rstrip().append(OMITTED), *rows[1 - self._most :]]

    def render(self) -> Content:
        """Return the lines for the present width."""
        return self.lines(self.content_size.width)

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines for a width."""
        return self.lines(width).plain.count("\n") + 1


class Items(Vertical):
    """Sentences as a list, each with a bullet before it and its lines below each other."""

    def __init__(self, sentences: tuple[str, ...]) -> None:
        super().__init__(classes="items")
        self._sentences = sentences

    def compose(self) -> ComposeResult:
        """Compose a row for each."""
        for sentence in self._sentences:
            with Horizontal(classes="item"):
                yield Static("•", classes="bullet")
                yield Prose(sentence)
