"""What every page has: the line that says where one is, the keys, and room for the page itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from screens.session import Session
from screens.terminal import SMALLEST
from screens.tui.too_small import TooSmall

NAME = "cryptography wizard"
STAGES = ("Welcome", "Questions", "Review", "Install", "Done")
WIDE = 100
"""Columns from which the steps stand beside the log."""
TALL = 30
"""Lines from which there is room for some air."""

Place = Literal["welcome", "question", "review", "run", "outcome"]


class Go(Message):
    """A page is finished: the app shows another one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class Trail(Static):
    """The line on top: the wizard's name and the five stages, this one marked."""

    def __init__(self, stage: str) -> None:
        parts: list[str | tuple[str, str]] = [(f" {NAME}", "bold $primary"), "   "]
        for number, name in enumerate(STAGES):
            if number:
                parts.append((" · ", "$quiet"))
            if name == stage:
                parts.append((f"▸{name}", "bold"))
            else:
                parts.append((name, "$quiet"))
        super().__init__(Content.assemble(*parts))


class Page(Screen[None]):
    """One page of the wizard. F1 and Q, which every page has, are keys of the app."""

    STAGE: ClassVar[str] = STAGES[0]
    HELP_PAGE: ClassVar[str] = "welcome"
    AUTO_FOCUS = None
    SCOPED_CSS = False  # a page's own classes, such as -wide, stand in its selectors

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session

    def compose(self) -> ComposeResult:
        """The trail, the page's own widgets, the keys."""
        yield Trail(self.stage())
        with Vertical(id="page"):
            yield from self.body()
        yield TooSmall(id="too-small")
        yield Footer(show_command_palette=False)

    def stage(self) -> str:
        """Which of the stages this page belongs to."""
        return self.STAGE

    def body(self) -> ComposeResult:
        """The page's own widgets."""
        yield from ()

    def help_text(self) -> str:
        """The Markdown that F1 shows."""
        import assets

        return assets.text(f"help/{self.HELP_PAGE}.md")

    def copyable(self) -> tuple[str, str]:
        """What the copy key copies: its name in a sentence, and the text. Empty: nothing."""
        return "", ""

    def action_quit_page(self) -> None:
        """Leave the wizard from this page."""
        self.app.exit(self.session.code)

    def action_copy(self) -> None:
        """Copy what the user has marked or, where nothing is marked, what the page offers."""
        marked = self.get_selected_text()
        name, text = ("the selected text", marked) if marked else self.copyable()
        if not text:
            self.notify("There is nothing to copy yet.")
            return
        self.app.copy_to_clipboard(text)
        self.notify(
            f"Copied {name}. If your terminal does not allow this, select the text with the mouse."
        )

    def on_mount(self) -> None:
        """Fit the page to the terminal."""
        self.fit()

    def on_resize(self) -> None:
        """Fit the page to the terminal."""
        self.fit()

    def on_screen_resume(self) -> None:
        """Fit the page: the terminal may have changed below another screen."""
        self.fit()

    @property
    def gone(self) -> bool:
        """Whether the app is being taken down: its widgets may be missing already."""
        return not (self.is_attached and self.app.is_running)

    @property
    def too_small(self) -> bool:
        """Whether the terminal has no room for a page."""
        columns, lines = self.app.size
        return columns < SMALLEST[0] or lines < SMALLEST[1]

    def fit(self) -> None:
        """Give the page the classes for this size of terminal."""
        columns, lines = self.app.size
        was_small = self.has_class("-small")
        self.set_class(self.too_small, "-small")
        self.set_class(columns >= WIDE, "-wide")
        self.set_class(lines >= TALL, "-tall")
        self.query_one(TooSmall).show(columns, lines)
        if self.too_small:
            self.set_focus(None)  # a button that nobody sees must not be pressed
        elif was_small:
            self.take_focus()

    def take_focus(self) -> None:
        """Put the focus where work begins, if the page can be seen."""
        if not self.too_small:
            self.first_focus()

    def first_focus(self) -> None:
        """Put the focus where work begins on this page."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key act on a page that cannot be seen."""
        if self.is_mounted and self.too_small:
            return False
        return super().check_action(action, parameters)
