"""Steps of the real runner that run at the same time: they overlap, keep apart, and end together.

Nothing here depends on the clock: programs wait for each other's files, with a bound.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from backends.action import Command, Prove, RemoveFolder
from tests.wizard.running.watched import CHOICES, ROOT, STUBBORN, Watched, plan, program, step
from wizard.errors import Exit
from wizard.facts import Facts, Privilege, System
from wizard.plan import Step
from wizard.programs import tree
from wizard.proof import verify
from wizard.proof.verify import Report
from wizard.running import command_runner, journal, privilege, runner, step_runner
from wizard.running.events import Event, Lines, Progressed, RunEnded, StepEnded, StepStarted

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")

WAIT = """
import os, sys, time
def wait(path):
    for _ in range(3000):
        if os.path.exists(path):
            return
        time.sleep(0.01)
    sys.exit(f'{path} never came')
"""
MEET = WAIT + "open(sys.argv[1], 'w').close(); wait(sys.argv[2]); print('met')"
"""Makes its own file and waits for the other's."""
FAIL = WAIT + "wait(sys.argv[1]); print('error: no'); sys.exit(3)"
"""Fails once the other is ready."""
READY = STUBBORN.replace("print('now'", "open(sys.argv[1], 'w').close(); print('now'")
"""Cannot be ended politely, and makes a file when it and its child are there."""


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))


def meeting(folder: Path) -> tuple[Step, Step]:
    """Two steps, each of which ends well only if the other runs at the same time."""
    one, two = str(folder / "one"), str(folder / "two")
    return (
        step("one", Command(program(MEET, one, two))),
        step("two", Command(program(MEET, two, one))),
    )


def left_running(run: Watched, *names: str) -> tuple[int, list[int]]:
    """How many programs these steps had, and which of them still run. They are ended."""
    started = [e for e in run.events if isinstance(e, StepStarted) and e.step in names]
    words = [line.split() for e in started for line in Path(e.log).read_text().splitlines()]
    pids = [int(word[1]) for word in words if word[0] == "child"]
    left = [pid for pid in pids if pid in tree.processes()]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(pids), left


def test_steps_that_do_not_need_each_other_run_at_the_same_time(tmp_path: Path) -> None:
    after = step("after", Command(program("print('both')")), "one", "two")
    run = Watched(plan(*meeting(tmp_path), after))
    assert run.end.code == 0
    assert run.lines("one") == run.lines("two") == ["met"]
    kinds = [(type(e), e.step) for e in run.events if isinstance(e, (StepStarted, StepEnded))]
    assert kinds[:2] == [(StepStarted, "one"), (StepStarted, "two")]
    assert kinds[4:] == [(StepStarted, "after"), (StepEnded, "after")]
    logs = [Path(run.ended(name).log) for name in ("one", "two", "after")]
    assert [log.name for log in logs] == ["01-one.log", "02-two.log", "03-after.log"]
    assert [log.read_text() for log in logs] == ["met\n", "met\n", "both\n"]


@pytest.mark.parametrize("how", [{"lock": "apt"}, {"heavy": True}])
def test_who_holds_the_same_never_runs_together(tmp_path: Path, how: dict[str, object]) -> None:
    text = "import os, sys; os.mkdir(sys.argv[1]); os.rmdir(sys.argv[1])"
    alone = Command(program(text, str(tmp_path / "held")))
    steps = [
        Step(name, "t", "w", alone, **how)  # type: ignore[arg-type]
        for name in ("one", "two", "three")
    ]
    run = Watched(plan(*steps))
    assert run.end.code == 0
    kinds = [type(e) for e in run.events if isinstance(e, (StepStarted, StepEnded))]
    assert kinds == [StepStarted, StepEnded] * 3


def test_the_proof_comes_when_all_the_rest_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = Report("python", True)
    monkeypatch.setattr(verify, "verify", lambda *_, **__: report)
    run = Watched(plan(*meeting(tmp_path), step("prove", Prove("python"), "one")))
    assert run.states()[2] == ("prove", "done")
    assert (run.end.code, run.end.report) == (0, report)


