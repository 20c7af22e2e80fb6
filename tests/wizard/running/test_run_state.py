"""What has happened in a run: examples, and rules that hold for all events of the runner."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.action import Command
from tests.wizard.running.random_runs import Run, plans, runs
from wizard.codec import to_json
from wizard.plan import Plan, Step, order
from wizard.running import journal
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.journal import Journal
from wizard.running.run_state import RunState

PLAN = Plan(
    *("1", "wheel", "static", "p", "e", True),
    tuple(Step(name, f"Title of {name}", "w", Command(("x",))) for name in "abc"),
)
BEGUN = (RunStarted(), StepStarted("a", "$ a", "/a.log"), StepStarted("b", "$ b", "/b.log"))


def after(*events: Event, state: RunState | None = None) -> RunState:
    state = RunState.before_run(PLAN) if state is None else state
    for event in events:
        state = state.apply(event)
    return state


def states(run: Run) -> list[RunState]:
    """The state before the run, and after each event."""
    found = [RunState.before_run(run.plan)]
    for event in run.events:
        found.append(found[-1].apply(event))
    return found


@pytest.mark.parametrize(("done", "total", "share"), [(3, 6, 0.5), (9, 6, 1.0), (3, 0, None)])
def test_the_share_of_a_step(done: float, total: float, share: float | None) -> None:
    assert after(*BEGUN, Progressed("a", done, total)).step("a").fraction_done == share


def test_a_step_that_waits_runs_and_goes_on() -> None:
    waits = Waiting("a", "apt", 300.0)
    state = after(RunStarted(), StepStarted("a", "$ a", ""), waits)
    (step,) = state.running
    assert (step.status, step.waiting) == ("waiting", waits)
    state = after(Progressed("a", 1, 2), state=state)
    (step,) = state.running
    assert (step.status, step.waiting) == ("running", None)
    assert state.ended == ()


def test_a_failure_and_another_attempt() -> None:
    bad = StepEnded("b", "failed", 2.0, 1, "Because.")
    state = after(
        *BEGUN,
        *(bad, StepEnded("a", "done", 3.0, 0), StepEnded("c", "skipped", 0.0), RunEnded(1, 4.0)),
    )
    assert (state.failure, state.done, state.resumable) == (bad, frozenset("a"), True)
    assert (state.started, state.ended) == (("a", "b"), ("b", "a", "c"))
    assert [step.status for step in state.steps] == ["done", "failed", "skipped"]
    state = state.retry()
    assert (state.failure, state.result, state.started, state.ended) == (None, None, (), ("a",))
    assert [step.status for step in state.steps] == ["done", "todo", "todo"]
    assert (state.step("b").log, state.step("b").command) == ("/b.log", "$ b"), "still to be read"
    assert [step.step.id for step in state.remaining] == ["b", "c"]
    state = after(RunStarted(("a",)), StepStarted("b", "$ b", "/new.log"), state=state)
    assert (state.attempts, state.step("b").attempts, state.step("b").log) == (2, 2, "/new.log")


def test_a_run_that_has_done_all_has_nothing_to_resume() -> None:
    ends = [StepEnded(name, "done", 1.0) for name in "abc"]
    state = after(RunStarted(), *ends, RunEnded(0, 3.0))
    assert (state.resumable, state.remaining, state.failure) == (False, (), None)


def test_what_an_earlier_run_did_is_done() -> None:
    state = after(RunStarted(("c",)))
    assert (state.done, state.ended, state.has_started) == (frozenset("c"), ("c",), True)
    assert [step.step.id for step in state.chronological()] == ["c", "a", "b"]
    assert not after(RunStarted()).has_started


UNKNOWN = (
    StepStarted("z", "x", ""),
    Lines("z", ("x",)),
    Progressed("z", 1, 2),
    Waiting("z", "x", 1.0),
    StepEnded("z", "done", 1.0),
    RunStarted(("a", "z")),
)


@pytest.mark.parametrize("event", UNKNOWN, ids=lambda event: event.kind)
def test_a_step_that_is_not_in_the_plan_is_an_error(event: Event) -> None:
    with pytest.raises(ValueError, match="no step 'z'"):
        after(*BEGUN, event)


@pytest.mark.parametrize(
    "event",
    [
        StepStarted("a", "again", ""),
        Lines("c", ("it does not run",)),
        Progressed("c", 1, 2),
        Waiting("c", "x", 1.0),
        RunEnded(0, 1.0),
    ],
    ids=lambda event: event.kind,
)
def test_events_that_contradict_what_has_happened_are_errors(event: Event) -> None:
    with pytest.raises(ValueError, match="but"):
        after(*BEGUN, event)


def test_after_the_end_only_another_attempt_can_follow() -> None:
    state = after(RunStarted(), RunEnded(130, 1.0))
    for event in (StepStarted("a", "x", ""), StepEnded("a", "done", 1.0), RunEnded(0, 1.0)):
        with pytest.raises(ValueError, match="the run has ended"):
            state.apply(event)
    assert state.apply(RunStarted()).attempts == 2


@settings(deadline=None)
@given(plans())
def test_before_the_run_all_is_to_do(plan: Plan) -> None:
    state = RunState.before_run(plan)
    assert [step.step for step in state.steps] == list(order(plan))
    assert [step.number for step in state.steps] == list(range(1, len(plan.steps) + 1))
    assert {step.status for step in state.steps} == {"todo"}
    assert (state.done, state.running) == (frozenset(), ())
    assert not state.has_started
    assert not state.resumable


@settings(deadline=None)
@given(runs())
def test_counts_orders_and_ends_are_those_of_the_events(run: Run) -> None:
    state = RunState.before_run(run.plan)
    total: Counter[str] = Counter()
    for attempt in run.attempts:
        begun, seen = state, list[Event]()
        for event in attempt:
            state = state.apply(event)
            seen.append(event)
            starts = [e.step for e in seen if isinstance(e, StepStarted)]
            ends = {e.step: e for e in seen if isinstance(e, StepEnded)}
            assert list(state.started) == starts
            assert [s for s in state.ended if s not in begun.done] == list(ends)
            assert len(set(state.ended)) == len(state.ended)
            assert {s.step.id for s in state.running} == set(starts) - ends.keys()
            finished = {step for step, end in ends.items() if end.state == "done"}
            assert state.done == begun.done | finished
            statuses = Counter(step.status for step in state.steps)
            assert statuses.total() == len(run.plan.steps)
            assert sum(
                statuses[word] for word in ("done", "failed", "cancelled", "skipped")
            ) == len(state.ended)
            failures = [end for end in ends.values() if end.state == "failed"]
            assert state.failure == (failures[0] if failures else None)
            assert {s.step.id for s in state.chronological()} == {s.id for s in run.plan.steps}
            assert [s.step.id for s in state.chronological()][: len(state.ended)] == list(
                state.ended
            )
            assert all(not s.progress and not s.waiting for s in state.steps if not s.is_running)
        total.update(state.started)
        assert {s.step.id: s.attempts for s in state.steps if s.attempts} == dict(total)
    assert state.attempts == len(run.attempts)
    complete = isinstance(run.events[-1], RunEnded)
    assert (state.result == run.events[-1]) is complete
    assert state.resumable is (complete and len(state.done) < len(run.plan.steps))


@settings(deadline=None)
@given(runs())
def test_the_same_events_give_the_same_states_and_change_none(run: Run) -> None:
    first = states(run)
    second = states(run)
    assert first == second
    assert first[0] == RunState.before_run(run.plan)
    for before, event, later in zip(first, run.events, first[1:]):
        assert before.apply(event) == later
        if isinstance(event, Lines):
            assert later is before, "output costs nothing"


@settings(deadline=None)
@given(runs(), st.data())
def test_no_step_ends_twice_in_one_attempt(run: Run, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(states(run)))
    for step in state.ended:
        for event in (StepEnded(step, "done", 1.0), StepEnded(step, "skipped", 0.0)):
            with pytest.raises(ValueError, match=r"but “step-ended” of"):
                state.apply(event)


@settings(deadline=None)
@given(runs(), st.data())
def test_a_retry_keeps_what_is_done_and_forgets_the_rest(run: Run, data: st.DataObject) -> None:
    state = data.draw(st.sampled_from(states(run)))
    again = state.retry()
    assert again.done == state.done == set(again.ended)
    assert [s for s in state.ended if s in state.done] == list(again.ended)
    for old, new in zip(state.steps, again.steps):
        if old.status == "done":
            assert new == old
        else:
            assert (new.status, new.ended, new.attempts) == ("todo", None, old.attempts)
            assert (new.command, new.started) == (old.command, old.started)
    assert (again.result, again.failure, again.running, again.started) == (None, None, (), ())
    assert again.retry() == again
    start = RunStarted(tuple(sorted(state.done)))
    assert state.apply(start) == again.apply(start)
    assert state.interrupt().retry() == again
    assert replace(state.apply(start), attempt=None, attempts=state.attempts) == again


@settings(deadline=None)
@given(runs(), st.data())
def test_a_journal_replays_into_the_same_state(run: Run, data: st.DataObject) -> None:
    """However long it is, and wherever a crash has cut it."""
    live = states(run)
    length = data.draw(st.integers(1, len(run.events)))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / journal.PLAN_FILE).write_text(to_json(run.plan), encoding="utf-8")
        book = Journal(folder)
        for event in run.events[:length]:
            book.write(event)
        book.close()
        expected = live[length]
        assert journal.replay(folder) == (expected if expected.result else expected.interrupt())

        file = folder / journal.FILE
        whole = file.read_bytes()
        last = whole.rindex(b"\n", 0, -1) + 1 if whole.count(b"\n") > 1 else 0
        file.write_bytes(whole[: data.draw(st.integers(last, len(whole) - 1))])
        kept = [e for e in run.events[:length] if not isinstance(e, (Lines, Progressed))]
        expected = RunState.before_run(run.plan)
        for event in kept[:-1]:
            expected = expected.apply(event)
        assert journal.replay(folder) == (expected if expected.result else expected.interrupt())
