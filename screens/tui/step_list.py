"""The steps of a run and how far each one is, as a symbol and a word."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widgets import Static

from screens.text.text_reporter import seconds
from screens.tui.step_state import Track, Tracks
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


SHOWN = "›"
"""Stands before the step whose log is shown."""


class StepRow(Horizontal):
    """One step: whether its log is shown, its state, its title, how far it is or how long it took.

    A click picks its log.
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
        """Four columns."""
        yield from self._columns.values()

    def show(self, state: str, far: str, *, shown: bool) -> None:
        """Show the state and, in a few letters, how far the step is or how long it took.

        ``shown`` says that this is the step whose log is shown.
        """
        if state != self._state:
            self._state = state
            for other in MARKS:
                self.set_class(other == state, f"-{other}")
        self._write("shown", SHOWN if shown else "")
        self._write("state", " ".join(MARKS[state]))
        self._write("took", far)

    def on_click(self) -> None:
        """Ask for the log of this step."""
        self.post_message(self.Picked(self._step.id))

    def _write(self, column: str, text: str) -> None:
        if str(self._columns[column].content) != text:  # only what changed is drawn again
            self._columns[column].update(text)


class StepList(VerticalScroll, can_focus=False):
    """All steps of a plan, as they happen; those that run are in sight, as far as there is room."""

    def __init__(self, tracks: Tracks) -> None:
        super().__init__(id="step-list")
        self._tracks = tracks
        self._rows = {name: StepRow(track.step) for name, track in tracks.of.items()}
        self._order = tuple(self._rows)
        self._wanted: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """A row a step."""
        yield from self._rows.values()

    def on_mount(self) -> None:
        """What was done in an earlier try is done."""
        self.refresh_rows(0.0)

    def refresh_rows(self, now: float) -> None:
        """Show how far each step is at this moment."""
        shown = self._tracks.shown
        for name, track in self._tracks.of.items():
            self._rows[name].show(track.state, _far(track, now), shown=track is shown)
        order = tuple(track.step.id for track in self._tracks.in_time())
        wanted = tuple(n for n, track in self._tracks.of.items() if track.runs or track is shown)
        if (order, wanted) != (self._order, self._wanted):
            self._order, self._wanted = order, wanted
            self._sort()
            self.call_after_refresh(self._keep_in_sight)

    def _sort(self) -> None:
        for place, name in enumerate(self._order):
            row = self._rows[name]
            if self.children[place] is not row:
                self.move_child(row, before=place)

    def _keep_in_sight(self) -> None:
        """Scroll to what runs; the step whose log is shown is the most important."""
        for name in reversed(self._wanted):
            self.scroll_to_widget(self._rows[name], animate=False, immediate=True)
        shown = self._tracks.shown
        if shown is not None:
            self.scroll_to_widget(self._rows[shown.step.id], animate=False, immediate=True)


def clock(duration: float) -> str:
    """Seconds as they count: ``0:51``."""
    return f"{int(duration) // 60}:{int(duration) % 60:02}"


def _far(track: Track, now: float) -> str:
    """How far a step is, or how long it took."""
    if not track.runs:
        return "" if track.took is None else seconds(track.took)
    elapsed = clock(now - track.begun)
    return elapsed if track.share is None else f"{track.share:.0%} · {elapsed}"
