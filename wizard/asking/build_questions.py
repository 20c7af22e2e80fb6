"""The questions of a source build: who brings what is missing, OpenSSL's linking, and Rust."""

from __future__ import annotations

from dataclasses import replace

import assets
from backends.manager import managers
from wizard import environment
from wizard.asking.question import Option, Question
from wizard.choices import Choices
from wizard.facts import Facts
from wizard.knowledge import Knowledge
from wizard.needs import offers, provision, source
from wizard.needs.openssl import supported
from wizard.needs.source import Source

_SYSTEM = ("present", "packages")
"""The kinds of `wizard.needs.rust.Toolchain` that come from this system."""


def _assess(facts: Facts, knowledge: Knowledge, choices: Choices, **changed: str) -> Source:
    """What a source build would need with these choices, some of them changed."""
    changes: dict[str, str] = changed
    wanted = replace(choices, **changes)  # type: ignore[arg-type] # the keys are its fields
    listed = offers.find(facts, knowledge, choices.release)
    chosen = environment.target(facts, choices)
    return offers.offer(facts, knowledge, chosen, wanted, listed).source


def manager(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Which package manager installs what is missing."""
    if choices.method != "source":
        return None
    present = source.available(facts, knowledge)
    own = any(not source.foreign(facts, names) for _, names in present)
    options = []
    for found, names in present:
        needs = _assess(facts, knowledge, choices, manager=found.name)
        strange = own and source.foreign(facts, names)
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


def openssl(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """Which OpenSSL cryptography is built with."""
    if choices.method != "source":
        return None
    system = _assess(facts, knowledge, choices, openssl="system")
    if system.refresh:
        return None  # which one the system has cannot be seen before
    version = f" {system.openssl.version}" if system.openssl else ""
    options = [
        Option(
            "system",
            f"The OpenSSL{version} of {_whose(facts, system)}",
            "Nothing more is compiled; your system keeps it up to date.",
            system.reason,
        )
    ]
    for each in knowledge.openssls:
        needs = _assess(facts, knowledge, choices, openssl=each.version)
        there = needs.openssl is not None and needs.openssl.own is not None
        ready = there and needs.openssl.own.built  # type: ignore[union-attr] # just looked at
        time = "It was built before." if ready else "It takes a minute or two more."
        options.append(
            Option(
                each.version,
                f"OpenSSL {each.version}, built here",
                f"{time} It is {supported(facts, each)}.",
                needs.reason,
            )
        )
    open_ = [option.value for option in options if not option.closed]
    return Question(
        "openssl",
        "Which OpenSSL should it be built with?",
        assets.text("questions/openssl.md"),
        tuple(options),
        "system" if "system" in open_ else "",
        "It is there, and it is kept up to date.",
        free="The folder of another one",
    )


def link(facts: Facts, knowledge: Knowledge, choices: Choices) -> Question | None:
    """How OpenSSL gets into cryptography."""
    if choices.method != "source":
        return None
    dynamic = _assess(facts, knowledge, choices, link="dynamic")
    static = _assess(facts, knowledge, choices, link="static")
    version = f" {dynamic.openssl.version}" if dynamic.openssl else ""
    options = (
        Option(
            "dynamic",
            "Dynamic",
            f"Uses the OpenSSL{version} of {_whose(facts, dynamic)}, and gets its updates.",
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
        "Then OpenSSL is kept up to date without another build."
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


BUILDERS = (manager, openssl, link, rust, toolchain)
"""In the order in which they are asked."""
_BECAUSE = {
    "system": "It is new enough for this release.",
    "rustup": "What this system has is too old, or of the wrong kind.",
    "none": "This release can be built without, so nothing has to be installed for it.",
}


def _brings(needs: Source) -> str:
    if needs.refresh:
        return "Its package lists are fetched first."
    if not needs.missing:
        return "All that is needed is there already."
    return f"Installs {', '.join(needs.missing)}."


def _whose(facts: Facts, needs: Source) -> str:
    if facts.system.name == "linux" or not needs.manager:
        return "this system"
    return provision.name_of(needs.manager)
