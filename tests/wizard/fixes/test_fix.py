"""What is carried over to the plan of a fix, and how its change is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from backends.action import Command, RemoveFolder
from tests.machines import machine
from tests.wizard.fixes.failures import decided, failed
from wizard.choices import Choices
from wizard.fixes.fix import Fix, carried, change_lines, removed_folders
from wizard.plan import Plan, Step
from wizard.running.events import RunStarted, StepEnded
from wizard.running.run_state import RunState

STEPS = (
    Step("packages", "Install packages", "w", Command(("apt",)), role="packages"),
    Step("environment", "Make it", "w", Command(("venv",)), role="environment"),
    Step("constraints", "Write", "w", Command(("c",)), ("environment",), role="preparation"),
    Step("crates", "Fetch", "w", Command(("cargo",)), role="crates"),
    Step("install", "Install", "w", Command(("pip",)), ("constraints",), role="build"),
)


def plan(*steps: Step) -> Plan:
    return Plan("50.0.2", "source", "dynamic", "/e/bin/python", "/e", True, steps)


def ran(*done: str) -> RunState:
    state = RunState.before_run(plan(*STEPS)).apply(RunStarted())
    for step in done:
        state = state.apply(StepEnded(step, "done", 1.0, 0))
    return state


def test_the_same_steps_are_carried_over() -> None:
    before = ran("packages", "environment", "constraints", "crates")
    kept = carried(before, plan(*STEPS), probed=False)
    assert kept == {"packages", "environment", "constraints", "crates"}


def test_a_step_that_is_different_now_is_done_and_those_that_need_it() -> None:
    before = ran("packages", "environment", "constraints", "crates")
    other = replace(STEPS[1], action=Command(("uv", "venv")))
    kept = carried(before, plan(STEPS[0], other, *STEPS[2:]), probed=False)
    assert kept == {"packages", "crates"}


def test_after_another_probe_an_environment_that_is_planned_is_not_there() -> None:
    before = ran("packages", "environment", "constraints", "crates")
    assert carried(before, plan(*STEPS)) == {"crates"}, "it was removed, because it was half made"
    assert carried(before, plan(replace(STEPS[2], needs=()), *STEPS[3:])) == {
        "constraints",
        "crates",
    }


def test_what_failed_or_never_ran_is_not_carried_over() -> None:
    assert carried(ran("packages"), plan(*STEPS), probed=False) == {"packages"}


def test_only_new_removals_are_asked_about() -> None:
    old = Step("rust-remove", "Remove", "w", RemoveFolder("/rust"))
    new = Step("clean", "Remove", "w", RemoveFolder("/other"))
    assert removed_folders(plan(old, new), plan(old), frozenset()) == ("/other",)
    assert removed_folders(plan(old, new), plan(old), frozenset({"clean"})) == ()


def test_what_the_plan_itself_makes_it_may_remove() -> None:
    make = Step("rust", "Install", "w", Command(("rustup",)), undo=(RemoveFolder("/rust"),))
    remove = Step("rust-remove", "Remove", "w", RemoveFolder("/rust"), ("rust",))
    assert removed_folders(plan(make, remove), plan(), frozenset()) == ()
    alone = replace(remove, needs=())
    assert removed_folders(plan(alone), plan(), frozenset()) == ("/rust",)


def test_what_is_different_is_told_in_plain_words() -> None:
    decision = decided(machine("debian-13"), Choices(method="source", jobs="4"))
    run = failed(decision)
    fix = Fix("x", "Do", change=(("jobs", "1"), ("link", "")))
    lines = change_lines(fix, decision.choices, decision.plan, run.done)
    assert lines[0] == "Changed: --jobs 1 (before: --jobs 4)"
    assert lines[1].startswith("Not any more: --link")
    assert any("Make the virtual environment" in line for line in lines if "Not done again" in line)
    assert lines[-1].endswith("Prove that it works")


def test_an_environment_that_is_there_now_has_its_python(tmp_path: Path) -> None:
    given = Choices(venv=str(tmp_path), python="/usr/bin/python3")
    assert "--python" in Fix("x", "Do").arguments(given)
    (tmp_path / "pyvenv.cfg").touch()
    assert Fix("x", "Do").arguments(given) == ("--venv", str(tmp_path))


def test_the_command_for_it_has_the_flags_of_the_user_and_the_change() -> None:
    fix = Fix("x", "Do", change=(("method", "wheel"), ("link", "")))
    given = Choices(method="source", link="static", release="50.0.2")
    assert fix.arguments(given) == ("--release", "50.0.2", "--method", "wheel")
