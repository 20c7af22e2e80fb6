"""Which limits apply to the release: from the environment, from settings, and from a project."""

from __future__ import annotations

from collections.abc import Sequence

from wizard.choices import Choices
from wizard.facts import Facts, Listed, Project
from wizard.limits import Limit
from wizard.needs import tool_settings
from wizard.refused import Refused
from wizard.target_environment import Target

CHOICES = ("project", "installer", "from_wheelhouse")
"""The choices, beside those of the target, that determine the limits."""


def find_limits(
    facts: Facts, target: Target, choices: Choices, project: Project | None
) -> tuple[Limit, ...]:
    """Return every limit for an installation of ``project`` (None: cryptography alone) into
    ``target``."""
    return (*_setting_limits(facts, target, choices), *(project.limits if project else ()))


def _setting_limits(facts: Facts, target: Target, choices: Choices) -> tuple[Limit, ...]:
    return tool_settings.limits(tool_settings.relevant(facts, target.python, choices))


def refuse(listed: Listed, limits: Sequence[Limit]) -> Refused:
    """Return the refusal of a release that these limits do not allow."""
    reasons = " ".join(sentence(limit, listed) for limit in limits)
    return Refused(f"{listed.version} is not allowed here: {reasons}")


def sentence(limit: Limit, listed: Listed | None = None) -> str:
    """Return what a limit says, and where; and whether the date of this release is unknown."""
    where = f" ({limit.location})" if limit.location else ""
    if limit.before:
        unknown = "" if listed is None or listed.uploaded else ", and the index states no dates"
        return (
            f"{limit.owner} allows only what was published before {limit.before}{where}{unknown}."
        )
    return f"{limit.owner} allows only cryptography{limit.specifier}{where}."
