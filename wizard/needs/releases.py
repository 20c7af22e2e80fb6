"""The available releases, and how to find one by its version."""

from __future__ import annotations

from packaging.version import InvalidVersion

from wizard.facts import Facts, Listed
from wizard.knowledge import Knowledge
from wizard.needs import wheels
from wizard.refused import Refused
from wizard.versions import key, release_number
from wizard.wording import joined


def listing(facts: Facts, knowledge: Knowledge) -> tuple[Listed, ...]:
    """Return the releases that the index lists, or the documented ones if it was not asked."""
    if facts.listing is not None and facts.listing.releases:
        return facts.listing.releases
    return wheels.documented(knowledge).releases


def is_final(listed: Listed) -> bool:
    """Whether a release can be recommended: it was not yanked, and is not a pre-release."""
    try:
        return not listed.yanked and not release_number(listed.version).is_prerelease
    except InvalidVersion:
        return False


def find(releases: tuple[Listed, ...], version: str) -> Listed | Refused:
    """Return the release of this version, or why it cannot be used: unknown, or yanked."""
    for listed in releases:
        if listed.version == version:
            if listed.yanked:
                return Refused(
                    f"cryptography {version} was withdrawn by its developers.",
                    _nearest(releases, version),
                    why=listed.yanked,
                )
            return listed
    return Refused(
        f"There is no release {version} of cryptography that the wizard can install.",
        _nearest(releases, version),
    )


def _nearest(releases: tuple[Listed, ...], version: str) -> tuple[str, ...]:
    usable = [r.version for r in releases if not r.yanked]
    if not usable:
        return ()
    newest = usable[0]
    requested = key(version)
    line = next((v for v in usable if f"{v}.".startswith(f"{version}.")), "")
    if line:
        return (f"The newest of {version}: --release {line}",)
    below = next((v for v in usable if key(v) <= requested), "")
    above = next((v for v in reversed(usable) if key(v) >= requested), "")
    near = [v for v in dict.fromkeys((below, above)) if v]
    named = "" if near == [newest] else f"Nearest: {joined(near)}. "
    return (f"{named}Newest: {newest}.",)
