"""The page of the run: the steps, the live log, and a button to stop at any time."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

import assets
from screens import ending
from screens.run_progress import RunProgress
from screens.session import Session
from screens.text.text_reporter import format_seconds
from screens.tui.announcing import Announcer
from screens.tui.background import in_thread
from screens.tui.dialogs import ConfirmScreen
from screens.tui.find_field import FindField
from screens.tui.live_log import LiveLog, WholeLine
from screens.tui.log_export import save_log
from screens.tui.log_view import MAX_LINES, LogView
from screens.tui.page import TITLE, Page, ShowPage
from screens.tui.step_list import StepList, StepRow, format_clock
from wizard.errors import Exit
from wizard.running.events import Event, Lines, RunEnded, StepEnded, StepStarted
from wizard.wording import joined, time_limit

LONGEST_TIMES = 32
"""The columns beside the bar, for the times."""
REFRESHES_PER_SECOND = 20
"""How often per second the page shows new events of the run."""


class RunPage(Page):
    """A run as it happens. The runner works in a thread and only appends to queues.

    Steps may run in parallel; the log shows one step, and keys switch between them.
    """

    CSS = assets.text("styles/run.tcss") + assets.text("styles/find.tcss")
    STAGE = "Install"
    HELP_PAGE = "run"
    HAS_LOG = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "cancel", "Stop"),
        Binding("enter,escape", "result", "Result"),
        Binding("f", "find", "Find"),
        Binding("slash", "find", show=False),
        Binding("n", "find_next", "Next", show=False),
        Binding("N", "find_previous", "Previous", show=False),
        Binding("s", "save", "Save", show=False),
        Binding("l", "important", "Important"),
        Binding("tab", "turn(1)", "Next log"),
        Binding("shift+tab", "turn(-1)", "Previous log", show=False),
        Binding("c,ctrl+y", "copy", "Copy", show=False),
    ]

    def __init__(self, session: Session, announcer: Announcer) -> None:
        super().__init__(session)
        self.announcer = announcer
        self.ended = False
        self._cancel = threading.Event()
        self._leaves = False
        self._events: deque[Event] = deque()
        self._log_view = LogView(session.begin_run(), session.clock)
        self._output: dict[str, deque[str]] = {
            name: deque(maxlen=MAX_LINES) for name in self._log_view.logs
        }
        self._shown = ""
        self._log = LiveLog()
        self._progress = RunProgress(session.clock)

    def body(self) -> ComposeResult:
        """Compose the steps, the progress, the log, and its search field."""
        yield Static("", id="now", markup=False)
        yield Static("", id="bar", markup=False)
        yield Static("", id="detail", markup=False)
        with Horizontal(id="work"):
            yield StepList(self._log_view)
            with Vertical(id="output"):
                yield self._log
                with Horizontal(id="find-bar"):
                    yield FindField(placeholder="Find in the log", id="find")
                    yield Static("", id="hits", markup=False)

    def on_mount(self) -> None:
        """Start the run."""
        super().on_mount()
        self.take_focus()
        self._refresh_page()
        self.set_interval(1 / REFRESHES_PER_SECOND, self._refresh_page)
        self.run_worker(self._estimate())
        self.run_worker(self._run())

    def first_focus(self) -> None:
        """Focus the log, so that the arrow keys scroll it."""
        self._log.focus()

    async def _estimate(self) -> None:
        """Find out what the steps take: the journals of past runs are read."""
        plan = self.session.require_plan()
        self._progress.set_estimate(await in_thread(lambda: self.session.estimate(plan)))

    async def _run(self) -> None:
        session = self.session
        facts, _ = session.probed()
        done = session.require_run().done

        def run() -> RunEnded:
            with ending.stopping(self._cancel):
                return session.engine.run(
                    session.require_plan(), session.completed, facts, self._emit, self._cancel, done
                )

        ended = await in_thread(run)
        self._refresh_page()
        if session.require_run().failure is not None and not self._leaves:
            self._update_line("#now", "Looking for what helps…")
            await in_thread(session.find_fixes)
        self._finish(ended)

    def _emit(self, event: Event) -> None:
        """Accept an event from the runner's thread: this only appends to a queue."""
        if isinstance(event, Lines):
            self._output[event.step].extend(event.lines)
        else:
            self._events.append(event)
            if isinstance(event, StepStarted):
                state = replace(self.session.require_run().step(event.step), started=event)
                self._output[event.step].append(WholeLine(state.typed))

    def _refresh_page(self) -> None:
        """Show what has happened since the last time."""
        if self.closing:
            return
        while self._events:
            self._apply(self._events.popleft())
        log = self._log
        for step, output in self._output.items():
            # Only the lines that are there now: endless output must not block the screen.
            lines = [output.popleft() for _ in range(len(output))]
            if lines:
                self._log_view.add(step, lines)
                if self._shown == step:
                    log.add(lines)
        is_reading = not log.follows or self.query_one("#find-bar").has_class("-open")
        if not self._shown or not is_reading:
            self._log_view.follow()  # do not change the log while the user reads or searches it
        self._show_log()
        if not self.ended:
            self._show_status()

    def _apply(self, event: Event) -> None:
        self._log_view.update(self.session.apply(event), event)
        self._progress.update(event)
        if isinstance(event, (StepStarted, StepEnded)):
            self.refresh_bindings()

    def _show_log(self) -> None:
        """Show the log of the selected step."""
        shown = self._log_view.shown_step
        if shown is None or shown.step.id == self._shown:
            return
        self._shown = shown.step.id
        log = self._log
        log.show_lines(self._log_view.logs[self._shown].lines)
        log.border_title = f"{shown.number} {shown.step.title}"
        if self.query_one("#find-bar").has_class("-open"):
            self._find(-1)

    def _show_status(self) -> None:
        self._update_line("#now", self._status_text())
        self._update_line("#bar", self._bar_text())
        self._update_line("#detail", self._detail_text())
        self.query_one(StepList).refresh_rows(self.session.clock())
        self.announcer.title(f"{self._short_status()} – {TITLE}")

    def _short_status(self) -> str:
        state = self._log_view.state
        steps = [s for s in state.running if s.step.id == self._shown] or list(state.running)
        return (
            f"{steps[0].number}/{len(state.steps)} {steps[0].step.title}" if steps else "Starting"
        )

    def _status_text(self) -> str:
        """Return a sentence about what happens now."""
        state = self._log_view.state
        running, total = state.running, len(state.steps)
        waiting = sorted((s for s in running if s.waiting), key=lambda s: s.step.id != self._shown)
        if self._cancel.is_set():
            return "Stopping: ending all programs…"
        if waiting and waiting[0].waiting is not None:
            lock = waiting[0].waiting
            subject = "Waiting" if len(running) == 1 else f"Step {waiting[0].number} waits"
            return f"{subject}: {lock.what} (at most {time_limit(lock.seconds)})"
        if not running:
            return "Starting…"
        if len(running) == 1:
            return f"Step {running[0].number} of {total}: {running[0].step.title}"
        return f"Steps {joined(str(step.number) for step in running)} of {total} run in parallel"

    def _bar_text(self) -> str:
        """Return a bar over the whole width, the elapsed time, and how long the rest takes."""
        state = self._log_view.state
        left = self._progress.left(state)
        times = format_clock(self._progress.elapsed) + (f", {left}" if left else "")
        width = max(0, self.query_one("#bar").size.width - LONGEST_TIMES)
        filled = int(width * self._progress.fraction(state))
        return f"{'━' * filled}{'─' * (width - filled)}{times:>{LONGEST_TIMES}}"

    def _detail_text(self) -> str:
        """Return how far the shown step is: its percentage, what arrives, and how quickly."""
        running = {step.step.id: step for step in self._log_view.state.running}
        step = running.get(self._shown) or next(iter(running.values()), None)
        if step is None:
            return ""
        of_what = "this step" if step.step.id == self._shown else f"step {step.number}"
        share = "" if step.fraction_done is None else f"{step.fraction_done:.0%} of {of_what}"
        return " · ".join(words for words in (share, self._progress.amount(step)) if words)

    def _update_line(self, selector: str, text: str) -> None:
        widget = self.query_one(selector, Static)
        if str(widget.content) != text:  # redraw only what changed
            widget.update(text)

    def _finish(self, result: RunEnded) -> None:
        self.ended = True
        if self.closing:
            return
        if self._leaves:
            self.app.exit(int(Exit.CANCELLED))
            return
        self.query_one(StepList).refresh_rows(self.session.clock())
        messages = {0: "Done.", 4: "Installed, but not proved.", 130: "Stopped."}
        message = messages.get(result.code, "Failed.")
        self._update_line("#now", f"{message} Press Enter to see the result.")
        self.announcer.title(f"{message.rstrip('.')} – {TITLE}")
        if result.code != Exit.CANCELLED:
            self.announcer.end(self._progress.elapsed, message, watched=self.app.app_focus)
        self._update_line("#bar", f"This took {format_seconds(result.seconds)}.")
        self._update_line("#detail", "")
        self.refresh_bindings()
        self.post_message(ShowPage("outcome"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow cancelling during a run, the result after it, and other logs if there are any."""
        if action == "cancel" and self.ended:
            return False
        if action == "follow" and (self.ended or self.follows):
            return False
        if action == "result" and not self.ended:
            return False
        if action == "turn" and len(self._log_view.with_log()) < 2:
            return False
        return super().check_action(action, parameters)

    def action_result(self) -> None:
        """Go back to the result."""
        self.post_message(ShowPage("outcome"))

    def action_quit_page(self) -> None:
        """Quit if the run has ended; otherwise ask first."""
        if self.ended:
            super().action_quit_page()
        else:
            self.action_cancel(leave=True)

    def action_cancel(self, leave: bool = False) -> None:
        """Ask whether to stop, and to ``leave`` the wizard after it has stopped."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop(leave)

        quits = " and quit" if leave else ""
        self.app.push_screen(
            ConfirmScreen(
                f"Stop the installation{quits}?",
                "All programs that it started are ended. Finished steps stay as they are.",
                yes=f"Stop{quits}",
                no="Keep running",
            ),
            answered,
        )

    def stop(self, leave: bool = False) -> None:
        """Stop the run now, and ``leave`` the wizard after it has stopped."""
        self._leaves = leave
        if leave:
            ending.begin()
        if self.ended:
            if leave:
                self.app.exit(int(Exit.CANCELLED))
            return
        self._cancel.set()
        self._show_status()

    @property
    def follows(self) -> bool:
        """Whether the newest line of whatever runs is shown: the user has picked no other one."""
        return self._log.follows and not self._log_view.picked

    def action_follow(self) -> None:
        """Show the newest line of whatever runs, from now on."""
        self._log_view.release()
        self._log_view.follow()
        self._show_picked()
        self._log.scroll_end(animate=False)
        self.refresh_bindings()

    @on(LiveLog.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()  # the key that follows again is shown only where it does something

    def action_turn(self, direction: int) -> None:
        """Show the log of the next (1) or the previous (-1) step."""
        self._log_view.turn(direction)
        self._show_picked()

    @on(StepRow.Picked)
    def _picked(self, message: StepRow.Picked) -> None:
        self._log_view.pick(message.step)
        self._show_picked()

    def _show_picked(self) -> None:
        """Show the log that the user picked, at once."""
        self._show_log()
        self.refresh_bindings()
        self.query_one(StepList).refresh_rows(self.session.clock())

    def action_find(self) -> None:
        """Open the search field."""
        self.query_one("#find-bar").add_class("-open")
        self.query_one("#find", Input).focus()

    @on(Input.Changed, "#find")
    def _search_changed(self) -> None:
        self._log.match_line = -1
        self._find(-1)

    @on(Input.Submitted, "#find")
    def action_find_next(self) -> None:
        """Go to the next match."""
        self._find(1)

    def action_find_previous(self) -> None:
        """Go to the previous match."""
        self._find(-1)

    def _find(self, step: int) -> None:
        text = self.query_one("#find", Input).value
        if not text:
            self._update_line("#hits", "")
            return
        number, count = self._log.find(text, step)
        self._update_line("#hits", f"{number} of {count}  ↑ ↓" if count else "not found")

    def action_close_find(self) -> None:
        """Close the field; N and Shift+N continue the search."""
        self.query_one("#find-bar").remove_class("-open")
        self.take_focus()

    def action_important(self) -> None:
        """Show only the important lines, or all of them again."""
        log = self._log
        log.show_only_important(not log.only_important)
        self.notify("Only important lines." if log.only_important else "All lines.")

    def copy_content(self) -> tuple[str, str]:
        """Return the lines of the step's log that the screen keeps."""
        return "the newest lines of this step's log", self._log.text()

    def action_save(self) -> None:
        """Write the full log to one file and show its path."""
        self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        run = self.session.require_run()
        lines = {name: "\n".join(log.lines) for name, log in self._log_view.logs.items()}
        try:
            path = await in_thread(lambda: save_log(run, lines))
        except OSError as error:
            self.notify(f"The log could not be saved: {error}", severity="error", timeout=10)
        else:
            self.notify(f"Saved: {path}", title="The log", timeout=10)
