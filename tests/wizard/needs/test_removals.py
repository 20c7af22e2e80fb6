"""Installing packages may remove others: by default, another way is taken.

The machine is Debian 12 with its own cargo and rustc, which are too old for today's releases. The
packages that are new enough, cargo-web and rustc-web, conflict with them.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard import codec
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Package, Removal, Tool
from wizard.knowledge import load
from wizard.machine import packages
from wizard.needs.case import Case
from wizard.plan import Plan, Step
from wizard.questions import completion
from wizard.questions.question import Question

KNOWLEDGE = load()
CLEAN = machine("debian-12")
OLD_RUST = {"cargo": "0.66.0+ds1-1", "rustc": "1.63.0+dfsg1-2"}
WEB = Removal(("cargo-web", "rustc-web"), ("cargo", "rustc"))


def with_removals(*removals: Removal, facts: Facts = CLEAN) -> Facts:
    apt = facts.manager("apt")
    assert apt is not None
    installed = tuple(
        replace(p, installed=p.candidate) if p.name in OLD_RUST else p for p in apt.packages
    )
    rust = (
        Tool("cargo", "/usr/bin/cargo", "1.63.0", "system"),
        Tool("rustc", "/usr/bin/rustc", "1.63.0", "system"),
    )
    return replace(
        facts,
        managers=(replace(apt, packages=installed, removals=removals),),
        tools=(*facts.tools, *rust),
    )


OWN_RUST = with_removals(WEB)


def source(facts: Facts, **choices: Any) -> Plan:
    return plan(facts, KNOWLEDGE, Choices(method="source", **choices))


def step(made: Plan, name: str) -> Step:
    return next(each for each in made.steps if each.id == name)


def argv(action: object) -> tuple[str, ...]:
    assert isinstance(action, Command)
    return action.argv


def rust_question(facts: Facts) -> Question:
    case = completion.complete(Case(facts, KNOWLEDGE, Choices(method="source")))
    questions = completion.applicable(case.choosing(Choices(method="source")))
    return next(question for question in questions if question.key == "rust")


def test_the_users_rust_stays() -> None:
    made = source(OWN_RUST)
    assert {"rustup", "rust"} <= {each.id for each in made.steps}
    install = argv(step(made, "packages").action)
    assert not {"cargo-web", "rustc-web"} & set(install)
    assert "--no-remove" in install
    note = "would remove the installed packages cargo and rustc. rustup's Rust removes nothing."
    assert any(text.endswith(note) for text in made.notes)
    assert not any(note in text for text in source(CLEAN, rust="rustup").notes)
    # Without a Rust of the user, the packages are the simplest way.
    assert "cargo-web" in argv(step(source(CLEAN), "packages").action)


def test_who_asks_for_the_systems_rust_is_told_what_is_removed() -> None:
    made = source(OWN_RUST, rust="system")
    packages_step = step(made, "packages")
    assert "This removes the installed packages cargo and rustc." in packages_step.why
    assert any(
        "removes the installed packages cargo and rustc" in note and "--rust rustup" in note
        for note in made.notes
    )
    assert "--no-remove" not in argv(packages_step.action)


def test_undo_brings_back_what_was_removed() -> None:
    remove, restore = step(source(OWN_RUST, rust="system"), "packages").undo
    assert argv(remove)[1] == "remove"
    assert {"cargo-web", "rustc-web"} <= set(argv(remove))
    assert argv(restore)[1] == "install"
    assert argv(restore)[-2:] == ("cargo", "rustc")
    assert len(step(source(CLEAN, rust="system"), "packages").undo) == 1


def test_the_question_says_it() -> None:
    question = rust_question(OWN_RUST)
    assert question.recommended == "rustup"
    assert question.because == "Recommended: rustup. It removes none of your packages."
    option = next(option for option in question.options if option.value == "system")
    assert not option.closed
    assert option.consequence.endswith("Removes the installed cargo and rustc.")
    assert rust_question(CLEAN).recommended == "system"


def test_without_another_way_nothing_is_removed_unless_it_is_asked_for() -> None:
    address = ("RUSTUP_UPDATE_ROOT", "https://ada:secret@mirror.example/rustup")
    without = replace(OWN_RUST, variables=(address,))  # rustup is refused for it
    # The newest release that the user's Rust can compile is such a way.
    assert "already installed" in step(source(without), "install").why
    with pytest.raises(Impossible) as caught:
        source(without, release="50.0.2")
    assert "removes the installed packages cargo and rustc" in caught.value.why
    assert "password" in caught.value.why
    assert any("--rust system" in hint for hint in caught.value.hints)
    assert "rustc-web" in argv(
        step(source(without, rust="system", release="50.0.2"), "packages").action
    )


def test_another_package_is_taken_if_it_removes_nothing() -> None:
    apt = OWN_RUST.managers[0]
    versioned = tuple(Package(name, candidate="1.89.0-1") for name in ("cargo-1.89", "rustc-1.89"))
    facts = replace(OWN_RUST, managers=(replace(apt, packages=(*apt.packages, *versioned)),))
    install = argv(step(source(facts), "packages").action)
    assert {"cargo-1.89", "rustc-1.89"} <= set(install)
    assert "rustc-web" not in install


@pytest.mark.parametrize("name", ["build-essential", "python3.11-dev"])
def test_what_a_build_cannot_do_without_is_refused_with_the_command(name: str) -> None:
    facts = with_removals(Removal((name,), ("mine",)))
    for rust in ("", "system"):
        with pytest.raises(Impossible) as caught:
            source(facts, rust=rust)
        assert f"To install {name}, APT removes the installed package mine." in caught.value.why
        assert any(hint.endswith(f"apt-get install {name}") for hint in caught.value.hints)


def test_an_openssl_that_would_remove_something_is_not_the_only_one() -> None:
    facts = with_removals(Removal(("libssl-dev",), ("libssl1.0-dev",)))
    with pytest.raises(Impossible) as caught:
        source(facts, openssl="system")
    assert any("let the wizard build OpenSSL" in hint for hint in caught.value.hints)
    made = source(facts, openssl=KNOWLEDGE.openssls[-1].version, release="42.0.8", link="static")
    assert "libssl-dev" not in argv(step(made, "packages").action)


def test_an_environment_is_not_worth_a_removal() -> None:
    bare = machine("debian-13-bare")
    apt = bare.manager("apt")
    assert apt is not None
    removal = Removal(("python3.13-venv",), ("mine",))
    facts = replace(bare, managers=(replace(apt, removals=(removal,)),))
    with pytest.raises(Impossible, match=r"python3.13-venv is missing") as caught:
        plan(facts, KNOWLEDGE, Choices(method="wheel"))
    assert "removes the installed package mine" in caught.value.why
    with_uv = replace(facts, tools=(Tool("uv", "/usr/bin/uv", "0.9.0"),))
    assert plan(with_uv, KNOWLEDGE, Choices(method="wheel")).steps


def test_it_is_a_fact_and_older_files_do_not_have_it() -> None:
    text = codec.to_json(OWN_RUST)
    assert codec.from_json(Facts, text, source="a test") == OWN_RUST
    older = json.loads(text)
    del older["managers"][0]["removals"]
    read = codec.from_json(Facts, json.dumps(older), source="a test")
    assert read.managers == (replace(OWN_RUST.managers[0], removals=()),)


def test_only_a_whole_group_removes() -> None:
    apt = OWN_RUST.managers[0]
    assert apt.removed_for(("cargo-web",)) == ()
    assert apt.removed_for(("cargo-web", "libssl-dev", "rustc-web")) == ("cargo", "rustc")


def test_every_group_of_a_table_is_asked_about() -> None:
    for table in KNOWLEDGE.packages:
        groups = packages.package_groups(table, ("3.11", "3.12"))
        assert len(groups) == len(set(groups))
        named = {name for group in groups for name in group}
        assert named <= set(packages.package_names(table, ("3.11", "3.12")))
        assert {rust.packages for rust in table.rust} <= set(groups)
        assert set(table.build) <= named
