"""The whole logs of a run that has ended, opened at the line that shows the error."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Optional

from rich.cells import chop_cells
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.events import MouseScrollDown, MouseScrollUp
from textual.widgets import Input, Static

import assets
from screens.log_file import LogFile
from screens.session import Session
from screens.text.messages import short_path
from screens.tui.background import in_thread
from screens.tui.find_field import FindField
from screens.tui.page import Page
from wizard.running.run_state import RunState

MARK = "▸ "
"""The mark of the line that shows the error, which does not depend on colour."""
WHEEL_ROWS = 3
"""Rows that one turn of the mouse wheel moves."""


@dataclass(frozen=True)
class StepLog:
    """The log of one step. ``error`` is the byte where the line begins that shows its error."""

    title: str
    path: Path
    error: Optional[int] = None


def logs_of(run: RunState) -> tuple[StepLog, ...]:
    """Return the logs of a run that exist, in the order of its steps."""
    logs = (
        StepLog(
            f"{state.number} {state.step.title}",
            Path(state.log),
            state.ended.position if state.ended else None,
        )
        for state in run.steps
        if state.log
    )
    return tuple(log for log in logs if log.path.is_file())


class LogText(Static, can_focus=True):
    """The rows of a log that fit on the screen. Long lines are continued in the next row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home,g", "home", show=False),
        Binding("end,G", "end", show=False),
    ]

    def __init__(self) -> None:
        super().__init__("", id="log-text", markup=False)
        self._log: Optional[LogFile] = None
        self._top = (0, 0)
        """The byte of the first line on the screen, and its first row that is there."""
        self._marked: Optional[int] = None

    def open(self, log: LogFile, marked: Optional[int]) -> None:
        """Show a log at the line that begins at ``marked``, or at its end."""
        self._log = log
        if marked is None:
            self._marked = None
            self.action_end()
        else:
            self.go(marked)

    def go(self, position: int) -> None:
        """Mark the line with this byte, and show it with what is around it."""
        if self._log is not None:
            start = self._log.begin(position)
            self._marked = start
            self._top = (start, 0)
            self.action_move(-self.size.height // 3)

    @property
    def place(self) -> tuple[int, int]:
        """The bytes of the marked line, or of the first one on the screen: its begin and end."""
        if self._log is None:
            return 0, 0
        start = self._top[0] if self._marked is None else self._marked
        lines = self._log.forward(start, 1)
        return start, lines[0].end if lines else start

    def rows(self) -> str:
        """Return the text on the screen."""
        return "\n".join(text for _, text in self._visible())

    def show(self) -> None:
        """Draw the rows, and how far they are from the beginning."""
        log = self._log
        if log is None:
            return
        parts: list[Content] = []
        last = -1
        for start, text in self._visible():
            marked = start == self._marked
            mark = MARK if marked and start != last else " " * len(MARK)
            parts.append(Content.assemble((mark + text, "bold $text-error" if marked else "")))
            last = start
        self.update(Content("\n").join(parts))
        lines = log.forward(last, 1) if last >= 0 else []
        self.border_subtitle = f"{100 * lines[0].end // log.size} %" if lines else "empty"

    def on_resize(self) -> None:
        """Draw as many rows as there are now."""
        self.show()

    def action_move(self, rows: int) -> None:
        """Move by rows; up if negative."""
        for _ in range(abs(rows)):
            if not (self._down() if rows > 0 else self._up()):
                break
        self.show()

    def action_page(self, pages: int) -> None:
        """Move by what is on the screen, except one row."""
        self.action_move(pages * max(1, self.size.height - 1))

    def action_home(self) -> None:
        """Go to the first line."""
        self._top = (0, 0)
        self.show()

    def action_end(self) -> None:
        """Go to the last line."""
        if self._log is not None:
            last = self._log.begin(self._log.size)
            self._top = (last, self._row_count(last) - 1)
            self.action_move(1 - max(1, self.size.height))

    @on(MouseScrollDown)
    def _wheel_down(self) -> None:
        self.action_move(WHEEL_ROWS)

    @on(MouseScrollUp)
    def _wheel_up(self) -> None:
        self.action_move(-WHEEL_ROWS)

    def _down(self) -> bool:
        start, row = self._top
        if len(self._visible(2)) < 2:
            return False
        if row + 1 < self._row_count(start):
            self._top = (start, row + 1)
        elif self._log is not None:
            self._top = (self._log.forward(start, 1)[0].end, 0)
        return True

    def _up(self) -> bool:
        start, row = self._top
        if row > 0:
            self._top = (start, row - 1)
        elif start > 0 and self._log is not None:
            before = self._log.back(start)
            self._top = (before, self._row_count(before) - 1)
        else:
            return False
        return True

    def _visible(self, count: int = 0) -> list[tuple[int, str]]:
        """Return the rows from the top on: the byte of their line, and their text."""
        count = count or max(1, self.size.height)
        start, skipped = self._top
        lines = self._log.forward(start, count) if self._log else []
        rows = [(line.start, text) for line in lines for text in self._wrapped(line.text)]
        return rows[skipped : skipped + count]

    def _row_count(self, start: int) -> int:
        lines = self._log.forward(start, 1) if self._log else []
        return len(self._wrapped(lines[0].text)) if lines else 1

    def _wrapped(self, text: str) -> list[str]:
        return chop_cells(text, max(10, self.size.width - len(MARK))) or [""]


class LogPage(Page):
    """The whole log of one step; a key shows that of the next one."""

    CSS = assets.text("styles/log.tcss") + assets.text("styles/find.tcss")
    STAGE = "Install"
    HELP_PAGE = "log"
    HAS_LOG = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter", "back", "Back"),
        Binding("e", "error", "Error"),
        Binding("f,slash", "find", "Find"),
        Binding("n", "find_next", "Next", show=False),
        Binding("N", "find_previous", "Previous", show=False),
        Binding("tab", "turn(1)", "Next log"),
        Binding("shift+tab", "turn(-1)", "Previous log", show=False),
        Binding("s", "save", "Save"),
        Binding("c,ctrl+y", "copy", "Copy"),
    ]

    def __init__(self, session: Session, logs: tuple[StepLog, ...], shown: int) -> None:
        super().__init__(session)
        self._logs = logs
        self._number = shown
        self._log: Optional[LogFile] = None
        self._search = threading.Event()

    def body(self) -> ComposeResult:
        """Compose the path, the log, and its search field."""
        yield Static("", id="log-path", markup=False)
        yield LogText()
        with Horizontal(id="find-bar"):
            yield FindField(placeholder="Find in the log", id="find")
            yield Static("", id="hits", markup=False)

    def on_mount(self) -> None:
        """Open the log, once the page has its size."""
        super().on_mount()
        self.call_after_refresh(self._open)
        self.take_focus()

    def on_unmount(self) -> None:
        """Close the log."""
        self._search.set()
        if self._log is not None:
            self._log.close()

    def first_focus(self) -> None:
        """Focus the log, so that the arrow keys scroll it."""
        self.query_one(LogText).focus()

    def _open(self) -> None:
        if not self.query(LogText):
            return  # the user was quicker: the page is already gone
        shown = self._logs[self._number]
        text = self.query_one(LogText)
        text.border_title = shown.title
        try:
            log = LogFile(shown.path)
        except OSError as error:
            self.notify(f"The log cannot be read: {error}", severity="error", timeout=10)
            return
        if self._log is not None:
            self._log.close()
        self._log = log
        text.open(log, shown.error)
        self.query_one("#log-path", Static).update(short_path(str(shown.path)))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow other logs, and the error, if there are any."""
        if action == "turn" and len(self._logs) < 2:
            return False
        if action == "error" and self._logs[self._number].error is None:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Go back to the page from which this one was opened."""
        self.app.pop_screen()

    def action_error(self) -> None:
        """Go to the line that shows the error."""
        error = self._logs[self._number].error
        if error is not None:
            self.query_one(LogText).go(error)

    def action_turn(self, direction: int) -> None:
        """Show the log of the next (1) or the previous (-1) step."""
        self._number = (self._number + direction) % len(self._logs)
        self._open()

    def action_find(self) -> None:
        """Open the search field."""
        self.query_one("#find-bar").add_class("-open")
        self.query_one("#find", Input).focus()

    def action_close_find(self) -> None:
        """Close the field; N and Shift+N continue the search."""
        self.query_one("#find-bar").remove_class("-open")
        self.take_focus()

    @on(Input.Submitted, "#find")
    def action_find_next(self) -> None:
        """Go to the next match."""
        self._find(backwards=False)

    def action_find_previous(self) -> None:
        """Go to the previous match."""
        self._find(backwards=True)

    def _find(self, *, backwards: bool) -> None:
        wanted, log = self.query_one("#find", Input).value, self._log
        if not wanted or log is None:
            return
        begin, end = self.query_one(LogText).place
        self._search.set()
        self._search = cancel = threading.Event()
        start = begin if backwards else end

        async def search() -> None:
            def look() -> Optional[int]:
                with contextlib.closing(LogFile(log.path)) as own:  # the page reads its own one
                    found = own.find(wanted, start, cancel, backwards=backwards)
                    if found is None:  # from the other end
                        other = own.size if backwards else 0
                        found = own.find(wanted, other, cancel, backwards=backwards)
                    return found

            found = await in_thread(look)
            if cancel.is_set() or not self.query(LogText):
                return
            self.query_one("#hits", Static).update("not found" if found is None else "")
            if found is not None:
                self.query_one(LogText).go(found)

        self.run_worker(search(), group="find", exclusive=True)

    def copy_content(self) -> tuple[str, str]:
        """Return the lines on the screen."""
        return "the lines on the screen", self.query_one(LogText).rows()

    def action_save(self) -> None:
        """Write the logs of all steps to one file and show its path."""
        self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        from screens.tui.log_export import save_log

        run = self.session.require_run()
        try:
            path = await in_thread(lambda: save_log(run, {}))
        except OSError as error:
            self.notify(f"The log could not be saved: {error}", severity="error", timeout=10)
        else:
            self.notify(f"Saved: {path}", title="The log", timeout=10)
