from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import signal
import sys
import tarfile
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import (
    Command,
    Download,
    Output,
    Prove,
    RemoveFolder,
    Unpack,
    WriteFile,
)
from backends.manager import Problem
from tests.wizard.running.watched import CHOICES, ROOT, STUBBORN, Watched, plan, program, step
from wizard import locations
from wizard.codec import from_json
from wizard.errors import Exit
from wizard.export.in_words import sentence
from wizard.facts import Facts, Privilege, System
from wizard.plan import FileExists, PackagesInstalled, Plan, Step
from wizard.programs import tree
from wizard.programs.variables import REMOVED
from wizard.proof import verify
from wizard.proof.verify import Check, Report
from wizard.questions import answers
from wizard.running import command_runner, journal, runner, step_runner
from wizard.running.command_runner import Outcome
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the programs of these tests need POSIX")


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(command_runner, "RETRY_SECONDS", 0.1)
    monkeypatch.setattr(command_runner, "PAUSES", (0.01,))


def test_a_run_tells_everything_and_keeps_it(tmp_path: Path) -> None:
    what = plan(
        step("last", Command(program("print('and last')")), "first"),
        step("first", Command(program("print('hello'); print('wörld')"))),
    )
    run = Watched(what)
    assert run.end == run.events[-1]
    assert run.end.code == 0
    assert run.states() == [("first", "done"), ("last", "done")]
    assert run.lines("first") == ["hello", "wörld"]
    assert isinstance(run.events[0], RunStarted)
    started = run.events[1]
    assert isinstance(started, StepStarted)
    assert started.command.startswith(sys.executable + " -c ")
    log = Path(started.log)
    assert log.name == "01-first.log"
    assert log.read_bytes() == "hello\nwörld\n".encode()
    folder = log.parent.parent
    assert from_json(Plan, (folder / "plan.json").read_text(), source="plan") == what
    assert answers.load(str(folder / "answers.toml")) == CHOICES
    kept = list(journal.read(folder))
    assert kept == [e for e in run.events if not isinstance(e, Lines)]
    assert all(event.time.endswith("+00:00") for event in kept)
    assert journal.replay(folder) == run.state
    assert run.state.done == {"first", "last"}


def test_every_byte_is_in_the_log_however_strange() -> None:
    text = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 3000 + b'\\r\\x1b[1mend')"
    run = Watched(plan(step("odd", Command(program(text)))))
    assert Path(run.ended("odd").log).read_bytes() == bytes(range(256)) * 3000 + b"\r\x1b[1mend"
    assert run.lines("odd")[-1] == "end"


def test_a_failure_shows_why_and_skips_the_rest() -> None:
    text = "import sys; print('fatal error: openssl/opensslv.h: No such file'); sys.exit(9)"
    run = Watched(plan(step("bad", Command(program(text))), step("never", Command(("x",)), "bad")))
    ended = run.ended("bad")
    assert (ended.state, ended.exit, run.end.code) == ("failed", 9, Exit.FAILED)
    assert ended.cause
    assert run.states()[1] == ("never", "skipped")
    assert Path(ended.log).read_text().startswith("fatal error")


def test_other_exit_codes_can_mean_success() -> None:
    run = Watched(plan(step("odd", Command(program("import sys; sys.exit(3)"), ok=(0, 3)))))
    assert (run.end.code, run.ended("odd").exit) == (0, 3)


def test_a_retry_does_only_what_is_not_done(tmp_path: Path) -> None:
    writes = Command(program("import sys; open(sys.argv[1], 'w')", str(tmp_path / "written")))
    what = plan(step("one", writes), step("two", Command(program("print(2)")), "one"))
    run = Watched(what, done=frozenset({"one"}))
    assert run.states() == [("two", "done")]
    assert not (tmp_path / "written").exists()


def test_what_takes_too_long_is_ended() -> None:
    text = "import time; print('still here', flush=True); time.sleep(60)"
    run = Watched(plan(step("slow", Command(program(text), timeout=0.7))))
    ended = run.ended("slow")
    assert (ended.state, ended.exit, run.end.code) == ("failed", None, 1)
    assert "limit of 0.7 seconds" in ended.cause
    assert ended.excerpt == ("still here",)


