"""The questions of a source build: who brings what is missing, OpenSSL, and Rust."""

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
    """Which package manager installs what is missing."""
    facts, choices = case.facts, case.choices
    present = build_needs.available(facts, case.knowledge)
    native = any(not build_needs.foreign(facts, names) for _, names in present)
    options = []
    for found, names in present:
        offer = case.with_(manager=found.name).offer()
        blocked = offer.source_blocked_by
        if native and build_needs.foreign(facts, names):
            blocked = Refused("Other systems are made with it, this one is not.")
        if found.problem:
            blocked = Refused(found.problem)
        label = managers()[found.name].label
        options.append(Option.checked(found.name, label, _brings(offer.needs), blocked))
    best = case.with_(manager="").offer().needs
    open_ = [option.value for option in options if not option.closed]
    recommended = best.manager if best and best.manager in open_ else next(iter(open_), "")
    if not recommended and not choices.manager:
        return None  # everything is there already, or the method question has said why not
    return Question(
        "manager",
        "Which package manager should install what is missing?",
        assets.text("questions/manager.md"),
        tuple(options),
        recommended,
        "It fits this system, and has the least to install.",
    )


def origin(case: Case) -> Question | None:
    """Where the OpenSSL comes from, and with that how it is linked."""
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
            f"The OpenSSL{number} of {whose}, used where it is (dynamic)",
            f"{keeper} it. It takes no extra time.",
            system.source_blocked_by,
        ),
        _openssl_option(
            "system",
            "static",
            f"The OpenSSL{number} of {whose}, copied in (static)",
            "You update it: build again. It takes no extra time.",
            inside,
        ),
        *built,
    )
    recommended = next((option.value for option in options if not option.closed), "")
    return Question(
        "openssl",
        "Where should OpenSSL come from?",
        assets.text("questions/openssl.md"),
        options,
        recommended,
        "Nothing more is compiled, and updates come by themselves."
        if recommended == options[0].value and keeper != _YOU
        else "It is the plainest way that is possible here.",
        free="The folder of another one, which you update",
        fields=("openssl", "link"),
    )


def _openssl_option(
    openssl: str, link: str, label: str, consequence: str, blocked: Refused | None
) -> Option:
    """One way to use one OpenSSL: an answer that makes two choices."""
    fills = (("openssl", openssl), ("link", link))
    return Option.checked(f"{openssl} {link}", label, consequence, blocked, fills)


