"""Whether a release can be compiled for a kind of Python at all: free-threaded, PyPy, GraalPy.

The libraries that bind cryptography to Python, PyO3 and cffi, refuse some Pythons, whatever is
installed. An ordinary CPython is never refused: `wizard.tables.Release.env_for`.
"""

from __future__ import annotations

from collections.abc import Iterable

from wizard.facts import Facts, Listed, Python
from wizard.knowledge import Knowledge
from wizard.needs import cffi, wheels
from wizard.refused import Refused
from wizard.tables import Pythons
from wizard.target_environment import bases, usable
from wizard.versions import at_least, key

_NAMES = {"cpython": "free-threaded Python", "pypy": "PyPy", "graalpy": "GraalPy"}
"""The kinds of Python whose versions are limited; ``cpython`` only if it is free-threaded."""


def blocked_by(
    facts: Facts,
    knowledge: Knowledge,
    python: Python,
    listed: Listed,
    releases: Iterable[Listed],
) -> Refused | None:
    """Return why the release cannot be compiled for this Python on any machine, or None if it can.

    The hints name the ways that are left: the newest of ``releases`` (newest first) that supports
    this Python, and the other Pythons, those of this machine first.
    """
    why = _why_not(knowledge, python, listed)
    if not why:
        return None
    supporting = next((r.version for r in releases if _supports(knowledge, python, r)), "")
    newest = f"The newest release that can be compiled for this Python is {supporting}."
    others = [
        other.path
        for other in bases(facts)
        if usable(other) and other.path != python.path and _supports(knowledge, other, listed)
    ]
    here = f"Use another Python of this machine: --python {others[0]}" if others else ""
    elsewhere = f"Use {_other_pythons(knowledge, python, listed)}."
    return Refused(
        f"cryptography {listed.version} cannot be compiled for {wheels.python_name(python)}: {why}",
        tuple(filter(None, (newest if supporting else "", here or elsewhere))),
    )


def _supports(knowledge: Knowledge, python: Python, listed: Listed) -> bool:
    return not _why_not(knowledge, python, listed) and not wheels.python_blocked_by(python, listed)


def _why_not(knowledge: Knowledge, python: Python, listed: Listed) -> str:
    """Return why this Python is refused, as the end of a sentence; empty if it is not."""
    if python.implementation == "cpython" and not python.free_threaded:
        return ""
    kind = _NAMES.get(python.implementation, python.implementation)
    if python.free_threaded and not at_least(python.version, cffi.OLDEST_FREE_THREADED):
        return f"cffi, which it needs, supports {kind} {cffi.OLDEST_FREE_THREADED} and newer only."
    row = knowledge.pythons_of(listed.version)
    if row is None:
        return ""
    limits = _limits(row, python)
    if python.free_threaded and not limits:
        first = _first_for_free_threaded(knowledge)
        return f"{first} is the first release for free-threaded Pythons."
    binding = f"its PyO3 {row.pyo3}" if row.pyo3 else "it"
    if not limits:
        return f"{binding} does not support {kind}."
    if not _within(limits, python):
        return f"{binding} supports {kind} {_range(limits)} only."
    return ""


def _limits(row: Pythons, python: Python) -> tuple[str, ...]:
    if python.free_threaded:
        return row.free_threaded
    return {"pypy": row.pypy, "graalpy": row.graalpy}.get(python.implementation, ())


def _within(limits: tuple[str, ...], python: Python) -> bool:
    oldest, newest = limits
    minor = key(python.minor)
    return (not oldest or key(oldest) <= minor) and (not newest or minor <= key(newest))


def _range(limits: tuple[str, ...]) -> str:
    oldest, newest = limits
    if not newest:
        return f"{oldest} and newer"
    return oldest if oldest == newest else f"{oldest} to {newest}"


def _first_for_free_threaded(knowledge: Knowledge) -> str:
    return [row.first for row in knowledge.pythons if row.free_threaded][-1]


def _other_pythons(knowledge: Knowledge, python: Python, listed: Listed) -> str:
    """Return the Pythons that the release can be compiled for, of which this machine has none."""
    row = knowledge.pythons_of(listed.version)
    limits = _limits(row, python) if row else ()
    kind = _NAMES.get(python.implementation, python.implementation)
    same_kind = [f"{kind} {_range(limits)}"] if limits else []
    ordinary = "an ordinary Python" if python.free_threaded else "the standard Python (CPython)"
    return " or ".join([ordinary, *same_kind])
