"""An environment that a run was making when it was cut off is made again; no other is touched."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from backends import pip, uv
from backends.action import Command, RemoveFolder
from tests.wizard.running.watched import Watched, plan, program, step
from wizard import unfinished
from wizard.machine import pythons
from wizard.plan import Plan, Step
from wizard.questions import validation
from wizard.running.new_environment import NewEnvironment

COPIES = """
import os, pathlib, sys, time
folder = pathlib.Path(sys.argv[1], 'copied')
folder.mkdir()
(folder / 'half').touch()
print('half of', 'pip', flush=True)
time.sleep(60)
"""
WAITS = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[1], 'copied', 'half').exists():
    time.sleep(0.05)
"""
WHOLE = "import pathlib, sys; pathlib.Path(sys.argv[1], 'whole').touch()"


def making(folder: Path, text: str) -> Plan:
    """A plan that makes an environment, and then writes into it with this program."""
    make = Step(
        "environment",
        "Make it",
        "Because.",
        pip.make_environment(sys.executable, str(folder), with_pip=False),
        undo=(RemoveFolder(str(folder)),),
    )
    write = step("write", Command(program(text, str(folder))), "environment")
    return plan(make, write, environment=str(folder), new=True)


def found(folder: Path) -> list[str]:
    """The Pythons that the probe finds in this environment."""
    return [each.path for each in pythons._in_environment(str(folder), "asked")]


def test_a_run_that_ends_leaves_no_mark(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    run = Watched(making(folder, WHOLE))
    assert run.end.code == 0
    assert (folder / "whole").exists()
    assert not (folder / unfinished.FILE).exists()
    assert found(folder)


def test_a_program_that_fails_by_itself_leaves_an_environment_to_go_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    run = Watched(making(folder, "raise SystemExit(1)"))
    assert run.end.code == 1
    assert found(folder)
    assert NewEnvironment(run.state.plan).still_done(run.state.done) == {"environment"}


def test_after_a_cancellation_it_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    cancelled = Watched(making(folder, COPIES), cancel_when="half of pip")
    assert cancelled.states() == [("environment", "done"), ("write", "cancelled")]
    assert unfinished.is_left(folder)
    assert not found(folder)
    assert validation.check_folder(str(folder)) == str(folder)
    again = Watched(making(folder, WHOLE), done=cancelled.state.done)
    assert again.states() == [("environment", "done"), ("write", "done")]
    assert "an earlier run was cut off" in "".join(again.lines("environment"))
    assert not (folder / "copied").exists()
    assert found(folder)


def test_an_empty_environment_is_not_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    made = making(folder, WHOLE)
    cancelled = Watched(made, cancel_when="StepEnded(step='environment', state='done'")
    assert cancelled.states() == [("environment", "done"), ("write", "skipped")]
    assert unfinished.is_left(folder)
    again = Watched(made, done=cancelled.state.done)
    assert again.states() == [("write", "done")]
    assert (folder / "whole").exists()
    assert not (folder / unfinished.FILE).exists()


def test_what_was_cut_off_before_it_wrote_anything_leaves_finished_steps_done(
    tmp_path: Path,
) -> None:
    """A compiler can be at work for minutes before pip writes the first file."""
    folder = tmp_path / "e"
    compiles = "import time; print('compiles', 'now', flush=True); time.sleep(60)"
    made = making(folder, WHOLE)
    last = step("build", Command(program(compiles)), "write")
    made = replace(made, steps=(*made.steps, last))
    for _ in range(2):  # the second one takes the mark over, and leaves it too
        done = NewEnvironment(made).still_done(frozenset({"environment", "write"}))
        cancelled = Watched(made, cancel_when="compiles now", done=done)
        assert cancelled.state.done == {"environment", "write"}
        assert unfinished.is_left(folder)
        (folder / "lib" / "__pycache__").mkdir(parents=True, exist_ok=True)  # any Python may do it
        assert NewEnvironment(made).still_done(cancelled.state.done) == cancelled.state.done
    (folder / "lib" / "half").touch()
    assert NewEnvironment(made).still_done(cancelled.state.done) == frozenset()


def test_while_two_programs_write_nothing_is_known_to_be_whole(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    made = making(folder, WAITS)
    other = step("copies", Command(program(COPIES, str(folder))), "environment")
    made = replace(made, steps=(*made.steps, other))
    cancelled = Watched(made, cancel_when="StepEnded(step='write', state='done'")
    assert cancelled.state.done == {"environment", "write"}
    assert NewEnvironment(made).still_done(cancelled.state.done) == frozenset()


RUNS = """
import sys
from pathlib import Path
from tests.wizard.running.test_new_environment import COPIES, Watched, making
Watched(making(Path(sys.argv[1]), COPIES))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_sigkill_it_is_made_again_but_not_while_the_other_wizard_lives(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "e"
    other = subprocess.Popen((sys.executable, "-c", RUNS, str(folder)))
    try:
        while not (folder / "copied" / "half").exists():
            assert other.poll() is None
        assert not unfinished.is_left(folder), "the other wizard is at work"
        assert found(folder)
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait(30)
    assert unfinished.is_left(folder)
    assert Watched(making(folder, WHOLE)).end.code == 0
    assert not (folder / "copied").exists()
    assert found(folder)


def test_an_environment_of_the_user_is_never_removed(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    subprocess.run(
        (sys.executable, "-m", "venv", "--without-pip", str(folder)), timeout=60, check=True
    )
    (folder / "mine").touch()
    Watched(making(folder, COPIES), cancel_when="half of pip")
    assert (folder / "mine").exists()


@pytest.mark.parametrize("link", ["folder", "mark"])
def test_no_link_is_followed(tmp_path: Path, link: str) -> None:
    real = tmp_path / "real"
    real.mkdir()
    unfinished.mark(real).close()
    folder = tmp_path / "e"
    if link == "folder":
        folder.symlink_to(real)
    else:
        folder.mkdir()
        (folder / unfinished.FILE).symlink_to(real / unfinished.FILE)
    assert unfinished.is_left(real)
    assert not unfinished.is_left(folder)


def test_only_a_plan_that_makes_an_environment_has_one(tmp_path: Path) -> None:
    there = NewEnvironment(plan(step("x", Command(("x",))), environment=str(tmp_path)))
    assert there.still_done(frozenset({"x"})) == {"x"}
    assert not there.makes(step("x", Command(("x",))))
    there.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, uv makes the folder")
def test_uv_too_gets_a_folder_that_is_marked_before_it_starts(tmp_path: Path) -> None:
    folder = tmp_path / "e"
    command = uv.make_environment("uv", sys.executable, str(folder))
    make = Step("environment", "Make it", "Because.", command, undo=(RemoveFolder(str(folder)),))
    whole = plan(make, environment=str(folder), new=True)
    environment = NewEnvironment(whole)
    environment.begin(make)
    environment.release()  # as if this process was killed
    assert unfinished.is_left(folder)
