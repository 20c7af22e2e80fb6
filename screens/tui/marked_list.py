"""A list whose chosen row has a mark, so that it can be seen without colours."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

MARK, NO_MARK = "› ", "  "


class MarkedList(OptionList):
    """A list of rows, each with an id. Its styles are those of the class ``marked``."""

    def __init__(self, name: str, rows: Iterable[tuple[str, Content]] = ()) -> None:
        self._texts = dict(rows)
        self._marked = ""
        super().__init__(
            *(Option(self._text(row), row) for row in self._texts),
            id=name,
            classes="marked",
            markup=False,
        )
        self.can_focus = bool(self._texts)  # an empty list would hide where the focus is

    def show(self, rows: Iterable[tuple[str, Content]]) -> None:
        """Show these rows, and keep the chosen one chosen, or its place."""
        place, row = self.highlighted or 0, self.chosen
        self._texts = dict(rows)
        self._marked = ""
        self.clear_options()
        self.can_focus = bool(self._texts)
        self.add_options(Option(self._text(each), each) for each in self._texts)
        if self._texts:
            ids = list(self._texts)
            self.highlighted = ids.index(row) if row in ids else min(place, len(ids) - 1)

    @property
    def chosen(self) -> str:
        """The id of the chosen row, or empty."""
        row = self.highlighted_option
        return str(row.id) if row is not None else ""

    def _text(self, row: str) -> Content:
        mark = MARK if row == self._marked else NO_MARK
        return Content.assemble((mark, "bold"), self._texts[row])

    @on(OptionList.OptionHighlighted)
    def _move_mark(self) -> None:
        before, self._marked = self._marked, self.chosen
        for row in {before, self._marked} & self._texts.keys():
            self.replace_option_prompt(row, self._text(row))