def test_cancel_leaves_nothing_running() -> None:
    run = Watched(
        plan(step("build", Command(program(STUBBORN))), step("after", Command(("x",)), "build")),
        cancel_when="now ready",
    )
    pids = [int(line.split()[1]) for line in run.lines("build") if line.startswith("child")]
    left = [pid for pid in pids if pid in tree.processes()]
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert len(pids) == 2
    assert left == []
    assert run.states() == [("build", "cancelled"), ("after", "skipped")]
    assert run.end.code == Exit.CANCELLED


@pytest.mark.parametrize("code", ["", "sys.exit(2)"])
def test_what_the_end_of_the_wizard_ended_is_cancelled_not_failed(code: str) -> None:
    """The watchdog ends the programs while an interface keeps the runner's thread busy."""
    text = (
        "import os, signal, sys, time\n"
        f"{code and f'signal.signal(signal.SIGTERM, lambda *_: {code})'}\n"
        "print('pid', os.getpid(), flush=True)\n"
        "time.sleep(60)"
    )
    what = plan(step("build", Command(program(text))), step("after", Command(("x",)), "build"))
    cancel = threading.Event()
    events: list[Event] = []

    def slow_interface(event: Event) -> None:
        events.append(event)
        if isinstance(event, Lines) and event.lines[0].startswith("pid"):
            cancel.set()
            os.kill(int(event.lines[0].split()[1]), signal.SIGTERM)
            for thread in threading.enumerate():
                if thread.name == "step build":
                    thread.join(60)

    facts = Facts(System("linux", "x86_64"), privilege=ROOT)
    assert runner.run(what, CHOICES, facts, slow_interface, cancel).code == Exit.CANCELLED
    ended = [event for event in events if isinstance(event, StepEnded)]
    assert [(e.step, e.state) for e in ended] == [("build", "cancelled"), ("after", "skipped")]
    assert (ended[0].cause, ended[0].excerpt) == ("", ())


def test_cancel_before_the_first_step_does_nothing() -> None:
    facts = Facts(System("linux", "x86_64"), privilege=ROOT)
    cancel = threading.Event()
    cancel.set()
    events: list[Event] = []
    what = plan(step("one", Command(program("print(1)"))))
    assert runner.run(what, CHOICES, facts, events.append, cancel).code == 130
    assert [e.state for e in events if isinstance(e, StepEnded)] == ["skipped"]


BUSY = """
import os, sys
count = int(open(sys.argv[1]).read()) if os.path.exists(sys.argv[1]) else 0
open(sys.argv[1], 'w').write(str(count + 1))
if count < 2:
    print('E: Could not get lock /var/lib/x/lock. It is held by process 4711 (aptitude)')
    print('E: Could not get lock, the second time')
    sys.exit(100)
print('free')
"""


def test_a_lock_is_named_and_waited_for(tmp_path: Path) -> None:
    command = Command(program(BUSY, str(tmp_path / "count")), busy="Could not get lock")
    run = Watched(plan(step("apt", command)))
    assert run.end.code == 0
    waiting = [e for e in run.events if isinstance(e, Waiting)]
    assert [e.what for e in waiting] == ["aptitude (process 4711)"]
    assert all(0 < e.seconds <= 300 for e in waiting)
    log = Path(run.ended("apt").log).read_text()
    assert log.count("Could not get lock") == 4
    assert log.endswith("free\n")


def test_a_lock_is_not_waited_for_for_ever() -> None:
    text = "import sys; print('lock held by process 4711 (aptitude)'); sys.exit(100)"
    run = Watched(plan(step("apt", Command(program(text), busy="lock held", busy_seconds=0.5))))
    assert "aptitude (process 4711)" in run.ended("apt").cause
    assert run.end.code == 1


def test_waiting_for_a_lock_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_runner, "RETRY_SECONDS", 600)
    text = "import sys; print('lock held by process 4711 (aptitude)'); sys.exit(100)"
    command = Command(program(text), busy="lock held", busy_seconds=600)
    run = Watched(plan(step("apt", command)), cancel_when="Waiting")
    assert run.states() == [("apt", "cancelled")]


