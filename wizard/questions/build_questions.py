"""The questions of a source build: the package manager, OpenSSL, and Rust."""

from __future__ import annotations

import assets
from backends.manager import managers
from wizard.facts import Facts
from wizard.needs import build_needs, package_steps
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.case import Case, Offer
from wizard.needs.openssl import (
    OpenSSLBuild,
    buildable,
    longest_supported,
    support_ended,
    support_period,
)
from wizard.needs.rust import Toolchain
from wizard.openssl_choice import OpenSSLFolder, OpenSSLVersion
from wizard.questions.question import Option, Question
from wizard.refused import Refused
from wizard.tables import OpenSSLSource
from wizard.versions import openssl_series_name
from wizard.wording import joined

_FROM_SYSTEM = ("present", "packages")
"""The kinds of `wizard.needs.rust.Toolchain` that come from this system."""


def manager_question(case: Case) -> Question | None:
    """Ask which package manager installs what is missing."""
    facts, choices = case.facts, case.choices
    machine = case.targets[0].python.machine
    installed = build_needs.available(facts, case.knowledge, machine)
    native = any(not build_needs.foreign(facts, names) for _, names in installed)
    options = []
    for manager, names in installed:
        offer = case.with_(manager=manager.name).offer()
        blocked = offer.source_blocked_by
        if native and build_needs.foreign(facts, names):
            blocked = Refused("It is the package manager of other systems, not of this one.")
        if manager.problem:
            blocked = Refused(manager.problem)
        label = managers()[manager.name].label
        options.append(
            Option.checked(manager.name, label, _manager_consequence(offer.needs), blocked)
        )
    best = case.with_(manager="").offer().needs
    possible = [option.value for option in options if not option.closed]
    recommended = best.manager if best and best.manager in possible else next(iter(possible), "")
    if not recommended and not choices.manager:
        return None  # nothing is missing, or the method question already said why it is blocked
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


def openssl_question(case: Case) -> Question | None:
    """Ask where OpenSSL comes from and how it is linked."""
    system = case.with_(openssl="system", link="dynamic").offer()
    static_blocked = case.with_(openssl="system", link="static").offer().source_blocked_by
    number = _openssl_version(system)
    owner, updater = _openssl_owner(case.facts, system), _updater(case.facts, system)
    built_options = _wizard_built_options(case)
    if static_blocked and any(
        ("link", "static") in option.fills and not option.closed for option in built_options
    ):
        static_blocked = Refused(f"{static_blocked.reason} {_BUILD_INSTEAD}")
    options = (
        _openssl_option(
            "system",
            "dynamic",
            f"The OpenSSL{number} of {owner}, used from its folder (dynamic)",
            f"{updater} it. No extra time.",
            system.source_blocked_by,
        ),
        _openssl_option(
            "system",
            "static",
            f"The OpenSSL{number} of {owner}, copied into cryptography (static)",
            "To update OpenSSL later, you must rebuild. No extra time.",
            static_blocked,
        ),
        *built_options,
    )
    best = next((option for option in options if not option.closed), None)
    recommended = best.value if best else ""
    because = f"Recommended: {best.label}. It is the simplest possible choice." if best else ""
    if recommended == options[0].value and updater != _USER_UPDATES:
        because = f"Recommended: dynamic, from {owner}. Updates are automatic."
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
    """Make an option that sets two choices: the OpenSSL, and how it is linked."""
    fills = (("openssl", openssl), ("link", link))
    return Option.checked(f"{openssl} {link}", label, consequence, blocked, fills)


