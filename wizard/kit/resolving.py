"""Which files a target gets: the requirements of a kit, resolved for a computer that is not here.

pip's own resolver answers markers for the Python that runs it, and uv knows only some kinds of
computers. resolvelib, pip's resolver as a library, gets the tags and markers of the target here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Optional, Protocol

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version
from resolvelib import AbstractProvider, BaseReporter, Resolver
from resolvelib.resolvers import ResolutionImpossible, ResolutionTooDeep

from wizard.kit import platforms
from wizard.kit.platforms import Target
from wizard.markers import is_true
from wizard.versions import allows
from wizard.wording import joined

if TYPE_CHECKING:
    from resolvelib.structs import RequirementInformation

MOST_ROUNDS = 2000
"""Steps of the resolver for one target: a project with some hundred packages takes one for each."""

Identifier = tuple[str, frozenset[str]]
"""The normalized name of a package, and its extras."""


@dataclass(frozen=True)
class Wheel:
    """One wheel that can be downloaded, or that is in a folder.

    ``tags`` are single tags. ``address`` is where it is. ``size`` is in bytes, 0 if unknown.
    ``metadata`` says that its metadata is beside it, in a separate file. ``yanked`` is the reason,
    or None.
    """

    file: str
    name: str
    version: Version
    tags: frozenset[str]
    sha256: str = ""
    size: int = 0
    address: str = ""
    requires_python: str = ""
    yanked: Optional[str] = None
    metadata: bool = False


class Source(Protocol):
    """Where wheels are: an index, or the folder of a kit."""

    def wheels(self, name: str) -> Sequence[Wheel]:
        """Return all wheels of a package; none if it is unknown. ``name`` is normalized."""

    def requires(self, wheel: Wheel) -> Sequence[str]:
        """Return what a wheel requires: the lines of Requires-Dist."""


class Unresolved(Exception):
    """No files fit together for a target. ``why`` says so in one sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class _Candidate:
    wheel: Wheel
    extras: frozenset[str] = frozenset()


def wheel_of(file: str, **more: Any) -> Optional[Wheel]:
    """Return the wheel with this file name, or None if it is not the name of a wheel."""
    try:
        name, version, _build, tags = _parsed(file)
    except InvalidWheelFilename:
        return None
    return Wheel(file, name, version, frozenset(map(str, tags)), **more)


@lru_cache(maxsize=65536)
def _parsed(file: str) -> Any:
    return parse_wheel_filename(file)


def best(wheels: Iterable[Wheel], target: Target, glibc: str = "") -> Optional[Wheel]:
    """Return the wheel for the oldest systems; None if no wheel is for this target.

    All of them are of one version. A wheel for this kind of computer comes before one for any.
    """
    ranks = platforms.ranks(target, glibc)

    def order(wheel: Wheel) -> tuple[bool, tuple[int, int], int]:
        fitting = [tag for tag in wheel.tags if tag in ranks]
        oldest = min((platforms.floor(tag) or (0, 0) for tag in fitting), default=(0, 0))
        rank = min(ranks[tag] for tag in fitting)
        return all(tag.endswith("-any") for tag in fitting), oldest, rank

    fitting = (wheel for wheel in wheels if not ranks.keys().isdisjoint(wheel.tags))
    return min(fitting, key=order, default=None)


def floor(wheels: Iterable[Wheel], target: Target) -> str:
    """Return the oldest system on which all these wheels of a target work; empty if any does.

    It is a version of macOS, or of the C library.
    """
    ranks = platforms.ranks(target, "2.99")
    floors = []
    for wheel in wheels:
        stated = [platforms.floor(tag) for tag in wheel.tags if tag in ranks]
        if stated and None not in stated:
            floors.append(min(each for each in stated if each is not None))
    return ".".join(map(str, max(floors))) if floors else ""


def resolve(
    requirements: Iterable[Requirement],
    target: Target,
    source: Source,
    *,
    glibc: str = "",
    constraints: Iterable[Requirement] = (),
) -> tuple[Wheel, ...]:
    """Return the wheels that a target needs, sorted by name.

    ``constraints`` only limit versions. Raises Unresolved if there are none, and what the source
    raises.
    """
    provider = _Provider(target, source, glibc, tuple(constraints))
    wanted = [each for each in requirements if provider.applies(each)]
    resolver: Resolver[Requirement, _Candidate, Identifier] = Resolver(provider, BaseReporter())
    try:
        result = resolver.resolve(wanted, max_rounds=MOST_ROUNDS)
    except ResolutionImpossible as problem:
        raise Unresolved(_sentence(tuple(problem.causes), provider)) from None
    except ResolutionTooDeep:
        raise Unresolved(
            f"No versions that fit together were found in {MOST_ROUNDS} steps."
        ) from None
    found = {candidate.wheel.name: candidate.wheel for candidate in result.mapping.values()}
    return tuple(found[name] for name in sorted(found))


def parsed(lines: Iterable[str]) -> tuple[Requirement, ...]:
    """Return the requirements of a wheel's metadata; pip, too, ignores one that it cannot read."""
    found = []
    for line in lines:
        try:
            found.append(Requirement(line))
        except InvalidRequirement:
            continue
    return tuple(found)


