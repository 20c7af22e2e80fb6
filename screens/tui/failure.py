"""The page when it did not work: what happened, the line that shows it, why, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

import assets
from screens.session import Session
from screens.text.messages import friendly
from screens.tui.page import Page
from wizard.errors import Exit, WizardError


@dataclass(frozen=True)
class Trouble:
    """What is shown. ``retry`` says that the run can continue from where it stopped."""

    title: str
    what: str
    shown: tuple[str, ...] = ()
    why: str = ""
    hints: tuple[str, ...] = ()
    log: str = ""
    retry: bool = False
    heading: str = "Why"
    tone: str = "bad"

    @classmethod
    def of_error(cls, error: WizardError) -> Trouble:
        """Return the problem that prevented planning."""
        return cls(
            "✗ This is not possible with these answers",
            error.what,
            tuple(error.shown.splitlines()),
            error.why,
            error.hints,
        )

    @classmethod
    def of_run(cls, session: Session) -> Trouble:
        """Return the problem of an unsuccessful run."""
        run = session.progress()
        failure = run.failure
        if failure is not None:
            failed = run.step(failure.step)
            code = "" if failure.exit is None else f" It ended with exit code {failure.exit}."
            return cls(
                f"✗ {failed.step.title}: failed",
                f"The step “{failed.step.title}” did not work.{code}",
                failure.excerpt,
                failure.cause,
                failure.hints,
                failure.log or failed.log,
                retry=True,
            )
        if session.code == Exit.CANCELLED:
            done = [state.step.title for state in run.steps if state.status == "done"]
            return cls(
                "■ Stopped, as you asked",
                "All programs have ended.",
                why="\n".join(done) or "Nothing.",
                hints=("“Try again” continues with the step that was stopped.",),
                retry=True,
                heading="Finished steps",
                tone="warn",
            )
        report = run.result.report if run.result else None
        return cls(
            "✗ It did not work",
            "The run ended without a result.",
            report.problems if report else (),
            retry=True,
        )


class FailurePage(Page):
    """What went wrong, and how to continue."""

    CSS = assets.text("styles/failure.tcss")
    STAGE = "Install"
    HELP_PAGE = "failure"

    class Retry(Message):
        """The user wants to continue from the failed step."""

    class Reconsider(Message):
        """The user wants to change the answers."""

    class ShowLog(Message):
        """The user wants to see the log of the run."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again"),
        Binding("b,escape", "reconsider", "Back to the questions"),
        Binding("o", "show_log", "See full log"),
        Binding("y,ctrl+y", "copy", "Copy", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, session: Session, trouble: Trouble) -> None:
        super().__init__(session)
        self._trouble = trouble

    def stage(self) -> str:
        """Before a run, the plan is not possible."""
        return "Install" if self._trouble.retry else "Review"

    def body(self) -> ComposeResult:
        """What happened, why, what to do, the lines that show it, and the buttons.

        The cause comes before the lines: at 80×24 it must be visible without scrolling.
        """
        trouble = self._trouble
        yield Static(trouble.title, classes=f"title {trouble.tone}", markup=False)
        with VerticalScroll(id="trouble", can_focus=False):
            yield Static(trouble.what, classes="block", markup=False)
            if trouble.why:
                yield Static(trouble.heading, classes="heading")
                yield Static(trouble.why, classes="block", markup=False)
            if trouble.hints:
                yield Static("What you can do", classes="heading")
                hints = Content("\n").join(Content(f"•  {hint}") for hint in trouble.hints)
                yield Static(hints, classes="block")
            if trouble.shown:
                yield Static("\n".join(trouble.shown), id="excerpt", markup=False)
            if trouble.log:
                yield Static("The full log", classes="heading")
                yield Static(friendly(trouble.log), classes="block", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("Quit  (Q)", id="quit")
            yield Button("Questions  (B)", id="reconsider")
            if trouble.retry:
                yield Button("Try again  (R)", id="retry", variant="primary")

    def on_mount(self) -> None:
        """The button to continue has the focus; the arrow keys scroll."""
        super().on_mount()
        self.take_focus()

    def first_focus(self) -> None:
        """Try again or, if that is impossible, go back to the questions."""
        self.query_one("#retry" if self._trouble.retry else "#reconsider").focus()

    def copyable(self) -> tuple[str, str]:
        """Return the full text of the page."""
        trouble = self._trouble
        parts = (trouble.title, trouble.what, *trouble.shown, trouble.why, *trouble.hints)
        return "this page", "\n".join(part for part in (*parts, trouble.log) if part)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow only actions that apply to this run."""
        if action in ("retry", "show_log") and not self._trouble.retry:
            return False
        return super().check_action(action, parameters)

    def action_scroll(self, lines: int) -> None:
        """Scroll the page."""
        self.query_one("#trouble").scroll_relative(y=lines, animate=False)

    @on(Button.Pressed, "#retry")
    def action_retry(self) -> None:
        """Continue from the failed step."""
        self.post_message(self.Retry())

    @on(Button.Pressed, "#reconsider")
    def action_reconsider(self) -> None:
        """Go back to the questions."""
        self.post_message(self.Reconsider())

    def action_show_log(self) -> None:
        """Show the log of the run."""
        self.post_message(self.ShowLog())

    @on(Button.Pressed, "#quit")
    def _quit(self) -> None:
        self.action_quit_page()