def _wizard_built_options(case: Case) -> tuple[Option, ...]:
    """Return the options for an OpenSSL that the wizard builds, dynamic and static.

    It is the chosen version, or the one with the longest support.
    """
    chosen = case.choices.openssl_choice
    fitting = _buildable(case)
    # A mirror may lack some versions. If it has none of them, the options say why.
    offered = tuple(
        source
        for source in fitting
        if not case.with_(openssl=source.version, link="static").offer().source_blocked_by
    )
    offered = offered or fitting
    best = longest_supported(offered)
    version = best.version if best else ""
    name = f"OpenSSL {version}" if len(offered) == 1 else "An OpenSSL"
    if isinstance(chosen, OpenSSLVersion):
        version, name = chosen.text, f"OpenSSL {chosen.text}"
    if not version:
        return ()
    source = next((source for source in fitting if source.version == version), None)
    build = _build(case.with_(openssl=version, link="static").offer().needs)
    source = build.source if build else source
    old = source is not None and support_ended(case.facts, source)
    updates = (
        "It no longer receives fixes." if old else "To update OpenSSL later, you must rebuild."
    )
    options = []
    for link, where in (
        ("dynamic", "installed beside cryptography"),
        ("static", "copied into cryptography"),
    ):
        offer = case.with_(openssl=version, link=link).offer()
        time = "Already built." if _is_cached(offer.needs) else "Takes 1-2 min more."
        options.append(
            _openssl_option(
                version,
                link,
                f"{name} built here, {where} ({link})",
                f"{updates} {time}",
                offer.source_blocked_by,
            )
        )
    return tuple(options)


def version_question(case: Case) -> Question | None:
    """Ask which version of OpenSSL the wizard builds."""
    chosen = case.choices.openssl_choice
    if not isinstance(chosen, OpenSSLVersion):
        return None
    requested = chosen.text
    fitting = _buildable(case)
    options = [_version_option(case, source) for source in _newest_of_series(case, fitting)]
    if requested not in {option.value for option in options}:
        build = _build(case.offer().needs)
        source = build.source if build else OpenSSLSource(requested, "", "", "")
        options.insert(0, _version_option(case, source))
    possible = {option.value for option in options if not option.closed}
    best = longest_supported(source for source in fitting if source.version in possible)
    because = f"Recommended: OpenSSL {best.version}. It is supported the longest." if best else ""
    if best and support_ended(case.facts, best):
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


def _version_option(case: Case, source: OpenSSLSource) -> Option:
    offer = case.with_(openssl=source.version).offer()
    label = f"OpenSSL {source.version}" + (", already built" if _is_cached(offer.needs) else "")
    support = support_period(case.facts, source)
    support = f"{support[0].upper()}{support[1:]}."
    return Option.checked(source.version, label, support, offer.source_blocked_by)


def _newest_of_series(case: Case, sources: tuple[OpenSSLSource, ...]) -> tuple[OpenSSLSource, ...]:
    """Return the newest source of each series; the newest possible one, if there is one."""
    newest: dict[str, OpenSSLSource] = {}
    possible: set[str] = set()
    for source in sources:
        series = openssl_series_name(source.version)
        blocked = case.with_(openssl=source.version).offer().source_blocked_by
        if series not in newest or not (series in possible or blocked):
            newest[series] = source
        if not blocked:
            possible.add(series)
    return tuple(newest.values())


