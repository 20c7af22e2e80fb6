"""The questions of a source build: the package manager, OpenSSL, and Rust."""

from __future__ import annotations

import assets
from backends.manager import managers
from wizard.facts import Facts
from wizard.knowledge import OpenSSLSource
from wizard.needs import build_needs, package_steps
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.case import Case, Offer
from wizard.needs.openssl import buildable, ended, longest, supported
from wizard.openssl_choice import OpenSSLFolder, OpenSSLVersion
from wizard.questions.question import Option, Question
from wizard.refused import Refused

_SYSTEM = ("present", "packages")
"""The kinds of `wizard.needs.rust.Toolchain` that come from this system."""


def manager(case: Case) -> Question | None:
    """Ask which package manager installs what is missing."""
    facts, choices = case.facts, case.choices
    present = build_needs.available(facts, case.knowledge)
    native = any(not build_needs.foreign(facts, names) for _, names in present)
    options = []
    for found, names in present:
        offer = case.with_(manager=found.name).offer()
        blocked = offer.source_blocked_by
        if native and build_needs.foreign(facts, names):
            blocked = Refused("This system is not managed with it; other systems are.")
        if found.problem:
            blocked = Refused(found.problem)
        label = managers()[found.name].label
        options.append(Option.checked(found.name, label, _brings(offer.needs), blocked))
    best = case.with_(manager="").offer().needs
    open_ = [option.value for option in options if not option.closed]
    recommended = best.manager if best and best.manager in open_ else next(iter(open_), "")
    if not recommended and not choices.manager:
        return None  # everything is installed, or the method question has already said why not
    return Question(
        "manager",
        "Which package manager should install what is missing?",
        assets.text("questions/manager.md"),
        tuple(options),
        recommended,
        f"Recommended: {managers()[recommended].label}. It has the fewest packages to install."
        if recommended
        else "",
    )


def origin(case: Case) -> Question | None:
    """Ask where OpenSSL comes from and how it is linked."""
    system = case.with_(openssl="system", link="dynamic").offer()
    inside = case.with_(openssl="system", link="static").offer().source_blocked_by
    number = _number(system)
    whose, keeper = _whose(case.facts, system), _keeper(case.facts, system)
    built = _built_here(case)
    if inside and any(("link", "static") in each.fills and not each.closed for each in built):
        inside = Refused(f"{inside.reason} {_INSTEAD}")
    options = (
        _openssl_option(
            "system",
            "dynamic",
            f"The OpenSSL{number} of {whose}, used from its folder (dynamic)",
            f"{keeper} it. No extra time.",
            system.source_blocked_by,
        ),
        _openssl_option(
            "system",
            "static",
            f"The OpenSSL{number} of {whose}, copied into cryptography (static)",
            "To update OpenSSL later, you must rebuild. No extra time.",
            inside,
        ),
        *built,
    )
    best = next((option for option in options if not option.closed), None)
    recommended = best.value if best else ""
    because = f"Recommended: {best.label}. It is the simplest possible choice." if best else ""
    if recommended == options[0].value and keeper != _YOU:
        because = f"Recommended: dynamic, from {whose}. Updates are automatic."
    return Question(
        "openssl",
        "Where should OpenSSL come from?",
        assets.text("questions/openssl.md"),
        options,
        recommended,
        because,
        free="An OpenSSL you built yourself (enter its folder)",
        example="for example /opt/openssl-3.5",
        fields=("openssl", "link"),
    )


def _openssl_option(
    openssl: str, link: str, label: str, consequence: str, blocked: Refused | None
) -> Option:
    """One way to use one OpenSSL: an answer that makes two choices."""
    fills = (("openssl", openssl), ("link", link))
    return Option.checked(f"{openssl} {link}", label, consequence, blocked, fills)


