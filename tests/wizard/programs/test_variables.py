"""What a command sets, what it puts in front of lists, and what it must not see."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import pytest

from backends.action import Command
from tests.programs import program
from wizard.facts import Privilege
from wizard.programs.variables import folder_lists, variables_for
from wizard.running.command_runner import CommandContext, environment, run_command
from wizard.running.events import Event
from wizard.running.privilege import command_text, wrap

NAMES = ("GONE", "HTTPS_PROXY", "LIB", "INCLUDE", "NEW")
SEES = f"import os; print([os.environ.get(name) for name in {NAMES!r}])"
COMMAND = Command(
    (sys.executable, "-c", SEES),
    env=(("NEW", "1"), ("INCLUDE", "own")),
    lists=(("LIB", "/a b"), ("LIB", "/c"), ("INCLUDE", "/i")),
    unset=("GONE", "HTTPS_PROXY"),
)
needs_posix = pytest.mark.skipif(os.name == "nt", reason="sudo and env are of POSIX")


def joined(*folders: str) -> str:
    return os.pathsep.join(folders)


def test_folders_are_gathered_in_their_order() -> None:
    command = Command(("x",), path=("/p",), lists=(("LIB", "/a"), ("PATH", "/q"), ("LIB", "/b")))
    assert folder_lists(command) == {"PATH": ("/p", "/q"), "LIB": ("/a", "/b")}


@pytest.mark.parametrize(
    ("around", "wanted"),
    [
        ({"LIB": "/old"}, joined("/a", "/old")),
        ({"LIB": ""}, "/a"),  # an empty part of a list would mean the working folder
        ({}, "/a"),
    ],
)
def test_a_folder_comes_in_front_of_what_is_listed(around: dict[str, str], wanted: str) -> None:
    assert variables_for(Command(("x",), lists=(("LIB", "/a"),)), around) == {"LIB": wanted}


def test_without_a_path_the_usual_one_is_kept() -> None:
    assert variables_for(Command(("x",), path=("/p",)), {}) == {"PATH": joined("/p", os.defpath)}


def test_what_the_command_sets_is_what_its_folders_come_in_front_of() -> None:
    command = Command(("x",), env=(("LIB", "/own"),), lists=(("LIB", "/a"),))
    assert variables_for(command, {"LIB": "/old"}) == {"LIB": joined("/a", "/own")}


def test_a_list_that_must_not_be_seen_starts_anew() -> None:
    command = Command(("x",), lists=(("LIB", "/a"),), unset=("LIB",))
    assert variables_for(command, {"LIB": "/old"}) == {"LIB": "/a"}


def test_the_environment_is_without_what_must_not_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GONE", "1")
    monkeypatch.setenv("KEPT", "1")
    made = environment({"SET": "1", "GONE": "new"}, ("GONE",))
    assert (made["KEPT"], made["SET"], made["GONE"]) == ("1", "1", "new")
    assert "GONE" not in environment({}, ("GONE",))


def log_of(command: Command, privilege: Privilege, folder: Path) -> str:
    """Really run the command as a step, and return what it printed."""
    events: list[Event] = []
    log = folder / "log"
    around = CommandContext(events.append, threading.Event(), privilege)
    assert run_command("s", command, log, around).state == "done", log.read_text()
    return log.read_text().strip()


@pytest.fixture
def _around(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("GONE", "1"), ("HTTPS_PROXY", "p"), ("LIB", "/old"), ("INCLUDE", "/old")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NEW", raising=False)


WANTED = repr([None, None, joined("/a b", "/c", "/old"), joined("/i", "own"), "1"])


@pytest.mark.usefixtures("_around")
def test_a_step_sees_what_it_should(tmp_path: Path) -> None:
    assert log_of(COMMAND, Privilege("none"), tmp_path) == WANTED


@needs_posix
@pytest.mark.usefixtures("_around")
def test_a_step_of_root_sees_the_same(tmp_path: Path) -> None:
    # Like one that is set up to keep the caller's variables: even then they must not be seen.
    sudo = program(tmp_path, "sudo", 'shift\nGONE=kept HTTPS_PROXY=kept exec "$@"')
    command = Command(COMMAND.argv, (), COMMAND.env, (), COMMAND.lists, COMMAND.unset, root=True)
    assert log_of(command, Privilege("sudo", sudo), tmp_path) == WANTED
    assert log_of(command, Privilege("root"), tmp_path).splitlines()[-1] == WANTED


@needs_posix
def test_what_must_not_be_seen_is_not_passed_on_to_root() -> None:
    around = {"HTTPS_PROXY": "p", "NO_PROXY": "n", "GONE": "1"}
    command = Command(("x",), unset=("GONE", "HTTPS_PROXY"), root=True)
    assert wrap(command, Privilege("sudo"), around) == (
        ("sudo", "-n", "env", "-u", "GONE", "-u", "HTTPS_PROXY", "NO_PROXY=n", "x"),
        {},
    )


@needs_posix
def test_it_is_shown_as_one_types_it() -> None:
    command = Command(("x",), env=(("A", "1"),), lists=(("LIB", "/a b"),), unset=("GONE",))
    words = "env -u GONE A=1 LIB='/a b'\"${LIB:+:$LIB}\" x"
    assert command_text(command, Privilege("none")) == words
    root = Command(("x",), lists=(("LIB", "/a"),), root=True)
    assert command_text(root, Privilege("sudo", "/usr/bin/sudo")) == (
        'sudo env LIB=/a"${LIB:+:$LIB}" x'
    )
    assert command_text(root, Privilege("root")) == 'LIB=/a"${LIB:+:$LIB}" x'
