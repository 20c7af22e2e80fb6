"""How far a run is: by what its steps take, never back, and in words."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from backends.action import Command, Download
from screens.run_progress import RunProgress
from wizard.history.estimates import Estimate, StepEstimate
from wizard.plan import Plan, Step
from wizard.running.events import Event, Progressed, RunStarted, StepEnded, StepStarted
from wizard.running.run_state import RunState

STEPS = (
    Step("get", "Download it", "Why.", Download("https://index.example/a.tar.gz", "/a")),
    Step("build", "Build it", "Why.", Command(("make",)), needs=("get",)),
    Step("prove", "Prove it", "Why.", Command(("true",)), needs=("build",)),
)
PLAN = Plan("50.0.2", "source", "static", "/e/bin/python", "/e", True, STEPS)
EXPECTED = {"get": 10.0, "build": 80.0, "prove": 10.0}
ESTIMATE = Estimate(
    PLAN,
    tuple(StepEstimate(name, s, s, s) for name, s in EXPECTED.items()),
    *(100.0, 100.0, 100.0),
    download=0,
    learned=False,
)


@dataclass
class Run:
    """A run with a clock that is set by hand."""

    now: float = 0.0
    state: RunState = field(default_factory=lambda: RunState.before_run(PLAN).apply(RunStarted()))

    def __post_init__(self) -> None:
        self.progress = RunProgress(lambda: self.now)
        self.progress.set_estimate(ESTIMATE)

    def apply(self, event: Event, now: float) -> None:
        """Let an event happen at a time."""
        self.now = now
        self.state = self.state.apply(event)
        self.progress.update(event)

    @property
    def fraction(self) -> float:
        return self.progress.fraction(self.state)


def test_steps_count_by_their_time() -> None:
    run = Run()
    run.apply(StepStarted("get", "", ""), 0.0)
    assert run.fraction == 0.0
    run.apply(StepEnded("get", "done", 10.0), 10.0)
    assert run.fraction == pytest.approx(0.1)
    run.apply(StepStarted("build", "", ""), 10.0)
    run.now = 50.0
    assert run.fraction == pytest.approx(0.1 + 0.8 / 2), "half of its usual time"
    assert run.progress.elapsed == 50.0
    assert run.progress.left(run.state) == "about 45 seconds left"


def test_a_step_that_takes_longer_never_stops_the_bar_nor_ends_it() -> None:
    run = Run()
    run.apply(StepStarted("get", "", ""), 0.0)
    seen = []
    for now in (5.0, 9.0, 12.0, 20.0, 100.0, 1000.0):
        run.now = now
        seen.append(run.fraction)
    assert seen == sorted(seen)
    assert seen[-1] < 0.1
    assert run.progress.left(run.state) == "longer than usual"


def test_a_short_step_that_takes_longer_does_not_hide_how_much_is_left() -> None:
    run = Run()
    run.apply(StepStarted("get", "", ""), 0.0)
    run.now = 60.0
    assert run.progress.left(run.state) == "about 1.5 minutes left"


def test_a_slow_step_that_reports_how_far_it_is_says_when_it_ends() -> None:
    """A fifth of a compilation took 193 s on a busy machine, so the rest takes 13 minutes."""
    run = Run()
    run.apply(StepEnded("get", "done", 10.0), 10.0)
    run.apply(StepStarted("build", "", ""), 10.0)
    run.apply(Progressed("build", 190, 950, "fcrypt.c"), 203.0)
    assert run.progress.left(run.state) == "about 15 minutes left"
    run.apply(Progressed("build", 0, 950, "again"), 203.0)
    assert run.progress.left(run.state) == "longer than usual", "it began again: nobody knows"


def test_the_pace_of_a_step_counts_only_when_it_is_known_and_slow() -> None:
    run = Run()
    run.apply(StepEnded("get", "done", 10.0), 10.0)
    run.apply(StepStarted("build", "", ""), 10.0)
    run.apply(Progressed("build", 1, 100), 14.0)
    assert run.progress.left(run.state) == "about 1.5 minutes left", "only a hundredth is done"
    run.apply(Progressed("build", 60, 100), 50.0)
    assert run.progress.left(run.state) == "about 45 seconds left", "as expected, or quicker"


def test_what_a_step_reports_counts_until_it_begins_again() -> None:
    """apt counts the downloads first, and then the packages."""
    run = Run()
    run.apply(StepEnded("get", "done", 10.0), 10.0)
    run.apply(StepStarted("build", "", ""), 10.0)
    run.apply(Progressed("build", 50, 100), 10.0)
    half = run.fraction
    assert half == pytest.approx(0.1 + 0.8 * 0.25), "the mean of the report and the time"
    run.apply(Progressed("build", 1, 100), 20.0)
    assert run.fraction == half, "the bar does not go back"
    run.now = 50.0
    assert run.fraction == pytest.approx(0.5), "now only the time counts"


def test_a_run_that_goes_on_begins_where_it_was() -> None:
    run = Run(state=RunState.before_run(PLAN, frozenset({"get"})).apply(RunStarted(("get",))))
    assert run.fraction == pytest.approx(0.1)


def test_before_the_estimate_the_run_seems_to_be_at_its_beginning() -> None:
    run = Run()
    run.progress = RunProgress(lambda: 0.0)
    run.apply(StepEnded("get", "done", 10.0), 10.0)
    assert run.fraction == 0.0
    assert run.progress.left(run.state) == ""
    run.progress.set_estimate(ESTIMATE)
    assert run.fraction == pytest.approx(0.1)


def test_downloads_in_megabytes_and_their_rate() -> None:
    run = Run()
    run.apply(StepStarted("get", "", ""), 0.0)

    def amount(done: float, now: float, name: str = "a.tar.gz") -> str:
        run.apply(Progressed("get", done, 52.9e6, name, "bytes"), now)
        return run.progress.amount(run.state.step("get"))

    assert amount(0, 0.0) == "a.tar.gz, 0.0 of 52.9 MB"
    assert amount(2e6, 1.0) == "a.tar.gz, 2.0 of 52.9 MB, 2.0 MB/s"
    assert amount(4e6, 2.0) == "a.tar.gz, 4.0 of 52.9 MB, 2.0 MB/s"
    assert amount(34e6, 12.0) == "a.tar.gz, 34.0 of 52.9 MB", "nothing else arrived lately"
    assert amount(1e6, 13.0, "b.whl") == "b.whl, 1.0 of 52.9 MB", "another file begins"
    run.apply(Progressed("get", 3e6, 0, "b.whl", "bytes"), 14.0)
    assert run.progress.amount(run.state.step("get")) == "b.whl, 3.0 MB, 2.0 MB/s"


def test_other_steps_say_what_they_do() -> None:
    run = Run()
    run.apply(StepStarted("build", "", ""), 0.0)
    assert run.progress.amount(run.state.step("build")) == ""
    run.apply(Progressed("build", 3, 6, "libc 1.0.0"), 0.0)
    assert run.progress.amount(run.state.step("build")) == "libc 1.0.0"