def _built_here(case: Case) -> tuple[Option, ...]:
    """Return both options for an OpenSSL that the wizard builds: the chosen version, or the best
    one."""
    asked = case.choices.openssl_choice
    fitting = _buildable(case)
    # A mirror may not have all of them; if it has none, the question says why.
    offered = tuple(
        each
        for each in fitting
        if not case.with_(openssl=each.version, link="static").offer().source_blocked_by
    )
    offered = offered or fitting
    best = longest(offered)
    version = best.version if best else ""
    name = f"OpenSSL {version}" if len(offered) == 1 else "An OpenSSL"
    if isinstance(asked, OpenSSLVersion):
        version, name = asked.text, f"OpenSSL {asked.text}"
    if not version:
        return ()
    old = any(each.version == version and ended(case.facts, each) for each in fitting)
    keeper = "It no longer receives fixes." if old else "To update OpenSSL later, you must rebuild."
    options = []
    for link, where in (
        ("dynamic", "installed beside cryptography"),
        ("static", "copied into cryptography"),
    ):
        offer = case.with_(openssl=version, link=link).offer()
        time = "Already built." if _ready(offer.needs) else "Takes 1-2 min more."
        options.append(
            _openssl_option(
                version,
                link,
                f"{name} built here, {where} ({link})",
                f"{keeper} {time}",
                offer.source_blocked_by,
            )
        )
    return tuple(options)


def version(case: Case) -> Question | None:
    """Ask which version of OpenSSL the wizard builds."""
    chosen = case.choices.openssl_choice
    if not isinstance(chosen, OpenSSLVersion):
        return None
    asked = chosen.text
    fitting = _buildable(case)
    options = []
    for each in fitting:
        offer = case.with_(openssl=each.version).offer()
        label = f"OpenSSL {each.version}" + (", already built" if _ready(offer.needs) else "")
        until = supported(case.facts, each)
        until = f"{until[0].upper()}{until[1:]}."
        options.append(Option.checked(each.version, label, until, offer.source_blocked_by))
    known = {each.version for each in case.knowledge.openssls}
    if case.choices.openssl_sha256 and asked not in known:
        label = f"OpenSSL {asked}, from the source that you named"
        until = "The wizard does not know how long it is supported."
        blocked = case.offer().source_blocked_by
        options.insert(0, Option.checked(asked, label, until, blocked))
    open_ = {option.value for option in options if not option.closed}
    best = longest(each for each in fitting if each.version in open_)
    because = f"Recommended: OpenSSL {best.version}. It is supported the longest." if best else ""
    if best and ended(case.facts, best):
        because = (
            f"Recommended: OpenSSL {best.version}. No version for this release is still supported; "
            "this one was supported the longest."
        )
    return Question(
        "openssl_version",
        "Which version of OpenSSL?",
        assets.text("questions/openssl_version.md"),
        tuple(options),
        best.version if best else "",
        because,
        fields=("openssl",),
    )


def link(case: Case) -> Question | None:
    """Ask how the OpenSSL in a named folder is linked."""
    if not isinstance(case.choices.openssl_choice, OpenSSLFolder):
        return None
    dynamic = case.with_(link="dynamic").offer()
    options = (
        Option.checked(
            "dynamic",
            "Dynamic",
            f"Uses the OpenSSL{_number(dynamic)} in that folder, and its updates.",
            dynamic.source_blocked_by,
        ),
        Option.checked(
            "static",
            "Static",
            "OpenSSL is copied into cryptography. To update OpenSSL later, you must rebuild.",
            case.with_(link="static").offer().source_blocked_by,
        ),
    )
    recommended = next((option.value for option in options if not option.closed), "")
    return Question(
        "link",
        "How should OpenSSL be linked?",
        assets.text("questions/link.md"),
        options,
        recommended,
        _LINK_BECAUSE.get(recommended, ""),
    )


