"""Processors that are older than those that a wheel was compiled for."""

from __future__ import annotations

import re
from fnmatch import fnmatch

from wizard.facts import Facts
from wizard.knowledge import Knowledge
from wizard.refused import Refused
from wizard.versions import release_number


def wheel_blocked_by(
    facts: Facts, knowledge: Knowledge, release: str, wheel: str
) -> Refused | None:
    """Return why the processor cannot run this wheel of a release, or None if it can.

    ``wheel`` is the wheel's tag. A processor whose level is unknown blocks nothing.
    """
    processor = facts.system.processor
    platforms = wheel.rpartition("-")[2].split(".")
    for row in knowledge.baselines:
        since = release_number(row.first) <= release_number(release)
        if not since or not any(fnmatch(p, tag) for p in platforms for tag in row.tags):
            continue
        if is_below(processor.level, row.level):
            return Refused(
                f"The wheels of cryptography {release} are compiled for {_name(row.level)} and "
                f"newer processors, but this one is {processor.name or processor.level}.",
            )
    return None


def is_below(level: str, needed: str) -> bool:
    """Return whether a level is lower than another of the same family (``power8``, ``power9``)."""
    own, other = (re.fullmatch(r"(.*?)(\d+)", text) for text in (level, needed))
    return bool(own and other and own[1] == other[1] and int(own[2]) < int(other[2]))


def _name(level: str) -> str:
    return level.upper() if level.startswith("power") else level
