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
        # One of the three. The second has the name of the page's own action, so that the line of
        # keys does not say Copy twice.
        Binding("enter", "do", "Do it"),
        Binding("enter", "copy", "Copy"),
        Binding("enter", "explain", show=False),
        Binding("space", "select", show=False),
        Binding("right,tab", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        name: str,
        rows: Iterable[tuple[str, Content]],
        can_do: set[str],
        commands: set[str],
    ) -> None:
        super().__init__(name, rows)
        self._can_do = can_do
        self._commands = commands

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Name Enter for what it does with the chosen row."""
        if action == "do":
            return self.chosen in self._can_do
        if action == "copy":
            return self.chosen in self._commands - self._can_do
        if action == "explain":
            return self.chosen not in self._commands | self._can_do
        return super().check_action(action, parameters)

    def action_cursor_down(self) -> None:
        """Read the rest of a row that is longer than the list, then go to the next one."""
        top, height = self._place()
        hidden = top + height - self.scroll_offset.y - self.size.height
        if hidden > 0 and height > self.size.height:
            self._read(min(hidden, max(1, self.size.height - 1)))
        else:
            super().action_cursor_down()

    def action_cursor_up(self) -> None:
        """Read the beginning of a row that is longer than the list, then go to the one before."""
        top, height = self._place()
        hidden = self.scroll_offset.y - top
        if hidden > 0 and height > self.size.height:
            self._read(-min(hidden, max(1, self.size.height - 1)))
        else:
            super().action_cursor_up()

    def _read(self, lines: int) -> None:
        self.scroll_relative(y=lines, animate=False, immediate=True)

    def _place(self) -> tuple[int, int]:
        """Return where the chosen row begins, and how many lines it has: each fits in the list."""
        lines = [str(option.prompt).count("\n") + 1 for option in self.options]
        chosen = self.highlighted or 0
        return sum(lines[:chosen]), lines[chosen] if lines else 0

    def action_do(self) -> None:
        """Do the chosen one."""
        self.action_select()

    def action_copy(self) -> None:
        """Copy the chosen one, which the wizard cannot do."""
        self.action_select()

    def action_explain(self) -> None:
        """Say that it is up to the user."""
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
            commands = {str(n) for n, one in enumerate(error.alternatives) if one.command}
            yield AlternativeList("ways", self._rows(), can_do, commands)
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
        """Return the command of the chosen alternative; empty if it has none."""
        return "the command", self._chosen().command

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to copy only a command."""
        if action == "copy" and self.is_mounted and not self._chosen().command:
            return False
        return super().check_action(action, parameters)

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
        elif alternative.command:
            await self.action_copy()
        else:
            self.notify("The wizard cannot do this: follow what is written there.")

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
        number = f"{index + 1}  "
        title = self._indent(alternative.title).removeprefix(INDENT)
        parts: list[str | tuple[str, str]] = [
            (number, "bold $text-primary"),
            (f"{title}\n", "bold"),
            self._indent(alternative.detail),
        ]
        if alternative.command and not alternative.choices:
            parts += ["\n", (self._indent(alternative.command), "$text-primary")]
        return Content.assemble(*parts)

    def _indent(self, text: str) -> str:
        """Wrap a text to the width of the list. Words are not split, so that they can be copied."""
        width = max(30, self.columns - LIST_BORDER)
        return "\n".join(wrap(text, width, first=INDENT, rest=INDENT))
