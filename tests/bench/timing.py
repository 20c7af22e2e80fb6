"""Runs in turn and their medians, and a result held against its limit."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Callable, Optional

LONGEST = 1800.0
"""Seconds after which a program that is measured is ended."""


class NotHere(Exception):
    """This machine lacks what a benchmark needs; the text says what."""


class Broken(Exception):
    """A benchmark could not be run to its end; the text says why."""


@dataclass(frozen=True)
class Result:
    """One measured value.

    ``limit`` is the largest value that is fast enough, or with ``at_least`` the smallest; None if
    the value is only for comparison. ``seen`` says how it came about.
    """

    name: str
    what: str
    value: float
    unit: str
    seen: str
    limit: Optional[float] = None
    at_least: bool = False

    @property
    def verdict(self) -> str:
        """``ok`` or ``over``, and a dash if there is no limit."""
        if self.limit is None:
            return "–"
        good = self.value >= self.limit if self.at_least else self.value <= self.limit
        return "ok" if good else "over"


def seconds(
    argv: Sequence[str], env: Mapping[str, str], *, cwd: Path, log: Optional[Path] = None
) -> float:
    """Run a program to its end and return how many seconds it took.

    What it says goes to the end of ``log``, or is thrown away. Raises Broken if it fails.
    """
    with Path(log or os.devnull).open("ab") as output:
        begin = time.monotonic()
        try:
            process = subprocess.run(
                list(argv),
                cwd=cwd,
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=LONGEST,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Broken(f"{Path(argv[0]).name}: {error}") from None
        took = time.monotonic() - begin
    if process.returncode:
        last = log.read_text("utf-8", "replace").splitlines()[-3:] if log else []
        shown = " ".join((Path(argv[0]).name, *argv[1:3]))
        raise Broken(f"{shown} ended with exit code {process.returncode}. {' '.join(last)}".strip())
    return took


def script_steps(ways: Mapping[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """Do each way once, then the first again and so on, so that a busy minute meets them all.

    What a way returns is its seconds. Caches must be warm: call each way once before.
    """
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(runs):
        for name, way in ways.items():
            taken[name].append(way())
    return taken


def ratio(one: Sequence[float], other: Sequence[float]) -> float:
    """How many times as long the one takes: its median by the other's."""
    return median(one) / median(other)


def against(one: Sequence[float], other: Sequence[float]) -> str:
    """The two medians, and of how many runs."""
    if len(one) == len(other):
        runs = f"{len(one)} runs each" if len(one) > 1 else "1 run each"
    else:
        runs = f"{len(one)} runs and {len(other)}"
    return f"{median(one):.2f} s against {median(other):.2f} s, {runs}"


def at_percent(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent of the values do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, round(len(ranked) * percent / 100 + 0.5) - 1)]
