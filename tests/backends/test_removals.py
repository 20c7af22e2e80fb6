"""What each manager says that it would remove, and that undoing something twice is not an error."""

from __future__ import annotations

import re

import pytest

from backends.action import Output
from backends.manager import managers, permanent_install, replacing_install
from tests.recordings import recorded

NAMES = ("cargo-web", "rustc-web")

each = pytest.mark.parametrize("name", sorted(managers()))


@each
def test_a_question_changes_nothing_and_needs_no_root(name: str) -> None:
    question = managers()[name].ask_removals(NAMES)
    if name in ("homebrew", "macports"):
        assert question is None
        return
    assert question is not None
    assert question.argv[-2:] == NAMES
    assert {"-s", "--simulate", "--assumeno"} & set(question.argv)
    assert not question.root
    assert dict(question.env)["LC_ALL"] == "C"


@each
def test_nothing_is_read_from_nothing(name: str) -> None:
    assert managers()[name].removals(Output(0, "")) == ()
    assert managers()[name].removals(Output(0, "\0 garbage\nRemoved\n" * 9)) == ()


@pytest.mark.parametrize(
    ("name", "tool", "recording", "removed"),
    [
        ("apt", "apt", "simulate-removes", ("cargo", "rustc")),
        ("apt", "apt", "simulate", ()),
        ("dnf", "dnf4", "assumeno-replaces", ("old-openssl-devel",)),
        ("dnf", "dnf4", "assumeno", ()),
        ("dnf", "dnf4", "assumeno-conflict", ()),
        ("dnf", "dnf4", "assumeno-denied", ()),
        ("dnf", "dnf4", "assumeno-erasing", ("old-openssl-devel", "compat-ssl-devel")),
        ("dnf", "dnf5", "no-yes", ()),
        ("yum", "dnf4", "assumeno-replaces", ("old-openssl-devel",)),
        ("apk", "apk2", "remove", ("nano", "cargo", "rust")),
        ("apk", "apk3", "remove", ("nano", "cargo", "rust")),
        ("apk", "apk3", "simulate", ()),
    ],
)
def test_what_would_be_removed(
    name: str, tool: str, recording: str, removed: tuple[str, ...]
) -> None:
    assert managers()[name].removals(recorded(tool, recording)) == removed


def test_dnf_says_what_it_removes_in_groups() -> None:
    text = (  # both versions print such a table before they ask
        "================\n Package  Arch  Version  Repository  Size\n================\n"
        "Installing:\n new      noarch  1-1  stand-in  6 k\n     replacing  older.noarch 0.9-1\n"
        "Removing:\n conflicts  noarch  2-1  @stand-in  1 k\n"
        "Removing dependent packages:\n needs-it   noarch  3-1  @stand-in  2 k\n"
        "\nTransaction Summary\n================\nInstall  1 Package\nRemove   2 Packages\n"
    )
    for name in ("dnf", "yum"):
        found = managers()[name].removals(Output(1, text))
        assert found == ("older", "conflicts", "needs-it")


def test_apt_removes_nothing_unless_that_is_asked_for() -> None:
    apt = managers()["apt"]
    careful, replacing = apt.install(NAMES), replacing_install(apt, NAMES)
    assert careful is not None
    assert replacing is not None
    assert "--no-remove" in careful.argv
    assert "--no-remove" not in replacing.argv
    assert [word for word in careful.argv if word != "--no-remove"] == list(replacing.argv)
    problem = apt.explain(recorded("apt", "no-remove"))
    assert problem is not None
    assert problem.kind == "removes"


@each
def test_what_was_removed_can_be_installed_again(name: str) -> None:
    manager = managers()[name]
    assert replacing_install(manager, ()) is None
    restored = permanent_install(manager, ("cargo", "rustc"))
    assert restored is not None
    assert restored.argv[-2:] == ("cargo", "rustc")


REMOVED_TWICE = [
    ("apt", "apt", "remove-again"),
    ("dnf", "dnf4", "remove-again"),
    ("dnf", "dnf5", "remove-again-both"),
    ("yum", "yum", "remove-again"),
    ("apk", "apk2", "remove-again"),
    ("apk", "apk3", "remove-again"),
    ("homebrew", "brew5", "uninstall-again-both"),
    ("homebrew", "brew5", "uninstall-one-missing"),
    ("homebrew", "brew6", "uninstall-again"),
    ("macports", "port", "uninstall-again-three"),
]


def test_each_manager_was_asked_to_remove_something_twice() -> None:
    assert {name for name, _, _ in REMOVED_TWICE} == set(managers())


@pytest.mark.parametrize(("name", "tool", "recording"), REMOVED_TWICE)
def test_removing_twice_is_no_error(name: str, tool: str, recording: str) -> None:
    output = recorded(tool, recording)
    # apk's name for these packages is made of theirs
    command = managers()[name].remove(("cargo", "nano"))
    assert command is not None
    if output.exit in command.ok:
        return
    assert command.gone
    errors = [line for line in output.stderr.splitlines() if line.lower().startswith("error")]
    assert errors
    assert all(re.search(command.gone, line) for line in errors)


@pytest.mark.parametrize(
    ("name", "tool", "recording"),
    [("homebrew", "brew5", "uninstall-needed"), ("macports", "port", "uninstall-needed-by-one")],
)
def test_what_others_need_is_an_error(name: str, tool: str, recording: str) -> None:
    output = recorded(tool, recording)
    command = managers()[name].remove(("ca-certificates",))
    assert command is not None
    assert output.exit not in command.ok
    assert not (command.gone and re.search(command.gone, output.stderr, re.MULTILINE))
    problem = managers()[name].explain(output)
    assert problem is not None
    assert problem.kind == "broken"
