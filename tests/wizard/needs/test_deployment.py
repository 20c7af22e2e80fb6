"""For which macOS a build is made, and how its wheel is named."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.facts import Facts, Python
from wizard.knowledge import load
from wizard.needs.deployment import HOST_PLATFORM, VARIABLE, own_version
from wizard.needs.tags import platforms
from wizard.plan import Plan

BREW, BARE, NONE = machine("mac-arm-brew"), machine("mac-arm-bare"), machine("mac-intel-none")
OWN = {"openssl": "3.5.9", "link": "static"}


def source(facts: Facts, **choices: str) -> Plan:
    return plan(facts, load(), Choices(method="source", **choices))  # type: ignore[arg-type]


def env(made: Plan, step: str = "install") -> dict[str, str]:
    action = next(s.action for s in made.steps if s.id == step)
    assert isinstance(action, Command)
    return dict(action.env)


def configured(made: Plan) -> tuple[str, ...]:
    action = next(s.action for s in made.steps if s.id == "openssl-configure")
    assert isinstance(action, Command)
    return action.argv


@pytest.mark.parametrize(
    ("platform", "cpu", "oldest"),
    [
        ("macosx-10.9-universal2", "arm64", "11.0"),  # Apple's 3.9, python.org's 3.9
        ("macosx-10.9-universal2", "x86_64", "10.12"),
        ("macosx-10.13-universal2", "x86_64", "10.13"),  # python.org's 3.13
        ("macosx-10.13-universal2", "arm64", "11.0"),
        ("macosx-11.0-arm64", "arm64", "11.0"),  # uv's and conda's
        ("macosx-15.0-arm64", "arm64", "15.0"),  # Homebrew's
        ("macosx-26-arm64", "arm64", "26.0"),
        ("macosx-10.9-x86_64", "x86_64", "10.12"),
        ("linux-x86_64", "x86_64", ""),
        ("win-amd64", "AMD64", ""),
        ("", "", ""),
    ],
)
def test_what_a_python_can_build_for(platform: str, cpu: str, oldest: str) -> None:
    assert own_version(Python("/python", "path", platform=platform, machine=cpu)) == oldest


def test_a_universal_python_builds_for_one_architecture_and_says_so() -> None:
    """pypa/setuptools#2520, pypa/wheel#406: ARCHFLAGS alone leaves the name universal2."""
    for facts, cpu, oldest in ((BARE, "arm64", "11.0"), (NONE, "x86_64", "10.12")):
        found = env(source(facts, release="46.0.3", **OWN))
        assert found["ARCHFLAGS"] == f"-arch {cpu}"
        assert found[HOST_PLATFORM] == f"macosx-{oldest}-{cpu}"
        assert found[VARIABLE] == oldest


def test_the_name_is_one_that_this_python_accepts() -> None:
    for facts in (BARE, NONE, machine("mac-arm-none"), machine("mac-rosetta")):
        made = source(facts, release="46.0.3", **OWN)
        found = env(made)
        python = facts.pythons[0]
        name = found.get(HOST_PLATFORM, f"macosx-{found[VARIABLE]}-{python.machine}")
        assert re.sub(r"[-.]", "_", name) in platforms(python)


def test_other_pythons_need_no_other_name() -> None:
    found = env(source(BREW))
    assert found[VARIABLE] == "15.0"
    assert HOST_PLATFORM not in found
    assert "ARCHFLAGS" not in found
    assert VARIABLE not in env(source(machine("debian-12")))


def test_the_openssl_is_built_for_the_same_macos() -> None:
    made = source(BARE, **OWN)
    assert f"-mmacosx-version-min={env(made)[VARIABLE]}" in configured(made)
    (step,) = [s for s in made.steps if s.id == "openssl-configure"]
    assert "-mmacosx-version-min=11.0 makes it work on macOS 11.0 and newer" in step.why
    brewed = source(BREW, **OWN)
    assert "-mmacosx-version-min=15.0" in configured(brewed)
    prefixes = {w for m in (made, brewed) for w in configured(m) if w.startswith("--prefix=")}
    assert len(prefixes) == 2, "a cached one for a newer macOS must not be used for an older one"
    linux = configured(source(machine("debian-12"), **OWN))
    assert not [word for word in linux if word.startswith("-mmacosx")]


def static(facts: Facts, macos: str) -> str:
    """The macOS of a build with Homebrew's static OpenSSL, by a Python that is made for 11."""
    python = replace(facts.pythons[0], platform="macosx-11.0-arm64", macos=macos)
    changed = replace(facts, pythons=(python, *facts.pythons[1:]))
    return env(source(changed, link="static"))[VARIABLE]


def test_a_static_openssl_of_a_package_manager_is_made_for_this_macos() -> None:
    assert static(BREW, "15.6") == "15.0"
    assert static(BREW, "26.4") == "26.0"
    assert static(BREW, "16.0") == "11.0", "its pip accepts no name with 26"
    assert static(BREW, "10.16") == "11.0"


def test_a_newer_version_that_the_user_set_counts() -> None:
    def found(value: str) -> tuple[dict[str, str], tuple[str, ...]]:
        made = source(replace(BARE, variables=((VARIABLE, value),)), **OWN)
        return env(made), made.notes

    settings, notes = found("13.3")
    assert (settings[VARIABLE], settings[HOST_PLATFORM]) == ("13.3", "macosx-13.0-arm64")
    assert not [n for n in notes if VARIABLE in n]
    settings, notes = found("10.9")
    assert settings[VARIABLE] == "11.0"
    assert [n for n in notes if f"does not get your {VARIABLE}" in n]
    assert found("nonsense")[0][VARIABLE] == "11.0"


def test_a_target_for_rust_does_not_reach_the_build() -> None:
    """sourmash-bio/sourmash#3128: then rustc finds no standard library."""
    made = source(replace(BREW, variables=(("CARGO_BUILD_TARGET", "x86_64-apple-darwin"),)))
    action = next(s.action for s in made.steps if s.id == "install")
    assert isinstance(action, Command)
    assert "CARGO_BUILD_TARGET" in action.unset


@pytest.mark.parametrize(
    ("facts", "choices", "says"),
    [
        (BARE, OWN, "works on macOS 11.0 and newer, as its name says"),
        (BREW, {"link": "static"}, "works on macOS 15.0 and newer, as its name says"),
        (BREW, {"link": "dynamic"}, "works on macOS 15.0 and newer, as its name says"),
    ],
)
def test_a_wheelhouse_says_on_which_macs_it_works(
    facts: Facts, choices: dict[str, str], says: str
) -> None:
    made = source(facts, wheelhouse="/Users/ada/wheels", **choices)
    assert [note for note in made.notes if says in note]


def test_a_wheelhouse_says_if_its_name_is_too_old() -> None:
    python = replace(BREW.pythons[0], platform="macosx-11.0-arm64", macos="16.0", pip=None)
    system = replace(BREW.system, distribution_version="26.4")
    facts = replace(BREW, system=system, pythons=(python,))
    made = source(facts, link="static", wheelhouse="/Users/ada/wheels")
    assert [n for n in made.notes if "works on this macOS (26.4) and newer ones, but its" in n]
