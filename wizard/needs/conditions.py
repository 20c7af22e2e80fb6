"""All conditions: what this machine and this Python decide about an installation.

Each condition is described in one place, by a function from a `Subject`. The doctor shows it, a
plan contains its note once, and a way that it makes impossible is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from wizard.needs import emulation, fips_mode, index_access, interpreter, storage, surroundings
from wizard.needs.condition import Condition, Subject, Way
from wizard.refused import Refused

_FINDERS = (
    interpreter.python_home,
    interpreter.shadowed,
    interpreter.wrong_suffix,
    surroundings.android,
    storage.undecodable_environment,
    storage.unusable_environment,
    storage.read_only_environment,
    storage.full_environment,
    storage.unusable_temporary,
    storage.full_temporary,
    storage.full_state,
    index_access.unreadable,
    interpreter.other_libc,
    surroundings.lost_authorities,
    fips_mode.condition,
    emulation.condition,
    interpreter.conda,
    interpreter.store,
    surroundings.sandbox,
    surroundings.wsl,
    storage.cloud_environment,
    surroundings.container,
)
"""The most serious first: the first refusal is the one that is reported."""


def find(subject: Subject) -> tuple[Condition, ...]:
    """Return the conditions that apply, the most serious first."""
    return tuple(filter(None, (finder(subject) for finder in _FINDERS)))


def refusal(conditions: Iterable[Condition], way: Way) -> Refused | None:
    """Return why this way is not possible under these conditions, or None if it is."""
    found = refusing(conditions, way)
    effect = found.effect(way) if found else None
    return effect if isinstance(effect, Refused) else None


def refusing(conditions: Iterable[Condition], way: Way) -> Condition | None:
    """Return the condition that makes this way impossible, or None if it is possible."""
    return next((c for c in conditions if isinstance(c.effect(way), Refused)), None)


def notes(conditions: Iterable[Condition], way: Way) -> tuple[str, ...]:
    """Return the sentences for a plan that goes this way."""
    effects = (condition.effect(way) for condition in conditions)
    return tuple(effect for effect in effects if isinstance(effect, str) and effect)


def why_build(conditions: Iterable[Condition]) -> str:
    """Return why a build is recommended, in one sentence; empty if it is not."""
    return next((condition.because for condition in conditions if condition.because), "")
