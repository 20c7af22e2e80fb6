"""The steps of a plan as rows that unfold: a title each, and below it why and what exactly."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.widgets import Static

from screens.fitting import fitted
from screens.tui.marked_list import MARK, NO_MARK
from wizard.export import commands, in_words
from wizard.facts import Privilege
from wizard.plan import Step

FOLDED, OPEN = "+", "-"
ROOT = "administrator"
"""What a title says beside a step that needs root rights."""


class Head(Horizontal):
    """The title of a row."""

    def on_click(self) -> None:
        """Open or fold the row."""
        if isinstance(self.parent, Row):
            self.post_message(Row.Picked(self.parent))


class Shown(Static):
    """A command after its prompt. A sign of its shell says where it is continued."""

    def __init__(self, prompt: str, command: str) -> None:
        super().__init__(Content(f"{prompt} {command}"), classes="details")
        self._prompt, self._command = prompt, command

    def lines(self, width: int) -> list[Content]:
        """Return the lines for a width."""
        first, *more = fitted((f"{self._prompt} {self._command}",), width)
        start = len(self._prompt) + 1
        head = Content.assemble((first[:start], "$quiet"), (first[start:], "$text-primary"))
        rows = (head, *(Content.styled(line, "$text-primary") for line in more))
        return [part for row in rows for part in row.wrap(width)]

    def render(self) -> Content:
        """Return the lines for the present width."""
        return Content("\n").join(self.lines(max(1, self.content_size.width)))

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines for a width."""
        return len(self.lines(max(1, width)))


class Row(Vertical):
    """A title, and details that are shown while it is open. A click on the title opens it.

    ``copied`` is what the copy key copies: its name and its text; ``number`` comes before the
    title. ``shown`` is a command below the details.
    """

    class Picked(Message):
        """The user has clicked on the title."""

        def __init__(self, row: Row) -> None:
            super().__init__()
            self.row = row

    def __init__(
        self,
        title: str,
        details: Content,
        *,
        copied: tuple[str, str],
        number: str = "",
        shown: Shown | None = None,
    ) -> None:
        super().__init__(classes="row")
        self.title_text = title
        self.copied = copied
        self._number = number
        self._details = details
        self._shown = shown
        self.open = False
        self.chosen = False

    def compose(self) -> ComposeResult:
        """Compose the title with what is remarked at its right end, and the details."""
        with Head(classes="head"):
            yield Static(self._marks(), classes="marks")
            yield Static(self.title_text, classes="name", markup=False)
            yield Static("", classes="remark", markup=False)
        yield Static(self._details, classes="details" if self._shown is None else "details above")
        if self._shown is not None:
            yield self._shown

    def _marks(self) -> Content:
        """Return the marks in front of the title, which may need several lines."""
        mark, sign = MARK if self.chosen else NO_MARK, OPEN if self.open else FOLDED
        return Content.assemble((mark, "bold"), (f"{sign} ", "$quiet"), self._number)

    def choose(self, to: bool) -> None:
        """Mark it as the chosen one, or not."""
        self.chosen = to
        self.set_class(to, "-chosen")
        self.query_one(".marks", Static).update(self._marks())

    def remark(self, *parts: str | tuple[str, str]) -> None:
        """Show a few words at the right end of the title."""
        self.query_one(".remark", Static).update(Content.assemble(*parts))

    def toggle(self, to: bool | None = None) -> None:
        """Open or fold it."""
        self.open = not self.open if to is None else to
        self.set_class(self.open, "-open")
        self.query_one(".marks", Static).update(self._marks())


class StepRow(Row):
    """One step: its title, whether it needs root rights, why, and what is done.

    ``number`` may begin with blanks, so that the titles of all steps are below each other.
    """

    def __init__(self, number: str, step: Step, system: str, privilege: Privilege) -> None:
        done = in_words.deed(step.action, system, privilege)
        self.step = step
        why: tuple[str | tuple[str, str], ...] = ((step.why, "$quiet"),)
        command = commands.command_text(step.action, system, privilege)
        what = "the command" if done.is_command else "a command that does the same as"
        super().__init__(
            step.title,
            Content.assemble(
                *why if done.is_command else (*why, "\n", (done.text, "$text-primary"))
            ),
            number=f"{number}. ",
            shown=Shown(commands.prompt(system), done.text) if done.is_command else None,
            copied=(f"{what} {'of ' if done.is_command else ''}step {number.strip()}", command),
        )


class NotesRow(Row):
    """What a user should know before the start."""

    def __init__(self, notes: tuple[str, ...]) -> None:
        count = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
        text = Content("\n\n").join(Content(note) for note in notes)
        super().__init__(f"{count}: {notes[0]}", text, copied=("the notes", "\n\n".join(notes)))
        self.add_class("notes")


class SecurityRow(Row):
    """The security warnings among the notes. They are open from the beginning."""

    def __init__(self, notes: tuple[str, ...]) -> None:
        text = "\n\n".join(notes)
        super().__init__("Security warning", Content(text), copied=("the warning", text))
        self.add_class("notes", "-open")
        self.open = True


class Rows(VerticalScroll, can_focus=False):
    """All rows. One of them is chosen, with the keys of the page or by a click."""

    chosen: int = -1
    """The number of the chosen row, or -1: none."""

    @property
    def rows(self) -> list[Row]:
        """All rows."""
        return list(self.query(Row))

    @property
    def row(self) -> Row | None:
        """The chosen row."""
        return self.rows[self.chosen] if 0 <= self.chosen < len(self.rows) else None

    def choose(self, number: int) -> None:
        """Choose a row, and bring it into view."""
        rows = self.rows
        self.chosen = max(0, min(number, len(rows) - 1))
        for place, row in enumerate(rows):
            row.choose(place == self.chosen)
        self.scroll_to_widget(rows[self.chosen], animate=False)

    def move(self, rows: int) -> None:
        """Choose a row that is so many rows further; the first or last one if none is chosen.

        One that does not fit is scrolled through first.
        """
        row, view = self.row, self.content_region
        if row is None:
            self.choose(0 if rows > 0 else len(self.rows) - 1)
            return
        hidden = row.region.bottom > view.bottom if rows > 0 else row.region.y < view.y
        if hidden:
            self.scroll_relative(y=rows, animate=False)
        else:
            self.choose(self.chosen + rows)
