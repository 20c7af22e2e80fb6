"""The base of every page: the progress line, the keys, and space for the page's own widgets."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from screens.session import Session
from screens.terminal import SMALLEST_SIZE
from screens.tui.background import in_thread
from screens.tui.keys_line import KeysLine
from screens.tui.late_events import LateEvents

TITLE = "cryptography wizard"
STAGES = ("Welcome", "Questions", "Review", "Install", "Done")
WIDE_COLUMNS = 100
"""The number of columns from which the steps are shown beside the log."""
TALL_LINES = 30
"""The number of lines from which the layout uses more spacing."""
MOST_COLUMNS = 124
"""The largest number of columns of a page that has no log: longer lines are hard to read, and what
is at their right end is too far from their beginning."""
PADDING, TALL_PADDING = 4, 8
"""The columns at both sides of a page, and those of a tall one."""

HELP_KEYS = "question_mark,f1" if sys.platform == "darwin" else "f1,question_mark"
"""The keys for help; the first one is shown. On a Mac, F1 alone makes the display darker."""

PageName = Literal["welcome", "question", "review", "run", "outcome"]


class ShowPage(Message):
    """A page is finished, and asks the app to show another one."""

    def __init__(self, page: PageName) -> None:
        super().__init__()
        self.page = page


class ProgressLine(Widget):
    """The top line: the wizard's name and the five stages, with the current one marked.

    In a narrow terminal, the stages are more important than the name.
    """

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def render(self) -> Content:
        """Return the line for the width of the terminal."""
        stages = Content.assemble(" ", *self._stages())
        line = Content.assemble((f" {TITLE}", "bold $primary"), "  ", stages)
        return line if line.cell_length <= self.size.width else stages

    def _stages(self) -> Iterator[str | tuple[str, str]]:
        for number, name in enumerate(STAGES):
            if number:
                yield (" · ", "$quiet")
            yield (f"▸{name}", "bold") if name == self._stage else (name, "$quiet")


class ListPlace(Vertical):
    """What the rest of a page leaves for a list, which is no higher than its rows."""


class Reading(VerticalScroll, can_focus=False):
    """A text that may be longer than its place; keys of the page scroll it, whatever has the focus.

    A page has at most one.
    """

    def on_mount(self) -> None:
        """Name the keys while they do something."""
        self.watch(self, "show_vertical_scrollbar", self.screen.refresh_bindings)


class TooSmall(Static):
    """Asks for a larger terminal and shows its current size. Running programs continue."""

    def show(self, columns: int, lines: int) -> None:
        """Show the size of the terminal."""
        wide, high = SMALLEST_SIZE
        self.update(
            Content.from_markup(
                "[b]Please enlarge this window[/b]\n\n"
                "It has $columns × $lines characters.\n"
                "The wizard needs $wide × $high.\n\n"
                "Running programs continue. Ctrl+C quits.\n\n"
                "In a small window, start the wizard "
                "with --prompts or --plain.",
                wide=wide,
                high=high,
                columns=columns,
                lines=lines,
            )
        )


class Page(LateEvents, Screen[None]):
    """One page of the wizard. F1, ? and Q, which every page has, are keys of the app."""

    STAGE: ClassVar[str] = STAGES[0]
    HELP_PAGE: ClassVar[str] = "welcome"
    AUTO_FOCUS: ClassVar[str | None] = None
    SCOPED_CSS = False  # its selectors use the page's own classes, such as -wide
    HAS_LOG: ClassVar[bool] = False
    """Whether lines of programs need the full width of the terminal."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # Before the list that has the focus, whose rows nearly always fit.
        Binding("pagedown", "read(1)", "Read on", priority=True),
        Binding("pageup", "read(-1)", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        """Compose the progress line, the page's own widgets, and the keys."""
        self._set_size_classes()  # now, so that the widgets get their styles once
        yield ProgressLine(self.stage())
        with Vertical(id="page"):
            yield from self.body()
        yield TooSmall(id="too-small")
        yield KeysLine()

    def stage(self) -> str:
        """Return the stage of this page."""
        return self.STAGE

    def body(self) -> ComposeResult:
        """Compose the page's own widgets."""
        yield from ()

    def help_text(self) -> str:
        """Return the Markdown that F1 shows."""
        import assets
        from wizard import invocation

        return invocation.named(assets.text(f"help/{self.HELP_PAGE}.md"))

    def copy_content(self) -> tuple[str, str]:
        """Return the name and the text of what the copy key copies; empty if there is nothing."""
        return "", ""

    def action_quit_page(self) -> None:
        """Quit the wizard from this page."""
        self.app.exit(self.session.code)

    async def action_copy(self) -> None:
        """Copy the selected text or, without a selection, what the page offers."""
        marked = self.get_selected_text()
        name, text = ("the selected text", marked) if marked else self.copy_content()
        if not text:
            self.notify("There is nothing to copy yet.")
            return
        from screens import clipboard  # it imports what starts programs

        if await in_thread(partial(clipboard.copy, text)):
            self.notify(f"Copied {name}.")
            return
        self.app.copy_to_clipboard(text)
        self.notify(
            f"Sent {name} to the terminal. Not every terminal copies it: if pasting gives "
            "something else, select the text with the mouse."
        )

    def action_read(self, direction: int) -> None:
        """Show the next (1) or the previous (-1) part of a text that is longer than its place."""
        for place in self.query(Reading):
            lines = max(1, place.size.height - 1)
            place.scroll_relative(y=direction * lines, animate=False, immediate=True)

    def on_mount(self) -> None:
        """Fit the page to the terminal."""
        self.fit()

    def on_resize(self) -> None:
        """Fit the page to the terminal."""
        self.fit()

    def on_screen_suspend(self) -> None:
        """Hide the keys, which do nothing while a dialog is on top."""
        self.query_one(KeysLine).visible = False

    def on_screen_resume(self) -> None:
        """Fit the page: the terminal may have been resized while another screen was on top."""
        self.query_one(KeysLine).visible = True
        self.fit()

    @property
    def closing(self) -> bool:
        """Whether the app is shutting down. Its widgets may no longer exist."""
        return not (self.is_attached and self.app.is_running)

    @property
    def too_small(self) -> bool:
        """Whether the terminal is too small for a page."""
        columns, lines = self.app.size
        return columns < SMALLEST_SIZE[0] or lines < SMALLEST_SIZE[1]

    @property
    def columns(self) -> int:
        """The number of columns that the page's own widgets have."""
        columns, lines = self.app.size
        most = columns if self.HAS_LOG else min(columns, MOST_COLUMNS)
        return most - (TALL_PADDING if lines >= TALL_LINES else PADDING)

    def fit(self) -> None:
        """Set the style classes for this size of terminal."""
        was_small = self.has_class("-small")
        self._set_size_classes()
        if self.too_small:
            self.query_one(TooSmall).show(*self.app.size)
            self.set_focus(None)  # an invisible button must not be pressed
        elif was_small:
            self.take_focus()

    def size_classes(self) -> dict[str, bool]:
        """Return the classes that depend on the size of the terminal, and whether they apply."""
        columns, lines = self.app.size
        return {
            "-small": self.too_small,
            "-wide": columns >= WIDE_COLUMNS,
            "-tall": lines >= TALL_LINES,
            "-limited": not self.HAS_LOG,
        }

    def _set_size_classes(self) -> None:
        wanted = self.size_classes()
        applying = {name for name, applies in wanted.items() if applies}
        # All at once: after each change, Textual looks up the styles of all widgets again.
        self.classes = (self.classes - wanted.keys()) | applying

    def take_focus(self) -> None:
        """Set the initial focus, if the page is visible."""
        if not self.too_small:
            self.first_focus()

    def first_focus(self) -> None:
        """Set the initial focus of this page."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys on a page that is not visible."""
        if self.is_mounted and self.too_small:
            return False
        if action == "read":
            return any(place.show_vertical_scrollbar for place in self.query(Reading))
        return super().check_action(action, parameters)
