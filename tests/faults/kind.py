"""A kind of fault: its cases, how many, and what it means that one has ended right."""

from __future__ import annotations

import importlib
import pkgutil
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tests.faults

SEED = 13
"""The seed of the short form, and of what docs/reliability.md says."""


class Wrong(Exception):
    """A case has not ended right; the text says what was seen."""


@dataclass(frozen=True)
class Setting:
    """What the cases of a kind are made with.

    ``folder`` is for what all cases share; it is removed afterwards. ``short`` says that it is the
    short form, ``keep`` that nothing is removed, so that somebody can look at it.
    """

    seed: int
    count: int
    folder: Path
    short: bool = False
    keep: bool = False

    def random(self, number: int) -> random.Random:
        """The random numbers of a case: always the same for one seed and number."""
        return random.Random(f"{self.seed}:{number}")  # noqa: S311 - it hides nothing

    def some(self, every: list[Case]) -> list[Case]:
        """Return all cases, or if there are more than ``count``, so many at random."""
        if self.count < len(every):
            self.random(0).shuffle(every)
        return every[: self.count]


@dataclass(frozen=True)
class Case:
    """One case. ``run`` gets an empty folder of its own, which is removed afterwards.

    It returns if all has ended right, and raises Wrong (or fails an assertion, or raises anything
    else) if not. `pytest.skip` says that this machine cannot do it.
    """

    name: str
    run: Callable[[Path], None]


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    ``name`` is for the command line, ``title`` and ``right`` are for the page: what is done, and
    what must come of it. ``cases`` yields ``Setting.count`` cases, and is closed after the last one
    has ended. ``count`` is that of the page, and ``short`` that of the short form (0: not part of
    it). ``seconds`` is the limit for one case. ``at_once`` cases run at the same time, each in its
    own thread; 1 means in the main thread. ``found`` are sentences: what was found in this way, and
    how it was fixed.
    """

    name: str
    title: str
    right: str
    cases: Callable[[Setting], Iterable[Case]]
    count: int
    short: int
    seconds: float
    at_once: int = 1
    found: tuple[str, ...] = field(default=())


def kinds() -> Mapping[str, Kind]:
    """All kinds, by their names, in the order of their modules."""
    found: dict[str, Kind] = {}
    for module in sorted(pkgutil.iter_modules(tests.faults.__path__), key=lambda each: each.name):
        if module.name.startswith(("_", "test_")):
            continue
        for kind in getattr(importlib.import_module(f"tests.faults.{module.name}"), "KINDS", ()):
            if kind.name in found:
                raise ValueError(f"two kinds are called {kind.name}")
            found[kind.name] = kind
    return found
