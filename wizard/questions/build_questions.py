"""The questions of a source build: who brings what is missing, OpenSSL, and Rust."""

from __future__ import annotations

from dataclasses import replace

import assets
from backends.manager import managers
from wizard import target_environment
from wizard.choices import Choices
from wizard.facts import Facts
from wizard.knowledge import Knowledge, OpenSSLSource
from wizard.needs import build_needs, offers, package_steps
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.openssl import buildable, ended, is_folder, longest, supported
from wizard.questions.question import Option, Question

_SYSTEM = ("present", "packages")
"""The kinds of `wizard.needs.rust.Toolchain` that come from this system."""


def _assess(facts: Facts, knowledge: Knowledge, choices: Choices, **changed: str) -> BuildNeeds:
    """What a source build would need with these choices, some of them changed."""
    changes: dict[str, str] = changed
    wanted = replace(choices, **changes)  # type: ignore[arg-type] # the keys are its fields
    listed = offers.find(facts, knowledge, choices.release)
    chosen = target_environment.target(facts, choices)
    return offers.offer(facts, knowledge, chosen, wanted, listed).source


def manager(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Which package manager installs what is missing."""
    if choices.method != "source":
        return None
    present = build_needs.available(facts, knowledge)
    own = any(not build_needs.foreign(facts, names) for _, names in present)
    options = []
    for found, names in present:
        needs = _assess(facts, knowledge, choices, manager=found.name)
        strange = own and build_needs.foreign(facts, names)
        closed = "Other systems are made with it, this one is not." if strange else needs.reason
        label = managers()[found.name].label
        options.append(Option(found.name, label, _brings(needs), found.problem or closed))
    best = _assess(facts, knowledge, choices, manager="")
    open_ = [option.value for option in options if not option.closed]
    recommended = best.manager if best.manager in open_ else next(iter(open_), "")
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


def origin(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Where the OpenSSL comes from, and with that how it is linked."""
    if choices.method != "source":
        return None
    system = _assess(facts, knowledge, choices, openssl="system", link="dynamic")
    inside = _assess(facts, knowledge, choices, openssl="system", link="static")
    number = f" {system.openssl.version}" if system.openssl else ""
    whose, keeper = _whose(facts, system), _keeper(facts, system)
    built = _built_here(facts, knowledge, choices)
    instead = any(option.value.endswith(" static") and not option.closed for option in built)
    closed = f"{inside.reason} {_INSTEAD}" if inside.reason and instead else inside.reason
    options = (
        Option(
            "system dynamic",
            f"The OpenSSL{number} of {whose}, used where it is (dynamic)",
            f"{keeper} it. It takes no extra time.",
            system.reason,
        ),
        Option(
            "system static",
            f"The OpenSSL{number} of {whose}, copied in (static)",
            "You update it: build again. It takes no extra time.",
            closed,
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
        if recommended == "system dynamic" and keeper != _YOU
        else "It is the plainest way that is possible here.",
        free="The folder of another one, which you update",
        fields=("openssl", "link"),
    )


def _built_here(facts: Facts, knowledge: Knowledge, choices: Choices) -> tuple[Option, ...]:
    """Both ways to use an OpenSSL that the wizard builds: of the chosen version, or the best."""
    fitting = _buildable(facts, knowledge, choices)
    # A mirror need not have each of them; where it has none, the question says why.
    offered = tuple(each for each in fitting if _possible(facts, knowledge, choices, each))
    offered = offered or fitting
    best = longest(offered)
    version = best.version if best else ""
    name = f"OpenSSL {version}" if len(offered) == 1 else "An OpenSSL"
    if _is_version(choices.openssl):
        version, name = choices.openssl, f"OpenSSL {choices.openssl}"
    if not version:
        return ()
    old = any(each.version == version and ended(facts, each) for each in fitting)
    keeper = "It gets no more fixes." if old else f"{_YOU} it: build again."
    options = []
    for link, where in (("dynamic", "put beside cryptography"), ("static", "copied in")):
        needs = _assess(facts, knowledge, choices, openssl=version, link=link)
        time = "It was built before." if _ready(needs) else "It takes a minute or two more."
        options.append(
            Option(
                f"{version} {link}",
                f"{name} built here, {where} ({link})",
                f"{keeper} {time}",
                needs.reason,
            )
        )
    return tuple(options)


def _possible(facts: Facts, knowledge: Knowledge, choices: Choices, each: OpenSSLSource) -> bool:
    """Whether this version can be built here."""
    return not _assess(facts, knowledge, choices, openssl=each.version, link="static").reason


def version(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Which version of OpenSSL the wizard builds."""
    if choices.method != "source" or not _is_version(choices.openssl):
        return None
    fitting = _buildable(facts, knowledge, choices)
    options = []
    for each in fitting:
        needs = _assess(facts, knowledge, choices, openssl=each.version)
        label = f"OpenSSL {each.version}" + (", built before" if _ready(needs) else "")
        until = supported(facts, each)
        options.append(Option(each.version, label, f"{until[0].upper()}{until[1:]}.", needs.reason))
    asked = choices.openssl
    if choices.openssl_sha256 and asked not in {each.version for each in knowledge.openssls}:
        needs = _assess(facts, knowledge, choices)
        label = f"OpenSSL {asked}, from the source that you have named"
        until = "How long it is supported is not known here."
        options.insert(0, Option(asked, label, until, needs.reason))
    open_ = {option.value for option in options if not option.closed}
    best = longest(each for each in fitting if each.version in open_)
    because = "Its support lasts the longest."
    if best and ended(facts, best):
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


def link(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """How the OpenSSL in a folder that was named gets into cryptography."""
    if choices.method != "source" or not is_folder(choices.openssl):
        return None
    dynamic = _assess(facts, knowledge, choices, link="dynamic")
    static = _assess(facts, knowledge, choices, link="static")
    number = f" {dynamic.openssl.version}" if dynamic.openssl else ""
    options = (
        Option(
            "dynamic",
            "Dynamic",
            f"Uses the OpenSSL{number} in that folder, and gets its updates.",
            dynamic.reason,
        ),
        Option(
            "static",
            "Static",
            "OpenSSL is copied into cryptography: to update it, build again.",
            static.reason,
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


def rust(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Where Rust comes from."""
    if choices.method != "source":
        return None
    best = _assess(facts, knowledge, choices, rust="")
    if best.refresh:
        return None  # which Rust there is cannot be seen before
    ways = {
        value: _assess(facts, knowledge, choices, rust=value)
        for value in ("system", "rustup", "none")
    }
    words = {value: needs.rust.words if needs.rust else "" for value, needs in ways.items()}
    options = [
        Option("system", "What this system has", f"{words['system']}.", ways["system"].reason),
        Option(
            "rustup",
            "rustup",
            "The Rust project's own installer, into a folder that is removed afterwards.",
            ways["rustup"].reason,
        ),
    ]
    if choices.rust == "none" or not ways["none"].reason:
        label = "No Rust: this release can do without it"
        options.append(Option("none", label, "Nothing is lost.", ways["none"].reason))
    kind = best.rust.kind if best.rust else ""
    recommended = "system" if kind in _SYSTEM else kind
    return Question(
        "rust",
        "Where should Rust come from?",
        assets.text("questions/rust.md"),
        tuple(options),
        recommended,
        _BECAUSE.get(recommended, ""),
    )


def toolchain(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """What becomes of a Rust that the wizard itself has fetched."""
    if choices.method != "source":
        return None
    found = _assess(facts, knowledge, choices).rust
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


def _is_version(asked: str) -> bool:
    return asked not in ("", "system") and not is_folder(asked)


def _buildable(facts: Facts, knowledge: Knowledge, choices: Choices) -> tuple[OpenSSLSource, ...]:
    listed = offers.find(facts, knowledge, choices.release)
    return buildable(knowledge, knowledge.release(listed.version, listed=True))


def _ready(needs: BuildNeeds) -> bool:
    """Whether the OpenSSL that the wizard would build is there already."""
    own = needs.openssl.own if needs.openssl else None
    return own is not None and own.built


def _brings(needs: BuildNeeds) -> str:
    if needs.refresh:
        return "Its package lists are fetched first."
    if not needs.missing:
        return "All that is needed is there already."
    return f"Installs {', '.join(needs.missing)}."


def _keeper(facts: Facts, needs: BuildNeeds) -> str:
    """Who updates the OpenSSL that is not the wizard's."""
    if facts.system.name == "linux":
        return "Your system updates"
    return f"{package_steps.name_of(needs.manager)} updates" if needs.manager else _YOU


def _whose(facts: Facts, needs: BuildNeeds) -> str:
    if facts.system.name == "linux" or not needs.manager:
        return "this system"
    return package_steps.name_of(needs.manager)