CUT = """import os, sys
count = int(open(sys.argv[1]).read()) if os.path.exists(sys.argv[1]) else 0
open(sys.argv[1], 'w').write(str(count + 1))
if count < int(sys.argv[2]):
    print('error: broke off')
    sys.exit(1)
print('whole')
"""


@pytest.mark.parametrize(("cuts", "code"), [(0, 0), (1, 0), (2, 0), (3, 1)])
def test_a_download_that_broke_off_starts_again(tmp_path: Path, cuts: int, code: int) -> None:
    count = tmp_path / "count"
    command = Command(program(CUT, str(count), str(cuts)), interrupted="broke off", retries=2)
    run = Watched(plan(step("install", command)))
    assert run.end.code == code
    assert int(count.read_text()) == min(cuts, 2) + 1
    said = [line for line in run.lines("install") if line.startswith("A download failed")]
    assert len(said) == min(cuts, 2)
    log = Path(run.ended("install").log).read_text()
    assert all(line in log for line in said)


@pytest.mark.parametrize("there", [True, False])
def test_another_attempt_takes_the_other_program_once_it_is_there(
    tmp_path: Path, there: bool
) -> None:
    count = tmp_path / "count"
    argv = program(CUT, str(count), "1")
    other = program("print('the new program')") if there else (str(tmp_path / "pip"), "install")
    command = Command(argv, interrupted="broke off", retries=2, again=other)
    run = Watched(plan(step("install", command)))
    assert run.end.code == 0
    assert int(count.read_text()) == (1 if there else 2)
    assert ("the new program" in run.lines("install")) == there


def test_another_failure_starts_nothing_again(tmp_path: Path) -> None:
    count = tmp_path / "count"
    command = Command(program(CUT, str(count), "1"), interrupted="cut in half", retries=2)
    assert Watched(plan(step("install", command))).end.code == 1
    assert count.read_text() == "1"


STALLED = """
import time
print('Downloading https://index.example/x-1.0-py3-none-any.whl (1 kB)')
print('Progress 400 of 1000', flush=True)
time.sleep(60)
"""


def test_a_download_that_is_too_slow_says_how_far_it_came() -> None:
    command = Command(program(STALLED), timeout=1.0, progress="pip", interrupted="broke off")
    cause = Watched(plan(step("install", command))).ended("install").cause
    assert cause.endswith("400 of 1,000 bytes of x-1.0-py3-none-any.whl had arrived.")
    assert "too slow" in cause


def test_only_the_last_attempt_is_explained() -> None:
    between = command_runner.another_attempt(2, 3, 5.0)
    lines = ["403 Client Error", between, "Read timed out."]
    assert command_runner.last_attempt(lines) == ["Read timed out."]
    assert command_runner.last_attempt(lines[:1]) == lines[:1]


def test_the_wait_before_another_download_can_be_cancelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command_runner, "PAUSES", (600.0,))
    command = Command(
        program(CUT, str(tmp_path / "count"), "9"), interrupted="broke off", retries=2
    )
    run = Watched(plan(step("install", command)), cancel_when="Lines")
    assert run.states() == [("install", "cancelled")]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("/nowhere/program", "The program /nowhere/program does not exist."),
        ("surely-not-a-program", "The program surely-not-a-program does not exist."),
        ("FOLDER", "does not allow"),
        ("FOLDER/script", "its first line names"),
        ("FOLDER/text", "is not a program for this machine"),
    ],
)
def test_a_program_that_cannot_start(tmp_path: Path, name: str, told: str) -> None:
    for file, content in (("script", "#!/nowhere/shell\n"), ("text", "\x7fno program")):
        (tmp_path / file).write_text(content)
        (tmp_path / file).chmod(0o755)
    argv = (name.replace("FOLDER", str(tmp_path)),)
    run = Watched(plan(step("start", Command(argv))))
    assert run.end.code == 1
    assert told in run.ended("start").cause


def test_a_folder_that_is_not_there() -> None:
    run = Watched(plan(step("start", Command(program("print()"), cwd="/nowhere/at/all"))))
    assert "The folder /nowhere/at/all" in run.ended("start").cause


