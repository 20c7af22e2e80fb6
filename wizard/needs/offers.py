"""What the chosen target can have: each release, as a wheel or from source, or why not."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard import target_environment
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.facts import Facts, Listed, Listing, Python
from wizard.knowledge import Knowledge, Release
from wizard.needs import build_needs, wheels
from wizard.needs.tags import modern
from wizard.target_environment import Target
from wizard.versions import key


@dataclass(frozen=True)
class Offer:
    """One release for one target. Each method has a reason where it is closed, else is empty."""

    listed: Listed
    row: Release
    wheel: str
    source: build_needs.BuildNeeds

    def closed(self, method: str) -> str:
        """Why this release cannot be had by ``method`` (empty: by either); empty where it can."""
        if method == "wheel":
            return self.wheel
        if method == "source":
            return self.source.reason
        return "" if not self.wheel or not self.source.reason else self.wheel


def listing(facts: Facts, knowledge: Knowledge) -> Listing:
    """The releases there are: as the index lists them, or as documented where nobody asked it."""
    if facts.listing is not None and facts.listing.releases:
        return facts.listing
    return wheels.documented(knowledge)


def find(facts: Facts, knowledge: Knowledge, version: str) -> Listed:
    """The release of this version.

    Raises BadRequest where there never was one (with the nearest that exists), or it was yanked.
    """
    releases = listing(facts, knowledge).releases
    for listed in releases:
        if listed.version == version:
            if listed.yanked:
                raise BadRequest(
                    f"cryptography {version} was withdrawn by its makers.",
                    why=listed.yanked,
                    hints=_nearest(releases, version),
                )
            return listed
    raise BadRequest(
        f"There is no release {version} of cryptography that this wizard can install.",
        hints=_nearest(releases, version),
    )


def offer(
    facts: Facts, knowledge: Knowledge, target: Target, choices: Choices, listed: Listed
) -> Offer:
    """What this target can have of one release."""
    row = knowledge.release(listed.version, listed=True)
    found = Offer(
        listed,
        row,
        wheel_reason(target.python, listed, knowledge),
        _source(facts, knowledge, target, choices, listed, row),
    )
    if not choices.wheelhouse:
        return found
    for other in target_environment.targets(facts, choices):
        if other != target:
            found = _also(facts, knowledge, found, target, other, choices)
    return found


def _also(
    facts: Facts, knowledge: Knowledge, found: Offer, first: Target, other: Target, choices: Choices
) -> Offer:
    """The offer for one more Python, with all that has to be installed for it as well."""
    listed = found.listed
    wheel = found.wheel or wheel_reason(other.python, listed, knowledge)
    if target_environment.shares_wheel(first.python, other.python, found.row):
        needs = build_needs.BuildNeeds(wheels.unfit(other.python, listed))
    else:
        needs = _source(facts, knowledge, other, choices, listed, found.row)
    if found.source.reason or found.source.refresh:
        needs = found.source
    elif not needs.reason:
        missing = tuple(dict.fromkeys((*found.source.missing, *needs.missing)))
        needs = replace(found.source, missing=missing)
    return replace(found, wheel=wheel, source=needs)


def wheel_reason(python: Python, listed: Listed, knowledge: Knowledge) -> str:
    """Why no wheel of this release fits, whatever pip is used; empty where one does.

    A pip that is too old is no reason: the plan upgrades it.
    """
    found = wheels.fit(python, listed, knowledge, accepts=modern(python))
    return "" if found.wheel else found.reason


def _source(
    facts: Facts,
    knowledge: Knowledge,
    target: Target,
    choices: Choices,
    listed: Listed,
    row: Release,
) -> build_needs.BuildNeeds:
    if not listed.sdist:
        return build_needs.BuildNeeds(f"The index has no source archive of {listed.version}.")
    unfit = wheels.unfit(target.python, listed)
    if unfit:
        return build_needs.BuildNeeds(unfit)
    return build_needs.assess(facts, knowledge, target.python, row, choices, target.folder)


def _nearest(releases: tuple[Listed, ...], version: str) -> tuple[str, ...]:
    usable = [r.version for r in releases if not r.yanked]
    if not usable:
        return ()
    newest = usable[0]
    at = key(version)
    below = next((v for v in usable if key(v) <= at), "")
    above = next((v for v in reversed(usable) if key(v) >= at), "")
    near = [v for v in dict.fromkeys((below, above)) if v]
    return (f"Nearest: {' and '.join(near)}. Newest: {newest}.",)
