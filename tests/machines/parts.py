"""What the described machines are put together from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from tests.machines.recorded import INDEX, minors
from wizard.facts import Manager, Package, Pip, PipIndex, Python
from wizard.knowledge import load
from wizard.machine import packages
from wizard.needs.tags import current_pip_tags
from wizard.versions import at_least

TAKEN = "2026-11-23T12:00:00+00:00"
GIB = 1 << 30
SINCE = (
    ("musllinux_", "21.2"),
    ("manylinux_2_", "20.3"),
    ("manylinux2014_", "19.3"),
    ("manylinux2010_", "19.0"),
)
"""Platform tags, and the first pip that knows them (pip's changelog)."""
PLAIN_FIRST = "26.3"
"""The first pip that prefers the plain ``linux_`` tags; they were last before."""


def pip(python: Python, version: str, index: Optional[PipIndex] = None) -> Pip:
    """The pip of this version in this Python."""
    return Pip(version, tags(python, version), index or PipIndex(INDEX))


def tags(python: Python, version: str) -> tuple[str, ...]:
    """The wheel tags that a pip of this version accepts: fewer than a current one's."""
    found = []
    for entry in current_pip_tags(python):
        head, _, joined = entry.rpartition("-")
        known = [name for name in joined.split(".") if _knows(version, name)]
        if not at_least(version, PLAIN_FIRST):
            known.sort(key=lambda name: name.startswith("linux_"))
        if known:
            found.append(f"{head}-{'.'.join(known)}")
    return tuple(found)


def _knows(version: str, platform: str) -> bool:
    first = next((since for prefix, since in SINCE if platform.startswith(prefix)), "0")
    return at_least(version, first)


def manager(
    name: str,
    program: str,
    pythons: Sequence[Python],
    candidates: Mapping[str, str],
    installed: Mapping[str, str] | None = None,
    folder: str = "",
) -> Manager:
    """A package manager that was asked for every name of its table, for these Pythons.

    ``candidates`` and ``installed`` are what it has, by name; a name that it does not know is left
    out, as the probe does. ``folder`` is the parent folder if each package has its own folder,
    which is in the facts of packages whose folder a build must know.
    """
    table = next(table for table in load().packages if table.manager == name)
    here = installed or {}
    told = {way.package for way in table.openssl if "{folder}" in way.prefix}
    return Manager(
        name,
        program,
        tuple(
            Package(
                each,
                here.get(each, ""),
                candidates.get(each, here.get(each, "")),
                f"{folder}/{each}" if folder and each in told else "",
            )
            for each in packages.package_names(table, minors(pythons))
            if each in candidates or each in here
        ),
    )
