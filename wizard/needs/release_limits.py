"""Which limits apply to the release: from the environment, from settings, and from a project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wizard import installed
from wizard.facts import Installed, Listed, Python
from wizard.knowledge import Knowledge
from wizard.limits import Limit
from wizard.needs import requirements
from wizard.refused import Refused
from wizard.target_environment import Target

CHOICES = ("from_wheelhouse",)
"""The choices, beside those of the target, that determine the limits."""


def of_packages(target: Target, knowledge: Knowledge) -> Iterator[Limit]:
    """Yield the limits of the packages that are in the environment."""
    packages = () if target.new else target.python.packages or ()
    for package, specifier in installed.specifiers(packages, requirements.CRYPTOGRAPHY):
        if specifier:
            yield Limit("package", package.label, specifier, package=package.name)
    yield from _through_other_packages(packages, target.python, knowledge)
    for package in packages:
        for row in knowledge.dependents:
            name = installed.normalized(package.name)
            if name == row.package and installed.contains(row.versions, package.version):
                yield Limit("package", package.label, row.allows, row.reason, package=package.name)


def _through_other_packages(
    packages: Sequence[Installed], python: Python, knowledge: Knowledge
) -> Iterator[Limit]:
    """Yield the limits of packages that need an older version of what cryptography itself needs.

    Each requirement of cryptography only ever asked for newer versions, so such a package allows
    all releases before the first that asks for too new a version.
    """
    others = [p for p in packages if installed.normalized(p.name) != requirements.CRYPTOGRAPHY]
    first: dict[tuple[str, str], str] = {}
    for row in knowledge.releases:  # the newest first, so that the oldest is kept
        for name, specifier in map(installed.split, requirements.of_release(row, python)):
            for package, wanted in installed.specifiers(others, name):
                if not installed.overlap(specifier, wanted):
                    owner = f"{package.label} (which needs {name}{wanted})"
                    first[package.name, owner] = row.first
    for (name, owner), version in first.items():
        yield Limit("package", owner, f"<{version}", package=name)


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
