"""Whose log is shown while several steps run: calm, and where the user looks."""

from __future__ import annotations

import pytest

from backends.action import Command
from screens.tui.step_state import QUIET, Tracks
from wizard.plan import Step
from wizard.running.events import Progressed, RunEnded, StepEnded, StepStarted, Waiting


class Run:
    """Three steps, of which one may be heavy, and a clock that is set by hand."""

    def __init__(self, heavy: str = "") -> None:
        self.now = 0.0
        steps = [Step(n, n, "w", Command(("x",)), heavy=n == heavy) for n in ("a", "b", "c")]
        self.tracks = Tracks(steps, frozenset(), lambda: self.now)

    def start(self, *steps: str) -> None:
        for step in steps:
            self.tracks.take(StepStarted(step, step, ""))

    def end(self, step: str, state: str = "done") -> None:
        self.tracks.take(StepEnded(step, state, 1.0))  # type: ignore[arg-type]

    def says(self, step: str, at: float) -> str:
        """Let a step say something at a moment; whose log is shown then."""
        self.now = at
        self.tracks.hear(step, ["word"])
        return self.shown()

    def shown(self) -> str:
        self.tracks.follow()
        return self.tracks.shown.step.id if self.tracks.shown else ""


def test_a_log_that_speaks_now_and_then_stays() -> None:
    run = Run()
    assert run.shown() == ""
    run.start("a", "b")
    assert run.shown() == "a"
    for moment in range(30):
        assert run.says("b", moment) == "a"
        assert run.says("a", moment + 0.5) == "a"


def test_after_a_long_silence_the_one_that_speaks_is_shown() -> None:
    run = Run()
    run.start("a", "b")
    assert run.says("a", 1.0) == "a"
    assert run.says("b", QUIET) == "a"
    assert run.says("b", 1.0 + QUIET) == "b"
    assert run.says("a", 2.0 + QUIET) == "b", "and stays in its turn"
    run.now = 100.0
    assert run.shown() == "b", "where all are silent nothing changes"


def test_a_heavy_step_is_shown_while_it_runs() -> None:
    run = Run(heavy="b")
    run.start("a")
    assert run.shown() == "a"
    run.start("b")
    assert run.shown() == "b"
    assert run.says("a", 10 * QUIET) == "b", "compilers may be silent for long"
    run.end("b")
    assert run.shown() == "a"


def test_when_the_shown_one_ends_the_one_that_spoke_last_is_next() -> None:
    run = Run()
    run.start("a", "b", "c")
    assert run.shown() == "a"
    assert run.says("c", 1.0) == "a"
    run.end("a")
    assert run.shown() == "c"
    run.end("c")
    run.end("b")
    assert run.shown() == "c", "at the end the log stays"


def test_what_is_picked_stays_until_it_has_ended() -> None:
    run = Run(heavy="a")
    run.start("a", "b")
    run.tracks.pick("b")
    assert run.says("a", 10 * QUIET) == "b"
    run.tracks.pick("c")
    assert run.shown() == "b", "what has not begun has no log"
    run.end("b")
    assert run.shown() == "a"
    run.tracks.pick("b")
    assert run.says("a", 20 * QUIET) == "b", "whoever reads a finished log is left alone"


def test_a_failure_is_shown_and_stays() -> None:
    run = Run()
    run.start("a", "b", "c")
    run.tracks.pick("a")
    run.end("b", "failed")
    assert run.shown() == "b"
    run.end("c", "failed")
    run.end("a", "cancelled")
    assert run.shown() == "b", "the first is the one that matters"
    run.tracks.turn(1)
    assert run.shown() == "c", "but all can be looked at"


def test_turning_goes_round_what_runs_and_then_what_has_ended() -> None:
    run = Run()
    run.tracks.turn(1)
    assert run.shown() == ""
    run.start("a", "c", "b")
    run.end("a")
    assert run.shown() == "b", "both that run have just begun: the first of the plan"
    seen = []
    for direction in (1, 1, 1, -1, -1):
        run.tracks.turn(direction)
        seen.append(run.shown())
    assert seen == ["c", "a", "b", "a", "c"]


@pytest.mark.parametrize(("done", "total", "share"), [(3, 6, 0.5), (9, 6, 1.0), (3, 0, None)])
def test_the_share_of_a_step(done: float, total: float, share: float | None) -> None:
    run = Run()
    run.start("a")
    track = run.tracks.take(Progressed("a", done, total))
    assert track is run.tracks.of["a"]
    assert track.share == share


def test_a_step_that_waits_runs_and_goes_on() -> None:
    run = Run()
    run.start("a")
    run.tracks.take(Waiting("a", "apt", 300.0))
    (track,) = run.tracks.running()
    assert (track.state, track.waiting) == ("waiting", Waiting("a", "apt", 300.0))
    run.tracks.take(Progressed("a", 1, 2))
    assert (track.state, track.waiting) == ("running", None)
    assert run.tracks.take(RunEnded(0, 1.0)) is None
    assert run.tracks.ended() == 0