def test_a_failure_stops_what_else_runs(tmp_path: Path) -> None:
    ready = str(tmp_path / "ready")
    run = Watched(
        plan(
            step("build", Command(program(READY, ready))),
            step("bad", Command(program(FAIL, ready))),
            step("after", Command(("x",)), "build"),
        )
    )
    assert left_running(run, "build") == (2, [])
    assert run.states() == [("bad", "failed"), ("build", "cancelled"), ("after", "skipped")]
    assert run.ended("bad").exit == 3
    assert run.ended("build").cause == "It was stopped because “Title of bad” failed."
    assert run.end.code == Exit.FAILED
    state = journal.replay(Path(run.ended("bad").log).parent.parent)
    assert state == run.state
    assert state.done == frozenset(), "all three are done again"


def test_cancel_ends_both_and_their_children(tmp_path: Path) -> None:
    both = [
        step(name, Command(program(READY, str(tmp_path / name)))) for name in ("build", "fetch")
    ]
    what = plan(*both, step("after", Command(("x",)), "fetch"))
    run = Watched(what, cancel_when="now ready", times=2)
    assert left_running(run, "build", "fetch") == (4, [])
    assert sorted(run.states()) == [
        ("after", "skipped"),
        ("build", "cancelled"),
        ("fetch", "cancelled"),
    ]
    assert (run.ended("build").cause, run.end.code) == ("", Exit.CANCELLED)


def test_two_that_fail_at_once_are_both_told_and_the_first_is_the_exit_code(
    tmp_path: Path,
) -> None:
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    bad = MEET + "; sys.exit(3)"
    run = Watched(
        plan(
            step("one", Command(program(bad, one, two))),
            step("two", Command(program(bad, two, one))),
        )
    )
    states = [state for _, state in run.states()]
    assert states[0] == "failed"
    assert states[1] in ("failed", "cancelled")
    assert run.end.code == Exit.FAILED


def test_what_is_done_already_is_not_run_beside_the_rest(tmp_path: Path) -> None:
    one, two = meeting(tmp_path)
    (tmp_path / "one").touch()
    run = Watched(plan(one, two), done=frozenset({"one"}))
    assert run.states() == [("two", "done")]


def test_everything_is_told_in_one_order_by_one_thread(tmp_path: Path) -> None:
    threads: set[int] = set()
    events: list[Event] = []

    def take(event: Event) -> None:
        threads.add(threading.get_ident())
        events.append(event)

    talks = "import sys\nfor n in range(20_000): print(sys.argv[1], n)"
    names = ("a", "b", "c")
    steps = [step(name, Command(program(talks, name))) for name in names]
    facts = Facts(System("linux", "x86_64"), privilege=ROOT)
    end = runner.run(plan(*steps), CHOICES, facts, take, threading.Event())
    assert threads == {threading.get_ident()}
    for name in names:
        told = [e.lines for e in events if isinstance(e, Lines) and e.step == name]
        assert [line for lines in told for line in lines] == [f"{name} {n}" for n in range(20_000)]
        mine = [type(e) for e in events if getattr(e, "step", "") == name]
        assert (mine[0], mine[-1]) == (StepStarted, StepEnded)
        assert {StepStarted, StepEnded}.isdisjoint(mine[1:-1])
    (folder,) = {Path(e.log).parent.parent for e in events if isinstance(e, StepStarted)}
    kept = journal.read(folder)
    assert list(kept) == [e for e in events if not isinstance(e, (Lines, Progressed))]
    assert [e.time for e in kept] == sorted(e.time for e in kept)
    assert (kept[-1], end.code) == (end, 0)