def test_root_where_there_is_no_way_to_it() -> None:
    run = Watched(
        plan(step("apt", Command(("apt-get", "update"), root=True))), privilege=Privilege("none")
    )
    assert run.end.code == Exit.IMPOSSIBLE
    assert "you cannot become root here" in run.ended("apt").cause
    assert any("apt-get update" in hint for hint in run.ended("apt").hints)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_is_said_and_the_program_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "01-x.log").symlink_to("/dev/full")
    monkeypatch.setattr(locations, "new_run", lambda: tmp_path)
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    run = Watched(plan(step("x", Command(program(text)))))
    assert run.end.code == 1
    assert "No space left on device" in run.ended("x").cause
    assert "Free some space" in run.ended("x").hints[0]


def test_a_state_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "file"))
    run = Watched(
        plan(step("one", Command(program("print(1)"))), step("two", Command(("x",)), "one"))
    )
    assert run.states() == [("one", "failed"), ("two", "skipped")]
    assert "cannot write its journal" in run.ended("one").cause
    assert run.end.code == 1


def test_a_file_that_should_be_there_is_asked_for(tmp_path: Path) -> None:
    for name, code in (("there", 0), ("not-there", 1)):
        wanted = tmp_path / "there"
        wanted.write_text("")
        checked = Step("c", "t", "w", Command(program("")), check=FileExists(str(tmp_path / name)))
        run = Watched(plan(checked))
        assert run.end.code == code
    assert str(tmp_path / "not-there") in run.ended("c").cause


class Fake:
    """A package manager whose answers are given."""

    programs = ("no-such-manager",)

    def __init__(self, installed: dict[str, str], problem: Problem | None = None) -> None:
        self._installed = installed
        self._problem = problem

    def query(self, names: Sequence[str]) -> Command:
        return Command(program("print('asked', *__import__('sys').argv[1:])", *names))

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        assert output.stdout == " ".join(("asked", *names)) + "\n"
        return self._installed

    def explain(self, output: Output) -> Problem | None:
        assert output.exit == 100
        assert output.stdout == "E: it said this"
        return self._problem


def packages(monkeypatch: pytest.MonkeyPatch, fake: Fake, command: Command) -> Watched:
    monkeypatch.setattr("wizard.running.step_checks.managers", lambda: {"apt": fake})
    wanted = PackagesInstalled("apt", ("libssl-dev", "cargo"))
    return Watched(plan(Step("apt", "t", "w", command, check=wanted)))


def test_packages_are_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    good = Fake({"libssl-dev": "3.0", "cargo": "1.95"})
    assert packages(monkeypatch, good, Command(program(""))).end.code == 0
    run = packages(monkeypatch, Fake({"libssl-dev": "3.0"}), Command(program("")))
    assert run.end.code == 1
    assert (
        run.ended("apt").cause
        == "apt succeeded, but these packages are still not installed: cargo."
    )


def test_the_managers_backend_explains_its_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    fails = Command(program("import sys; print('E: it said this'); sys.exit(100)"))
    problem = Problem("offline", "E: it said this")
    run = packages(monkeypatch, Fake({}, problem), fails)
    assert "could not reach" in run.ended("apt").cause
    assert "E: it said this" in run.ended("apt").excerpt
    assert run.ended("apt").hints


def test_apt_status_is_progress_and_not_for_people() -> None:
    text = "print('Reading'); print('pmstatus:libssl-dev:40.0:Unpacking libssl-dev'); print('End')"
    run = Watched(plan(step("apt", Command(program(text), progress="apt"))))
    assert run.lines("apt") == ["Reading", "End"]
    assert Progressed("apt", 40.0, 100.0, "Unpacking libssl-dev") in run.events
    assert "pmstatus" in Path(run.ended("apt").log).read_text()


