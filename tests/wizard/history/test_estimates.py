"""How long a plan takes: from past runs, or from the table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command, Download
from tests.wizard.history import runs
from tests.wizard.planned import plans
from wizard import locations
from wizard.history import estimates
from wizard.history.estimates import NONE, estimate, in_words, size_in_words
from wizard.plan import Plan, Step, order
from wizard.running.events import Event, RunEnded, RunStarted, StepEnded


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))


def ran(name: str, plan: Plan, **seconds: float) -> None:
    """Keep a run in which these steps were done, each in so many seconds."""
    events: list[Event] = [RunStarted((), runs.TIME, "/w")]
    for step, taken in seconds.items():
        events += [runs.started(step), StepEnded(step, "done", taken, time=runs.TIME)]
    runs.keep(name, plan, [*events, RunEnded(0, 9.0, time=runs.TIME)])


def test_every_step_of_every_plan_has_an_estimate() -> None:
    for plan in plans():
        for cores in (1, 8):
            found = estimate(plan, cores)
            assert [step.step for step in found.steps] == [step.id for step in order(plan)]
            for step in found.steps:
                assert 0 < step.least <= step.seconds <= step.most
                assert not step.learned
            assert 0 < found.least <= found.seconds <= found.most
            # Steps may run beside others, so the run is never longer than all of them in turn.
            assert found.most <= sum(step.most for step in found.steps) + 1e-9
            assert found.seconds >= max(step.seconds for step in found.steps)


def test_more_cores_compile_faster() -> None:
    source = next(plan for plan in plans() if any(s.role == "build" for s in plan.steps))
    assert estimate(source, 8).seconds < estimate(source, 2).seconds
    assert estimate(source, 0) == estimate(source, 1)


def test_a_step_takes_as_long_as_last_time(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    ran("20261101T080000Z-1", plan, environment=20.0, install=200.0)
    found = estimate(plan, 1, estimates.learn())
    assert [(step.seconds, step.learned) for step in found.steps] == [(20.0, True), (200.0, True)]
    assert found.seconds == found.least == found.most == 220.0
    assert found.learned
    assert found.time == "takes about 4 minutes, as last time"


def test_the_median_of_the_last_three_counts(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    for day, seconds in enumerate((500.0, 10.0, 11.0, 300.0), 1):
        ran(f"2026110{day}T080000Z-1", plan, install=seconds)
    assert estimate(plan, 1, estimates.learn()).of("install").seconds == 11.0


def test_a_step_of_another_title_counts_less(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    other = replace(plan, steps=tuple(replace(s, title="Another") for s in plan.steps))
    ran("20261101T080000Z-1", other, install=10.0)
    assert estimate(plan, 1, estimates.learn()).of("install").seconds == 10.0
    ran("20261102T080000Z-1", plan, install=20.0)
    ran("20261103T080000Z-1", other, install=10.0)
    assert estimate(plan, 1, estimates.learn()).of("install").seconds == 20.0


def test_another_program_is_another_step(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    ran("20261101T080000Z-1", plan, install=10.0)
    steps = tuple(replace(s, action=Command(("/usr/bin/uv", "pip"))) for s in plan.steps)
    assert not estimate(replace(plan, steps=steps), 1, estimates.learn()).of("install").learned


def test_failed_steps_and_damaged_runs_teach_nothing(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    assert estimates.learn() == NONE
    events: list[Event] = [
        RunStarted((), runs.TIME, "/w"),
        runs.started("environment"),
        StepEnded("environment", "failed", 70.0, time=runs.TIME),
        RunEnded(1, 70.0, time=runs.TIME),
    ]
    runs.keep("20261101T080000Z-1", plan, events)
    (locations.runs() / "20261102T080000Z-1").mkdir()
    damaged = runs.keep("20261103T080000Z-1", plan, runs.done("environment"))
    (damaged / "plan.json").write_text("[]", encoding="utf-8")
    half = runs.keep("20261104T080000Z-1", plan, runs.done("environment"))
    (half / "journal.jsonl").write_text('{"kind": "step-end', encoding="utf-8")
    assert estimates.learn() == NONE


def test_a_run_that_goes_on_teaches_what_it_has_done(tmp_path: Path) -> None:
    plan = runs.environment_plan(tmp_path / "env")
    folder = runs.keep("20261101T080000Z-1", plan, runs.done("environment"))
    file = folder / "journal.jsonl"
    whole = file.read_text(encoding="utf-8")
    file.write_text(whole[:-20], encoding="utf-8")  # cut off in its last line
    assert estimate(plan, 1, estimates.learn()).of("environment").seconds == 1.0


def _three_steps() -> Plan:
    def step(name: str, *needs: str) -> Step:
        return Step(name, name, "why", Download("u", "p"), needs=needs)

    plan = runs.environment_plan(Path("/env"))
    return replace(plan, steps=(step("a"), step("b"), step("c", "a", "b")))


def test_steps_that_run_side_by_side_are_not_added_up() -> None:
    found = estimate(_three_steps())
    one = found.of("a").seconds
    assert found.seconds == pytest.approx(2 * one)
    assert sum(step.seconds for step in found.steps) == pytest.approx(3 * one)


def test_progress_is_weighted_by_time() -> None:
    plan = runs.environment_plan(Path("/env"))
    past = estimates.Times(
        {estimates.key(s): (("x", 90.0 if s.id == "install" else 10.0),) for s in plan.steps}
    )
    found = estimate(plan, 1, past)
    assert found.fraction({}) == 0
    assert found.fraction({"environment": 1.0}) == pytest.approx(0.1)
    assert found.fraction({"environment": 1.0, "install": 0.5}) == pytest.approx(0.55)
    assert found.fraction({"environment": 1.0, "install": 1.0}) == 1
    assert found.seconds_left({}) == 100
    assert found.seconds_left({"environment": 1.0, "install": 0.5}) == pytest.approx(45)
    assert found.seconds_left({"environment": 1.0, "install": 1.0}) == 0


def test_a_source_archive_on_this_machine_is_not_downloaded() -> None:
    for url, expected in (("https://index.example/openssl.tar.gz", True), ("file:///o.gz", False)):
        step = Step("openssl-source", "", "", Download(url, "/o.gz"), role="openssl")
        assert bool(estimate(replace(_three_steps(), steps=(step,))).download) == expected


def test_crates_are_counted_once() -> None:
    crates = next(plan for plan in plans() if any(s.role == "crates" for s in plan.steps))
    of_step = {step.step: step.download for step in estimate(crates, 2).steps}
    alone = next(
        plan for plan in plans() if {s.role for s in plan.steps} >= {"build"} and plan != crates
        and not any(s.role == "crates" for s in plan.steps)
    )  # fmt: skip
    build = next(step.id for step in alone.steps if step.role == "build")
    in_one_step = {step.step: step.download for step in estimate(alone, 2).steps}[build]
    assert of_step["install"] < in_one_step
    assert of_step["crates"] == in_one_step


def test_an_offline_installation_downloads_nothing() -> None:
    plan = runs.environment_plan(Path("/env"))
    online = replace(plan.steps[1], role="install")
    offline = replace(online, action=Command(("python", "-m", "pip", "install", "--no-index")))
    assert estimate(replace(plan, steps=(replace(online, needs=()),))).download > 0
    assert estimate(replace(plan, steps=(replace(offline, needs=()),))).download == 0


@pytest.mark.parametrize(
    ("least", "most", "text"),
    [
        (0.1, 4, "a few seconds"),
        (4, 14, "a few seconds"),
        (7, 22, "less than 20 seconds"),
        (20, 55, "20 seconds to 1 minute"),
        (18, 44, "20 to 45 seconds"),
        (46, 44, "about 45 seconds"),
        (55, 170, "1 to 3 minutes"),
        (61, 61, "about 1 minute"),
        (95, 95, "about 1.5 minutes"),
        (1900, 5000, "30 minutes to 1.5 hours"),
        (3600, 3600, "about 1 hour"),
        (4000, 9000, "1 to 3 hours"),
    ],
)
def test_times_in_words(least: float, most: float, text: str) -> None:
    assert in_words(least, most) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 MB"), (6_200_000, "7 MB"), (152_000_000, "160 MB"), (1_240_000_000, "1.2 GB")],
)
def test_sizes_in_words(size: int, text: str) -> None:
    assert size_in_words(size) == text


def test_the_table_has_a_row_for_steps_that_it_does_not_know() -> None:
    plan = runs.environment_plan(Path("/env"))
    strange = replace(plan.steps[0], id="strange", role="", action=Download("u", "p"))
    assert estimate(replace(plan, steps=(strange,))).seconds > 0
