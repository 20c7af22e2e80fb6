"""How long the steps of a plan take, and what they download, before they run.

A step that this machine has done before takes as long as it did then: the journals of past runs say
so. For the others, ``assets/durations.toml`` says what they usually take.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any, Optional

from backends.action import Action, Command, Download
from wizard import locations
from wizard.knowledge import read_row
from wizard.plan import Plan, Step, order
from wizard.running import journal
from wizard.running.schedule import startable
from wizard.table_source import read_asset, reader

RUNS_READ = 30
"""How many of the latest runs are read: older ones say less about the machine as it is now."""
TIMES_KEPT = 3
"""A step's time is the median of the latest so many: one run may have met a slow network."""
FAST, SLOW = 20e6, 2e6
"""Bytes a second of a quick and of a slow network."""
SLOWER = 2.5
"""How many times longer a slow laptop takes than the one on which the table was measured."""
ENOUGH = 0.8
"""The part of the expected time that must have been measured here to say "as last time"."""


@dataclass(frozen=True)
class Row:
    """A row of the table: see ``assets/durations.toml``. ``download`` is in millions of bytes."""

    source: str
    role: str = ""
    id: str = ""
    kind: str = ""
    program: str = ""
    needs: str = ""
    seconds: float = 0.0
    processor: float = 0.0
    download: float = 0.0

    def matches(self, step: Step) -> bool:
        """Return whether the row is about this step."""
        found = (step.role, step.id, step.action.kind, program(step.action))
        wanted = (self.role, self.id, self.kind, self.program)
        same = all(want in ("", have) for want, have in zip(wanted, found))
        return same and (not self.needs or self.needs in step.needs)


@dataclass(frozen=True)
class StepEstimate:
    """What one step takes: ``seconds`` are expected, ``least`` and ``most`` are the usual range.

    ``learned`` says that this machine has done it before; then the range has no width. ``download``
    is how many bytes come from the network, at most; it is 0 if nothing does or nobody knows.
    """

    step: str
    seconds: float
    least: float
    most: float
    download: int = 0
    learned: bool = False


@dataclass(frozen=True)
class Estimate:
    """What a plan takes. ``steps`` are in the order of `wizard.plan.order`.

    ``seconds``, ``least`` and ``most`` are those of the whole run, in which some steps run beside
    others. ``download`` is the sum in bytes. ``learned`` says that past runs on this machine are
    the source of most of the time.
    """

    plan: Plan
    steps: tuple[StepEstimate, ...]
    seconds: float
    least: float
    most: float
    download: int
    learned: bool

    def of(self, step: str) -> StepEstimate:
        """Return the estimate of the step with this id. Raises KeyError if there is none."""
        return {estimate.step: estimate for estimate in self.steps}[step]

    def fraction(self, done: Mapping[str, float]) -> float:
        """Return how much of the whole run is done, from 0 to 1, by the time that steps take.

        ``done`` has the completed fraction of each step by its id; a missing one has not begun.
        """
        total = sum(step.seconds for step in self.steps)
        sum_done = sum(step.seconds * min(1.0, done.get(step.step, 0.0)) for step in self.steps)
        return sum_done / total if total else 1.0

    def seconds_left(
        self, done: Mapping[str, float], measured: Mapping[str, float] = MappingProxyType({})
    ) -> float:
        """Return the seconds until the run ends, if it goes on as expected; ``done`` as above.

        ``measured`` has how many seconds steps still take, if that is known better.
        """
        left = {
            step.step: step.seconds * (1 - min(1.0, done.get(step.step, 0.0)))
            for step in self.steps
        }
        left.update(measured)
        finished = [step for step, fraction in done.items() if fraction >= 1]
        return _wall_time(order(self.plan), left, finished)

    @property
    def time(self) -> str:
        """How long it takes: ``takes about 2 minutes, as last time``, ``usually takes …``."""
        if self.learned:
            return f"takes {in_words(self.seconds, self.seconds)}, as last time"
        return f"usually takes {in_words(self.least, self.most)}"


Key = tuple[str, str, str, str]
"""Role, id, kind of action and program: steps with the same ones do the same work."""


