"""What every page has: the progress line, the keys, and space for the page itself."""

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

NAME = "cryptography wizard"
STAGES = ("Welcome", "Questions", "Review", "Install", "Done")
WIDE = 100
"""The number of columns from which the steps are shown beside the log."""
TALL = 30
"""The number of lines from which the layout uses more spacing."""

Place = Literal["welcome", "question", "review", "run", "outcome"]


class Go(Message):
    """A page is finished: the app shows another one."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place


class Trail(Static):
    """The top line: the wizard's name and the five stages, with the current one marked."""

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


class TooSmall(Static):
    """Asks for a larger terminal and shows its current size. Running programs continue."""

    def show(self, columns: int, lines: int) -> None:
        """Show the size of the terminal."""
        wide, high = SMALLEST
        self.update(
            Content.from_markup(
                "[b]Please enlarge this window[/b]\n\n"
                "The wizard needs $wide × $high characters.\n"
                "This window has $columns × $lines.\n\n"
                "Running programs continue. Ctrl+C quits.",
                wide=wide,
                high=high,
                columns=columns,
                lines=lines,
            )
        )


class Page(Screen[None]):
    """One page of the wizard. F1 and Q, which every page has, are keys of the app."""

    STAGE: ClassVar[str] = STAGES[0]
    HELP_PAGE: ClassVar[str] = "welcome"
    AUTO_FOCUS = None
    SCOPED_CSS = False  # its selectors use the page's own classes, such as -wide

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
        """Return the stage of this page."""
        return self.STAGE

    def body(self) -> ComposeResult:
        """The page's own widgets."""
        yield from ()

    def help_text(self) -> str:
        """The Markdown that F1 shows."""
        import assets

        return assets.text(f"help/{self.HELP_PAGE}.md")

    def copyable(self) -> tuple[str, str]:
        """Return what the copy key copies: its name in a sentence, and the text; empty if
        nothing.
        """
        return "", ""

    def action_quit_page(self) -> None:
        """Quit the wizard from this page."""
        self.app.exit(self.session.code)

    def action_copy(self) -> None:
        """Copy the selected text or, without a selection, what the page offers."""
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
        """Fit the page: the terminal may have changed while another screen was on top."""
        self.fit()

    @property
    def gone(self) -> bool:
        """Return whether the app is shutting down: its widgets may already be gone."""
        return not (self.is_attached and self.app.is_running)

    @property
    def too_small(self) -> bool:
        """Return whether the terminal is too small for a page."""
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
            self.set_focus(None)  # an invisible button must not be pressed
        elif was_small:
            self.take_focus()

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
        return super().check_action(action, parameters)
