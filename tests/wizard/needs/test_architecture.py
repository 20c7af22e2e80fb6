"""Nothing of another architecture is planned, and both Homebrews of one Mac are used rightly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Headers, Tool
from wizard.knowledge import load
from wizard.needs import architecture
from wizard.needs.case import Case
from wizard.plan import PackagesInstalled, Plan
from wizard.questions import build_questions

TWO, BREW, BARE = machine("mac-arm-two-brews"), machine("mac-arm-brew"), machine("mac-arm-bare")
ARM_PYTHON, INTEL_PYTHON = "/opt/homebrew/bin/python3", "/usr/local/bin/python3"


def source(facts: Facts, **choices: str) -> Plan:
    return plan(facts, load(), Choices(method="source", **choices))  # type: ignore[arg-type]


def commands(made: Plan) -> Iterator[Command]:
    actions = (action for step in made.steps for action in (step.action, *step.undo))
    return (action for action in actions if isinstance(action, Command))


def words(made: Plan) -> str:
    env = (f"{name}={value}" for c in commands(made) for name, value in c.env)
    return "\n".join((*(" ".join((*c.argv, *c.path)) for c in commands(made)), *env))


def why(facts: Facts, **choices: str) -> str:
    with pytest.raises(Impossible) as refused:
        source(facts, **choices)
    return " ".join((refused.value.what, refused.value.why, *refused.value.hints))


@pytest.mark.parametrize(
    ("triple", "name"),
    [
        ("aarch64-apple-darwin", "arm64"),
        ("x86_64-apple-darwin", "x86_64"),
        ("aarch64-pc-windows-msvc", "arm64"),
        ("i686-pc-windows-msvc", "x86"),
        ("aarch64-unknown-linux-gnu", "aarch64"),
        ("x86_64-unknown-linux-musl", "x86_64"),
    ],
)
def test_a_triple_in_the_words_of_python(triple: str, name: str) -> None:
    assert architecture.of_triple(triple) == name


def test_each_of_two_homebrews_is_used_for_its_own_architecture() -> None:
    arm = words(source(TWO, python=ARM_PYTHON))
    assert "/opt/homebrew/bin/brew install --formula rust" in arm
    assert "OPENSSL_DIR=/opt/homebrew/opt/openssl@3" in arm
    assert "/usr/local" not in arm
    intel = words(source(TWO, python=INTEL_PYTHON))
    assert "OPENSSL_DIR=/usr/local/opt/openssl@3" in intel
    assert "/opt/homebrew" not in intel
    assert "brew install" not in intel, "its Rust and its OpenSSL are already installed"


def test_homebrew_runs_as_the_architecture_of_its_folder() -> None:
    without_rust = replace(TWO, tools=tuple(t for t in TWO.tools if t.name != "rustc"))
    intel = next(m for m in TWO.managers if m.machine == "x86_64")
    lacking = replace(intel, packages=tuple(replace(p, installed="") for p in intel.packages))
    facts = replace(without_rust, managers=(TWO.managers[0], lacking))
    made = source(facts, python=INTEL_PYTHON)
    brews = [c.argv for c in commands(made) if "brew" in " ".join(c.argv[:3])]
    assert len(brews) == 3, "update, install, and the undo"
    assert all(b[:3] == ("/usr/bin/arch", "-x86_64", "/usr/local/bin/brew") for b in brews)
    checks = [s.check for s in made.steps if isinstance(s.check, PackagesInstalled)]
    assert [check.program for check in checks] == ["/usr/local/bin/brew"]
    under_rosetta = replace(facts, terminal=replace(facts.terminal, machine="x86_64"))
    assert "/usr/bin/arch" not in words(source(under_rosetta, python=INTEL_PYTHON))
    natively = words(source(under_rosetta, python=ARM_PYTHON))
    assert "/usr/bin/arch -arm64 /opt/homebrew/bin/brew install" in natively


def test_names_of_other_systems_are_not_compared() -> None:
    """On FreeBSD, Python says arm64 where Rust says aarch64."""
    python = replace(BREW.pythons[0], machine="arm64")
    other = replace(BREW, system=replace(BREW.system, name="other"))
    assert architecture.differs(BREW, python, "aarch64")
    assert not architecture.differs(other, python, "aarch64")
    assert not architecture.differs(BREW, replace(python, machine="AMD64"), "x86_64")
    assert not architecture.differs(BREW, python, "")


def test_both_homebrews_are_named_with_their_architecture_and_asked_about_once() -> None:
    assert TWO.manager_labels == ("homebrew (arm64)", "homebrew (x86_64)")
    assert BREW.manager_labels == ("homebrew",)
    assert TWO.manager("homebrew", "x86_64") is TWO.managers[1]
    assert TWO.manager("homebrew") is TWO.managers[0]
    assert TWO.manager("homebrew", "riscv64") is TWO.managers[0]
    assert TWO.manager("macports", "arm64") is None
    for python in (ARM_PYTHON, INTEL_PYTHON):
        choices = Choices(method="source", release="50.0.2", python=python)
        case = Case(TWO, load(), choices)
        question = build_questions.manager_question(case)
        assert question is not None
        assert [option.value for option in question.options] == ["homebrew"]
        assert not question.options[0].closed


def test_with_one_homebrew_a_plan_says_nothing_of_architectures() -> None:
    made = source(BREW)
    assert "/usr/bin/arch" not in words(made)
    assert [s.check.program for s in made.steps if isinstance(s.check, PackagesInstalled)] == [""]


def test_only_apple_silicon_runs_both() -> None:
    intel = machine("mac-intel-brew")
    assert architecture.prefix(intel, "arm64") == ()
    assert architecture.prefix(machine("debian-12"), "arm64") == ()
    assert architecture.prefix(TWO, "") == ()
    assert architecture.prefix(TWO, "x86_64") == ("/usr/bin/arch", "-x86_64")


def with_rust(facts: Facts, rust_machine: str) -> Facts:
    """A Rust in a folder that shows no architecture."""
    rust = (
        Tool("rustc", "/Users/ada/rust/bin/rustc", "1.90.0", machine=rust_machine),
        Tool("cargo", "/Users/ada/rust/bin/cargo", "1.90.0", machine=rust_machine),
    )
    return replace(facts, tools=(*facts.tools, *rust))


def test_a_rust_that_builds_for_the_other_architecture_is_not_used() -> None:
    """An Intel Homebrew kept after a move to Apple silicon (postmodern/ruby-install#488), and the
    linker's words for it (PyO3/maturin#2041)."""
    made = source(with_rust(BREW, "x86_64"))
    assert "brew install --formula rust" in words(made)
    (note,) = [n for n in made.notes if "builds for" in n]
    assert note == (
        "The build uses Rust 1.98.1 (rust), because the installed Rust 1.90.0 "
        "(/Users/ada/rust/bin/rustc) builds for x86_64, and this Python is for arm64."
    )
    from_rustup = source(with_rust(BARE, "x86_64"), openssl="3.5.4", link="static")
    assert "aarch64-apple-darwin" in words(from_rustup)
    assert any("the newest stable Rust (from rustup), because" in n for n in from_rustup.notes)
    assert "or newer for arm64, while that in /Users/ada/rust/bin/rustc builds for x86_64" in why(
        with_rust(BARE, "x86_64"), openssl="3.5.4", link="static", rust="system"
    )


def test_a_rust_that_builds_for_this_python_is_used() -> None:
    made = source(with_rust(BREW, "arm64"))
    assert "brew install" not in words(made)
    assert not [n for n in made.notes if "builds for" in n]
    unknown = source(with_rust(BREW, ""))
    assert "brew install" not in words(unknown), "as before: it counts as the machine's"
    rosetta = with_rust(machine("mac-rosetta"), "x86_64")
    made = source(rosetta, release="46.0.3", openssl="3.0.19", link="static", rust="system")
    assert "rustup" not in words(made)
    assert "brew" not in words(made), "it is for Apple silicon"


def test_a_homebrew_of_the_other_architecture_prevents_no_build_without_packages() -> None:
    """Apple silicon with the Homebrew of an Intel Mac, and a Python of python.org."""
    intel = replace(BARE, managers=machine("mac-intel-brew").managers)
    made = source(intel, openssl="3.5.4", link="static")
    assert "aarch64-apple-darwin" in words(made)
    assert "brew" not in words(made)
    by_itself = words(source(intel))
    assert "Configure darwin64-arm64-cc" in by_itself
    assert "brew" not in by_itself
    told = why(intel, link="dynamic")
    assert "homebrew in /usr/local has packages for x86_64, but this Python is for arm64" in told
    assert "Or let the wizard build OpenSSL: --openssl" in told
    assert "for x86_64" in why(intel, manager="homebrew", openssl="3.5.4", link="static")


def openssl(*machines: str, folder: str = "/usr/local/ssl") -> Facts:
    found = Headers(
        f"{folder}/include",
        "3.6.3",
        f"{folder}/lib",
        True,
        "3.6.3",
        machines[0],
        shared=True,
        more_machines=machines[1:],
    )
    return replace(BREW, openssl=(*BREW.openssl, found))


def test_a_folder_counts_by_its_files_not_by_its_name() -> None:
    """OpenSSL's default prefix is /usr/local on every Mac (INSTALL.md of OpenSSL)."""
    for machines in (("arm64",), ("x86_64", "arm64"), ("arm64", "x86_64")):
        made = source(openssl(*machines), openssl="/usr/local/ssl", link="dynamic")
        assert "OPENSSL_DIR=/usr/local/ssl" in words(made)
    told = why(openssl("x86_64"), openssl="/usr/local/ssl", link="dynamic")
    assert "is for x86_64, but this Python is for arm64" in told


def test_without_a_package_manager_the_files_count_too() -> None:
    alone = replace(with_rust(openssl("arm64"), "arm64"), managers=())
    assert "OPENSSL_DIR=" in words(source(replace(alone, openssl=alone.openssl[1:])))
    other = replace(openssl("x86_64"), managers=())
    other = replace(with_rust(other, "arm64"), openssl=other.openssl[1:])
    assert "the other kind of Mac processor" in why(other, link="dynamic")


def test_a_universal_python_is_told_to_run_as_the_other_one() -> None:
    universal = replace(
        BARE.pythons[0], machine="x86_64", platform="macosx-10.13-universal2", pip=None
    )
    under_rosetta = replace(
        BREW, pythons=(universal,), terminal=replace(BREW.terminal, machine="x86_64")
    )
    told = why(under_rosetta, link="dynamic")
    assert "Start the wizard so: /usr/bin/arch -arm64 cryptography-wizard" in told
    wheel = plan(under_rosetta, load(), Choices(method="wheel"))
    (note,) = [n for n in wheel.notes if "Rosetta" in n]
    assert "so /usr/local/bin/python3 runs as x86_64. It can also run as arm64" in note
    assert note.endswith(": /usr/bin/arch -arm64 cryptography-wizard")
    thin = replace(universal, platform="macosx-10.13-x86_64")
    intel = plan(replace(under_rosetta, pythons=(thin,)), load(), Choices(method="wheel"))
    assert "/usr/bin/arch" not in " ".join(intel.notes)
