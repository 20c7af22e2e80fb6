"""What earlier runs have left behind: temporary folders, parts of the cache, environments."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from wizard import invocation, target_environment, temporary, unfinished
from wizard.advice.doctor import Finding
from wizard.cache import entries, inventory
from wizard.cache.inventory import CheckedEntry
from wizard.errors import WizardError
from wizard.facts import Facts
from wizard.history import past_runs

SHOWN = 3
"""How many things of one kind are named."""


@dataclass(frozen=True)
class Environment:
    """An environment in the working folder that cannot be used, and why. ``packages`` are the
    names of what is in it."""

    folder: str
    why: str
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leftovers:
    """``temporary`` are folders of runs that were killed, ``cache`` the parts of the cache that
    cannot be used, ``cut_off`` the name of the last run of this folder if it did not end."""

    temporary: tuple[str, ...] = ()
    cache: tuple[CheckedEntry, ...] = ()
    environments: tuple[Environment, ...] = ()
    cut_off: str = ""
    problem: str = ""


def read(facts: Facts) -> Leftovers:
    """Look for them on this machine. It changes nothing."""
    problem = ""
    try:
        checked = tuple(map(inventory.check_entry, entries.entries()))
    except WizardError as error:
        checked, problem = (), f"{error.what} {error.shown}".strip()
    cut_off = past_runs.cut_off_in(facts.folder) if facts.folder else None
    return Leftovers(
        temporary=tuple(str(path) for path in temporary.left()),
        cache=tuple(one for one in checked if one.state != "whole"),
        environments=tuple(_environments(facts)),
        cut_off=cut_off.name if cut_off else "",
        problem=problem,
    )


def _environments(facts: Facts) -> Iterator[Environment]:
    """Yield the environments of the working folder that cannot be used."""
    broken = {p.environment: p.problem for p in facts.pythons if p.problem and not p.version}
    default = target_environment.default_folder(facts)
    for folder in dict.fromkeys((default, *broken)):
        path = Path(folder)
        if not folder or path.is_symlink() or not path.is_dir():
            continue
        if folder != default and str(path.parent) != facts.folder:
            continue
        if unfinished.is_left(path):
            yield Environment(folder, "A run that made it was cut off.")
        elif folder in broken and (path / "pyvenv.cfg").is_file():
            yield Environment(folder, broken[folder], tuple(_packages(path)))


def _packages(environment: Path) -> Iterator[str]:
    for pattern in ("lib/python*/site-packages/*.dist-info", "Lib/site-packages/*.dist-info"):
        for folder in sorted(environment.glob(pattern)):
            name = folder.name.partition("-")[0]
            if name not in ("pip", "setuptools", "wheel"):
                yield name


def findings(left: Leftovers) -> tuple[Finding, ...]:
    """Return the findings of the doctor about them."""
    found = []
    if left.cut_off:
        action = (
            f"{invocation.command('resume')} resumes it.\n"
            f"{invocation.command('undo')} removes what it has installed."
        )
        found.append(Finding("warn", "Runs", f"The run {left.cut_off} was cut off.", action))
    for environment in left.environments:
        if not environment.packages and "cut off" in environment.why:
            detail = f"{environment.folder} is half made. {environment.why}"
            action = "The next installation makes it again."
            found.append(Finding("warn", "Environment", detail, action))
    if left.temporary:
        detail = f"Runs that were killed have left {named(left.temporary)}."
        action = "The next run removes what they have left."
        found.append(Finding("warn", "Temporary", detail, action))
    for one in left.cache:
        why = " ".join(one.problems[:1]) or "An interrupted run has left it."
        action = invocation.command("cache", "clear", one.entry.name)
        detail = f"{one.entry.name} in the cache cannot be used. {why}"
        found.append(Finding("warn", "Cache", detail, action))
    if left.problem:
        found.append(Finding("warn", "Cache", left.problem, "Check who may read it."))
    return tuple(found)


def named(names: tuple[str, ...]) -> str:
    """Return some names as text, the first ones if there are many."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(os.fspath, names[:SHOWN])) + more
