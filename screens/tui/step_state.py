"""What a run has told of each of its steps, and whose log is shown. It knows no screen."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Callable, Optional

from wizard.plan import Step
from wizard.running.events import Event, Progressed, StepEnded, StepStarted, Waiting

KEPT = 5000
"""Lines of each step that the screen keeps. The step's log file keeps all of them."""
QUIET = 10.0
"""Seconds that a step may be silent before the log of another one, which speaks, is shown."""


@dataclass
class Track:
    """One step: its place in the plan, how far it is, and the newest lines that it said."""

    step: Step
    number: int
    state: str = "todo"
    begun: float = 0.0
    spoke: float = 0.0
    took: Optional[float] = None
    progress: Optional[Progressed] = None
    waiting: Optional[Waiting] = None
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=KEPT))

    @property
    def runs(self) -> bool:
        """Whether it runs, or waits for a lock."""
        return self.state in ("running", "waiting")

    @property
    def share(self) -> Optional[float]:
        """How much of it is done, from 0 to 1; None where nobody knows."""
        if self.progress is None or not self.progress.total:
            return None
        return min(1.0, self.progress.done / self.progress.total)


class Tracks:
    """All steps of a run.

    The log that is shown stays as long as its step has something to say: a screen that changes
    with every line could not be read. A heavy step's log is shown while that runs. What the user
    has picked stays, until that step has ended or something else is picked.
    """

    def __init__(
        self, steps: Sequence[Step], done: frozenset[str], clock: Callable[[], float]
    ) -> None:
        self.of = {
            step.id: Track(step, number, "done" if step.id in done else "todo")
            for number, step in enumerate(steps, 1)
        }
        self.shown: Optional[Track] = None
        self._picked = False
        self._begun: list[str] = []
        self._over = [step.id for step in steps if step.id in done]
        self._clock = clock

    def running(self) -> list[Track]:
        """The steps that run, in the order of the plan."""
        return [track for track in self.of.values() if track.runs]

    def in_time(self) -> list[Track]:
        """All steps: those that are over as they ended, those that run, those that are to come.

        So the ones that run stand together, however far they are from each other in the plan.
        """
        running = [track.step.id for track in self.running()]
        names = dict.fromkeys((*self._over, *running, *self.of))
        return [self.of[name] for name in names]

    def begun(self) -> list[Track]:
        """The steps that have a log: those that run, then those that have ended."""
        begun = [track for track in self.of.values() if track.step.id in self._begun]
        return sorted(begun, key=lambda track: not track.runs)

    def ended(self) -> int:
        """How many steps are over."""
        return len(self._over)

    def take(self, event: Event) -> Optional[Track]:
        """Remember what is told of a step; the step, if it is one's."""
        if isinstance(event, StepStarted):
            track = self.of[event.step]
            track.state, track.begun = "running", self._clock()
            track.spoke = track.begun
            self._begun.append(event.step)
        elif isinstance(event, Progressed):
            track = self.of[event.step]
            track.state, track.progress, track.waiting = "running", event, None
            track.spoke = self._clock()
        elif isinstance(event, Waiting):
            track = self.of[event.step]
            track.state, track.waiting = "waiting", event
        elif isinstance(event, StepEnded):
            track = self.of[event.step]
            self._end(track, event)
        else:
            return None
        return track

    def _end(self, track: Track, event: StepEnded) -> None:
        first = not any(other.state == "failed" for other in self.of.values())
        if track.step.id not in self._over:
            self._over.append(track.step.id)
        track.state, track.waiting, track.took = event.state, None, event.seconds or None
        if track is self.shown:
            self._picked = self._picked and event.state == "failed"
        if event.state == "failed" and first:
            self.shown, self._picked = track, True  # this is what the user must see

    def hear(self, step: str, lines: Iterable[str]) -> None:
        """Keep what a step has said."""
        track = self.of[step]
        track.lines.extend(lines)
        track.spoke = self._clock()

    def pick(self, step: str) -> None:
        """Show this step's log, if it has one."""
        if step in self._begun:
            self.shown, self._picked = self.of[step], True

    def turn(self, direction: int) -> None:
        """Pick the next (1) or the previous (-1) log."""
        begun = self.begun()
        if begun:
            place = begun.index(self.shown) if self.shown in begun else -direction
            self.pick(begun[(place + direction) % len(begun)].step.id)

    def follow(self) -> None:
        """Show the log that a user most likely wants to see, unless one is picked."""
        running = self.running()
        if self._picked or not running:
            return
        now, shown = self._clock(), self.shown
        heavy = next((track for track in running if track.step.heavy), None)
        if heavy is not None:
            self.shown = heavy
        elif shown is None or not shown.runs:
            self.shown = max(running, key=lambda track: track.spoke)
        elif now - shown.spoke >= QUIET:
            latest = max(running, key=lambda track: track.spoke)
            self.shown = latest if now - latest.spoke < QUIET else shown
