"""Which limits apply to the release: from the environment, from settings, and from a project."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.facts import Facts, Listed
from wizard.limits import Limit
from wizard.refused import Refused
from wizard.target_environment import Target


def find_limits(facts: Facts, target: Target) -> tuple[Limit, ...]:
    """Return every limit for an installation into ``target``."""
    del facts, target
    return ()


def refuse(listed: Listed, limits: Sequence[Limit]) -> Refused:
    """Return the refusal of a release that these limits do not allow."""
    reasons = " ".join(_sentence(limit) for limit in limits)
    return Refused(f"{listed.version} is not allowed here: {reasons}")


def _sentence(limit: Limit) -> str:
    where = f" ({limit.source})" if limit.source else ""
    if limit.before:
        return f"{limit.owner} allows only what was published before {limit.before}{where}."
    return f"{limit.owner} allows only cryptography{limit.specifier}{where}."
