"""The live log: fast, searchable, and able to show only the important lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Any, ClassVar

from rich.segment import Segment, Segments
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.scrollbar import ScrollBarRender
from textual.selection import Selection
from textual.widgets import Log

from backends.progress import is_progress
from screens import fitting
from screens.tui.log_view import MAX_LINES

SCROLL_BAR = 1
"""The columns of the scroll bar, which a long log gets."""

ARROWS = "◀▶"
"""The ends of the horizontal scroll bar."""


class WholeLine(str):
    """A line that is broken at words, such as the command of a step: the log cuts a long line."""

    __slots__ = ()


class ArrowBar(ScrollBarRender):
    """A horizontal scroll bar with an arrow at each end: without, it looks like a progress bar."""

    @classmethod
    def render_bar(cls, size: int = 25, *args: Any, **options: Any) -> Segments:
        """Return the bar, which is ``size`` columns wide with its arrows."""
        columns = int(size)
        if columns < 2 * len(ARROWS):
            return super().render_bar(size, *args, **options)
        bar = super().render_bar(columns - len(ARROWS), *args, **options)
        style = Style(color=options["bar_color"], bgcolor=options["back_color"])
        left, right = (
            Segment(arrow, style + Style(meta={"@mouse.down": action}))
            for arrow, action in zip(ARROWS, ("scroll_up", "scroll_down"))
        )
        *cells, end = bar.segments
        return Segments([left, *cells, right, end])


class LiveLog(Log):
    """The newest lines of one step's output.

    It follows the newest line until the user scrolls up. Call `add` with many lines at once, at
    most 20 times a second, so that the keys respond quickly.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # Apple's Terminal keeps Home, End and the page keys for itself.
        Binding("end,G", "screen.follow", "Follow"),
        Binding("home,g", "scroll_home", show=False),
    ]

    class Moved(Message):
        """The user has left the newest line, or is there again."""

    def __init__(self) -> None:
        super().__init__(max_lines=MAX_LINES, id="log")
        self.horizontal_scrollbar.renderer = ArrowBar  # type: ignore[misc] # for this bar alone
        self.only_important = False
        self.match_line = -1
        self._all_lines: deque[str] = deque(maxlen=MAX_LINES)
        self._follows = True

    @property
    def follows(self) -> bool:
        """Whether the newest line is visible, because the user has not scrolled up."""
        return self._follows

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Record whether the user is at the end."""
        super().watch_scroll_y(old_value, new_value)
        if self._follows != self.is_vertical_scroll_end:
            self._follows = self.is_vertical_scroll_end
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        """Stay at the end when the terminal gets another size, and break whole lines again."""
        if self._follows:
            is_searched = self.match_line >= 0  # what was found stays marked
            if not is_searched and any(isinstance(line, WholeLine) for line in self._all_lines):
                self._redraw()
            self.call_after_refresh(self.scroll_end, animate=False)

    def add(self, lines: Iterable[str]) -> None:
        """Add lines at the end."""
        new = tuple(lines)
        if new:
            self._all_lines.extend(new)
            self.write_lines(self._visible_lines(new))

    def show_only_important(self, only_important: bool) -> None:
        """Show every line, or only the important ones."""
        self.only_important = only_important
        self._redraw()

    def show_lines(self, lines: Iterable[str]) -> None:
        """Show these lines of another step instead of the present ones."""
        self._all_lines = deque(lines, maxlen=MAX_LINES)
        self._redraw()

    def _redraw(self) -> None:
        self.match_line = -1
        self.border_subtitle = ""
        self.screen.clear_selection()
        self.clear()
        self.write_lines(self._visible_lines(self._all_lines), scroll_end=True)
        self.scroll_end(animate=False)

    def text(self) -> str:
        """Return all kept lines, visible or not."""
        return "".join(f"{line}\n" for line in self._all_lines)

    def find(self, text: str, step: int) -> tuple[int, int]:
        """Go to the next (``step`` 1) or previous (-1) line that contains ``text``, and mark it.

        Ignores case. Returns the number of the match and how many there are; (0, 0) if none.
        """
        text = text.casefold()
        matches = [y for y, line in enumerate(self.lines) if text in line.casefold()]
        if not text or not matches:
            self.match_line = -1
            self.screen.clear_selection()
            return 0, 0
        if self.match_line < 0:
            y = matches[-1] if step < 0 else matches[0]
        elif step > 0:
            y = next((hit for hit in matches if hit > self.match_line), matches[0])
        else:
            y = next((hit for hit in reversed(matches) if hit < self.match_line), matches[-1])
        self.match_line = y
        start = self.lines[y].casefold().index(text)
        span = Selection(Offset(start, y), Offset(start + len(text), y))
        self.screen.selections = {self: span}
        self.scroll_to(y=max(0, y - self.size.height // 2), animate=False)
        return matches.index(y) + 1, len(matches)

    def _important(self, lines: Iterable[str]) -> list[str]:
        """Return the steps, warnings and errors. How far it is, is one line, in the border."""
        from wizard.diagnosis.excerpts import is_unimportant

        kept: list[str] = []
        for line in lines:
            if isinstance(line, WholeLine):
                kept.append(line)
            elif is_progress(line):
                self.border_subtitle = Content(line.strip())
            elif line.strip() and not is_unimportant(line):
                kept.append(line)
        return kept

    def _visible_lines(self, lines: Iterable[str]) -> Iterable[str]:
        if self.only_important:
            lines = self._important(lines)
        width = max(0, self.scrollable_content_region.width - SCROLL_BAR)
        return [
            part
            for line in lines
            for part in (fitting.fitted([line], width) if isinstance(line, WholeLine) else (line,))
        ]