def test_the_environment_of_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in REMOVED:
        monkeypatch.setenv(name, "/surprise")
    monkeypatch.setenv("LEFT_ALONE", "yes")
    text = "import os, json; print(json.dumps(dict(os.environ)))"
    command = Command(
        # -E: PYTHONHOME would break this Python before it could tell.
        (sys.executable, "-E", "-c", text),
        env=(("CHOSEN", "it's here"),),
        path=("/first",),
        reporting=("--more",),
    )
    run = Watched(plan(step("env", command)))
    seen = json.loads(run.lines("env")[0])
    assert not set(REMOVED) & set(seen)
    assert (seen["LEFT_ALONE"], seen["CHOSEN"]) == ("yes", "it's here")
    assert seen["PATH"].startswith("/first" + os.pathsep)
    assert seen["PYTHONUNBUFFERED"] == "1"


def proof(monkeypatch: pytest.MonkeyPatch, report: Report) -> Watched:
    asked: list[object] = []

    def fake(python: str, **options: object) -> Report:
        asked.append((python, options))
        return report

    monkeypatch.setattr(verify, "verify", fake)
    wanted = {"release": "50.0.2", "link": "dynamic", "openssl": "3.5.7", "timeout": 9.0}
    wanted["any_patch"] = True
    run = Watched(plan(step("prove", Prove("/e/bin/python", **wanted))))  # type: ignore[arg-type]
    assert asked == [("/e/bin/python", wanted)]
    return run


def test_the_proof_is_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report("/e/bin/python", True, "50.0.2")
    run = proof(monkeypatch, report)
    assert isinstance(run.end, RunEnded)
    assert (run.end.code, run.end.report) == (0, report)


def test_installed_but_not_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report("/e/bin/python", False, problems=("It is static.",))
    run = proof(monkeypatch, report)
    assert (run.end.code, run.end.report) == (Exit.UNPROVED, report)
    assert run.ended("prove").cause == "It is static."
    assert run.ended("prove").hints
    assert "FAILED: It is static." in Path(run.ended("prove").log).read_text(encoding="utf-8")


def test_the_remedy_of_a_failed_proof_depends_on_what_failed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crash = "The interpreter crashed (SIGILL)."
    report = Report(
        "/e/bin/python",
        False,
        "50.0.2",
        checks=(Check("import", False, crash),),
        problems=(f"import: {crash}",),
    )
    ended = proof(monkeypatch, report).ended("prove")
    assert ended.failure == "illegal-instruction"
    assert "instruction that this processor does not have" in ended.cause
    assert any(crash in line for line in ended.excerpt)
    assert any("--method source" in hint for hint in ended.hints)


def test_the_proof_can_be_cancelled(tmp_path: Path) -> None:
    sleeper = tmp_path / "python"
    sleeper.write_text(f"#!{sys.executable}\nimport time; time.sleep(60)\n")
    sleeper.chmod(0o755)
    run = Watched(plan(step("prove", Prove(str(sleeper)))), cancel_when="StepStarted")
    assert run.states() == [("prove", "cancelled")]
    assert run.end.code == 130


HALF = (
    "import os, sys, time; os.mkdir(sys.argv[1]); print('now', 'made', flush=True); time.sleep(60)"
)


def test_a_half_made_environment_is_removed_again(tmp_path: Path) -> None:
    folder = str(tmp_path / "env it's")
    makes = Step("venv", "t", "w", Command(program(HALF, folder)), undo=(RemoveFolder(folder),))
    run = Watched(plan(makes, environment=folder, new=True), cancel_when="now made")
    assert run.states() == [("venv", "cancelled")]
    assert not Path(folder).exists()


def test_an_environment_that_was_there_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "precious").write_text("")
    makes = Step(
        *("venv", "t", "w", Command(program("import sys; sys.exit(1)"))),
        undo=(RemoveFolder(str(folder)),),
    )
    run = Watched(plan(makes, environment=str(folder), new=True))
    assert run.end.code == 1
    assert (folder / "precious").exists()


RECORDED = """
import pathlib, sys
(run,) = pathlib.Path(sys.argv[1], "runs").iterdir()
sys.exit(not ((run / "environment.txt").exists() and not (run / "distributions.txt").exists()))
"""


