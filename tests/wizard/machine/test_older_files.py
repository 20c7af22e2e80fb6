"""What older files lack is added if they prove it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.machines import machine
from tests.wizard.planned import plan
from wizard import codec
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Headers, Tool
from wizard.knowledge import load
from wizard.machine import saved
from wizard.machine.older_files import completed

BREW = machine("mac-arm-brew")


def written(name: str) -> dict[str, Any]:
    """The file of a machine, which has every key."""
    data: dict[str, Any] = json.loads(codec.to_json(machine(name)))
    return data


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
    cargo, compiler = completed(facts, load(), {}).tools
    assert (cargo.machine, compiler.machine) == (found, "")


@pytest.mark.parametrize("name", ["mac-arm-brew", "mac-intel-brew", "mac-rosetta", "mac-arm-both"])
def test_the_architecture_of_a_homebrew(name: str) -> None:
    facts = machine(name)
    assert completed(as_saved_before(facts), load(), {}).managers == facts.managers


def test_the_version_of_macos() -> None:
    system = replace(
        BREW.system,
        release="25.4.0",
        distribution_version="16.0",
        distribution_name="macOS 16.0",
    )
    found = completed(replace(BREW, system=system), load(), {}).system
    assert (found.distribution_version, found.distribution_name) == ("26", "macOS 26")


def test_other_systems_and_newer_files_stay_as_they_are() -> None:
    for name in ("debian-12", "windows-64", "mac-arm-two-brews", "mac-old"):
        assert completed(machine(name), load(), written(name)) == machine(name)


def saved_before(folder: str, machine_name: str, tmp_path: Path, *, lacks: bool = True) -> Facts:
    """A Mac with Apple silicon whose OpenSSL in ``folder`` begins with this architecture."""
    own = Headers(f"{folder}/include", "3.6.3", f"{folder}/lib", True, "3.6.3", machine_name, True)
    data = json.loads(codec.to_json(replace(BREW, openssl=(own,))))
    if lacks:
        del data["openssl"][0]["more_machines"]
    file = tmp_path / "machine.json"
    file.write_text(json.dumps(data))
    return saved.load(str(file))


@pytest.mark.parametrize(
    ("folder", "lacks", "found", "why"),
    [
        ("/opt/universal", True, "", ""),
        ("/opt/universal", False, "x86_64", "is for x86_64"),
        ("/opt/local/libexec/openssl3", True, "", ""),  # MacPorts has universal ports
        ("/usr/local/opt/openssl@3", True, "x86_64", "is for x86_64"),  # Homebrew's
        # OpenSSL's own default, but unread files there count as those of an Intel Homebrew.
        ("/usr/local", True, "", "is for the other kind of Mac processor"),
    ],
)
def test_the_first_architecture_of_a_library_is_not_the_only_one(
    folder: str, lacks: bool, found: str, why: str, tmp_path: Path
) -> None:
    facts = saved_before(folder, "x86_64", tmp_path, lacks=lacks)
    assert [headers.machine for headers in facts.openssl] == [found]
    choices = Choices(method="source", openssl=folder)
    if not why:
        assert plan(facts, load(), choices).method == "source"
        return
    with pytest.raises(Impossible) as caught:
        plan(facts, load(), choices)
    assert why in caught.value.why