def test_a_half_made_environment_is_removed_where_another_step_fails(tmp_path: Path) -> None:
    folder, ready = tmp_path / "env", tmp_path / "env" / "half"
    half = (
        "import os, sys, time; os.mkdir(sys.argv[1]); open(sys.argv[2], 'w').close(); "
        "time.sleep(60)"
    )
    makes = Step(
        *("venv", "t", "w", Command(program(half, str(folder), str(ready)))),
        undo=(RemoveFolder(str(folder)),),
    )
    bad = step("bad", Command(program(FAIL, str(ready))))
    run = Watched(plan(makes, bad, environment=str(folder), new=True))
    assert run.states() == [("bad", "failed"), ("venv", "cancelled")]
    assert not folder.exists()


def test_a_bug_in_one_step_ends_the_others_and_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid, real = tmp_path / "pid", command_runner.run_command

    def breaks(
        name: str, command: Command, log: Path, around: command_runner.CommandContext
    ) -> object:
        if name != "bug":
            return real(name, command, log, around)
        for _ in range(3000):
            if pid.exists() and pid.read_text():
                raise LookupError("a bug")
            threading.Event().wait(0.01)
        raise AssertionError("the other step never started")

    monkeypatch.setattr(step_runner, "run_command", breaks)
    text = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(LookupError, match="a bug"):
        Watched(plan(step("other", Command(program(text, str(pid)))), step("bug", Command(("x",)))))
    assert int(pid.read_text()) not in tree.processes()


def test_a_face_that_fails_leaves_nothing_of_either_behind(tmp_path: Path) -> None:
    text = MEET.replace("print('met')", "print(os.getpid(), flush=True); time.sleep(60)")
    pids: list[int] = []

    def breaks(event: Event) -> None:
        if isinstance(event, Lines):
            pids.append(int(event.lines[0]))
            if len(pids) == 2:
                raise RuntimeError("the interface is gone")

    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    what = plan(
        step("one", Command(program(text, one, two))), step("two", Command(program(text, two, one)))
    )
    facts = Facts(System("linux", "x86_64"), privilege=ROOT)
    with pytest.raises(RuntimeError, match="the interface is gone"):
        runner.run(what, CHOICES, facts, breaks, threading.Event())
    assert len(pids) == 2
    assert not set(pids) & set(tree.processes())


SUDO = """#!/bin/sh
if [ "$2" = -v ]; then echo renewed >> "$(dirname "$0")/renewed"; exit; fi
shift
exec "$@"
"""


def test_root_is_kept_while_a_step_needs_it_and_no_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sudo, renewed = tmp_path / "sudo", tmp_path / "renewed"
    sudo.write_text(SUDO)
    sudo.chmod(0o755)
    monkeypatch.setattr(privilege, "RENEW_SECONDS", 0.0)
    waits = WAIT + "wait(sys.argv[1]); print('kept')"
    later: list[int] = []

    def take(event: Event) -> None:
        if isinstance(event, (StepStarted, RunEnded)) and getattr(event, "step", "") != "root":
            later.append(len(renewed.read_text()))

    what = plan(
        step("root", Command(program(waits, str(renewed)), root=True)),
        step("user", Command((sys.executable, "-c", "print('no root')")), "root"),
    )
    facts = Facts(System("linux", "x86_64"), privilege=Privilege("sudo", str(sudo)))
    assert runner.run(what, CHOICES, facts, take, threading.Event()).code == 0
    assert later[0] >= len("renewed\n")
    assert later == [later[0]] * 2


def test_a_journal_that_cannot_be_written_ends_all_that_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = journal.Journal.write

    def full(self: journal.Journal, event: Event) -> None:
        if isinstance(event, StepEnded) and event.step == "bad":
            raise OSError(28, "No space left on device")
        original(self, event)

    monkeypatch.setattr(journal.Journal, "write", full)
    ready = str(tmp_path / "ready")
    what = plan(
        step("bad", Command(program(FAIL, ready))),
        step("build", Command(program(READY, ready))),
        step("after", Command(("x",)), "build"),
    )
    run = Watched(what)
    assert left_running(run, "build") == (2, [])
    assert run.states() == [("bad", "failed"), ("build", "cancelled"), ("after", "skipped")]
    assert "No space left on device" in run.ended("bad").cause