def test_which_environment_is_changed_is_recorded_before_the_change(tmp_path: Path) -> None:
    """If the wizard is killed then, undo knows the environment."""
    folder = tmp_path / "env"
    folder.mkdir()
    (folder / "pyvenv.cfg").touch()
    action = Command(program(RECORDED, str(tmp_path / "state")))
    installs = [replace(step(name, action), role="install") for name in ("one", "two")]
    two = replace(installs[1], needs=("one",))
    run = Watched(plan(installs[0], two, environment=str(folder)))
    assert run.states() == [("one", "done"), ("two", "done")]


def test_only_environments_are_removed(tmp_path: Path) -> None:
    mine = tmp_path / "env"
    mine.mkdir()
    (mine / "pyvenv.cfg").write_text("")
    other = tmp_path / "documents"
    other.mkdir()
    (tmp_path / "link").symlink_to(mine)
    assert step_runner.remove_folder(RemoveFolder(str(tmp_path / "link"))).state == "failed"
    run = Watched(
        plan(step("good", RemoveFolder(str(mine))), step("bad", RemoveFolder(str(other)), "good"))
    )
    assert run.states() == [("good", "done"), ("bad", "failed")]
    assert "not a virtual environment" in run.ended("bad").cause
    assert (mine.exists(), other.exists()) == (False, True)
    assert step_runner.remove_folder(RemoveFolder(str(mine))).state == "done"


def test_the_wizards_own_folders_may_be_removed(tmp_path: Path) -> None:
    own = tmp_path / "state" / "builds"
    own.mkdir(parents=True)
    assert step_runner.remove_folder(RemoveFolder(str(own))).state == "done"
    assert not own.exists()
    assert step_runner.remove_folder(RemoveFolder(str(tmp_path / "state"))).state == "failed"


