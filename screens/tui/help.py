"""The help that F1 shows over any page."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Button, Markdown

from screens.tui.dialogs import Dialog


class HelpScreen(Dialog[None]):
    """A page of help in Markdown. Escape, Enter, F1, ? or the button closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,question_mark,q", "close", "Close", priority=True),
        Binding("down", "scroll(1)", show=False, priority=True),
        Binding("up", "scroll(-1)", show=False, priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def body(self) -> ComposeResult:
        """The text, and a button that closes the page."""
        with Vertical(classes="box wide"):
            with VerticalScroll(can_focus=True):
                yield Markdown(self._text, open_links=False)
            with Horizontal(classes="buttons docked"):
                yield Button("Close  (Esc)", id="close", variant="primary")

    def on_mount(self) -> None:
        """The button has the focus; the arrow keys still scroll."""
        self.query_one("#close").focus()

    def action_scroll(self, lines: int) -> None:
        """Scroll the text by some lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Go back to the page."""
        self.dismiss()

    def on_button_pressed(self) -> None:
        """Go back to the page."""
        self.dismiss()
