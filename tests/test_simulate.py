from __future__ import annotations

import threading

from backends.action import Command, Prove
from tests.simulate import Scene, plausible_report, simulated
from wizard.choices import Choices
from wizard.engine import Run
from wizard.errors import Exit
from wizard.facts import Facts, Privilege, System
from wizard.plan import Plan, Step
from wizard.proof.verify import Report
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)

APT = Command(("apt-get", "install"), root=True, progress="apt")
BUILD = Command(("pip", "install"), progress="cargo", units=2)
PLAN = Plan(
    *("50.0.2", "source", "dynamic", "/env/bin/python", "/env", True),
    (
        Step("apt", "Packages", "w", APT),
        Step(
            "build", "Build", "w", Command(("pip", "install"), progress="cargo", units=2), ("apt",)
        ),
        Step("prove", "Prove", "w", Prove("/env/bin/python", "50.0.2", "dynamic"), ("build",)),
    ),
)
FACTS = Facts(System("linux", "x86_64"), privilege=Privilege("sudo", "/usr/bin/sudo"))


def play(
    run: Run, *, done: frozenset[str] = frozenset(), cancel_at: type[Event] | None = None
) -> tuple[int, list[Event]]:
    events: list[Event] = []
    cancel = threading.Event()

    def take(event: Event) -> None:
        events.append(event)
        if cancel_at is not None and isinstance(event, cancel_at):
            cancel.set()

    end = run(PLAN, Choices(), FACTS, take, cancel, done)
    assert end == events[-1]
    return end.code, events


def states(events: list[Event]) -> list[tuple[str, str]]:
    return [(e.step, e.state) for e in events if isinstance(e, StepEnded)]


def test_without_a_script_all_goes_well_and_is_proved() -> None:
    end = simulated()(PLAN, Choices(), FACTS, lambda _: None, threading.Event())
    assert (end.code, end.report) == (0, plausible_report(PLAN))
    assert end.report is not None
    assert (end.report.linkage.kind, end.report.version) == ("dynamic", "50.0.2")


def test_output_is_told_as_by_the_real_runner() -> None:
    scenes = {
        "apt": Scene(("Reading", "pmstatus:a:30:Unpacking a"), waits="aptitude (process 1)"),
        "build": Scene(("   Compiling libc v1.0.0", "   Compiling asn1 v2.0.0"), batch=1),
    }
    code, events = play(simulated(scenes))
    assert code == 0
    assert events[:5] == [
        RunStarted(),
        StepStarted("apt", "sudo apt-get install", "logs/01-apt.log"),
        Waiting("apt", "aptitude (process 1)", 300.0),
        Lines("apt", ("Reading",)),
        Progressed("apt", 30, 100, "Unpacking a"),
    ]
    assert StepStarted("prove", "cryptography-wizard verify /env/bin/python", "") in events
    assert [e for e in events if isinstance(e, Progressed)][1:] == [
        Progressed("build", 1, 2, "libc 1.0.0"),
        Progressed("build", 2, 2, "asn1 2.0.0"),
    ]


def test_a_failure_and_then_a_retry() -> None:
    bad = Scene(("error: no",), exit=1, cause="No.", excerpt=("error: no",), hints=("Do.",))
    run = simulated({"build": (bad, Scene())})
    code, events = play(run)
    assert code == Exit.FAILED
    assert states(events) == [("apt", "done"), ("build", "failed"), ("prove", "skipped")]
    failed = [e for e in events if isinstance(e, StepEnded)][1]
    assert (failed.exit, failed.cause, failed.excerpt) == (1, "No.", ("error: no",))
    code, events = play(run, done=frozenset({"apt"}))
    assert code == 0
    assert states(events) == [("build", "done"), ("prove", "done")]


def test_installed_but_not_proved() -> None:
    report = Report("/env/bin/python", False, problems=("It is static.",))
    code, events = play(simulated({"prove": Scene(report=report)}))
    assert code == Exit.UNPROVED
    assert states(events)[-1] == ("prove", "failed")
    assert [e for e in events if isinstance(e, StepEnded)][-1].cause == "It is static."


def test_cancel_while_lines_come_while_waiting_and_while_nothing_happens() -> None:
    for scene, kind in (
        (Scene(("a", "b", "c"), batch=1, pause=60.0), Lines),
        (Scene(("a",), pause=60.0, waits="aptitude"), Waiting),
        (Scene(forever=True), StepStarted),
    ):
        code, events = play(simulated({"apt": scene}), cancel_at=kind)
        assert code == Exit.CANCELLED
        assert [state for _, state in states(events)] == ["cancelled", "skipped", "skipped"]


def test_steps_side_by_side_tell_in_turn_and_a_failure_stops_the_other() -> None:
    both = (
        Step("fetch", "Fetch", "w", Command(("curl",))),
        Step("build", "Build", "w", Command(("make",))),
        Step("after", "After", "w", Command(("x",)), ("build",)),
    )
    plan = Plan("50.0.2", "source", "dynamic", "/env/bin/python", "/env", True, both)
    script = {
        "fetch": Scene(("a", "b"), batch=1, exit=1),
        "build": Scene(("c",), batch=1, forever=True),
    }
    events: list[Event] = []
    run = simulated(script)
    end = run(plan, Choices(), FACTS, events.append, threading.Event())
    assert end.code == Exit.FAILED
    assert [(e.step, *e.lines) for e in events if isinstance(e, Lines)] == [
        ("fetch", "a"),
        ("build", "c"),
        ("fetch", "b"),
    ]
    assert states(events) == [("fetch", "failed"), ("build", "cancelled"), ("after", "skipped")]
    (stopped,) = [e for e in events if isinstance(e, StepEnded) and e.step == "build"]
    assert stopped.cause == "It was stopped because “Fetch” failed."
