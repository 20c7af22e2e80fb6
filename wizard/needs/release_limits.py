"""Which limits apply to the release: from the environment, from settings, and from a project."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.facts import Facts, Listed, Project
from wizard.limits import Limit
from wizard.refused import Refused
from wizard.target_environment import Target


def find_limits(facts: Facts, target: Target, project: Project | None) -> tuple[Limit, ...]:
    """Return every limit for an installation of ``project`` (None: cryptography alone) into
    ``target``."""
    del facts, target
    return project.limits if project else ()


def refuse(listed: Listed, limits: Sequence[Limit]) -> Refused:
    """Return the refusal of a release that these limits do not allow."""
    reasons = " ".join(sentence(limit) for limit in limits)
    return Refused(f"{listed.version} is not allowed here: {reasons}")


def sentence(limit: Limit) -> str:
    """Return the limit as a sentence."""
    where = f" ({limit.location})" if limit.location else ""
    if limit.before:
        return f"{limit.owner} allows only what was published before {limit.before}{where}."
    return f"{limit.owner} allows only cryptography{limit.specifier}{where}."
