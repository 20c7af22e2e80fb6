"""What older files lack is added if they prove it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import machine
from wizard.facts import Facts, Tool
from wizard.knowledge import load
from wizard.machine.older_files import completed

BREW = machine("mac-arm-brew")


def as_saved_before(facts: Facts) -> Facts:
    """The facts as a version that did not know these keys would have saved them."""
    return replace(
        facts,
        managers=tuple(replace(m, machine="") for m in facts.managers),
        tools=tuple(replace(t, machine="") for t in facts.tools),
        terminal=replace(facts.terminal, machine=""),
    )


@pytest.mark.parametrize(
    ("path", "origin", "found"),
    [
        ("/usr/local/bin/cargo", "homebrew", "x86_64"),
        ("/opt/homebrew/bin/cargo", "homebrew", "arm64"),
        ("/usr/local/bin/cargo", "", ""),
        ("/Users/ada/.cargo/bin/cargo", "rustup", ""),
        (
            "/Users/ada/Library/Caches/cryptography-wizard/rust/rustup/toolchains/"
            "stable-aarch64-apple-darwin/bin/cargo",
            "wizard",
            "arm64",
        ),
        ("/opt/local/bin/cargo", "macports", ""),
    ],
)
def test_the_architecture_of_a_rust(path: str, origin: str, found: str) -> None:
    """Homebrew installs nothing into a folder of the other architecture; others use it too."""
    facts = replace(BREW, tools=(Tool("cargo", path, "1.90.0", origin), Tool("cc", "/usr/bin/cc")))
    cargo, compiler = completed(facts, load()).tools
    assert (cargo.machine, compiler.machine) == (found, "")


@pytest.mark.parametrize("name", ["mac-arm-brew", "mac-intel-brew", "mac-rosetta", "mac-arm-both"])
def test_the_architecture_of_a_homebrew(name: str) -> None:
    facts = machine(name)
    assert completed(as_saved_before(facts), load()).managers == facts.managers


def test_the_version_of_macos() -> None:
    system = replace(
        BREW.system,
        release="25.4.0",
        distribution_version="16.0",
        distribution_name="macOS 16.0",
    )
    found = completed(replace(BREW, system=system), load()).system
    assert (found.distribution_version, found.distribution_name) == ("26", "macOS 26")


def test_other_systems_and_newer_files_stay_as_they_are() -> None:
    for name in ("debian-12", "windows-64", "mac-arm-two-brews", "mac-old"):
        assert completed(machine(name), load()) == machine(name)
