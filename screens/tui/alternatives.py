"""The page for an impossible request: what is possible instead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList, Static

import assets
from screens.session import Session
from screens.tui.marked_list import MarkedList
from screens.tui.page import ListPlace, Page, Reading, ShowPage
from wizard.errors import Alternative, Exit, Impossible, WizardError
from wizard.wording import wrap

INDENT = "     "
LIST_BORDER = 7
"""The number of columns that the list's border and padding take."""


class AlternativeList(MarkedList):
    """The alternatives. The arrow keys choose one; Enter and a click do it, or copy its command."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # One of the two. The second has the name of the page's own action, so that the line of keys
        # does not say Copy twice.
        Binding("enter", "do", "Do it"),
        Binding("enter", "copy", "Copy"),
        Binding("space", "select", show=False),
        Binding("right,tab", "app.focus_next", show=False),
    ]

    def __init__(self, name: str, rows: Iterable[tuple[str, Content]], can_do: set[str]) -> None:
        super().__init__(name, rows)
        self._can_do = can_do

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Name Enter for what it does with the chosen row."""
        if action in ("do", "copy"):
            return (action == "do") is (self.chosen in self._can_do)
        return super().check_action(action, parameters)

    def action_do(self) -> None:
        """Do the chosen one."""
        self.action_select()

    def action_copy(self) -> None:
        """Copy the chosen one, which the wizard cannot do."""
        self.action_select()

    @on(OptionList.OptionHighlighted)
    def _other_keys(self) -> None:
        self.refresh_bindings()


class AlternativesPage(Page):
    """Why it is not possible here, and what is."""

    CSS = assets.text("styles/alternatives.tcss")
    STAGE = "Questions"
    HELP_PAGE = "possible"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c,ctrl+y", "copy", "Copy"),
        Binding("r", "look", "Look again"),
        Binding("escape,b", "back", "Back"),
        *(Binding(str(number), f"take({number})", show=False) for number in range(1, 10)),
    ]

    class Taken(Message):
        """The user wants the wizard to do this instead."""

        def __init__(self, alternative: Alternative) -> None:
            super().__init__()
            self.alternative = alternative

    class LookAgain(Message):
        """The user has put something right outside the wizard: the plan may be possible now."""

    def __init__(self, session: Session, error: Impossible) -> None:
        super().__init__(session)
        self._error = error
        self._width = 0

    def body(self) -> ComposeResult:
        """Compose why it is not possible, the alternatives, Quit and Back."""
        error = self._error
        yield Static("What is possible instead", classes="title warn", markup=False)
        with Reading(id="cause-place"):
            yield Static(
                " ".join(part for part in (error.what, error.why) if part), id="cause", markup=False
            )
        with ListPlace():
            can_do = {str(n) for n, one in enumerate(error.alternatives) if one.choices}
            yield AlternativeList("ways", self._rows(), can_do)
        with Horizontal(classes="buttons"):
            yield Button("Quit  (Q)", id="quit")
            yield Button("Look again  (R)", id="look")
            yield Button("Back  (Esc)", id="back", variant="primary")

    def on_mount(self) -> None:
        """Highlight the first alternative, which is the best one."""
        super().on_mount()
        self.query_one(AlternativeList).highlighted = 0
        self.take_focus()

    def first_focus(self) -> None:
        """Focus the alternatives."""
        self.query_one(AlternativeList).focus()

    def fit(self) -> None:
        """Wrap the lines again if the terminal has another width."""
        super().fit()
        if self._width != self.columns:
            self._width = self.columns
            self.query_one(AlternativeList).show(self._rows())

    def copy_content(self) -> tuple[str, str]:
        """Return the command of the chosen alternative; without a command, its text."""
        alternative = self._chosen()
        if alternative.command:
            return "the command", alternative.command
        return "these lines", f"{alternative.title}\n{alternative.detail}"

    @on(Button.Pressed, "#look")
    def action_look(self) -> None:
        """Look at the computer again, and plan with the same answers."""
        self.post_message(self.LookAgain())

    def action_back(self) -> None:
        """Go back one page. The answers are kept."""
        try:
            earlier = self.session.back()
        except WizardError:  # no question can be asked
            earlier = False
        self.post_message(ShowPage("question" if earlier else "welcome"))

    def action_quit_page(self) -> None:
        """Quit the wizard: this machine cannot do what was requested."""
        self.app.exit(int(Exit.IMPOSSIBLE))

    async def action_take(self, number: int = 0) -> None:
        """Do the alternative with this number, or the chosen one; if the wizard cannot, copy it."""
        alternative_list = self.query_one(AlternativeList)
        if number > alternative_list.option_count:
            return
        if number:
            alternative_list.highlighted = number - 1
        alternative = self._chosen()
        if alternative.choices:
            self.post_message(self.Taken(alternative))
        else:
            await self.action_copy()

    def _chosen(self) -> Alternative:
        return self._error.alternatives[self.query_one(AlternativeList).highlighted or 0]

    @on(OptionList.OptionSelected)
    async def _selected(self) -> None:
        await self.action_take()

    @on(Button.Pressed, "#back")
    def _back(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.action_quit_page()

    def _rows(self) -> list[tuple[str, Content]]:
        return [(str(each), self._text(each)) for each in range(len(self._error.alternatives))]

    def _text(self, index: int) -> Content:
        alternative = self._error.alternatives[index]
        parts: list[str | tuple[str, str]] = [
            (f"{index + 1}  ", "bold $text-primary"),
            (f"{alternative.title}\n", "bold"),
            self._indent(alternative.detail),
        ]
        if alternative.command and not alternative.choices:
            parts += ["\n", (self._indent(alternative.command), "$text-primary")]
        return Content.assemble(*parts)

    def _indent(self, text: str) -> str:
        """Wrap a text to the width of the list. Words are not split, so that they can be copied."""
        width = max(30, self.columns - LIST_BORDER)
        return "\n".join(wrap(text, width, first=INDENT, rest=INDENT))
