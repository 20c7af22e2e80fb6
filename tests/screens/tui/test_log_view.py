"""Whose log is shown while several steps run: calm, and where the user looks."""

from __future__ import annotations

from backends.action import Command
from screens.tui.log_view import QUIET_SECONDS, LogView
from wizard.plan import Plan, Step
from wizard.running.events import Event, StepEnded, StepStarted
from wizard.running.run_state import RunState


class Run:
    """Three steps, of which one may be heavy, and a clock that is set by hand."""

    def __init__(self, heavy: str = "") -> None:
        self.now = 0.0
        steps = [Step(n, n, "w", Command(("x",)), heavy=n == heavy) for n in ("a", "b", "c")]
        plan = Plan("1", "wheel", "static", "p", "e", True, tuple(steps))
        self.view = LogView(RunState.before_run(plan), lambda: self.now)

    def take(self, event: Event) -> None:
        self.view.update(self.view.state.apply(event), event)

    def start(self, *steps: str) -> None:
        for step in steps:
            self.take(StepStarted(step, step, ""))

    def end(self, step: str, state: str = "done") -> None:
        self.take(StepEnded(step, state, 1.0))  # type: ignore[arg-type]

    def says(self, step: str, at: float) -> str:
        """Let a step say something at a moment; whose log is shown then."""
        self.now = at
        self.view.add(step, ["word"])
        return self.shown()

    def shown(self) -> str:
        self.view.follow()
        return self.view.shown


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
    assert run.says("b", QUIET_SECONDS) == "a"
    assert run.says("b", 1.0 + QUIET_SECONDS) == "b"
    assert run.says("a", 2.0 + QUIET_SECONDS) == "b", "and stays in its turn"
    run.now = 100.0
    assert run.shown() == "b", "where all are silent nothing changes"


def test_a_heavy_step_is_shown_while_it_runs() -> None:
    run = Run(heavy="b")
    run.start("a")
    assert run.shown() == "a"
    run.start("b")
    assert run.shown() == "b"
    assert run.says("a", 10 * QUIET_SECONDS) == "b", "compilers may be silent for long"
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
    run.view.pick("b")
    assert run.says("a", 10 * QUIET_SECONDS) == "b"
    run.view.pick("c")
    assert run.shown() == "b", "what has not begun has no log"
    run.end("b")
    assert run.shown() == "a"
    run.view.pick("b")
    assert run.says("a", 20 * QUIET_SECONDS) == "b", (
        "a user who reads a finished log is not disturbed"
    )


def test_a_failure_is_shown_and_stays() -> None:
    run = Run()
    run.start("a", "b", "c")
    run.view.pick("a")
    run.end("b", "failed")
    assert run.shown() == "b"
    run.end("c", "failed")
    run.end("a", "cancelled")
    assert run.shown() == "b", "the first is the one that matters"
    run.view.turn(1)
    assert run.shown() == "c", "but all can be looked at"


def test_turning_goes_round_what_runs_and_then_what_has_ended() -> None:
    run = Run()
    run.view.turn(1)
    assert run.shown() == ""
    run.start("a", "c", "b")
    run.end("a")
    assert run.shown() == "b", "both that run have just begun: the first of the plan"
    seen = []
    for direction in (1, 1, 1, -1, -1):
        run.view.turn(direction)
        seen.append(run.shown())
    assert seen == ["c", "a", "b", "a", "c"]
