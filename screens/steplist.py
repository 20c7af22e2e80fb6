"""The steps of a run and how far each one is, as a symbol and a word."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from screens.teller import seconds
from wizard.plan import Step

MARKS = {
    "todo": ("○", "to do"),
    "running": ("▶", "running"),
    "waiting": ("…", "waiting"),
    "done": ("✓", "done"),
    "failed": ("✗", "failed"),
    "cancelled": ("■", "stopped"),
    "skipped": ("–", "not run"),
}
"""Each state's symbol and word: never told apart by colour alone."""


class StepRow(Horizontal):
    """One step: its state, its title, how long it took."""

    def __init__(self, step: Step) -> None:
        super().__init__(id=f"row-{step.id}")
        self._title = step.title

    def compose(self) -> ComposeResult:
        """Three columns."""
        yield Static("", classes="state", markup=False)
        yield Static(self._title, classes="name", markup=False)
        yield Static("", classes="took", markup=False)

    def show(self, state: str, took: float | None = None) -> None:
        """Show the state and, where it has ended, the seconds that it took."""
        symbol, word = MARKS[state]
        for other in MARKS:
            self.set_class(other == state, f"-{other}")
        self.query_one(".state", Static).update(f"{symbol} {word}")
        self.query_one(".took", Static).update("" if took is None else seconds(took))


class StepList(VerticalScroll, can_focus=False):
    """All steps of a plan; the current one is always in sight."""

    def __init__(self, steps: tuple[Step, ...], done: frozenset[str]) -> None:
        super().__init__(id="step-list")
        self._steps = steps
        self._done = done

    def compose(self) -> ComposeResult:
        """A row a step."""
        for step in self._steps:
            yield StepRow(step)

    def on_mount(self) -> None:
        """What was done in an earlier try is done."""
        for step in self._steps:
            self.show(step.id, "done" if step.id in self._done else "todo")

    def show(self, step: str, state: str, took: float | None = None) -> None:
        """Show how far a step is."""
        row = self.query_one(f"#row-{step}", StepRow)
        row.show(state, took)
        if state in ("running", "failed"):
            self.scroll_to_widget(row, animate=False)
