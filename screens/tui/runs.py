"""The earlier runs of this user, newest first, and what can be done with each."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Button, OptionList, Static

import assets
from screens.session import Session
from screens.text.messages import short_path
from screens.tui.background import in_thread
from screens.tui.dialogs import TextScreen
from screens.tui.marked_list import MarkedList
from screens.tui.page import ListPlace, Page
from screens.tui.welcome import WelcomePage
from wizard.errors import WizardError
from wizard.wording import wrap

if TYPE_CHECKING:
    from wizard.history.past_runs import PastRun


INDENT = "      "
"""Before all lines of a run but the first."""
LIST_BORDER = 6
"""The number of columns that the list's border, padding and mark take."""


class RunsPage(Page):
    """The earlier runs. The keys are for the chosen one."""

    CSS = assets.text("styles/more.tcss")
    HELP_PAGE = "runs"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,b", "back", "Back"),
        Binding("g", "continue_run", "Resume"),
        Binding("p", "repeat", "Plan again"),
        Binding("u", "undo", "Undo"),
        Binding("w", "report", "Report"),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._runs: tuple[PastRun, ...] = ()
        self._is_read = False

    def body(self) -> ComposeResult:
        """Compose the list."""
        yield Static("Earlier runs", classes="title")
        with ListPlace():
            yield MarkedList("past-runs")
        with Horizontal(classes="buttons"):
            yield Button("Back  (Esc)", id="back")
            yield Button("Details  (Enter)", id="details", variant="primary")

    def on_mount(self) -> None:
        """Read the runs."""
        super().on_mount()
        self.run_worker(self._read(), exclusive=True)

    def first_focus(self) -> None:
        """Focus the list."""
        self.query_one(MarkedList).focus()

    async def _read(self) -> None:
        from wizard.history import past_runs

        try:
            self._runs = await in_thread(past_runs.read_runs)
        except WizardError as error:
            self.notify(f"{error.what} {error.shown}", severity="error", timeout=10)
        if self.closing:
            return
        self._is_read = True
        self._show_rows()
        self.take_focus()
        self.refresh_bindings()

    def fit(self) -> None:
        """Wrap the rows again if the terminal has another width."""
        super().fit()
        if self._is_read:
            self._show_rows()

    def _show_rows(self) -> None:
        columns = max(30, self.columns - LIST_BORDER)
        rows = [(run.name, _text(run, columns)) for run in self._runs]
        self.query_one(MarkedList).show(rows or [("", Content("There are no earlier runs."))])

    @property
    def _run(self) -> PastRun | None:
        """The chosen run."""
        name = self.query_one(MarkedList).chosen if self.is_mounted else ""
        return next((run for run in self._runs if run.name == name), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only what can be done with the chosen run."""
        run = self._run
        can = {
            "continue_run": run is not None and run.can_resume,
            "repeat": run is not None and run.can_repeat,
            "undo": run is not None and run.can_undo,
            "report": run is not None and run.state is not None,
        }
        return can.get(action, True) and super().check_action(action, parameters)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self) -> None:
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    @on(Button.Pressed, "#details")
    def _details(self) -> None:
        from screens.text import past_run

        if self._run is not None:
            text = "\n".join(past_run.details(self._run))
            self.app.push_screen(TextScreen(self._run.title or self._run.name, text))

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        """Go back to the page before."""
        self.app.pop_screen()

    def action_continue_run(self) -> None:
        """Continue the chosen run, in the folder where it was started."""
        if self._run is not None:
            self.post_message(WelcomePage.ContinueRun(self._run))

    def action_repeat(self) -> None:
        """Plan with the answers of the chosen run, in the folder where it was started."""
        from wizard.questions import answers

        if self._run is None:
            return
        try:
            choices = answers.load(str(self._run.answers))
        except WizardError as error:
            self.notify(error.what, severity="error", timeout=10)
            return
        why = "The wizard plans with the answers of that run."
        folder = self._run.working_folder
        self.post_message(WelcomePage.UseAnswers(choices, why, folder=folder))

    def action_undo(self) -> None:
        """Undo the chosen run."""
        if self._run is not None:
            self.post_message(WelcomePage.UndoRun(self._run))

    def action_report(self) -> None:
        """Write a report about the chosen run."""
        from screens.tui import report

        if self._run is not None:
            self.run_worker(report.offer(self, self._run), exclusive=True)


def _text(run: PastRun, columns: int) -> Content:
    """Return a run in lines of this width; the path has one of its own if it must."""
    from screens.text.past_run import course

    title = "\n".join(wrap(run.title or run.problem, columns, rest=INDENT))
    ended, target = f"{INDENT}{course(run)}", short_path(run.target)
    fits = len(f"{ended}  {target}") <= columns
    before = "  " if fits else f"\n{INDENT}"
    return Content.assemble(
        (f"{title}\n", "bold"), ended, (f"{before}{target}" if run.target else "", "$quiet")
    )
