"""The full-screen app: it shows one page at a time, and the user can always quit."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, ClassVar, TypeVar

from textual import on
from textual.app import App, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.notifications import Notify

import assets
from screens import ending, ways, working_folder
from screens.session import Session
from screens.terminal import Look
from screens.tui import drawing, themes
from screens.tui.page import HELP_KEYS, TITLE, Page, ShowPage
from screens.tui.stylesheet import ParsedOnce
from screens.tui.welcome import WelcomePage
from wizard.choices import Choices
from wizard.errors import Exit, Impossible, WizardError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.command import Provider
    from textual.events import DescendantFocus
    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel

    # What the first page does not need is imported later, so that the first page appears sooner.
    from screens.tui.alternatives import AlternativesPage
    from screens.tui.announcing import Announcer
    from screens.tui.fix_list import FixRow
    from screens.tui.run import RunPage
    from wizard.engine import Engine
    from wizard.facts import Facts
    from wizard.fixes.offers import Prepared
    from wizard.history.past_runs import PastRun
    from wizard.knowledge import Knowledge

T = TypeVar("T")

GRACE_SECONDS = 5.0
"""How many seconds a run may take to end after a signal (SIGINT, SIGTERM, SIGHUP) before
the wizard quits."""

KEY_NAMES = {
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "space": "Space",
    "plus": "+",
    "end": "End",
    "pagedown": "PgDn",
    "ctrl+t": "Ctrl+T",
    "ctrl+z": "Ctrl+Z",
    "ctrl+y": "Ctrl+Y",
}
"""Keys whose names Textual abbreviates."""

BEFORE_UNLOCKING = """
Some steps install programs for the whole computer and need administrator rights.
If you are asked for a password now, only the system gets it, not the wizard.
"""


def _command_provider() -> type[Provider]:
    from screens.tui.palette import WizardCommands

    return WizardCommands


class WizardApp(App[int]):
    """The wizard on the full screen. `run` returns the exit code.

    With ``facts`` and ``knowledge`` it does not probe the machine; ``clock`` returns seconds.
    ``find_unfinished`` returns an earlier run that was cut off or stopped, to offer to resume it.
    ``undoes`` is the run that the user wants to undo, after the full screen has closed. ``look``
    says what the terminal can show.
    """

    TITLE = TITLE
    CSS = assets.text("styles/app.tcss")
    COMMANDS: ClassVar[set[Any]] = {_command_provider}
    ENABLE_COMMAND_PALETTE = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(HELP_KEYS, "help", "Help"),
        Binding("q", "leave", "Quit"),
        Binding("ctrl+d", "leave", "Quit", show=False),
        Binding("ctrl+t", "toggle_theme", "Light or dark", show=False),
        Binding("ctrl+c", "interrupt", "Quit", show=False, priority=True),
        Binding("ctrl+q", "interrupt", "Quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
    ]

    def __init__(
        self,
        engine: Engine,
        choices: Choices,
        *,
        knowledge: Knowledge | None = None,
        facts: Facts | None = None,
        clock: Callable[[], float] = time.monotonic,
        find_unfinished: Callable[[], PastRun | None] = lambda: None,
        look: Look = Look(),  # noqa: B008 - it does not change
    ) -> None:
        super().__init__()
        self.stylesheet = ParsedOnce(variables=self.get_css_variables())
        self.look = look
        self.no_color = not look.colours  # for :nocolor in the styles
        self._more_filters = drawing.filters(look, lambda: self.current_theme.dark)
        if not look.moves:
            self.animation_level = "none"
        self.find_unfinished = find_unfinished
        self.undoes: PastRun | None = None
        self._planned_from: tuple[type[Page], ...] = ()
        self.session = Session(engine, choices, knowledge=knowledge, facts=facts, clock=clock)
        self.announcer: Announcer | None = None
        self.bug: Exception | None = None
        for pair in themes.THEMES.values():
            for theme in pair:
                self.register_theme(theme)
        self.theme = themes.first(self.console.color_system == "standard", look.light).name

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what changes every line before it is drawn."""
        return (*drawing.without_greys(super().get_line_filters()), *self._more_filters)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 - a path or a requirement may contain brackets
    ) -> None:
        """Show a note. Its text is shown as it is: it has no markup."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    @on(Notify)
    def _forget_older_notes(self) -> None:
        """Let a note take the place of the one before: Textual calls this first, then shows it."""
        self.clear_notifications()

    def on_mount(self) -> None:
        """Handle the signals that ask the app to end, or say that the terminal has closed."""
        loop = asyncio.get_running_loop()
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or signal.getsignal(number) is signal.SIG_IGN:
                continue
            # Windows' loop and loops outside the main thread have no signals to offer.
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.end)
                # The loop calls that when it can. This is called even if the loop is blocked.
                signal.signal(number, lambda _number, _frame: ending.begin())

    def get_default_screen(self) -> WelcomePage:
        """Return the first page, so that Textual draws no empty screen before it."""
        return WelcomePage(self.session, self.find_unfinished)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Let no cursor blink if the user wants no animations."""
        if not self.look.moves and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    def end(self) -> None:
        """Quit as cancelled, after stopping a run."""
        run = self._run_page()
        if run is None:
            self.exit(int(Exit.CANCELLED))
        else:
            run.stop(leave=True)
            self.set_timer(GRACE_SECONDS, lambda: self.exit(int(Exit.CANCELLED)))

    def _back_from_review(self) -> None:
        """Show the first page, or the pages above it from which the plan's answers came."""
        pages, self._planned_from = self._planned_from, ()
        self.show_page("welcome")
        if self.session.facts is not None:  # otherwise the first page looks at the computer
            for page in pages:
                self.push_screen(page(self.session))

    def show_page(self, page_name: str) -> None:
        """Replace all open pages by this one. The first page stays at the bottom of the stack."""
        if page_name == "welcome":
            self._planned_from = ()
            working_folder.leave()
            self.session.stop_using()
            self.session.problem = None
            while len(self.screen_stack) > 1:
                self.pop_screen()
            return
        self.session.problem = None
        try:
            page = self._page(page_name)
        except WizardError as error:
            self.session.problem = error
            page = self._planning_error_page(error)
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if page_name == "outcome":
            self.clear_notifications()  # they are about the run, and would cover its outcome
        if page_name == "outcome" or len(self.screen_stack) == 1:
            self.push_screen(page)  # above the run, so that its log can be read again
        else:
            self.switch_screen(page)

    def _page(self, page_name: str) -> Page:
        session = self.session
        if page_name == "question" and session.is_asking() and not session.has_no_answer():
            from screens.tui.question import QuestionPage

            return QuestionPage(session)
        if page_name in ("question", "review"):
            from screens.tui.review import ReviewPage

            session.make_plan()
            return ReviewPage(session)
        if page_name == "run":
            # At the end, a thread may need these, which must not wait for another one's import.
            from screens import fitting  # noqa: F401
            from screens.text import last_words  # noqa: F401
            from screens.tui.run import RunPage

            return RunPage(session, self._announcer())
        if session.code in (Exit.DONE, Exit.UNPROVED):
            from screens.tui.result import ResultPage

            return ResultPage(session)
        from screens.tui.failure import FailureDetails, FailurePage

        return FailurePage(session, FailureDetails.from_run(session))

    def _announcer(self) -> Announcer:
        """Return what shows the progress of runs in the terminal's title."""
        from screens.tui.announcing import Announcer

        if self.announcer is None:
            self.announcer = Announcer(self._write_to_terminal)
        return self.announcer

    def _write_to_terminal(self, sequence: str) -> None:
        """Write a control sequence that shows nothing on the screen."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def _planning_error_page(self, error: WizardError) -> Page:
        """Return the page that explains why planning failed."""
        if isinstance(error, Impossible) and error.alternatives:
            from screens.tui.alternatives import AlternativesPage

            return AlternativesPage(self.session, error)
        from screens.tui.failure import FailureDetails, FailurePage

        return FailurePage(self.session, FailureDetails.from_error(error))

    @on(ShowPage)
    def _show_page_requested(self, message: ShowPage) -> None:
        if message.page == "outcome" and self.session.only_prepared():
            self._plan_the_rest()
        else:
            self.show_page(message.page)

    def _plan_the_rest(self) -> None:
        """After a run that only prepared, probe again, and show the plan of the other steps."""

        def go_on(facts: Facts) -> None:
            self.session.continue_after_preparation(facts)
            self.show_page("review")

        def go_back() -> None:
            self.session.start_over()
            self.session.facts = None  # the first page looks again
            self.show_page("welcome")

        why = "The wizard now knows what is needed."
        self._look_up(self.session.look_again, why, go_on, go_back)

    def _look_up(
        self,
        work: Callable[[], T],
        why: str,
        go_on: Callable[[T], None],
        go_back: Callable[[], None] = lambda: None,
        say: Callable[[WizardError], None] | None = None,
    ) -> None:
        """Look at the machine with ``work``, which sets nothing, and give what it finds to
        ``go_on``. If that is not possible, say why, usually by a note, and call ``go_back``, as
        after Esc."""
        from screens.tui.dialogs import LookUpScreen

        say_impossible = say or self._say_impossible

        def take(found: Any) -> None:
            if found is None or isinstance(found, WizardError):
                if found is not None:
                    say_impossible(found)
                go_back()
                return
            try:
                go_on(found)
            except WizardError as error:
                say_impossible(error)
                go_back()

        self.push_screen(LookUpScreen(self.session, "Looking at your computer", work, why), take)

    def _say_impossible(self, error: WizardError) -> None:
        title = "This is not possible"
        text = ways.in_words(error).explained
        self.notify(text, title=title, severity="error", timeout=15)

    # Textual finds these by name (page and message), so their classes need no import.

    def on_welcome_page_continue_run(self, message: WelcomePage.ContinueRun) -> None:
        """Show the plan of what is left of a run that was cut off."""
        from wizard.history import resume

        past = message.past
        try:
            choices = resume.choices_of(past)
        except WizardError as error:
            self.notify(ways.in_words(error).explained, severity="error", timeout=10)
            return
        why = "The wizard plans what is left of that run."
        folder = past.working_folder
        self.on_welcome_page_use_answers(WelcomePage.UseAnswers(choices, why, past.name, folder))

    def on_welcome_page_install(self) -> None:
        """Do what is usual, as the first page has said."""
        try:
            self.session.make_plan()
        except WizardError:
            self.show_page("review")  # which explains it
        else:
            self.on_review_page_start()

    def on_welcome_page_use_answers(self, message: WelcomePage.UseAnswers) -> None:
        """Look at the machine for these choices, and show their plan.

        The wizard works in their folder until the user is back on the first page.
        """
        from screens.tui.more import MorePage
        from screens.tui.runs import RunsPage

        session, choices, menus = self.session, message.choices, (MorePage, RunsPage)
        is_elsewhere = working_folder.enter(message.folder)

        def go_on(facts: Facts) -> None:
            session.use(choices, facts=facts, resumes=message.resumes)
            above = tuple(type(page) for page in self.screen_stack if isinstance(page, menus))
            self.show_page("review")
            self._planned_from = above
            if is_elsewhere:
                text = f"This plan is for {Path.cwd()}, where that run was started."
                self.notify(text, title="In another folder", timeout=10)

        self._look_up(
            lambda: session.engine.probe(choices, everything=True),
            *(message.why, go_on, working_folder.leave),
            say=message.ask_again,
        )

    def on_welcome_page_more(self) -> None:
        """Show what else the wizard can do."""
        from screens.tui.more import MorePage

        self.push_screen(MorePage(self.session))

    def on_welcome_page_undo_run(self, message: WelcomePage.UndoRun) -> None:
        """Close the full screen; the line by line interface then shows what is removed."""
        self.undoes = message.past
        self.exit(self.session.code)

    def on_alternatives_page_taken(self, message: AlternativesPage.Taken) -> None:
        """Show the plan of what is possible instead."""
        try:
            self.session.take_alternative(message.alternative)
        except WizardError as error:
            self.notify(ways.in_words(error).explained, severity="error", timeout=10)
        else:
            self.show_page("review")

    def on_review_page_back(self) -> None:
        """Go back to the page from which the plan came."""
        self._back_from_review()

    def on_review_page_start(self) -> None:
        """Start or continue the run, after the password if one is needed."""
        self._planned_from = ()
        if not self.session.needs_password() or self._ask_password():
            self.show_page("run")

    on_failure_page_retry = on_review_page_start

    def on_fix_row_taken(self, message: FixRow.Taken) -> None:
        """Plan again for a fix, show what is different, and go on from the failed step."""
        fix = message.fix
        if not fix.plans_anew:
            self.on_review_page_start()
            return
        self._look_up(lambda: self.session.prepare_fix(fix), f"{fix.title}.", self._go_on_with)

    def _go_on_with(self, prepared: Prepared) -> None:
        """Show what a fix changes, and go on; ask first if it needs root or removes something."""
        from screens.tui.dialogs import ConfirmScreen
        from wizard.fixes.fix import change_lines, changed_lines

        fix, before = prepared.fix, self.session.completed

        def go(agreed: bool | None) -> None:
            if agreed:
                self.session.take_fix(prepared)
                self.on_review_page_start()

        if fix.asks:
            text = "\n".join(change_lines(fix, before, prepared.decision.plan, prepared.done))
            self.push_screen(ConfirmScreen(f"{fix.title}?", text, yes="Do it", no="No"), go)
            return
        # The page of the run shows what is still to do.
        self.notify("\n".join(changed_lines(fix, before)), title=fix.title, timeout=15)
        go(True)

    def _ask_password(self) -> bool:
        """Let the user type the password on the terminal itself. The app does not read it."""
        facts, _ = self.session.probed()
        try:
            with self.suspend():
                print(BEFORE_UNLOCKING)
                unlocked = self.session.engine.unlock(facts)
        except SuspendNotSupported:
            unlocked = False
        if not unlocked:
            self.notify(
                "These steps need administrator rights. Nothing was done.",
                title="No password",
                severity="warning",
                timeout=10,
            )
        return unlocked

    def on_failure_page_reconsider(self) -> None:
        """Go back to the questions. A run may have changed the machine, so it is probed again."""

        def go_on(facts: Facts | None = None) -> None:
            self.session.start_over(facts)
            self.show_page("question")

        problem = self.session.problem
        if problem is not None:  # what was given is not possible, so it is asked, too
            self.session.ask_everything()
            opened = self.session.open_impossible()
            go_on()
            if opened:
                self.notify(ways.left_out(opened, problem), timeout=15)
            return
        if self.session.run is None or not self.session.run.has_started:
            go_on()
            return
        why = "The finished steps may have changed something."
        self._look_up(self.session.look_again, why, go_on)

    def on_failure_page_look_again(self) -> None:
        """Plan with the same answers for the machine as it is now."""

        def go_on(facts: Facts) -> None:
            self.session.take_facts(facts)
            self.show_page("review")

        self._look_up(self.session.look_again, "Something may have changed since.", go_on)

    on_alternatives_page_look_again = on_failure_page_look_again

    def on_result_page_show_log(self) -> None:
        """Show the whole log of the step that failed, or of the last one, at the error.

        If no log can be read, show the page of the run again, which is below this one.
        """
        from screens.tui.log_page import LogPage, logs_of

        run = self.session.require_run()
        logs = logs_of(run)
        if not logs:
            self.pop_screen()
            return
        failure = run.failure
        failed = [n for n, log in enumerate(logs) if failure and str(log.path) == failure.log]
        self.push_screen(LogPage(self.session, logs, failed[0] if failed else len(logs) - 1))

    on_failure_page_show_log = on_result_page_show_log

    def on_result_page_begin_again(self) -> None:
        """Go to the first page, as if the wizard had just been started."""
        self.session.begin_again()
        self.show_page("welcome")

    def get_key_display(self, binding: Binding) -> str:
        """Name a key as on the keyboard and on the buttons."""
        name = KEY_NAMES.get(binding.key)
        return name or super().get_key_display(binding).upper()

    def on_key(self, event: Key) -> None:
        """Let a capital letter, as the keys are named on the screen, do what its small letter does.

        Where the capital letter is another key, it stays that key.
        """
        small = event.key.lower()
        keys = self.screen.active_bindings
        if len(small) == 1 and event.key not in keys and small in keys:
            self.simulate_key(small)

    def action_help(self) -> None:
        """Show the help of this page."""
        if isinstance(self.screen, Page) and not self.screen.too_small:
            from screens.tui.help import HelpScreen  # Markdown is slow to import

            self.push_screen(HelpScreen(self.screen.help_text()))

    def action_leave(self) -> None:
        """Quit, as the current page handles it."""
        if isinstance(self.screen, Page):
            self.screen.action_quit_page()

    def action_toggle_theme(self) -> None:
        """Switch between the light and the dark theme, and remember the choice."""
        theme = themes.other(self.current_theme)
        self.theme = theme.name
        themes.remember(theme, self.look.light)

    def action_interrupt(self) -> None:
        """Handle Ctrl+C: ask before stopping a run and quit with 130, otherwise quit at once."""
        from screens.tui.dialogs import ConfirmScreen

        run = self._run_page()
        if run is None:
            self.exit(self.session.code)
        elif isinstance(self.screen, ConfirmScreen):
            self.screen.dismiss(False)
            run.stop(leave=True)
        else:
            run.action_cancel(leave=True)

    def action_suspend_process(self) -> None:
        """Handle Ctrl+Z: give the terminal back to the shell until ``fg``, and pause the programs.

        Textual's own action stops only this process, and not the one that started it, such as uv,
        for which the shell waits.
        """
        driver = self._driver
        if sys.platform == "win32" or driver is None or not driver.can_suspend:
            return
        from wizard.programs import processes

        processes.pause()
        # Textual's handler of SIGCONT would also resume. Where no shell could continue the wizard,
        # the system ignores SIGTSTP, and no SIGCONT comes.
        numbers = (signal.SIGTSTP, signal.SIGCONT)
        before = {number: signal.signal(number, signal.SIG_DFL) for number in numbers}
        driver.suspend_application_mode()
        os.killpg(0, signal.SIGTSTP)  # here it stops, and continues
        for number, handler in before.items():
            signal.signal(number, handler)
        driver.resume_application_mode()
        self.refresh(layout=True)
        processes.resume()

    def _run_page(self) -> RunPage | None:
        """Return the page of a run that has not ended, anywhere in the stack."""
        from screens.tui.run import RunPage

        pages = (screen for screen in self.screen_stack if isinstance(screen, RunPage))
        return next((page for page in pages if not page.ended), None)

    def _handle_exception(self, error: Exception) -> None:
        self.bug = self.bug or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """End without Textual's traceback after a bug, which the command line explains."""
        self._close_messages_no_wait()


