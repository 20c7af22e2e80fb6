"""The names of package managers, as people type them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from backends.manager import managers
from screens import flags
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.facts import Manager
from wizard.knowledge import load
from wizard.needs.case import Case
from wizard.questions import answers, completion, manager_names

DEBIAN = machine("debian-12")
BARE = machine("mac-arm-none")


def told(error: BadRequest) -> str:
    return "\n".join((error.what, error.shown, error.why, *error.hints))


@pytest.mark.parametrize("name", ["", *managers()])
def test_its_own_names_are_right(name: str) -> None:
    manager_names.check_name(name)
    assert manager_names.canonical_name(name) == name


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("brew", "homebrew"),
        ("Homebrew", "homebrew"),
        ("port", "macports"),
        ("apt-get", "apt"),
        ("APT", "apt"),
        ("dnf5", "dnf"),
    ],
)
def test_a_program_s_name_is_understood(word: str, meant: str) -> None:
    assert manager_names.canonical_name(word, location=f"--manager {word}") == meant


@pytest.mark.parametrize(("word", "meant"), [("brew", "homebrew"), ("port", "macports")])
def test_a_flag_and_an_answers_file_mean_the_same(word: str, meant: str, tmp_path: Path) -> None:
    file = tmp_path / "answers.toml"
    file.write_text(f'method = "source"\nmanager = "{word}"\n', encoding="utf-8")
    assert answers.load(str(file)) == Choices(method="source", manager=meant)
    assert flags.choices_of({flags.CHOICE_PREFIX + "manager": word}) == Choices(manager=meant)


@pytest.mark.parametrize(
    ("word", "machine_name"), [("brew", "mac-arm-both"), ("port", "mac-arm-port")]
)
def test_a_plan_uses_the_manager_that_is_meant(word: str, machine_name: str) -> None:
    choices = answers.from_data({"method": "source", "manager": word})
    made = plan(machine(machine_name), load(), choices)
    commands = [s.action.argv for s in made.steps if isinstance(s.action, Command)]
    assert word in [Path(words[0]).name for words in commands]


@pytest.mark.parametrize(("word", "meant"), [("aptitude", "apt"), ("microdnf", "dnf")])
def test_another_program_with_the_same_packages_gets_the_name(word: str, meant: str) -> None:
    with pytest.raises(
        BadRequest, match=f"calls this package manager '{meant}', not '{word}'"
    ) as e:
        manager_names.canonical_name(word, location=f"--manager {word}")
    assert e.value.shown == f"--manager {word}"
    assert e.value.hints[0] == f"Write {meant} instead."


@pytest.mark.parametrize(
    ("word", "near"), [("hombrew", "'homebrew'"), ("macport", "'macports'"), ("pacman", "")]
)
def test_another_word_gets_the_list_and_the_nearest(word: str, near: str) -> None:
    with pytest.raises(BadRequest, match=f"'{word}' is not a package manager") as caught:
        manager_names.canonical_name(word)
    assert ("did you mean" in caught.value.what) is bool(near)
    assert near in caught.value.what
    assert "apk, apt, dnf, homebrew, macports, yum" in told(caught.value)


@pytest.mark.parametrize("method", ["", "source"])
def test_one_that_is_not_here_is_refused_with_those_that_are(method: str) -> None:
    choices = Choices(method=method, manager="macports")
    with pytest.raises(BadRequest, match="does not use the package manager 'macports'") as caught:
        completion.complete(Case(DEBIAN, load(), choices))
    assert caught.value.hints[0] == "Found here: apt. Write --manager apt instead."


def test_where_there_is_none_it_is_said() -> None:
    with pytest.raises(BadRequest, match="'homebrew'") as caught:
        completion.complete(Case(BARE, load(), Choices(method="source", manager="homebrew")))
    assert "The wizard found no package manager that it supports." in caught.value.why
    assert "--method wheel" in told(caught.value)


def test_where_dnf_is_yum_is_another_name_of_it() -> None:
    with pytest.raises(BadRequest, match="'yum'") as caught:
        manager_names.check_for_machine(machine("fedora"), Choices(manager="yum"))
    assert caught.value.why == "On systems with dnf, yum is only another name for it."
    assert "--manager dnf" in caught.value.hints[0]


def test_a_wheel_needs_none_and_one_that_is_here_is_right() -> None:
    manager_names.check_for_machine(BARE, Choices(method="wheel", manager="homebrew"))
    both = replace(DEBIAN, managers=(*DEBIAN.managers, Manager("dnf", "/usr/bin/dnf")))
    for name in ("apt", "dnf"):
        manager_names.check_for_machine(both, Choices(manager=name))
