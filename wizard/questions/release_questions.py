"""The questions about what to install: the release, the packages that it breaks, the method."""

from __future__ import annotations

import assets
from wizard.facts import Listed
from wizard.method import compiles, methods
from wizard.needs import release_limits
from wizard.needs.case import Case, Offer
from wizard.questions.question import Option, Question
from wizard.refused import Refused
from wizard.wording import joined

EARLIER_LINES = 5
"""How many earlier release lines are offered in addition to the newest; users can type others."""


def release_question(case: Case) -> Question | None:
    method = case.choices.method
    best = best_release(case)
    releases: list[Listed] = []
    lines: set[str] = set()
    for listed in case.releases:
        line = listed.version.split(".", 1)[0]
        if listed is best or (line not in lines and len(lines) <= EARLIER_LINES):
            releases.append(listed)
        lines.add(line)
    options = tuple(
        Option.checked(
            offer.listed.version,
            offer.listed.version,
            _release_detail(case, offer, best),
            offer.blocked_by(method),
        )
        for offer in (case.offer(listed) for listed in releases)
    )
    return Question(
        "release",
        "Which release of cryptography?",
        assets.text("questions/release.md"),
        options,
        best.version if best else "",
        _why_this_release(case, best, case.offer(case.releases[0])),
        free="Another release",
        example="for example 46.0.7",
    )


def dependents_question(case: Case) -> Question | None:
    """Ask what to do about packages that work now, but not with the chosen release."""
    before = case.with_(dependents="")
    broken = before.broken_by(before.release)
    if not broken:
        return None
    release, environment = before.choices.release, before.target.folder
    names = joined(tuple(dict.fromkeys(limit.package for limit in broken)))
    them = "it" if len({limit.package for limit in broken}) == 1 else "them"
    no_upgrade = (
        Refused("A wheelhouse contains only cryptography and what it needs.")
        if case.choices.from_wheelhouse
        else None
    )
    options = (
        Option.checked(
            "upgrade",
            f"Upgrade {names} too",
            f"The installer looks for a newer {names} that works with {release}. If there is no "
            "such version, nothing is changed.",
            no_upgrade,
        ),
        Option(
            "new",
            f"Use a new environment: {before.with_(dependents='new').target.folder}",
            f"cryptography {release} is installed there, and {environment} stays as it is.",
        ),
        Option(
            "ignore",
            "Install it anyway",
            f"This breaks {names}: do it only if you do not need {them}.",
        ),
    )
    sentences = " ".join(dict.fromkeys(map(release_limits.sentence, broken)))
    return Question(
        "dependents",
        f"cryptography {release} would break {names}. What should the wizard do?",
        assets.text("questions/dependents.md"),
        options,
        "new" if no_upgrade else "upgrade",
        sentences,
        required=True,
    )


def method_question(case: Case) -> Question | None:
    offer = case.offer()
    options = tuple(
        Option.checked(name, method.label, method.consequence(offer), offer.blocked_by(name))
        for name, method in methods().items()
    )
    recommended = offer.best_method()
    return Question(
        "method",
        "Install a ready-made wheel, or compile from source?",
        assets.text("questions/method.md"),
        options,
        recommended,
        _why_this_method(case, recommended),
    )


def _why_this_method(case: Case, recommended: str) -> str:
    if not recommended:
        return ""
    because = case.why_build if compiles(recommended) else ""
    return because or methods()[recommended].because


def best_release(case: Case) -> Listed | None:
    """Return the newest release that the chosen method (or else the best one) can install.

    One that every installed package allows comes first, then one that breaks no package that works
    now.
    """
    method = case.choices.method
    allowed = [listed for listed in case.releases if not case.limits_against(listed)]
    harmless = [listed for listed in case.releases if not case.broken_by(listed)]
    tried: set[tuple[str, str]] = set()  # a later list contains the earlier ones
    for releases in (allowed, harmless, case.releases):
        for name in (method,) if method else case.method_names:
            for listed in releases:
                if (name, listed.version) in tried:
                    continue
                if not case.offer(listed).blocked_by(name):
                    return listed
                tried.add((name, listed.version))
    return None


def _why_this_release(case: Case, best: Listed | None, newest: Offer) -> str:
    against = case.limits_against(newest.listed)
    allowed = next((r for r in case.releases if not case.limits_against(r)), None)
    if best and against and best is allowed:
        owners = joined(tuple(dict.fromkeys(limit.owner for limit in against)))
        allows = "allows" if len({limit.owner for limit in against}) == 1 else "allow"
        return f"Recommended: {best.version}. It is the newest release that {owners} {allows}."
    if best is newest.listed:
        newest_version = newest.listed.version
        return f"Recommended: {newest_version}. It is the newest release, and it works here."
    if best is None:
        return ""
    if newest.wheel_blocked_by and not newest.source_blocked_by:
        return (
            f"Recommended: {best.version}. It is the newest release with a wheel for this "
            f"computer. {newest.listed.version} can be compiled here, which takes minutes and "
            "gives you all security fixes."
        )
    return f"Recommended: {best.version}. It is the newest release that works here."


def _release_detail(case: Case, offer: Offer, best: Listed | None) -> str:
    method = case.choices.method
    names = (method,) if method else case.method_names
    possible = (name for name in names if not offer.blocked_by(name))
    source = next((methods()[name].brief for name in possible), "")
    broken = case.broken_by(offer.listed)
    if source and broken:
        return f"{source}; breaks {joined(tuple(dict.fromkeys(b.owner for b in broken)))}."
    caveat = case.knowledge.caveat(offer.listed.version, bundled=False)
    if best is offer.listed or not caveat:
        return f"{source}." if source else ""
    # The full warning is in the plan's notes; here there is only one line.
    return f"{source}; newer releases fix security bugs."
