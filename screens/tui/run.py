"""The page of the run: the steps, the live log, and a button to stop at any time."""

from __future__ import annotations

import threading
from collections import deque
from typing import ClassVar, Optional

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

import assets
from screens.session import Session
from screens.text.text_reporter import seconds
from screens.tui.background import in_thread
from screens.tui.dialogs import ConfirmScreen
from screens.tui.live_log import LiveLog
from screens.tui.log_export import save_log
from screens.tui.log_view import KEPT, LogView
from screens.tui.page import Go, Page
from screens.tui.step_list import StepList, StepRow, clock
from wizard.running.events import Event, Lines, RunEnded, StepEnded, StepStarted
from wizard.wording import joined

RATE = 20
"""How often a second the screen takes the events of the run."""


class FindField(Input):
    """The search field of the log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.find_next", "Next"),
        Binding("up", "screen.find_previous", "Previous"),
        Binding("escape", "screen.close_find", "Close"),
    ]


class RunPage(Page):
    """A run as it happens. The runner works in a thread and only appends to queues.

    Steps may run in parallel; the log shows one step, and keys switch between them.
    """

    CSS = assets.text("styles/run.tcss")
    STAGE = "Install"
    HELP_PAGE = "run"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Cancel"),
        Binding("enter,escape", "result", "Result"),
        Binding("f", "find", "Find"),
        Binding("slash", "find", show=False),
        Binding("n", "find_next", "Next", show=False),
        Binding("N", "find_previous", "Previous", show=False),
        Binding("s", "save", "Save"),
        Binding("l", "important", "Important"),
        Binding("tab", "turn(1)", "Next log"),
        Binding("shift+tab", "turn(-1)", "Previous log", show=False),
        Binding("y,ctrl+y", "copy", "Copy", show=False),
        Binding("q", "cancel", "Quit", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.ended = False
        self._cancel = threading.Event()
        self._leaving: Optional[int] = None
        self._events: deque[Event] = deque()
        self._view = LogView(session.begin(), session.clock)
        self._output: dict[str, deque[str]] = {name: deque(maxlen=KEPT) for name in self._view.logs}
        self._shown = ""
        self._started = session.clock()

    def body(self) -> ComposeResult:
        """The steps, the progress, the log, and its search field."""
        with Horizontal(id="work"):
            yield StepList(self._view)
            with Vertical(id="output"):
                yield Static("", id="now", markup=False)
                yield Static("", id="bar", markup=False)
                yield LiveLog()
                with Horizontal(id="find-bar"):
                    yield FindField(placeholder="Find in the log", id="find")
                    yield Static("", id="hits", markup=False)

    def on_mount(self) -> None:
        """Start the run."""
        super().on_mount()
        self.take_focus()
        self._tick()
        self.set_interval(1 / RATE, self._tick)
        self.run_worker(self._run())

    def first_focus(self) -> None:
        """The log, so that the arrow keys scroll it."""
        self.query_one(LiveLog).focus()

    async def _run(self) -> None:
        session = self.session
        facts, _ = session.known()
        done = session.progress().done

        def run() -> RunEnded:
            return session.engine.run(
                session.ready(), session.complete, facts, self._emit, self._cancel, done
            )

        ended = await in_thread(run)
        self._tick()
        self._finish(ended)

    def _emit(self, event: Event) -> None:
        """Accept an event from the runner's thread: this only appends to a queue."""
        if isinstance(event, Lines):
            self._output[event.step].extend(event.lines)
        else:
            self._events.append(event)
            if isinstance(event, StepStarted):
                self._output[event.step].append(f"$ {event.command}")

    def _tick(self) -> None:
        """Show what has happened since the last time."""
        if self.gone:
            return
        while self._events:
            self._take(self._events.popleft())
        log = self.query_one(LiveLog)
        for step, output in self._output.items():
            # Only the current ones: a program with endless output must not block the screen.
            fresh = [output.popleft() for _ in range(len(output))]
            if fresh:
                self._view.add(step, fresh)
                if self._shown == step:
                    log.add(fresh)
        reads = not log.follows or self.query_one("#find-bar").has_class("-open")
        if not self._shown or not reads:
            self._view.follow()  # a user who reads or searches a log is left alone
        self._show_log()
        if not self.ended:
            self._show_now()

    def _take(self, event: Event) -> None:
        self._view.update(self.session.apply(event), event)
        if isinstance(event, (StepStarted, StepEnded)):
            self.refresh_bindings()

    def _show_log(self) -> None:
        """Show the log of the selected step."""
        shown = self._view.shown_step
        if shown is None or shown.step.id == self._shown:
            return
        self._shown = shown.step.id
        log = self.query_one(LiveLog)
        log.show_lines(self._view.logs[self._shown].lines)
        log.border_title = f"{shown.number} {shown.step.title}"
        if self.query_one("#find-bar").has_class("-open"):
            self._find(-1)

    def _show_now(self) -> None:
        self._update("#now", self._words())
        self._update("#bar", self._bar())
        self.query_one(StepList).refresh_rows(self.session.clock())

    def _words(self) -> str:
        """Return what happens now."""
        state = self._view.state
        running, total = state.running, len(state.steps)
        waiting = sorted((s for s in running if s.waiting), key=lambda s: s.step.id != self._shown)
        if self._cancel.is_set():
            return "Stopping: ending all programs…"
        if waiting and waiting[0].waiting is not None:
            what = waiting[0].waiting
            who = "Waiting" if len(running) == 1 else f"Step {waiting[0].number} waits"
            return f"{who}: {what.what} (at most {seconds(what.seconds)})"
        if not running:
            return "Starting…"
        if len(running) == 1:
            return f"Step {running[0].number} of {total}: {running[0].step.title}"
        return f"Steps {joined(str(step.number) for step in running)} of {total} run in parallel"

    def _bar(self) -> str:
        """Return the progress of the run: a bar, the progress of the shown step, the time."""
        state = self._view.state
        running = {step.step.id: step for step in state.running}
        done = len(state.ended) + sum(step.share or 0.0 for step in running.values())
        width = 20
        full = round(width * min(1.0, done / max(1, len(state.steps))))
        step = running.get(self._shown) or next(iter(running.values()), None)
        share, what = "", ""
        if step is not None:
            which = "this step" if step.step.id == self._shown else f"step {step.number}"
            share = "" if step.share is None else f"{step.share:.0%} of {which}"
            what = step.progress.what if step.progress else ""
        detail = " · ".join(words for words in (share, what) if words)
        elapsed = clock(self.session.clock() - self._started)
        return f"{'━' * full}{'─' * (width - full)}  {elapsed}" + (f"  {detail}" if detail else "")

    def _update(self, where: str, text: str) -> None:
        line = self.query_one(where, Static)
        if str(line.content) != text:  # redraw only what changed
            line.update(text)

    def _finish(self, ended: RunEnded) -> None:
        self.ended = True
        if self.gone:
            return
        if self._leaving is not None:
            self.app.exit(self._leaving)
            return
        self.query_one(StepList).refresh_rows(self.session.clock())
        words = {0: "Done.", 4: "Installed, but not proved.", 130: "Stopped."}
        self._update("#now", f"{words.get(ended.code, 'Failed.')} Press Enter to see the result.")
        self._update("#bar", f"This took {seconds(ended.seconds)}.")
        self.refresh_bindings()
        self.post_message(Go("outcome"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Allow cancelling during a run, the result after it, and other logs if there are any."""
        if action == "cancel" and self.ended:
            return False
        if action == "result" and not self.ended:
            return False
        if action == "turn" and len(self._view.with_log()) < 2:
            return False
        return super().check_action(action, parameters)

    def action_result(self) -> None:
        """Go back to the result."""
        self.post_message(Go("outcome"))

    def action_quit_page(self) -> None:
        """Quit if the run has ended; otherwise ask first."""
        if self.ended:
            super().action_quit_page()
        else:
            self.action_cancel()

    def action_cancel(self, leave: int | None = None) -> None:
        """Ask whether to stop. ``leave`` is the exit code to quit with after it has stopped."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop(leave)

        self.app.push_screen(
            ConfirmScreen(
                "Stop the installation?",
                "All programs that it started are ended. Finished steps stay as they are.",
                yes="Stop  (Y)",
                no="Continue  (Esc)",
            ),
            answered,
        )

    def stop(self, leave: int | None = None) -> None:
        """Stop the run now. ``leave`` is the exit code to quit with after it has stopped."""
        self._leaving = leave
        if self.ended:
            if leave is not None:
                self.app.exit(leave)
            return
        self._cancel.set()
        self._show_now()

    def action_turn(self, direction: int) -> None:
        """Show the log of the next (1) or the previous (-1) step."""
        self._view.turn(direction)
        self._look()

    @on(StepRow.Picked)
    def _picked(self, message: StepRow.Picked) -> None:
        self._view.pick(message.step)
        self._look()

    def _look(self) -> None:
        """Show the picked log at once."""
        self._show_log()
        self.query_one(StepList).refresh_rows(self.session.clock())

    def action_find(self) -> None:
        """Open the search field."""
        self.query_one("#find-bar").add_class("-open")
        self.query_one("#find", Input).focus()

    @on(Input.Changed, "#find")
    def _wanted(self) -> None:
        self.query_one(LiveLog).found = -1
        self._find(-1)

    @on(Input.Submitted, "#find")
    def action_find_next(self) -> None:
        """Go to the next match."""
        self._find(1)

    def action_find_previous(self) -> None:
        """Go to the previous match."""
        self._find(-1)

    def _find(self, step: int) -> None:
        wanted = self.query_one("#find", Input).value
        if not wanted:
            self._update("#hits", "")
            return
        which, count = self.query_one(LiveLog).find(wanted, step)
        self._update("#hits", f"{which} of {count}  ↑ ↓" if count else "not found")

    def action_close_find(self) -> None:
        """Close the field; N and Shift+N continue the search."""
        self.query_one("#find-bar").remove_class("-open")
        self.take_focus()

    def action_important(self) -> None:
        """Show only the important lines, or all of them again."""
        log = self.query_one(LiveLog)
        log.show_only_important(not log.only_important)
        self.notify("Only important lines." if log.only_important else "All lines.")

    def copyable(self) -> tuple[str, str]:
        """Return the lines of the step's log that the screen keeps."""
        return "the newest lines of this step's log", self.query_one(LiveLog).text()

    def action_save(self) -> None:
        """Write the full log to one file and show its path."""
        self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        run = self.session.progress()
        shown = {name: "\n".join(log.lines) for name, log in self._view.logs.items()}
        try:
            path = await in_thread(lambda: save_log(run, shown))
        except OSError as error:
            self.notify(f"The log could not be saved: {error}", severity="error", timeout=10)
        else:
            self.notify(f"Saved: {path}", title="The log", timeout=10)
