"""P4: the live log while millions of lines pour in: lines a second, a key's answer, memory."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from statistics import median

from tests.bench.place import CHECKOUT, Place
from tests.bench.terminal import Program, started
from tests.bench.timing import Broken, Result, at_percent

LINES = 5_000_000
WHILE_TYPING = 20_000_000
"""So many lines pour in while keys are pressed: enough for some seconds."""
FULL = 30
"""So many letters fit into the field; then it is cleared."""
TELLING = 4
"""So many letters together stand nowhere else on the screen: only then an answer is known."""
CLEAR, EMPTY = "\x15", "ind in the log"
"""The key that clears the field, and the text in it afterwards, after the cursor."""
PAUSE = (0.01, 0.06)
"""Seconds between an answer and the next key: the keys meet every moment of the log's beat."""
END = "is installed"
"""What the page of the result says first."""


@dataclass(frozen=True)
class Poured:
    """Seconds from the key that starts to the result's page, the keys' answers, the most bytes."""

    seconds: float
    keys: list[float]
    peak: int


def measure(place: Place, runs: int) -> list[Result]:
    """The app in a terminal: a simulated runner, then a real program and the real runner."""
    simulated = [_pour(place, LINES) for _ in range(runs)]
    typed = _pour(place, WHILE_TYPING, keys=True)
    real = [_pour(place, LINES, "--program", keys=True) for _ in range(2)]
    return [
        _rate("P4", simulated),
        _answers("P4", typed.keys),
        _memory("P4", [*simulated, typed]),
        _rate("P4, real program", real),
        _answers("P4, real program", [key for one in real for key in one.keys]),
        _memory("P4, real program", real),
    ]


def _rate(name: str, poured: list[Poured]) -> Result:
    took = median(one.seconds for one in poured)
    how = f"{LINES:,} lines in {took:.2f} s, from the key to the result's page, {len(poured)} runs"
    what = "the live log's lines a second"
    return Result(name, what, LINES / took, "lines/s", how, limit=500_000, at_least=True)


def _answers(name: str, keys: list[float]) -> Result:
    if len(keys) < 20:
        raise Broken(f"Only {len(keys)} keys were pressed before the lines were over.")
    how = (
        f"{len(keys)} letters typed into the log's find field while lines poured in, "
        f"median {median(keys) * 1e3:.0f} ms, longest {max(keys) * 1e3:.0f} ms"
    )
    what = "a key's answer on the terminal, 95th percentile"
    return Result(name, what, at_percent(keys, 95) * 1e3, "ms", how, limit=50)


def _memory(name: str, poured: list[Poured]) -> Result:
    peak = max(one.peak for one in poured) / 1e6
    how = f"VmHWM of the whole process, the largest of {len(poured)} runs"
    return Result(name, "the most memory at 5 million lines or more", peak, "MB", how, limit=120)


def _pour(place: Place, lines: int, *more: str, keys: bool = False) -> Poured:
    argv = (sys.executable, "-m", "tests.bench.pour", str(lines), *more)
    with started(argv, place.environment(uv=False), cwd=CHECKOUT) as program:
        program.shows("Start", 30)  # the button of the review
        begun = program.press("\r")
        answers: list[float] = []
        if keys:
            program.first_of(("Step 1 of", "Steps 2", "Step 3 of"), 30)
            program.press("f")
            program.shows("Find in the log", 30)
            answers, ended = _type(program)
        else:
            ended = program.shows(END, 300)
        return Poured(ended - begun, answers, program.peak())


def _type(program: Program) -> tuple[list[float], float]:
    """Type letters until the result's page comes; how long each answer took, and when that was.

    The log never holds what was typed, so it goes on following its newest line.
    """
    letters = random.Random(4)  # noqa: S311 - the same letters in every run
    keys: list[float] = []
    typed = ""
    while True:
        if len(typed) == FULL:
            typed = ""
            program.press(CLEAR)
            program.first_of((EMPTY, END), 30)
        typed += letters.choice("BCDFGHJKLMNPQRSTVWXZ")
        pressed = program.press(typed[-1])
        if len(typed) < TELLING:
            answer = program.watch((END,), PAUSE[1])
        else:
            answer = program.first_of((typed, END), 30)
            if answer[1] != END:
                keys.append(answer[0] - pressed)
                answer = program.watch((END,), letters.uniform(*PAUSE))
        if answer is not None:
            return keys, answer[0]