def test_a_file_is_written_or_the_reason_told(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file.txt"
    run = Watched(
        plan(
            step("a", WriteFile(str(path), "größe\n")), step("b", WriteFile(str(tmp_path), ""), "a")
        )
    )
    assert path.read_text(encoding="utf-8") == "größe\n"
    assert run.states() == [("a", "done"), ("b", "failed")]
    assert "Is a directory" in run.ended("b").cause


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ((step("a", Command(("x",)), "b"), step("b", Command(("x",)), "a")), "circle: a, b"),
        ((step("a", Command(("x",)), "gone"),), "needs gone"),
        ((step("a", Command(("x",))), step("a", Command(("x",)))), "same id"),
    ],
)
def test_a_plan_that_is_none(steps: tuple[Step, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Watched(plan(*steps))


def test_temporary_files_of_a_step_are_gone_after_it() -> None:
    text = "import tempfile; print(tempfile.mkdtemp())"
    run = Watched(plan(step("one", Command(program(text)))))
    made = Path(run.lines("one")[0])
    assert made.parent.name.startswith("cryptography-wizard-")
    assert not made.parent.exists()


def test_a_disk_that_is_full_for_the_journal_fails_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    original = journal.Journal.write

    def full(self: journal.Journal, event: Event) -> None:
        if isinstance(event, StepEnded) and event.step == "two":
            raise OSError(errno.ENOSPC, "No space left on device")
        original(self, event)

    monkeypatch.setattr(journal.Journal, "write", full)
    steps = [
        step("one", Command(program(""))),
        step("two", Command(program("")), "one"),
        step("three", Command(program("")), "two"),
    ]
    run = Watched(plan(*steps))
    assert run.states() == [("one", "done"), ("two", "failed"), ("three", "skipped")]
    assert "No space left on device" in run.ended("two").cause
    assert run.end.code == 1


@pytest.mark.parametrize(
    ("number", "failure"), [(errno.EROFS, "read-only"), (errno.ENOSPC, "no-space")]
)
def test_a_disk_that_a_step_cannot_write_to_is_explained(
    number: int, failure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*_: object) -> Outcome:
        raise OSError(number, os.strerror(number), "/there/env")

    monkeypatch.setattr(step_runner, "perform", cannot)
    ended = Watched(plan(step("one", Command(program(""))))).ended("one")
    said = f"The system reports: /there/env: {os.strerror(number)}."
    assert (ended.failure, ended.evidence, ended.excerpt) == (failure, said, (said,))
    assert ended.cause.startswith("The disk")
    assert ended.hints
    assert "temporary-folder" in ended.remedies


def test_a_face_that_fails_does_not_leave_a_program_behind() -> None:
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    pids: list[int] = []

    def breaks(event: Event) -> None:
        if isinstance(event, Lines):
            pids.append(int(event.lines[0]))
            raise RuntimeError("the interface is gone")

    facts = Facts(System("linux", "x86_64"), privilege=ROOT)
    what = plan(step("one", Command(program(text))))
    with pytest.raises(RuntimeError, match="the interface is gone"):
        runner.run(what, CHOICES, facts, breaks, threading.Event())
    assert pids
    assert pids[0] not in tree.processes()


def test_a_download_is_told_and_what_it_brought_can_be_run(tmp_path: Path) -> None:
    source, path = tmp_path / "mirror", tmp_path / "new" / "program"
    source.write_bytes(b"#!/bin/sh\necho it runs\n" + b"#" * 200_000 + b"\n")
    wanted = hashlib.sha256(source.read_bytes()).hexdigest()
    fetched = Download(source.as_uri(), str(path), sha256=wanted, executable=True)
    run = Watched(
        plan(step("fetch", fetched), step("run", Command((str(path),)), "fetch")),
    )
    assert run.end.code == 0
    assert run.states() == [("fetch", "done"), ("run", "done")]
    assert run.lines("run") == ["it runs"]
    assert isinstance(run.events[0], RunStarted)
    started = run.events[1]
    assert isinstance(started, StepStarted)
    assert source.as_uri() in started.command
    size = source.stat().st_size
    assert Path(started.log).read_text(encoding="utf-8").splitlines() == [
        sentence(fetched),
        f"{size:,} bytes, with the right checksum: {path}",
    ]
    told = [e for e in run.events if isinstance(e, Progressed)]
    assert told[-1] == Progressed("fetch", size, size, "mirror", "bytes")


def test_a_download_that_fails_says_what_and_the_line_and_why_and_what_next(tmp_path: Path) -> None:
    source, path = tmp_path / "mirror", tmp_path / "new" / "program"
    source.write_bytes(b"somebody changed it")
    run = Watched(
        plan(
            step(
                "fetch",
                Download(source.as_uri(), str(path), sha256="0" * 64, otherwise="Or elsewhere."),
            ),
            step("run", Command((str(path),)), "fetch"),
        )
    )
    ended = run.ended("fetch")
    assert (ended.state, run.end.code) == ("failed", Exit.FAILED)
    assert f"{source} is not the expected file, so its copy was" in ended.cause
    assert (
        "It was changed or is incomplete, or the checksum belongs to another file." in ended.cause
    )
    log = Path(ended.log).read_bytes()
    assert ended.position is not None
    assert log[ended.position :].decode().startswith(f"  {ended.evidence}\n")
    assert f"{source} is not the expected file" in log.decode()
    assert ended.evidence == ended.excerpt[0]
    assert ended.excerpt == (
        f"SHA-256 is {hashlib.sha256(source.read_bytes()).hexdigest()}",
        f"it must be {'0' * 64}",
    )
    assert ended.hints[-1] == "Or elsewhere."
    assert list(path.parent.iterdir()) == []
    assert run.ended("run").state == "skipped"


def test_a_download_is_cancelled(tmp_path: Path) -> None:
    source, path = tmp_path / "mirror", tmp_path / "new" / "program"
    source.write_bytes(b"x" * 3_000_000)
    action = Download(source.as_uri(), str(path), sha256="0" * 64)
    run = Watched(plan(step("fetch", action)), cancel_when="Progressed")
    assert run.states() == [("fetch", "cancelled")]
    assert run.end.code == Exit.CANCELLED
    assert list(path.parent.iterdir()) == []


def test_an_archive_is_unpacked_or_the_reason_told(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "top" / "config").write_text("x")
    with tarfile.open(tmp_path / "good.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "top", "top")
    (tmp_path / "bad.tar.gz").write_text("<html>Please log in</html>")
    good = Unpack(str(tmp_path / "good.tar.gz"), str(tmp_path / "new" / "folder"))
    bad = Unpack(str(tmp_path / "bad.tar.gz"), str(tmp_path / "other"))
    watched = Watched(plan(step("good", good), step("bad", bad, "good")))
    first, second = (e for e in watched.events if isinstance(e, StepEnded))
    assert first.state == "done"
    assert (tmp_path / "new" / "folder" / "config").read_text() == "x"
    assert second.state == "failed"
    assert second.cause.startswith(f"{tmp_path}/bad.tar.gz cannot be unpacked. It is damaged")
    assert second.excerpt
    assert second.hints
    assert not (tmp_path / "other").exists()


def test_nobody_clears_the_cache_while_something_is_built(tmp_path: Path) -> None:
    clear = (
        "from wizard.cache import entries as cache; from wizard.errors import WizardError\n"
        "try:\n    [cache.clear(entry) for entry in cache.entries()]\n"
        "except WizardError as error:\n    print(error.what)"
    )
    kept = tmp_path / "cache" / "rust" / "cargo"
    kept.mkdir(parents=True)
    tries = Command(program(clear), cwd=str(Path(__file__).parents[3]))
    while_running = Watched(plan(step("clear", tries)))
    assert while_running.lines("clear") == ["The cache is in use, so nothing was removed."]
    assert kept.exists()
    wheel = replace(plan(step("clear", tries)), method="wheel")  # uses nothing of it
    assert Watched(wheel).lines("clear") == []
    assert not kept.exists()


def test_a_lock_that_this_user_may_not_have_is_not_waited_for() -> None:
    # apk 2.14 says to an ordinary user that it waits, and then that it may not.
    text = (
        "import sys; print('Waiting for repository lock');"
        "print('ERROR: Unable to lock database: Bad file descriptor'); sys.exit(99)"
    )
    command = Command(program(text), busy="Waiting for|Unable to lock", denied="Bad file")
    run = Watched(plan(step("apk", replace(command, busy_seconds=600))))
    assert (run.ended("apk").state, run.ended("apk").exit) == ("failed", 99)
    assert "still holds" not in run.ended("apk").cause


@pytest.mark.parametrize(
    ("lines", "state"),
    [
        (["Error: No such keg: /x/rust"], "done"),
        (["Uninstalling /x/openssl@3", "Error: No such keg: /x/rust"], "done"),
        (["Error: No such keg: /x/rust", "Error: Refusing to uninstall /x/ca"], "failed"),
        (["Error: Refusing to uninstall /x/ca"], "failed"),
        ([], "failed"),
    ],
)
def test_what_is_gone_already_need_not_be_removed(lines: list[str], state: str) -> None:
    text = f"import sys; print({chr(10).join(lines)!r}); sys.exit(1)"
    command = Command(program(text), gone="^Error: No such keg: ")
    assert Watched(plan(step("undo", command))).states() == [("undo", state)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_this_user_can_read_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path))
    Watched(plan(step("one", Command(program("print(1)")))))
    (run,) = (tmp_path / "runs").iterdir()
    everything = [tmp_path / "runs", run, *run.rglob("*")]
    assert len(everything) == 8
    for path in everything:
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("kind", ["unpack", "write", "program", "result", "time"])
def test_whatever_fails_its_log_says_why(kind: str, tmp_path: Path) -> None:
    """The place of the error is where that begins."""
    blocked = tmp_path / "file"
    blocked.write_text("not a folder", encoding="utf-8")
    failing = {
        "unpack": step("it", Unpack(str(blocked), str(tmp_path / "out"))),
        "write": step("it", WriteFile(str(blocked / "inside"), "text\n")),
        "program": step("it", Command((str(tmp_path / "nowhere"),))),
        "result": replace(
            step("it", Command((sys.executable, "-c", ""))), check=FileExists(str(tmp_path / "no"))
        ),
        "time": step(
            "it", Command((sys.executable, "-c", "import time; time.sleep(60)"), timeout=0.5)
        ),
    }
    ended = Watched(plan(failing[kind])).ended("it")
    assert ended.state == "failed"
    assert ended.position is not None
    told = Path(ended.log).read_bytes()[ended.position :].decode()
    assert told.startswith(f"  {ended.evidence}" if ended.evidence else ended.cause[:40])
