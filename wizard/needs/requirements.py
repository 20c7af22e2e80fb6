"""Which packages a release of cryptography needs to run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from wizard import installed
from wizard.facts import Installed, Python
from wizard.markers import is_true, marker_environment
from wizard.tables import Release

if TYPE_CHECKING:
    from packaging.requirements import Requirement

CRYPTOGRAPHY = "cryptography"
FURTHER = ("pycparser",)
"""What those packages need in turn: cffi needs pycparser."""


def of_release(row: Release, python: Python) -> tuple[str, ...]:
    """Return what the releases of a row need with this Python, without markers: ``cffi>=2.0.0``."""
    markers = marker_environment(python)
    found = map(_parsed, row.requires)
    return tuple(
        f"{each.name}{each.specifier}"
        for each in found
        if each.marker is None or is_true(each.marker, markers)
    )


@lru_cache(maxsize=128)
def _parsed(requirement: str) -> Requirement:
    from packaging.requirements import Requirement  # slow to import

    return Requirement(requirement)


def is_incomplete(packages: Sequence[Installed]) -> bool:
    """Return whether something that the installed cryptography needs is missing or too old."""
    conflicts = installed.conflicts(packages)
    return any(conflict.key[0] == CRYPTOGRAPHY for conflict in conflicts)
