"""Random plans, and the events of random runs of them: any that the runner can emit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import strategies as st

from backends.action import Command, Prove
from wizard.plan import Plan, Step, order
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    State,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.schedule import startable

COMMAND = Command(("x",))

T = TypeVar("T")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Steps with any needs, locks, weights and proofs, in any order that a plan may have."""
    count = draw(st.integers(1, 9))
    steps = [
        Step(
            *(str(number), "t", "w"),
            Prove("python") if draw(st.integers(0, 5)) == 5 else COMMAND,
            tuple(str(need) for need in range(number) if draw(st.integers(0, 3)) == 3),
            lock=draw(st.sampled_from(("", "", "apt", "brew"))),
            heavy=draw(st.booleans()),
        )
        for number in range(count)
    ]
    return Plan("1", "source", "dynamic", "p", "e", True, tuple(draw(st.permutations(steps))))


@dataclass(frozen=True)
class Run:
    """A plan and the events of several attempts to run it; each but the last may be cut off."""

    plan: Plan
    attempts: tuple[tuple[Event, ...], ...]

    @property
    def events(self) -> tuple[Event, ...]:
        """The events of all attempts."""
        return tuple(event for attempt in self.attempts for event in attempt)


class _Dice:
    """Makes decisions from bytes that hypothesis has drawn at once: that is quick, and shrinks.

    When they are used up, every decision is the first one possible.
    """

    def __init__(self, drawn: bytes) -> None:
        self._left = iter(drawn)

    def below(self, count: int) -> int:
        """A number from 0."""
        return next(self._left, 0) % count

    def pick(self, values: Sequence[T]) -> T:
        """One of the values."""
        return values[self.below(len(values))]


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """One to three attempts, scheduled as by the runner, with any outcome of each step."""
    plan, dice = draw(plans()), _Dice(draw(st.binary(max_size=200)))
    done: set[str] = set()
    attempts = []
    for number in range(dice.below(3) + 1):
        events = list(_attempt(dice, order(plan), frozenset(done), number))
        if dice.below(4) == 3:
            events = events[: dice.below(len(events)) + 1]
        attempts.append(tuple(events))
        done |= {e.step for e in events if isinstance(e, StepEnded) and e.state == "done"}
    return Run(plan, tuple(attempts))


def _attempt(
    dice: _Dice, steps: tuple[Step, ...], before: frozenset[str], number: int
) -> Iterator[Event]:
    """One attempt: what `wizard.running.runner` emits, with steps that do what the dice say."""
    yield RunStarted(tuple(step.id for step in steps if step.id in before), _at(number))
    done, over, running, code = set(before), set(before), dict[str, Step](), 0
    while True:
        if not code and dice.below(16) == 15:
            code = 130
        if not code:
            for step in startable(steps, done, running):
                running[step.id] = step
                yield StepStarted(step.id, f"$ {number}", f"{number}/{step.id}.log", _at(10))
        if not running:
            break
        event = _news(dice, dice.pick(sorted(running)), stopping=bool(code))
        yield event
        if isinstance(event, StepEnded):
            del running[event.step]
            over.add(event.step)
            done |= {event.step} if event.state == "done" else set()
            code = code or {"done": 0, "failed": 1}.get(event.state, 130)
    for step in steps:
        if step.id not in over:
            yield StepEnded(step.id, "skipped", 0.0, time=_at(50))
    yield RunEnded(code, 5.0, None, _at(number + 50))


def _at(second: int) -> str:
    """A time in a journal."""
    return f"2026-11-29T08:00:{second:02d}.000+00:00"


def _news(dice: _Dice, step: str, *, stopping: bool) -> Event:
    """Something that happens to a step that runs. Only one that is stopped is ``cancelled``."""
    ends: tuple[State, ...] = ("done", "done", "done", "failed")
    if stopping:
        ends = ("cancelled", "done", "failed")
    number = float(dice.below(10))
    events: tuple[Event, ...] = (
        StepEnded(step, dice.pick(ends), number, time=_at(50)),
        Lines(step, ("a line",)),
        Progressed(step, number, 8.0),
        Waiting(step, "apt", number, _at(30)),
    )
    return dice.pick(events)
