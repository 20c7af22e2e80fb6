"""What the packages of an environment require from each other, from their metadata.

`parse` makes `wizard.facts.Installed` of what ``target/describe.py`` read, with the markers of each
requirement evaluated for that Python. The other functions are pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wizard.facts import Installed
from wizard.markers import is_true


@dataclass(frozen=True)
class Conflict:
    """A requirement of an installed package that is not satisfied.

    ``package`` has it, ``requirement`` is what it needs, and ``found`` the version that is
    installed, or empty.
    """

    package: Installed
    requirement: str
    found: str

    @property
    def key(self) -> tuple[str, str]:
        """Which package cannot be satisfied about which other: both as normalized names."""
        return normalized(self.package.name), split(self.requirement)[0]

    @property
    def sentence(self) -> str:
        """The conflict as a sentence."""
        found = f"but {self.found} is installed" if self.found else "which is missing"
        return f"{self.package.label} requires {self.requirement}, {found}."


def normalized(name: str) -> str:
    """Return a package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse(described: Mapping[str, Any]) -> tuple[Installed, ...]:
    """Return the packages that ``target/describe.py`` found.

    A requirement counts if its marker is true for that Python. Which extras were requested by the
    user is recorded nowhere; those that other installed packages request count too. A requirement
    that does not follow PEP 508 is left out, as pip does.
    """
    from packaging.requirements import InvalidRequirement, Requirement  # slow to import

    parsed: dict[str, list[Requirement]] = {}
    for package in described["found"]:
        parsed[normalized(package["name"])] = requirements = []
        for line in package["requires"]:
            try:
                requirements.append(Requirement(line))
            except InvalidRequirement:
                continue
    extras: dict[str, set[str]] = {name: {""} for name in parsed}

    def is_active(owner: str, requirement: Requirement) -> bool:
        marker = requirement.marker
        return marker is None or any(
            is_true(marker, described["markers"], extra) for extra in extras[owner]
        )

    changed = True
    while changed:
        changed = False
        for owner, requirements in parsed.items():
            for requirement in requirements:
                wanted = extras.get(normalized(requirement.name), set())
                more = requirement.extras - wanted
                if (
                    more
                    and normalized(requirement.name) in extras
                    and is_active(owner, requirement)
                ):
                    wanted |= more
                    changed = True
    return tuple(
        Installed(
            name=package["name"],
            version=package["version"],
            requires=tuple(
                dict.fromkeys(
                    f"{requirement.name}{requirement.specifier}"
                    for requirement in parsed[normalized(package["name"])]
                    if is_active(normalized(package["name"]), requirement)
                )
            ),
            modules=tuple(package.get("modules", ())),
            origin=package["origin"],
            damaged=package.get("damaged", False),
        )
        for package in described["found"]
    )


def split(requirement: str) -> tuple[str, str]:
    """Return the name, normalized, and the version specifier of a requirement without markers."""
    found = re.match(r"([\w.-]*\w)\s*(.*)", requirement)
    return (normalized(found[1]), found[2]) if found else ("", "")


def versions(packages: Iterable[Installed]) -> dict[str, str]:
    """Return the version of each package by its normalized name."""
    return {normalized(package.name): package.version for package in packages}


def conflicts(packages: Sequence[Installed]) -> tuple[Conflict, ...]:
    """Return the requirements that are not satisfied: what ``pip check`` reports."""
    present = versions(packages)
    return tuple(
        Conflict(package, requirement, present.get(name, ""))
        for package in packages
        for requirement in package.requires
        for name, specifier in (split(requirement),)
        if name not in present or not contains(specifier, present[name])
    )


def specifiers(packages: Iterable[Installed], name: str) -> tuple[tuple[Installed, str], ...]:
    """Return the packages that require ``name``, each with its version specifier."""
    return tuple(
        (package, specifier)
        for package in packages
        for required, specifier in map(split, package.requires)
        if required == name
    )


def dependents(packages: Sequence[Installed], names: Iterable[str]) -> tuple[Installed, ...]:
    """Return the packages that need one of ``names`` (normalized), directly or not."""
    reached = set(names)
    found: dict[str, Installed] = {}
    grows = True
    while grows:
        more = {
            normalized(package.name): package
            for package in packages
            if normalized(package.name) not in found
            and any(split(requirement)[0] in reached for requirement in package.requires)
        }
        found.update(more)
        reached |= more.keys()
        grows = bool(more)
    return tuple(package for package in packages if normalized(package.name) in found)


def contains(specifier: str, version: str) -> bool:
    """Return whether a version satisfies a specifier. One that cannot be compared does."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        return not specifier or SpecifierSet(specifier).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return True  # pip before 24.1 installed such packages, and cannot compare them either


def overlap(one: str, other: str) -> bool:
    """Return whether some version may satisfy both specifiers.

    Where one ends and the other begins decides, so the versions that they name are tried, each also
    with a further number behind it.
    """
    named = re.findall(r"\d[\w.]*", f"{one},{other}")
    tried = [text.rstrip(".") for text in named] or ["1"]
    tried += [f"{text}.1" for text in tried] + ["0"]
    return any(contains(one, version) and contains(other, version) for version in tried)