def run_app(
    engine: Engine,
    choices: Choices,
    find_unfinished: Callable[[], PastRun | None] = lambda: None,
    look: Look = Look(),  # noqa: B008 - it does not change
) -> int:
    """Run the full-screen wizard and return the exit code.

    ``find_unfinished`` and ``look`` are those of `WizardApp`. If a bug ended it, raises that
    exception after the terminal is restored.
    """
    if look.late:
        drawing.leave_answers_out()
    app = WizardApp(engine, choices, find_unfinished=find_unfinished, look=look)
    with ending.needing_terminal(partial(_last_text, app, int(Exit.CANCELLED))):
        code = app.run()
    if app.undoes is not None:
        from screens.text import undoing

        return undoing.undo_run(app.undoes.name, stream=sys.stdout, err=sys.stderr)
    code = int(Exit.CANCELLED) if code is None else code
    from screens.signals import OutputStream

    # The terminal may be gone: then nobody reads this.
    OutputStream(sys.stdout, lambda: None).write(_last_text(app, None if app.bug else code))
    if app.bug is not None:
        raise app.bug
    return code


def _last_text(app: WizardApp, code: int | None) -> str:
    """Return what stays on the terminal, with the sequence that restores its title."""
    from screens import fitting
    from screens.text.last_words import last_words
    from wizard.wording import visible

    lines = map(visible, last_words(app.session, code))
    text = "".join(f"{line}\n" for line in fitting.fitted(lines, fitting.columns(sys.__stdout__)))
    return text if app.announcer is None else app.announcer.restored() + text
