"""Two wizards at once, on one environment, one cache, or one wheelhouse."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.faults import standins
from tests.faults.kind import Case, Kind, Setting, Wrong
from tests.faults.place import Place, damaged
from tests.live import machine
from tests.live.command import Done

IN_USE = re.compile(
    r"is in use by another wizard \(process (\d+), since [^:]*:[^)]*\)|is in use by another wizard"
)
PATIENCE = 30.0
"""Seconds in which everything that they have started must be gone; it takes a moment."""
APART_SECONDS = 4.0
"""The second wizard starts at a random moment of so many seconds after the first."""


def both(
    place: Place, first: tuple[str, ...], second: tuple[str, ...], chance: random.Random
) -> tuple[Done, Done, int]:
    """Run two wizards of one user; return their ends, and the first one's process."""
    one = place.start(*first)
    time.sleep(chance.random() * APART_SECONDS)
    other = place.start(*second)
    ends = one.wait(), other.wait()
    if left := place.left(PATIENCE):
        raise Wrong(f"still running after the ends: {left}")
    return (*ends, one.process.pid)


def check_environment(place: Place, name: str) -> None:
    """It is proved, and whole. Raises Wrong."""
    environment = place.work / name
    place.must("verify", str(environment / "bin" / "python"))
    if broken := damaged(environment):
        raise Wrong(f"half an environment: {broken[:9]}")


def check_one_waits_or_leaves(first: Done, second: Done, process: int) -> None:
    """One has ended well; the other too, or it says who works there. Raises Wrong."""
    ends = sorted((first, second), key=lambda done: done.code)
    if ends[0].code or (ends[1].code and not IN_USE.search(" ".join(ends[1].said.split()))):
        raise Wrong(f"first: {first.said}\nsecond: {second.said}")
    named = IN_USE.search(" ".join(second.said.split())) if second.code else None
    if named and named[1] and int(named[1]) != process:
        raise Wrong(f"process {process} works there, but it says: {named[0]}")


def same_environment(
    arguments: tuple[str, ...], served: standins.StandIns, chance: random.Random, folder: Path
) -> None:
    """Both install into one environment."""
    place = Place(folder / "user", served.variables)
    command = (*arguments, "--venv", "env")
    check_one_waits_or_leaves(*both(place, command, command, chance))
    check_environment(place, "env")


def same_cache(served: standins.StandIns, chance: random.Random, folder: Path) -> None:
    """Both build the same OpenSSL, and use one Rust, for two environments."""
    place = Place(folder / "user", served.variables)
    arguments = ("--yes", "--python", machine.newest(), *served.source_arguments)
    one, other, _ = both(
        place, (*arguments, "--venv", "env1"), (*arguments, "--venv", "env2"), chance
    )
    if one.code or other.code:
        raise Wrong(f"first: {one.said}\nsecond: {other.said}")
    for name in ("env1", "env2"):
        check_environment(place, name)
    built = [path.name for path in (place.wizard.cache / "openssl").glob("*-static-*")]
    if len(built) != 1 or any((place.wizard.cache / "openssl" / "build").iterdir()):
        raise Wrong(f"in the cache is {built}, and in its build folder something half")


def same_wheelhouse(served: standins.StandIns, chance: random.Random, folder: Path) -> None:
    """Both collect wheels in one folder; it can be installed from."""
    place = Place(folder / "user", served.variables)
    command = ("--yes", "--python", machine.newest(), "--wheelhouse", "house")
    check_one_waits_or_leaves(*both(place, command, command, chance))
    place.must(
        *("--yes", "--venv", "env", "--python", machine.newest(), "--from-wheelhouse", "house")
    )
    check_environment(place, "env")


def cases(setting: Setting) -> Iterator[Case]:
    """Each kind of sharing in turn."""
    with standins.serving(setting.folder / "served", source=True) as served:
        common = ("--yes", "--python", machine.newest())
        wheel = (*common, "--method", "wheel")
        ways = {
            "one environment, wheels by pip": partial(
                same_environment, (*wheel, "--installer", "pip"), served
            ),
            "one cache": partial(same_cache, served),
            "one environment, wheels by uv": partial(
                same_environment, (*wheel, "--installer", "uv"), served
            ),
            "one wheelhouse": partial(same_wheelhouse, served),
            "one environment, source builds": partial(
                same_environment, (*common, *served.source_arguments), served
            ),
        }
        for number in range(setting.count):
            name = list(ways)[number % len(ways)]
            yield Case(name, partial(ways[name], setting.random(number)))


KINDS = (
    Kind(
        name="two-wizards",
        title="Two wizards at once: in one environment, one cache, or one wheelhouse",
        right=(
            "one of them ends well; the other one waits and ends well, or leaves and says which "
            "process works there since when; what both share is whole, and proved"
        ),
        cases=cases,
        count=20,
        short=2,
        seconds=1200,
        at_once=2,
        found=(
            "A second wizard that came in the moment when the first one had made the folder of an "
            "environment, but nothing in it, said “is not a virtual environment”. It now says who "
            "works there.",
        ),
    ),
)
