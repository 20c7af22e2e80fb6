"""The full-screen app: it shows one page at a time, and the user can always quit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, ClassVar

from textual import on
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType

import assets
from screens.session import Session
from screens.tui.page import NAME, Go, Page
from screens.tui.themes import DARK, LIGHT
from screens.tui.welcome import WelcomePage
from wizard.choices import Choices
from wizard.errors import Exit, Impossible, WizardError

if TYPE_CHECKING:
    from textual.command import Provider

    # What the first page does not need is imported later, so that the first page appears sooner.
    from screens.tui.run import RunPage
    from wizard.engine import Engine
    from wizard.facts import Facts
    from wizard.knowledge import Knowledge

GRACE = 5.0
"""How many seconds a run may take to end after SIGTERM or SIGHUP, before the wizard quits
anyway.
"""

KEYS = {"enter": "Enter", "escape": "Esc", "tab": "Tab", "ctrl+t": "Ctrl+T", "ctrl+y": "Ctrl+Y"}
"""Keys whose names Textual abbreviates."""

BEFORE_UNLOCKING = """
Some steps install programs for the whole computer and need administrator rights.
If you are asked for a password now, only the system gets it, not the wizard.
"""


def _palette() -> type[Provider]:
    from screens.tui.palette import WizardCommands

    return WizardCommands


class WizardApp(App[int]):
    """The wizard on the full screen. `run` returns the exit code.

    With ``facts`` and ``knowledge`` it does not probe the machine; ``clock`` returns seconds.
    """

    TITLE = NAME
    CSS = assets.text("styles/app.tcss")
    COMMANDS: ClassVar[set[Any]] = {_palette}
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+t", "toggle_looks", "Light or dark", show=False),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
        Binding("ctrl+q", "interrupt", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        engine: Engine,
        choices: Choices,
        *,
        knowledge: Knowledge | None = None,
        facts: Facts | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.session = Session(engine, choices, knowledge=knowledge, facts=facts, clock=clock)
        self.bug: Exception | None = None
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = LIGHT.name if _light_terminal(os.environ.get("COLORFGBG", "")) else DARK.name

    def on_mount(self) -> None:
        """Be ready to leave when the terminal goes away."""
        loop = asyncio.get_running_loop()
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) is signal.SIG_IGN:
                continue
            # Windows' loop and loops outside the main thread have no signals to offer.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, partial(self.end, 128 + number))

    def get_default_screen(self) -> WelcomePage:
        """Return the first page. Textual then draws no empty screen before it."""
        return WelcomePage(self.session)

    def end(self, code: int) -> None:
        """Quit soon and in an orderly way, with this exit code; a run is stopped first."""
        run = self._run_page()
        if run is None:
            self.exit(code)
        else:
            run.stop(leave=code)
            self.set_timer(GRACE, lambda: self.exit(code))

    def go(self, place: str) -> None:
        """Show a page instead of all open ones. The first page stays at the bottom."""
        if place == "welcome":
            while len(self.screen_stack) > 1:
                self.pop_screen()
            return
        try:
            page = self._page(place)
        except WizardError as error:
            page = self._trouble(error)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if place == "outcome" or len(self.screen_stack) == 1:
            self.push_screen(page)  # an outcome over the run, so that its log can be read again
        else:
            self.switch_screen(page)

    def _page(self, place: str) -> Page:
        session = self.session
        if place == "question" and session.questions() and not session.hopeless():
            from screens.tui.question import QuestionPage

            return QuestionPage(session)
        if place in ("question", "review"):
            from screens.tui.review import ReviewPage

            session.make_plan()
            return ReviewPage(session)
        if place == "run":
            from screens.tui.run import RunPage

            return RunPage(session)
        if session.code in (Exit.DONE, Exit.UNPROVED):
            from screens.tui.result import ResultPage

            return ResultPage(session)
        from screens.tui.failure import FailurePage, Trouble

        return FailurePage(session, Trouble.of_run(session))

    def _trouble(self, error: WizardError) -> Page:
        """Return the page that explains why planning failed."""
        if isinstance(error, Impossible) and error.ways:
            from screens.tui.alternatives import PossiblePage

            return PossiblePage(self.session, error)
        from screens.tui.failure import FailurePage, Trouble

        return FailurePage(self.session, Trouble.of_error(error))

    @on(Go)
    def _go(self, message: Go) -> None:
        if message.place == "outcome" and self.session.prepared():
            self._go_on()
        else:
            self.go(message.place)

    def _go_on(self) -> None:
        """After a run that only prepared: probe again, and show the rest of the plan."""

        from screens.tui.dialogs import ProbeScreen

        def looked(error: WizardError | None) -> None:
            self.go("review" if error is None else "welcome")

        why = "The wizard now knows what is needed."
        self.push_screen(ProbeScreen(self.session, why, self.session.go_on), looked)

    # Textual calls these four by name (page and message), without importing their classes.

    def on_review_page_start(self) -> None:
        """Start or continue the run, after the password if one is needed."""
        if not self.session.needs_password() or self._unlock():
            self.go("run")

    on_failure_page_retry = on_review_page_start

    def _unlock(self) -> bool:
        """Let the user type the password on the terminal itself, which the app does not read."""
        facts, _ = self.session.known()
        try:
            with self.suspend():
                print(BEFORE_UNLOCKING)
                unlocked = self.session.engine.unlock(facts)
        except SuspendNotSupported:
            unlocked = False
        if not unlocked:
            self.notify(
                "These steps need administrator rights. Nothing was changed.",
                title="No password",
                severity="warning",
                timeout=10,
            )
        return unlocked

    def on_failure_page_reconsider(self) -> None:
        """Go back to the questions. A run may have changed the machine, so it is probed again."""
        if self.session.run is None or not self.session.run.touched:
            self.session.start_over()
            self.go("question")
            return

        from screens.tui.dialogs import ProbeScreen

        def looked(error: WizardError | None) -> None:
            self.session.start_over()
            self.go("question" if error is None else "welcome")

        self.push_screen(
            ProbeScreen(self.session, "The finished steps may have changed something."), looked
        )

    def on_result_page_show_log(self) -> None:
        """Show the run again, whose page is below."""
        self.pop_screen()

    on_failure_page_show_log = on_result_page_show_log

    def get_key_display(self, binding: Binding) -> str:
        """Name a key as on the keyboard and on the buttons."""
        name = KEYS.get(binding.key)
        return name or super().get_key_display(binding).upper()

    def action_help(self) -> None:
        """Show the help of this page."""
        if isinstance(self.screen, Page) and not self.screen.too_small:
            from screens.tui.help import HelpScreen  # Markdown is slow to import

            self.push_screen(HelpScreen(self.screen.help_text()))

    def action_leave(self) -> None:
        """Quit, as the current page handles it."""
        if isinstance(self.screen, Page):
            self.screen.action_quit_page()

    def action_toggle_looks(self) -> None:
        """Switch between the light and the dark theme."""
        self.theme = LIGHT.name if self.theme == DARK.name else DARK.name

    def action_interrupt(self) -> None:
        """Ctrl+C: ask before a run is stopped, and quit with 130; otherwise quit at once."""
        from screens.tui.dialogs import ConfirmScreen

        run = self._run_page()
        if run is None:
            self.exit(self.session.code)
        elif isinstance(self.screen, ConfirmScreen):
            self.screen.dismiss(False)
            run.stop(leave=int(Exit.CANCELLED))
        else:
            run.action_cancel(leave=int(Exit.CANCELLED))

    def _run_page(self) -> RunPage | None:
        """Return the page of a run that has not ended, anywhere in the stack."""
        from screens.tui.run import RunPage

        pages = (screen for screen in self.screen_stack if isinstance(screen, RunPage))
        return next((page for page in pages if not page.ended), None)

    def _handle_exception(self, error: Exception) -> None:
        self.bug = self.bug or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """After a bug, the app ends without Textual's traceback: the command line explains it."""
        self._close_messages_no_wait()


def run_app(engine: Engine, choices: Choices) -> int:
    """Run the full-screen wizard and return the exit code.

    If a bug ended it, raises that exception after the terminal is restored.
    """
    app = WizardApp(engine, choices)
    code = app.run()
    if app.bug is not None:
        raise app.bug
    return int(Exit.CANCELLED) if code is None else code


def _light_terminal(colors: str) -> bool:
    """Return whether the terminal has a light background, from rxvt's and Konsole's COLORFGBG."""
    return colors.rpartition(";")[2] in ("7", "15")