def rust(case: Case) -> Question | None:
    """Ask where Rust comes from."""
    best = case.with_(rust="").offer().needs
    if best and best.refresh:
        return None  # the available Rust is not known yet
    offers = {value: case.with_(rust=value).offer() for value in ("system", "rustup", "none")}
    system = offers["system"].needs
    options = [
        Option.checked(
            "system",
            "This system's Rust",
            f"{system.rust.words if system and system.rust else ''}.",
            offers["system"].source_blocked_by,
        ),
        Option.checked(
            "rustup",
            "rustup",
            "The Rust project's installer. It installs Rust into a folder that is removed "
            "afterwards.",
            offers["rustup"].source_blocked_by,
        ),
    ]
    without = offers["none"].source_blocked_by
    if case.choices.rust == "none" or not without:
        label = "No Rust: this release does not need it"
        options.append(Option.checked("none", label, "You lose no features.", without))
    kind = best.rust.kind if best and best.rust else ""
    recommended = "system" if kind in _SYSTEM else kind
    return Question(
        "rust",
        "Where should Rust come from?",
        assets.text("questions/rust.md"),
        tuple(options),
        recommended,
        _BECAUSE.get(recommended, ""),
    )


def toolchain(case: Case) -> Question | None:
    """Ask whether to keep a Rust that the wizard downloaded."""
    needs = case.offer().needs
    found = needs.rust if needs else None
    if found is None or not found.home:
        return None
    return Question(
        "toolchain",
        "Keep Rust after the build?",
        assets.text("questions/toolchain.md"),
        (
            Option("remove", "Remove it", "cryptography does not need Rust to run."),
            Option("keep", "Keep it", f"The next build is faster. Rust stays in {found.home}."),
        ),
        "keep" if found.kind == "present" else "remove",
        "Recommended: keep it, as before."
        if found.kind == "present"
        else "Recommended: remove it. It takes about 600 MB and is rarely needed again.",
    )


BUILDERS = (manager, origin, version, link, rust, toolchain)
"""The questions, in the order in which they are asked."""
_BECAUSE = {
    "system": "Recommended: this system's Rust. It is new enough for this release.",
    "rustup": "Recommended: rustup. This system has no Rust that is new enough for this release.",
    "none": "Recommended: no Rust. This release does not need it.",
}
_LINK_BECAUSE = {
    "dynamic": "Recommended: dynamic. You can then update OpenSSL without rebuilding.",
    "static": "Recommended: static. It is the only possible choice here.",
}


_YOU = "You update"
_INSTEAD = "Instead, the wizard can build OpenSSL and copy it into cryptography."


def _buildable(case: Case) -> tuple[OpenSSLSource, ...]:
    return buildable(case.knowledge, case.row(case.release))


def _ready(needs: BuildNeeds | None) -> bool:
    """Return whether the OpenSSL that the wizard would build is already built."""
    own = needs.openssl.own if needs and needs.openssl else None
    return own is not None and own.built


def _brings(needs: BuildNeeds | None) -> str:
    if needs and needs.refresh:
        return "Downloads its package lists first."
    if not needs or not needs.missing:
        return "Everything needed is already installed."
    return f"Installs {', '.join(needs.missing)}."


def _number(offer: Offer) -> str:
    """Return the version of the OpenSSL that would be used, after a space; empty if unknown."""
    needs = offer.needs
    return f" {needs.openssl.version}" if needs and needs.openssl else ""


def _manager(offer: Offer) -> str:
    """Return the package manager that was asked for what a build needs; empty if none was."""
    asked = offer.needs or offer.source_blocked_by
    return asked.manager if asked else ""


def _keeper(facts: Facts, offer: Offer) -> str:
    """Return who updates an OpenSSL that the wizard did not build."""
    if facts.system.name == "linux":
        return "Your system updates"
    manager = _manager(offer)
    return f"{package_steps.name_of(manager)} updates" if manager else _YOU


def _whose(facts: Facts, offer: Offer) -> str:
    manager = _manager(offer)
    if facts.system.name == "linux" or not manager:
        return "this system"
    return package_steps.name_of(manager)
