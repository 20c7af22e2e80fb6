"""The page after a failure: what happened, the line that shows it, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Static

import assets
from screens import ways
from screens.fitting import with_marked_command
from screens.session import Session
from screens.text import last_words
from screens.text.messages import short_path
from screens.tui.fix_list import KEYS, FixList, FixRow, shown, take
from screens.tui.page import Page
from screens.tui.prose import Items, MarkedLines, Prose
from screens.tui.room_note import RoomNote
from wizard import invocation
from wizard.errors import Exit, WizardError
from wizard.fixes.fix import Fix

EVIDENCE_ROWS = 3
"""How many rows the line that shows the error has at most: what helps must be visible below it."""


@dataclass(frozen=True)
class FailureDetails:
    """The content of the page.

    ``shown`` are the lines that show it, ``evidence`` is the most important of them, or empty.
    ``retry`` says that the run can continue where it stopped. ``fixes`` are what the wizard can do
    about it, if there is more than to try again.
    """

    title: str
    what: str
    shown: tuple[str, ...] = ()
    evidence: str = ""
    why: str = ""
    hints: tuple[str, ...] = ()
    log: str = ""
    retry: bool = False
    heading: str = "Why"
    tone: str = "bad"
    fixes: tuple[Fix, ...] = ()

    @classmethod
    def from_error(cls, error: WizardError) -> FailureDetails:
        """Return the problem that prevented a plan."""
        told = ways.in_words(error)
        return cls(
            "✗ This is not possible with these answers",
            told.what,
            shown=tuple(told.shown.splitlines()),
            why=told.why,
            hints=told.hints,
        )

    @classmethod
    def from_run(cls, session: Session) -> FailureDetails:
        """Return the problem of an unsuccessful run."""
        run = session.require_run()
        failure = run.failure
        if failure is not None:
            failed = run.step(failure.step)
            code = "" if failure.exit is None else f" (exit code {failure.exit})"
            return cls(
                f"✗ {failed.step.title}: failed{code}",
                "",
                shown=failure.excerpt,
                evidence=failure.evidence,
                why=failure.cause,
                hints=failure.hints,
                log=failure.log or failed.log,
                retry=True,
                fixes=shown(session.fixes),
            )
        if session.code == Exit.CANCELLED:
            done = [state.step.title for state in run.steps if state.status == "done"]
            hints = ["“Try again” does the stopped step again, and then the others."]
            if not (run.plan.undoes or run.plan.repairs):
                hints.append(f"To resume later, quit and run `{invocation.command('resume')}`.")
            there = last_words.changes(run)
            if there:
                undo = last_words.undo_command(run)
                left = "; ".join(there)
                hints.append(f"What is there now: {left}. To remove it, quit and run `{undo}`.")
            return cls(
                "■ Stopped, as you asked",
                "All programs have ended.",
                why="\n".join(done) or "Nothing.",
                hints=tuple(hints),
                retry=True,
                heading="Finished steps",
                tone="warn",
            )
        report = run.result.report if run.result else None
        return cls(
            "✗ It did not work",
            "The run ended without a result.",
            shown=report.problems if report else (),
            retry=True,
        )


class FailurePage(Page):
    """What went wrong, and how to continue."""

    CSS = assets.text("styles/failure.tcss")
    STAGE = "Install"
    HELP_PAGE = "failure"
    AUTO_FOCUS = ""  # it would scroll the first row to the top

    class Retry(Message):
        """The user wants to continue from the failed step."""

    class Reconsider(Message):
        """The user wants to change the answers."""

    class LookAgain(Message):
        """The user has put something right outside the wizard: the plan may be possible now."""

    class ShowLog(Message):
        """The user wants to see the log of the run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *KEYS,
        Binding("r", "retry", "Try again"),
        Binding("r", "look", "Look again"),
        Binding("b,escape", "reconsider", "Questions"),
        Binding("o", "show_log", "Full log"),
        Binding("w", "report", "Report"),
        Binding("c,ctrl+y", "copy", "Copy", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, session: Session, details: FailureDetails) -> None:
        super().__init__(session)
        self._details = details

    def stage(self) -> str:
        """Return the stage: Review if no run was possible."""
        return "Install" if self._details.retry else "Review"

    def body(self) -> ComposeResult:
        """Compose the line that shows the error, why, what to do, and the buttons.

        At 80×24 all this must be visible without scrolling, so of the lines only the most important
        one comes first, unless the terminal is high.
        """
        details = self._details
        yield Static(details.title, classes=f"title {details.tone}", markup=False)
        with VerticalScroll(id="trouble", can_focus=False):
            if details.what:
                yield Prose(details.what, classes="block")
            if details.shown:
                first = details.evidence or details.shown[-1]
                mark = 0 if details.evidence else -1
                yield MarkedLines((first.strip(),), mark, name="evidence", most=EVIDENCE_ROWS)
                yield MarkedLines(details.shown, self._marked, name="excerpt")
            if details.why:
                with Horizontal(id="why"):
                    yield Static(f"{details.heading}  ", classes="heading")
                    yield Prose(details.why)
            if details.fixes:
                yield FixList(details.fixes)
            if details.hints:
                yield Static(
                    "What else you can do" if details.fixes else "What you can do",
                    classes="heading",
                )
                yield Items(tuple(map(with_marked_command, details.hints)))
            if self.session.engine.ending() is not None:
                yield RoomNote(self.session.engine.ending)
            if len(details.shown) > 1:
                with Vertical(id="around"):
                    yield Static("The lines around the error", classes="heading")
                    yield MarkedLines(details.shown, self._marked)
            if details.log:
                yield Static("The full log", classes="heading")
                yield Static(short_path(details.log), classes="block", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Quit  (Q)", id="quit")
            yield Button("Questions  (B)", id="reconsider")
            if details.retry:
                yield Button("Try again  (R)", id="retry", variant="primary")
            else:
                # One space: the three buttons just fit into 60 columns.
                yield Button("Look again (R)", id="look", variant="primary")

    @property
    def _marked(self) -> int:
        """The number of the line that shows the error, or -1."""
        shown, evidence = self._details.shown, self._details.evidence
        return shown.index(evidence) if evidence in shown else -1

    def on_mount(self) -> None:
        """Focus the button that continues; the arrow keys scroll."""
        super().on_mount()
        self.take_focus()

    def first_focus(self) -> None:
        """Focus the best fix, or the button that tries or looks again."""
        if self._details.fixes:
            self.query(FixRow).first().focus(scroll_visible=False)  # the cause is above it
            return
        self.query_one("#retry" if self._details.retry else "#look").focus()

    def copy_content(self) -> tuple[str, str]:
        """Return the full text of the page."""
        details = self._details
        fixes = (f"{fix.title}. {fix.consequence}" for fix in details.fixes)
        parts = (details.title, details.what, *details.shown, details.why, *fixes, *details.hints)
        return "this page", "\n".join(part for part in (*parts, details.log) if part)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only actions that apply to this run."""
        if action in ("retry", "show_log", "report") and not self._details.retry:
            return False
        if action == "look" and self._details.retry:
            return False
        return super().check_action(action, parameters)

    def action_take_fix(self, number: int) -> None:
        """Do what the fix with this number does."""
        take(self, self._details.fixes, number)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#trouble").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#retry")
    def action_retry(self) -> None:
        """Continue from the failed step."""
        self.post_message(self.Retry())

    @on(Button.Pressed, "#look")
    def action_look(self) -> None:
        """Look at the computer again, and plan with the same answers."""
        self.post_message(self.LookAgain())

    @on(Button.Pressed, "#reconsider")
    def action_reconsider(self) -> None:
        """Go back to the questions."""
        self.post_message(self.Reconsider())

    def action_show_log(self) -> None:
        """Show the log of the run."""
        self.post_message(self.ShowLog())

    def action_report(self) -> None:
        """Make an archive about this run, for somebody who helps; show it before it is written."""
        self.run_worker(self._report(), exclusive=True)

    async def _report(self) -> None:
        from screens.tui import report
        from wizard.history import past_runs

        log = self._details.log
        try:
            past = past_runs.find(Path(log).parent.parent.name if log else "")
        except WizardError as error:
            self.notify(error.what, severity="error", timeout=10)
        else:
            await report.offer(self, past)

    def action_quit_page(self) -> None:
        """Quit; without a run, the exit code says what was wrong."""
        problem = self.session.problem
        self.app.exit(self.session.code if problem is None else int(problem.code))

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.action_quit_page()
