"""The page of the run: the steps, the live log, and a way out at any moment."""

from __future__ import annotations

import threading
from collections import deque
from typing import ClassVar, Literal, Optional

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from screens.background import beside
from screens.confirm import ConfirmScreen
from screens.frame import Go, Page
from screens.livelog import KEPT, LiveLog
from screens.savelog import save_log
from screens.session import Session
from screens.steplist import StepList
from screens.teller import seconds
from wizard.events import Event, Lines, Progressed, RunEnded, StepEnded, StepStarted, Waiting

RATE = 20
"""How often a second the screen takes what the run has told."""

After = Literal["stay", "leave"]


class FindField(Input):
    """What to look for in the log."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.find_next", "Next"),
        Binding("up", "screen.find_previous", "Previous"),
        Binding("escape", "screen.close_find", "Close"),
    ]


class RunPage(Page):
    """A run as it happens. The runner works in a thread and only appends to two queues."""

    STAGE = "Install"
    HELP_PAGE = "run"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "cancel", "Cancel"),
        Binding("enter,escape", "result", "Result"),
        Binding("f", "find", "Find"),
        Binding("slash", "find", show=False),
        Binding("n", "find_next", "Next", show=False),
        Binding("N", "find_previous", "Previous", show=False),
        Binding("s", "save", "Save the log"),
        Binding("l", "important", "All / important lines"),
        Binding("y,ctrl+y", "copy", "Copy", show=False),
        Binding("q", "cancel", "Quit", show=False),
    ]

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.ended = False
        self._cancel = threading.Event()
        self._leaving: Optional[int] = None
        self._events: deque[Event] = deque()
        self._lines: deque[str] = deque(maxlen=KEPT)
        self._started = session.clock()
        self._step_started = self._started
        self._current = ""
        self._progress: Optional[Progressed] = None
        self._waiting: Optional[Waiting] = None

    def body(self) -> ComposeResult:
        """The steps, where the run is, the log, and the field to find something in it."""
        with Horizontal(id="work"):
            yield StepList(self.session.ready().steps, self.session.done())
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

        def run() -> RunEnded:
            return session.engine.run(
                session.ready(), session.complete, facts, self._emit, self._cancel, session.done()
            )

        ended = await beside(run)
        self._tick()
        self._finish(ended)

    def _emit(self, event: Event) -> None:
        """Take an event from the runner's thread: nothing but an append to a queue."""
        if isinstance(event, Lines):
            self._lines.extend(event.lines)
        else:
            self._events.append(event)
            if isinstance(event, StepStarted):
                self._lines.append(f"$ {event.command}")

    def _tick(self) -> None:
        """Show what was told since the last time."""
        if self.gone:
            return
        while self._events:
            self._take(self._events.popleft())
        # As many as there are now: a program that talks without end must not hold the screen.
        fresh = [self._lines.popleft() for _ in range(len(self._lines))]
        self.query_one(LiveLog).add(fresh)
        if not self.ended:
            self._show_now()

    def _take(self, event: Event) -> None:
        steps = self.query_one(StepList)
        if isinstance(event, StepStarted):
            self.session.tell(event)
            self._current = event.step
            self._step_started = self.session.clock()
            self._progress = self._waiting = None
            steps.show(event.step, "running")
        elif isinstance(event, Progressed):
            self._progress, self._waiting = event, None
            steps.show(event.step, "running")
        elif isinstance(event, Waiting):
            self._waiting = event
            steps.show(event.step, "waiting")
        elif isinstance(event, StepEnded):
            self.session.tell(event)
            if event.state != "skipped" or event.step not in self.session.done():
                steps.show(event.step, event.state, event.seconds or None)

    def _show_now(self) -> None:
        steps = self.session.ready().steps
        number = next((n for n, step in enumerate(steps, 1) if step.id == self._current), 0)
        if self._cancel.is_set():
            words = "Stopping: ending everything that was started…"
        elif self._waiting is not None:
            words = f"Waiting: {self._waiting.what} (at most {seconds(self._waiting.seconds)})"
        elif number:
            words = f"Step {number} of {len(steps)}: {steps[number - 1].title}"
        else:
            words = "Starting…"
        self._update("#now", words)
        self._update("#bar", self._bar(number, len(steps)))

    def _bar(self, number: int, total: int) -> str:
        """How far the run is: a bar, the step's own progress in words, the time."""
        progress = self._progress
        part = min(1.0, progress.done / progress.total) if progress and progress.total else 0.0
        width = 20
        full = round(width * min(1.0, (max(0, number - 1) + part) / max(1, total)))
        share = f"{part:.0%} of this step" if progress and progress.total else ""
        detail = " · ".join(words for words in (share, progress.what if progress else "") if words)
        elapsed = int(self.session.clock() - self._started)
        clock = f"{elapsed // 60}:{elapsed % 60:02}"
        return f"{'━' * full}{'─' * (width - full)}  {clock}" + (f"  {detail}" if detail else "")

    def _update(self, where: str, text: str) -> None:
        line = self.query_one(where, Static)
        if str(line.content) != text:  # only what changed is drawn again
            line.update(text)

    def _finish(self, ended: RunEnded) -> None:
        self.ended = True
        self.session.ended = ended
        if self.gone:
            return
        if self._leaving is not None:
            self.app.exit(self._leaving)
            return
        words = {0: "Done.", 4: "Installed, but not proved.", 130: "Stopped."}
        self._update("#now", f"{words.get(ended.code, 'Failed.')} Enter shows the result.")
        self._update("#bar", f"This took {seconds(ended.seconds)}.")
        self.refresh_bindings()
        self.post_message(Go("outcome"))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Cancel while it runs, the result when it has ended."""
        if action == "cancel" and self.ended:
            return False
        if action == "result" and not self.ended:
            return False
        return super().check_action(action, parameters)

    def action_result(self) -> None:
        """Go back to the result."""
        self.post_message(Go("outcome"))

    def action_quit_page(self) -> None:
        """Leave, if the run has ended; ask first if it has not."""
        if self.ended:
            super().action_quit_page()
        else:
            self.action_cancel()

    def action_cancel(self, leave: int | None = None) -> None:
        """Ask whether to stop. ``leave`` is the exit code to leave with when it has stopped."""

        def answered(yes: bool | None) -> None:
            if yes:
                self.stop(leave)

        self.app.push_screen(
            ConfirmScreen(
                "Stop the installation?",
                "Everything that it has started is ended. Steps that are finished stay done.",
                yes="Stop it  (Y)",
                no="Go on  (Esc)",
            ),
            answered,
        )

    def stop(self, leave: int | None = None) -> None:
        """Stop the run now. ``leave`` is the exit code to leave with when it has stopped."""
        self._leaving = leave
        if self.ended:
            if leave is not None:
                self.app.exit(leave)
            return
        self._cancel.set()
        self._show_now()

    def action_find(self) -> None:
        """Open the field to find something in the log."""
        self.query_one("#find-bar").add_class("-open")
        self.query_one("#find", Input).focus()

    @on(Input.Changed, "#find")
    def _wanted(self) -> None:
        self.query_one(LiveLog).found = -1
        self._find(-1)

    @on(Input.Submitted, "#find")
    def action_find_next(self) -> None:
        """Go to the next line that holds what is wanted."""
        self._find(1)

    def action_find_previous(self) -> None:
        """Go to the previous one."""
        self._find(-1)

    def _find(self, step: int) -> None:
        wanted = self.query_one("#find", Input).value
        if not wanted:
            self._update("#hits", "")
            return
        which, count = self.query_one(LiveLog).find(wanted, step)
        self._update("#hits", f"{which} of {count}  ↑ ↓" if count else "not found")

    def action_close_find(self) -> None:
        """Close the field; N and Shift+N go on finding."""
        self.query_one("#find-bar").remove_class("-open")
        self.take_focus()

    def action_important(self) -> None:
        """Show only the lines that matter, or all of them again."""
        log = self.query_one(LiveLog)
        log.show_only_important(not log.only_important)
        self.notify("Only the important lines." if log.only_important else "All lines.")

    def copyable(self) -> tuple[str, str]:
        """The lines of the log that the screen keeps."""
        return "the log's newest lines", self.query_one(LiveLog).text()

    def action_save(self) -> None:
        """Write the whole log into one file and say where."""
        self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        told = dict(self.session.told)
        shown = self.query_one(LiveLog).text()
        try:
            path = await beside(lambda: save_log(self.session.ready(), told, shown))
        except OSError as error:
            self.notify(f"The log could not be saved: {error}", severity="error", timeout=10)
        else:
            self.notify(f"Saved: {path}", title="The log", timeout=10)
