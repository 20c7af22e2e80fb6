"""Conditions over facts, as the tables write them: ``os=linux, machine!=x86_64|aarch64``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache


def holds(condition: str, facts: Mapping[str, str]) -> bool:
    """Return whether all parts of a condition hold. A fact that is not known is empty."""
    return all(
        (facts.get(name, "") in values) == wanted for name, wanted, values in parse(condition)
    )


@cache
def parse(condition: str) -> tuple[tuple[str, bool, frozenset[str]], ...]:
    """Return the parts of a condition: the fact, whether it must or must not be one of the values.

    Raises ValueError if a part is neither ``name=value|value`` nor ``name!=value``.
    """
    parts = []
    for part in filter(None, (text.strip() for text in condition.split(","))):
        name, equals, values = part.partition("=")
        if not equals:
            raise ValueError(part)
        parts.append((name.rstrip("!"), not name.endswith("!"), frozenset(values.split("|"))))
    return tuple(parts)
