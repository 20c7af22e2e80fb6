"""The steps of a run and the progress of each, as a symbol and a word."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from screens.text.step_states import MARKS
from screens.text.text_reporter import format_seconds
from screens.tui.log_view import LogView
from wizard.plan import Step
from wizard.running.run_state import StepState

SHOWN_MARK = "›"
"""The mark before the step whose log is shown."""


class StepRow(Horizontal):
    """One step: whether its log is shown, its state, its title, its progress or duration.

    A click shows its log.
    """

    class Picked(Message):
        """The user wants to see the log of this step."""

        def __init__(self, step: str) -> None:
            super().__init__()
            self.step = step

    def __init__(self, step: Step) -> None:
        super().__init__(id=f"row-{step.id}")
        self._step = step
        self._state = ""
        self._columns = {
            "shown": Static("", classes="shown", markup=False),
            "state": Static("", classes="state", markup=False),
            "name": Static(step.title, classes="name", markup=False),
            "took": Static("", classes="took", markup=False),
        }

    def compose(self) -> ComposeResult:
        """Compose the four columns."""
        yield from self._columns.values()

    def show(self, state: str, progress: str, *, shown: bool) -> None:
        """Show the state and, in a few characters, the progress or duration of the step.

        ``shown`` says that this is the step whose log is shown.
        """
        if state != self._state:
            self._state = state
            for other in MARKS:
                self.set_class(other == state, f"-{other}")
        self._write("shown", SHOWN_MARK if shown else "")
        self._write("state", " ".join(MARKS[state]))
        self._write("took", progress)

    def on_click(self) -> None:
        """Request the log of this step."""
        self.post_message(self.Picked(self._step.id))

    def _write(self, column: str, text: str) -> None:
        if str(self._columns[column].content) != text:  # redraw only what changed
            self._columns[column].update(text)


class StepList(VerticalScroll, can_focus=False):
    """All steps of a plan, live. The running ones stay visible if there is space."""

    def __init__(self, view: LogView) -> None:
        super().__init__(id="step-list")
        self._view = view
        self._rows = {state.step.id: StepRow(state.step) for state in view.state.steps}
        self._order = tuple(self._rows)
        self._visible_steps: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Compose one row per step."""
        yield from self._rows.values()

    def on_mount(self) -> None:
        """Show the steps of an earlier attempt as done."""
        self.refresh_rows(0.0)

    def refresh_rows(self, now: float) -> None:
        """Show the current progress of each step."""
        run, shown = self._view.state, self._view.shown
        for state in run.steps:
            name = state.step.id
            progress = _progress_or_duration(state, self._view.elapsed(name, now))
            self._rows[name].show(state.status, progress, shown=name == shown)
        order = tuple(state.step.id for state in run.chronological())
        visible = tuple(s.step.id for s in run.steps if s.is_running or s.step.id == shown)
        if (order, visible) != (self._order, self._visible_steps):
            self._order, self._visible_steps = order, visible
            self._sort()
            self.call_after_refresh(self._scroll_to_steps)

    def _sort(self) -> None:
        for position, name in enumerate(self._order):
            row = self._rows[name]
            if self.children[position] is not row:
                self.move_child(row, before=position)

    def _scroll_to_steps(self) -> None:
        """Scroll to the running steps; the step whose log is shown has priority."""
        for name in reversed(self._visible_steps):
            self.scroll_to_widget(self._rows[name], animate=False, immediate=True)
        if self._view.shown:
            self.scroll_to_widget(self._rows[self._view.shown], animate=False, immediate=True)


def format_clock(duration: float) -> str:
    """Format seconds as a counter: ``0:51``, ``1:02:51``."""
    minutes, seconds = divmod(int(duration), 60)
    if minutes < 60:
        return f"{minutes}:{seconds:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


def _progress_or_duration(state: StepState, elapsed: float) -> str:
    """Return the progress of a step, or its duration."""
    if not state.is_running:
        duration = state.ended.seconds if state.ended else 0.0
        return format_seconds(duration) if duration else ""
    return (
        format_clock(elapsed)
        if state.fraction_done is None
        else f"{state.fraction_done:.0%} · {format_clock(elapsed)}"
    )