class _Provider(AbstractProvider[Requirement, _Candidate, Identifier]):
    """Answers resolvelib's questions for one target."""

    def __init__(
        self, target: Target, source: Source, glibc: str, constraints: tuple[Requirement, ...]
    ) -> None:
        self.target = target
        self.source = source
        self.glibc = glibc
        self.python = platforms.pretended(target).version
        self.markers = platforms.markers(target)
        self.known: dict[str, dict[Version, Wheel]] = {}
        self.allowed: dict[str, bool] = {}
        self.limits: dict[str, SpecifierSet] = {}
        for each in filter(self.applies, constraints):
            name = canonicalize_name(each.name)
            self.limits[name] = self.limits.get(name, SpecifierSet()) & each.specifier

    def applies(self, requirement: Requirement, extra: str = "") -> bool:
        """Return whether the marker of a requirement is true on the target."""
        marker = requirement.marker
        return marker is None or is_true(marker, self.markers, extra)

    def identify(self, requirement_or_candidate: Requirement | _Candidate) -> Identifier:
        if isinstance(requirement_or_candidate, Requirement):
            name = canonicalize_name(requirement_or_candidate.name)
            return name, frozenset(requirement_or_candidate.extras)
        return requirement_or_candidate.wheel.name, requirement_or_candidate.extras

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, _Candidate],  # noqa: ARG002 - resolvelib names them
        candidates: Mapping[Identifier, Iterator[_Candidate]],  # noqa: ARG002
        information: Mapping[Identifier, Iterator[RequirementInformation[Requirement, _Candidate]]],
        backtrack_causes: Sequence[RequirementInformation[Requirement, _Candidate]],
    ) -> Any:
        """Decide what was named first, then what has the narrowest limits, by name at last."""
        rows = list(information[identifier])
        is_cause = any(self.identify(cause.requirement) == identifier for cause in backtrack_causes)
        pinned = any(
            spec.operator in ("==", "===") for row in rows for spec in row.requirement.specifier
        )
        return not is_cause, not pinned, all(row.parent for row in rows), identifier[0]

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[Requirement]],
        incompatibilities: Mapping[Identifier, Iterator[_Candidate]],
    ) -> list[_Candidate]:
        name, extras = identifier
        specifier = self.limits.get(name, SpecifierSet())
        for requirement in requirements[identifier]:
            specifier &= requirement.specifier
        wrong = {candidate.wheel.version for candidate in incompatibilities[identifier]}
        found = self.versions(name)
        # As in pip: a version before a release counts only if it is named, or if there is no other.
        allowed = sorted(specifier.filter(found), reverse=True)
        chosen = (found[version] for version in allowed if version not in wrong)
        return [_Candidate(wheel, extras) for wheel in chosen]

    def versions(self, name: str) -> dict[Version, Wheel]:
        """Return the best wheel of each version that has one for the target."""
        if name not in self.known:
            self.known[name] = self._versions(name)
        return self.known[name]

    def _versions(self, name: str) -> dict[Version, Wheel]:
        groups: dict[Version, list[Wheel]] = {}
        for wheel in self.source.wheels(name):
            rule = wheel.requires_python
            if rule not in self.allowed:  # a page has thousands of files, and few rules
                self.allowed[rule] = allows(rule, self.python)
            if wheel.yanked is None and self.allowed[rule]:
                groups.setdefault(wheel.version, []).append(wheel)
        fitting = {
            version: best(wheels, self.target, self.glibc) for version, wheels in groups.items()
        }
        return {version: wheel for version, wheel in fitting.items() if wheel is not None}

    def is_satisfied_by(self, requirement: Requirement, candidate: _Candidate) -> bool:
        return requirement.specifier.contains(candidate.wheel.version, prereleases=True)

    def get_dependencies(self, candidate: _Candidate) -> list[Requirement]:
        wheel = candidate.wheel
        found = []
        if candidate.extras:  # the package itself, in the same version
            found.append(Requirement(f"{wheel.name}=={wheel.version}"))
        for requirement in parsed(self.source.requires(wheel)):
            extras = candidate.extras or ("",)
            if any(self.applies(requirement, extra) for extra in extras):
                found.append(requirement)
        return found


def _sentence(
    causes: Sequence[RequirementInformation[Requirement, _Candidate]], provider: _Provider
) -> str:
    """Return why nothing fits together, from the requirements that contradict each other."""
    rows = {
        f"{cause.requirement.name}{cause.requirement.specifier}"
        + (f" (for {cause.parent.wheel.name} {cause.parent.wheel.version})" if cause.parent else "")
        for cause in causes
    }
    names = sorted({canonicalize_name(cause.requirement.name) for cause in causes})
    missing = [name for name in names if not provider.versions(name)]
    if missing:
        return f"{joined(missing)} {'have' if len(missing) > 1 else 'has'} no wheel for it."
    return f"These do not fit together, with a wheel for each: {joined(sorted(rows))}."