def _built_here(case: Case) -> tuple[Option, ...]:
    """Both ways to use an OpenSSL that the wizard builds: of the chosen version, or the best."""
    asked = case.choices.openssl_choice
    fitting = _buildable(case)
    # A mirror need not have each of them; where it has none, the question says why.
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
    keeper = "It gets no more fixes." if old else f"{_YOU} it: build again."
    options = []
    for link, where in (("dynamic", "put beside cryptography"), ("static", "copied in")):
        offer = case.with_(openssl=version, link=link).offer()
        time = "It was built before." if _ready(offer.needs) else "It takes a minute or two more."
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
    """Which version of OpenSSL the wizard builds."""
    chosen = case.choices.openssl_choice
    if not isinstance(chosen, OpenSSLVersion):
        return None
    asked = chosen.text
    fitting = _buildable(case)
    options = []
    for each in fitting:
        offer = case.with_(openssl=each.version).offer()
        label = f"OpenSSL {each.version}" + (", built before" if _ready(offer.needs) else "")
        until = supported(case.facts, each)
        until = f"{until[0].upper()}{until[1:]}."
        options.append(Option.checked(each.version, label, until, offer.source_blocked_by))
    known = {each.version for each in case.knowledge.openssls}
    if case.choices.openssl_sha256 and asked not in known:
        label = f"OpenSSL {asked}, from the source that you have named"
        until = "How long it is supported is not known here."
        blocked = case.offer().source_blocked_by
        options.insert(0, Option.checked(asked, label, until, blocked))
    open_ = {option.value for option in options if not option.closed}
    best = longest(each for each in fitting if each.version in open_)
    because = "Its support lasts the longest."
    if best and ended(case.facts, best):
        because = "All that this release takes are out of support; this one was in it the longest."
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
    """How the OpenSSL in a folder that was named gets into cryptography."""
    if not isinstance(case.choices.openssl_choice, OpenSSLFolder):
        return None
    dynamic = case.with_(link="dynamic").offer()
    options = (
        Option.checked(
            "dynamic",
            "Dynamic",
            f"Uses the OpenSSL{_number(dynamic)} in that folder, and gets its updates.",
            dynamic.source_blocked_by,
        ),
        Option.checked(
            "static",
            "Static",
            "OpenSSL is copied into cryptography: to update it, build again.",
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
        "Then OpenSSL can be updated without another build."
        if recommended == "dynamic"
        else "It is the only way here.",
    )


def rust(case: Case) -> Question | None:
    """Where Rust comes from."""
    best = case.with_(rust="").offer().needs
    if best and best.refresh:
        return None  # which Rust there is cannot be seen before
    offers = {value: case.with_(rust=value).offer() for value in ("system", "rustup", "none")}
    system = offers["system"].needs
    options = [
        Option.checked(
            "system",
            "What this system has",
            f"{system.rust.words if system and system.rust else ''}.",
            offers["system"].source_blocked_by,
        ),
        Option.checked(
            "rustup",
            "rustup",
            "The Rust project's own installer, into a folder that is removed afterwards.",
            offers["rustup"].source_blocked_by,
        ),
    ]
    without = offers["none"].source_blocked_by
    if case.choices.rust == "none" or not without:
        label = "No Rust: this release can do without it"
        options.append(Option.checked("none", label, "Nothing is lost.", without))
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
    """What becomes of a Rust that the wizard itself has fetched."""
    needs = case.offer().needs
    found = needs.rust if needs else None
    if found is None or not found.home:
        return None
    return Question(
        "toolchain",
        "What should become of that Rust after the build?",
        assets.text("questions/toolchain.md"),
        (
            Option("remove", "Remove it", "cryptography needs no Rust to work."),
            Option("keep", "Keep it", f"The next build is quicker. It stays in {found.home}."),
        ),
        "keep" if found.kind == "present" else "remove",
        "It was kept before."
        if found.kind == "present"
        else "It takes about 600 MB, and is seldom needed again.",
    )


BUILDERS = (manager, origin, version, link, rust, toolchain)
"""In the order in which they are asked."""
_BECAUSE = {
    "system": "It is new enough for this release.",
    "rustup": "What this system has is too old, or of the wrong kind.",
    "none": "This release can be built without, so nothing has to be installed for it.",
}


_YOU = "You update"
_INSTEAD = "One that is built here can be copied in."


def _buildable(case: Case) -> tuple[OpenSSLSource, ...]:
    return buildable(case.knowledge, case.row(case.release))


def _ready(needs: BuildNeeds | None) -> bool:
    """Whether the OpenSSL that the wizard would build is there already."""
    own = needs.openssl.own if needs and needs.openssl else None
    return own is not None and own.built


def _brings(needs: BuildNeeds | None) -> str:
    if needs and needs.refresh:
        return "Its package lists are fetched first."
    if not needs or not needs.missing:
        return "All that is needed is there already."
    return f"Installs {', '.join(needs.missing)}."


def _number(offer: Offer) -> str:
    """The version of the OpenSSL that would be used, with a space before it; empty: not known."""
    needs = offer.needs
    return f" {needs.openssl.version}" if needs and needs.openssl else ""


def _manager(offer: Offer) -> str:
    """The package manager that was asked for what a build needs; empty: none was."""
    asked = offer.needs or offer.source_blocked_by
    return asked.manager if asked else ""


def _keeper(facts: Facts, offer: Offer) -> str:
    """Who updates the OpenSSL that is not the wizard's."""
    if facts.system.name == "linux":
        return "Your system updates"
    manager = _manager(offer)
    return f"{package_steps.name_of(manager)} updates" if manager else _YOU


def _whose(facts: Facts, offer: Offer) -> str:
    manager = _manager(offer)
    if facts.system.name == "linux" or not manager:
        return "this system"
    return package_steps.name_of(manager)