@dataclass(frozen=True)
class Times:
    """How many seconds steps took in past runs: (title, seconds), the newest first."""

    by_step: Mapping[Key, tuple[tuple[str, float], ...]]

    def seconds(self, step: Step) -> Optional[float]:
        """Return how long such a step takes here, or None if none was done.

        One with the same title counts more: the title has the version of what is compiled.
        """
        found = self.by_step.get(key(step), ())
        same = [seconds for title, seconds in found if title == step.title]
        times = (same or [seconds for _, seconds in found])[:TIMES_KEPT]
        return sorted(times)[len(times) // 2] if times else None


NONE = Times({})
"""Nothing was done here before."""


def estimate(plan: Plan, cores: int = 1, past: Times = NONE) -> Estimate:
    """Return what a plan takes on a machine with so many cores, where ``past`` was measured."""
    steps = order(plan)
    found = tuple(_estimate_step(step, max(cores, 1), past) for step in steps)
    learned = sum(e.seconds for e in found if e.learned)
    return Estimate(
        plan,
        found,
        seconds=_wall_time(steps, {e.step: e.seconds for e in found}),
        least=_wall_time(steps, {e.step: e.least for e in found}),
        most=_wall_time(steps, {e.step: e.most for e in found}),
        download=sum(e.download for e in found),
        learned=learned >= ENOUGH * sum(e.seconds for e in found),
    )


def learn() -> Times:
    """Return how long the steps of the latest runs took on this machine.

    It reads files, so it may take some tenths of a second. What cannot be read is left out: the
    list of past runs names it as damaged.
    """
    found: dict[Key, list[tuple[str, float]]] = {}
    try:
        folders = sorted(locations.runs().iterdir(), reverse=True)[:RUNS_READ]
    except OSError:  # there are no runs yet, or none can be read
        return NONE
    for folder in folders:
        try:
            plan = json.loads((folder / journal.PLAN_FILE).read_text(encoding="utf-8"))
            events = (folder / journal.FILE).read_text(encoding="utf-8").splitlines()
            _learn_from(plan, map(json.loads, events), found)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return Times({same: tuple(times) for same, times in found.items()})


def _learn_from(
    plan: dict[str, Any],
    events: Iterable[dict[str, Any]],
    found: dict[Key, list[tuple[str, float]]],
) -> None:
    """Add the times of one run. Its files are read as plain JSON: their types are slow to load."""
    steps = {step["id"]: step for step in plan["steps"]}
    for event in events:
        if event["kind"] == "step-ended" and event["state"] == "done":
            step = steps[event["step"]]
            action = step["action"]
            same = (
                step.get("role", ""),
                step["id"],
                action["kind"],
                _program_name(action["argv"][0]) if action["kind"] == "command" else "",
            )
            found.setdefault(same, []).append((step["title"], float(event["seconds"])))


def program(action: Action) -> str:
    """Return the name of the program that an action starts, without its version, or empty."""
    return _program_name(action.argv[0]) if isinstance(action, Command) else ""


def _program_name(path: str) -> str:
    name = (PureWindowsPath if "\\" in path else PurePosixPath)(path).name.lower()
    name = name[: -len(".exe")] if name.endswith(".exe") else name
    return name.rstrip("0123456789.") or name


def key(step: Step) -> Key:
    """Return what the step has in common with those that do the same work."""
    return (step.role, step.id, step.action.kind, program(step.action))


@reader
def _rows() -> tuple[Row, ...]:
    return tuple(read_row(Row, row) for row in read_asset("durations.toml")["step"])


def _estimate_step(step: Step, cores: int, past: Times) -> StepEstimate:
    row = next(row for row in _rows() if row.matches(step))
    download = 0 if _is_offline(step.action) else round(row.download * 1e6)
    known = past.seconds(step)
    if known is not None:
        return StepEstimate(step.id, known, known, known, download, learned=True)
    work = row.seconds + row.processor / cores
    least = work + download / FAST
    most = work * SLOWER + download / SLOW
    return StepEstimate(step.id, math.sqrt(least * most), least, most, download)


def _is_offline(action: Action) -> bool:
    """Return whether an action uses no network: it installs from a folder, or copies a file."""
    if isinstance(action, Download):
        return action.url.startswith("file:")
    return isinstance(action, Command) and any(
        word in ("--no-index", "--offline") for word in action.argv
    )


def _wall_time(
    steps: Sequence[Step], seconds: Mapping[str, float], done: Iterable[str] = ()
) -> float:
    """Return how long the steps take together, in the order in which the runner starts them."""
    finished, now = set(done), 0.0
    ends: dict[str, float] = {}
    while len(finished) < len(steps):
        for step in startable(steps, finished, ends):
            ends[step.id] = now + seconds[step.id]
        first = min(ends, key=ends.__getitem__)
        now = ends.pop(first)
        finished.add(first)
    return now


_ROUND = (
    *(15, 20, 30, 45),
    *(minutes * 60 for minutes in (1, 1.5, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180)),
)
"""Seconds that people say."""
_BRIEF = {"second": "s", "minute": "min", "hour": "h"}


def in_words(least: float, most: float) -> str:
    """Return a time in words: ``a few seconds``, ``20 to 45 seconds``, ``about 3 minutes``."""
    if most <= _ROUND[0]:
        return "a few seconds"
    low, high = _rounded(least), _rounded(most)
    if low == high:
        return f"about {_unit(high)}"
    if least < _ROUND[0] / 2:
        return f"less than {_unit(high)}"
    if _parts(low)[1] == _parts(high)[1]:
        return f"{_parts(low)[0]:g} to {_unit(high)}"
    return f"{_unit(low)} to {_unit(high)}"


def in_brief(seconds: float) -> str:
    """Return a time in a few letters: ``~20 s``, ``~2 h``; empty if it is hardly noticed."""
    if seconds < 2:
        return ""
    rounded = _rounded(seconds) if seconds > _ROUND[0] else math.ceil(seconds / 5) * 5
    number, unit = _parts(rounded)
    return f"~{number:g} {_BRIEF[unit]}"


def _rounded(seconds: float) -> float:
    return min(_ROUND, key=lambda value: abs(math.log(value / max(seconds, 1.0))))


def _parts(seconds: float) -> tuple[float, str]:
    """Return one of the times that people say as a number and its unit."""
    if seconds < 60:
        return seconds, "second"
    return (seconds / 60, "minute") if seconds < 3600 else (seconds / 3600, "hour")


def _unit(seconds: float) -> str:
    number, unit = _parts(seconds)
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


def size_in_words(size: int) -> str:
    """Return a number of bytes in words, with as many digits as an estimate has: ``180 MB``."""
    if size >= 1e9:
        return f"{size / 1e9:.1f} GB"
    digits = 10 if size >= 50e6 else 1
    return f"{max(1, math.ceil(size / 1e6 / digits)) * digits} MB"
