"""P4: the live log while millions of lines pour in: lines a second, a key's answer, memory."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from statistics import median

from tests.bench.place import CHECKOUT, Place
from tests.bench.terminal import Program, started
from tests.bench.timing import Result, at_percent

LINES = 5_000_000
TAIL = 8
"""How many of the typed letters are looked for: the field shows its end, whatever its length."""
PAUSE = (0.01, 0.06)
"""Seconds between an answer and the next key: the keys meet every moment of the log's beat."""
END = "cryptography 50"
"""The beginning of the page of the result."""


@dataclass(frozen=True)
class Poured:
    """Seconds from the key that starts to the result's page, of each key, and the most bytes."""

    seconds: float
    keys: list[float]
    peak: int


def measure(place: Place, runs: int) -> list[Result]:
    """The app in a terminal, some times; then the same with a real program and the real runner."""
    runs = max(1, min(runs, 3))
    simulated = [_pour(place) for _ in range(runs)]
    real = _pour(place, "--program")
    return [*_results("P4", simulated), *_results("P4, a real program", [real])]


def _results(name: str, poured: list[Poured]) -> list[Result]:
    keys = [key for one in poured for key in one.keys]
    rate = LINES / median(one.seconds for one in poured)
    many = f"{LINES:,} lines at 80×24, {len(poured)} run{'s' if len(poured) > 1 else ''}"
    typed = f"{len(keys)} letters typed into the log's find field, median {median(keys) * 1e3:.0f}"
    peak = max(one.peak for one in poured) / 2**20
    return [
        Result(
            name,
            "the live log's lines a second",
            rate,
            "lines/s",
            f"{many}, median {median(one.seconds for one in poured):.2f} s",
            limit=500_000,
            at_least=True,
        ),
        Result(
            name,
            "a key's answer on the terminal, 95th percentile",
            at_percent(keys, 95) * 1e3,
            "ms",
            f"{typed} ms, longest {max(keys) * 1e3:.0f} ms",
            limit=50,
        ),
        Result(name, "the most memory (VmHWM)", peak, "MiB", many, limit=120),
    ]


def _pour(place: Place, *more: str) -> Poured:
    argv = (sys.executable, "-m", "tests.bench.pour", str(LINES), *more)
    with started(argv, place.environment(uv=False), cwd=CHECKOUT) as program:
        program.shows("Start", 30)
        begun = program.press("\r")
        program.shows("of", 30)
        program.press("f")
        program.shows("Find in the log", 30)
        keys, ended = _type(program)
        return Poured(ended - begun, keys, program.peak())


def _type(program: Program) -> tuple[list[float], float]:
    """Type letters until the result's page comes; how long each answer took, and when that was.

    The log never holds what was typed, so it goes on following its newest line.
    """
    letters = random.Random(4)  # noqa: S311 - the same letters in every run
    typed = ""
    keys: list[float] = []
    while True:
        letter = letters.choice("bcdfghjklmnpqrstvwxz")
        typed += letter
        pressed = program.press(letter)
        moment, seen = program.first_of((typed[-TAIL:], END), 30)
        if seen == END:
            return keys, moment
        keys.append(moment - pressed)
        end = program.watch((END,), letters.uniform(*PAUSE))
        if end is not None:
            return keys, end[0]
