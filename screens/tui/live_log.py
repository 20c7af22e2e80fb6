"""The live log: fast, searchable, and able to show only the important lines."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from textual.geometry import Offset
from textual.selection import Selection
from textual.widgets import Log

from screens.tui.log_view import KEPT


class LiveLog(Log):
    """The newest lines of one step's output.

    It follows the newest line until the user scrolls up. Call `add` with many lines at once, at
    most 20 times a second, so that the keys respond quickly.
    """

    def __init__(self) -> None:
        super().__init__(max_lines=KEPT, id="log")
        self.only_important = False
        self.found = -1
        self._all: deque[str] = deque(maxlen=KEPT)
        self._follows = True

    @property
    def follows(self) -> bool:
        """Return whether the newest line is visible: the user has not scrolled up."""
        return self._follows

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remember whether the user is at the end."""
        super().watch_scroll_y(old_value, new_value)
        self._follows = self.is_vertical_scroll_end

    def on_resize(self) -> None:
        """Stay at the end when the terminal gets another size."""
        if self._follows:
            self.call_after_refresh(self.scroll_end, animate=False)

    def add(self, lines: Iterable[str]) -> None:
        """Add lines at the end."""
        new = tuple(lines)
        if new:
            self._all.extend(new)
            self.write_lines(self._chosen(new))

    def show_only_important(self, only: bool) -> None:
        """Show every line, or only the important ones."""
        self.only_important = only
        self._show_again()

    def show_lines(self, lines: Iterable[str]) -> None:
        """Show these lines, of another step, instead of all others."""
        self._all = deque(lines, maxlen=KEPT)
        self._show_again()

    def _show_again(self) -> None:
        self.found = -1
        self.screen.clear_selection()
        self.clear()
        self.write_lines(self._chosen(self._all), scroll_end=True)
        self.scroll_end(animate=False)

    def text(self) -> str:
        """Return all kept lines, visible or not."""
        return "".join(f"{line}\n" for line in self._all)

    def find(self, wanted: str, step: int) -> tuple[int, int]:
        """Go to the next (``step`` 1) or previous (-1) line that contains ``wanted``, and mark it.

        Ignores case. Returns the number of the match and how many there are; (0, 0) if none.
        """
        wanted = wanted.casefold()
        hits = [y for y, line in enumerate(self.lines) if wanted in line.casefold()]
        if not wanted or not hits:
            self.found = -1
            self.screen.clear_selection()
            return 0, 0
        if self.found < 0:
            y = hits[-1] if step < 0 else hits[0]
        elif step > 0:
            y = next((hit for hit in hits if hit > self.found), hits[0])
        else:
            y = next((hit for hit in reversed(hits) if hit < self.found), hits[-1])
        self.found = y
        start = self.lines[y].casefold().index(wanted)
        span = Selection(Offset(start, y), Offset(start + len(wanted), y))
        self.screen.selections = {self: span}
        self.scroll_to(y=max(0, y - self.size.height // 2), animate=False)
        return hits.index(y) + 1, len(hits)

    def _chosen(self, lines: Iterable[str]) -> Iterable[str]:
        if not self.only_important:
            return lines
        from wizard.advice.diagnose import lines_to_hide

        return [line for line in lines if not lines_to_hide(line)]
