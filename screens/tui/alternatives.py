"""The page for an impossible request: what is possible instead."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option as Row

import assets
from screens.session import Session
from screens.tui.page import Go, Page
from wizard.errors import Alternative, Exit, Impossible, WizardError
from wizard.wording import wrap

INDENT = "    "
AROUND = 14
"""The largest number of columns beside the text of a list."""


class Ways(OptionList):
    """The alternatives. The arrow keys choose one; Enter and a click copy its command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "select", "Copy", show=False),
        Binding("right,tab", "app.focus_next", show=False),
    ]


class PossiblePage(Page):
    """Why it is not possible here, and what is."""

    CSS = assets.text("styles/alternatives.tcss")
    STAGE = "Questions"
    HELP_PAGE = "possible"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,ctrl+y", "copy", "Copy the command"),
        Binding("escape,b", "back", "Back"),
    ]

    def __init__(self, session: Session, error: Impossible) -> None:
        super().__init__(session)
        self._error = error
        self._width = 0

    def body(self) -> ComposeResult:
        """Why it is not possible, the alternatives, Quit and Back."""
        error = self._error
        yield Static("What is possible instead", classes="title warn", markup=False)
        yield Static(" ".join(part for part in (error.what, error.why) if part), id="cause")
        yield Ways(*map(self._row, error.ways), id="ways", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Quit  (Q)", id="quit")
            yield Button("Back  (Esc)", id="back", variant="primary")

    def on_mount(self) -> None:
        """The first alternative is the best one."""
        super().on_mount()
        self.query_one(Ways).highlighted = 0
        self.take_focus()

    def first_focus(self) -> None:
        """The alternatives."""
        self.query_one(Ways).focus()

    def fit(self) -> None:
        """Wrap the lines again if the terminal has another width."""
        super().fit()
        if self._width != self.app.size.width:
            self._width = self.app.size.width
            ways = self.query_one(Ways)
            for index, way in enumerate(self._error.ways):
                ways.replace_option_prompt_at_index(index, self._words(way))

    def copyable(self) -> tuple[str, str]:
        """Return the command of the chosen alternative; without a command, its text."""
        way = self._error.ways[self.query_one(Ways).highlighted or 0]
        if way.command:
            return "the command", way.command
        return "these lines", f"{way.title}\n{way.detail}"

    def action_back(self) -> None:
        """Go back one page. The answers are kept."""
        try:
            earlier = self.session.back()
        except WizardError:  # no question can be asked
            earlier = False
        self.post_message(Go("question" if earlier else "welcome"))

    def action_quit_page(self) -> None:
        """Quit the wizard: this machine cannot do what was requested."""
        self.app.exit(int(Exit.IMPOSSIBLE))

    @on(OptionList.OptionSelected)
    def _chosen(self) -> None:
        self.action_copy()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.action_quit_page()

    def _row(self, way: Alternative) -> Row:
        return Row(self._words(way))

    def _words(self, way: Alternative) -> Content:
        parts: list[str | tuple[str, str]] = [
            (f"{way.title}\n", "bold"),
            self._indented(way.detail),
        ]
        if way.command:
            parts += ["\n", (self._indented(way.command), "$text-primary")]
        return Content.assemble(*parts)

    def _indented(self, words: str) -> str:
        """Wrap a line to the width of the list; words are not split, so that they can be copied."""
        width = max(30, self.app.size.width - AROUND)
        return "\n".join(wrap(words, width, first=INDENT, rest=INDENT))