def link_question(case: Case) -> Question | None:
    """Ask how the OpenSSL in a named folder is linked."""
    if not isinstance(case.choices.openssl_choice, OpenSSLFolder):
        return None
    dynamic = case.with_(link="dynamic").offer()
    options = (
        Option.checked(
            "dynamic",
            "Dynamic",
            f"Uses the OpenSSL{_openssl_version(dynamic)} in that folder, and its updates.",
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


def rust_question(case: Case) -> Question | None:
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
            _system_rust(system.rust if system else None),
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
    recommended = "system" if kind in _FROM_SYSTEM else kind
    return Question(
        "rust",
        "Where should Rust come from?",
        assets.text("questions/rust.md"),
        tuple(options),
        recommended,
        _rust_because(recommended, system.rust if system else None),
    )


def toolchain_question(case: Case) -> Question | None:
    """Ask whether to keep a Rust that the wizard downloaded."""
    needs = case.offer().needs
    rust = needs.rust if needs else None
    if rust is None or not rust.home:
        return None
    return Question(
        "toolchain",
        "Keep Rust after the build?",
        assets.text("questions/toolchain.md"),
        (
            Option("remove", "Remove it", "cryptography does not need Rust to run."),
            Option("keep", "Keep it", f"The next build is faster. Rust stays in {rust.home}."),
        ),
        "keep" if rust.kind == "present" else "remove",
        "Recommended: keep it, as before."
        if rust.kind == "present"
        else "Recommended: remove it. It takes about 600 MB and is rarely needed again.",
    )


BUILDERS = (
    manager_question,
    openssl_question,
    version_question,
    link_question,
    rust_question,
    toolchain_question,
)
"""The questions, in the order in which they are asked."""
_RUST_BECAUSE = {
    "system": "Recommended: this system's Rust. It is new enough for this release.",
    "rustup": "Recommended: rustup. This system has no Rust that is new enough for this release.",
    "none": "Recommended: no Rust. This release does not need it.",
}
_KEEPS_PACKAGES = "Recommended: rustup. It removes none of your packages."
_READY_MADE = (
    "Recommended: rustup. It downloads a ready-made Rust, which the package manager may not."
)
_LINK_BECAUSE = {
    "dynamic": "Recommended: dynamic. You can then update OpenSSL without rebuilding.",
    "static": "Recommended: static. It is the only possible choice here.",
}


_USER_UPDATES = "You update"
_BUILD_INSTEAD = "Instead, the wizard can build OpenSSL and copy it into cryptography."


def _system_rust(rust: Toolchain | None) -> str:
    """Return which Rust comes from the system, and what is removed for it."""
    if rust is None:
        return ""
    if not rust.removes:
        return f"{rust.description}."
    return f"{rust.description}. Removes the installed {joined(rust.removes)}."


def _rust_because(recommended: str, system: Toolchain | None) -> str:
    if recommended == "rustup" and system is not None and system.removes:
        return _KEEPS_PACKAGES
    if recommended == "rustup" and system is not None and system.discouraged:
        return _READY_MADE
    return _RUST_BECAUSE.get(recommended, "")


def _buildable(case: Case) -> tuple[OpenSSLSource, ...]:
    return buildable(case.knowledge, case.release_row(case.release))


def _build(needs: BuildNeeds | None) -> OpenSSLBuild | None:
    """Return the OpenSSL that the wizard would build, or None."""
    return needs.openssl.build if needs and needs.openssl else None


def _is_cached(needs: BuildNeeds | None) -> bool:
    """Return whether the OpenSSL that the wizard would build is already built."""
    build = _build(needs)
    return build is not None and build.cached


def _manager_consequence(needs: BuildNeeds | None) -> str:
    if needs and needs.refresh:
        return "Downloads its package lists first."
    if not needs or not needs.missing:
        return "Everything needed is already installed."
    return f"Installs {', '.join(needs.missing)}."


def _openssl_version(offer: Offer) -> str:
    """Return a space and the version of the OpenSSL that would be used; empty if unknown."""
    needs = offer.needs
    return f" {needs.openssl.version}" if needs and needs.openssl else ""


def _asked_manager(offer: Offer) -> str:
    """Return the package manager that was asked about the build; empty if none was."""
    answer = offer.needs or offer.source_blocked_by
    return answer.manager if answer else ""


def _updater(facts: Facts, offer: Offer) -> str:
    """Return the start of a sentence: who updates an OpenSSL that the wizard did not build."""
    if facts.system.name == "linux":
        return "Your system updates"
    manager = _asked_manager(offer)
    return f"{package_steps.manager_name(manager)} updates" if manager else _USER_UPDATES


def _openssl_owner(facts: Facts, offer: Offer) -> str:
    manager = _asked_manager(offer)
    if facts.system.name == "linux" or not manager:
        return "this system"
    return package_steps.manager_name(manager)
