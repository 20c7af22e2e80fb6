from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.programs import tree
from wizard.programs.processes import Cancelled, ProgramTimeout, Running, ask, cancellable, start

# A program whose child leaves the group and the session, is orphaned, and will not be asked to end.
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1] + '/orphan', 'w').write(str(os.getpid()))
        os.rename(sys.argv[1] + '/orphan', sys.argv[1] + '/pid')
        time.sleep(60)
    os._exit(0)
os.wait()
print('ready', flush=True)
time.sleep(60)
"""


@pytest.fixture
def environment() -> dict[str, str]:
    return dict(os.environ)


def lives(pid: int) -> bool:
    return pid in tree.processes()


def read_all(running: Running) -> bytes:
    read = b""
    while not running.over:
        read += running.read(0.1)
    return read


@contextlib.contextmanager
def always_ended(pid_file: Path) -> Iterator[None]:
    try:
        yield
    finally:
        if pid_file.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid_file.read_text()), signal.SIGKILL)


def test_both_streams_come_in_order_and_stdin_is_closed(environment: dict[str, str]) -> None:
    program = (
        "import sys; print('out', flush=True); print('err', file=sys.stderr, flush=True);"
        "print(repr(sys.stdin.read())); sys.exit(3)"
    )
    running = start([sys.executable, "-c", program], env=environment)
    assert read_all(running).splitlines() == [b"out", b"err", b"''"]
    assert running.exit == 3


def test_a_large_output_is_whole(environment: dict[str, str]) -> None:
    program = "import sys; sys.stdout.buffer.write(bytes(range(256)) * 80_000)"
    running = start([sys.executable, "-c", program], env=environment)
    assert read_all(running) == bytes(range(256)) * 80_000


@pytest.mark.skipif(os.name == "nt", reason="Windows has no sessions of this kind")
@pytest.mark.parametrize("detached", [True, False])
def test_a_group_of_its_own_and_a_session_only_when_detached(
    environment: dict[str, str], detached: bool
) -> None:
    program = "import os; print(os.getpgrp() == os.getpid(), os.getsid(0))"
    running = start([sys.executable, "-c", program], env=environment, detached=detached)
    session = running.pid if detached else os.getsid(0)
    assert read_all(running).decode().split() == ["True", str(session)]


def test_a_missing_program_is_an_error_of_the_system(environment: dict[str, str]) -> None:
    with pytest.raises(FileNotFoundError):
        start(["/nowhere/program"], env=environment)


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_end_leaves_nothing_not_even_what_left_the_group_and_ignores_term(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with always_ended(tmp_path / "pid"):
        running = start([sys.executable, "-c", STUBBORN, str(tmp_path)], env=environment)
        seen = b""
        while b"ready" not in seen and not running.over:
            seen += running.read(0.1)
        for _ in range(200):
            if (tmp_path / "pid").exists():
                break
            time.sleep(0.02)
        orphan = int((tmp_path / "pid").read_text())
        assert lives(orphan)
        assert running.end()
        assert not lives(orphan)
        assert running.exit == -signal.SIGKILL


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_a_program_left_in_the_background_does_not_keep_us(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    program = (
        "import os, sys, time; print('said', flush=True)\n"
        "if os.fork() == 0:\n"
        "    open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(60)"
    )
    with always_ended(tmp_path / "pid"):
        running = start([sys.executable, "-c", program, str(tmp_path / "pid")], env=environment)
        assert read_all(running) == b"said\n"
        assert running.exit == 0
        assert running.end()


def test_a_program_that_closes_its_output_is_still_waited_for(
    environment: dict[str, str],
) -> None:
    program = "import os, time, sys; os.close(1); os.close(2); time.sleep(0.3); os._exit(7)"
    running = start([sys.executable, "-c", program], env=environment)
    assert read_all(running) == b""
    assert running.exit == 7


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc to compare with")
def test_ps_and_proc_tell_the_same() -> None:
    mine = os.getpid()
    try:
        by_ps = tree._from_ps()
    except tree.TableUnknown:
        pytest.skip("there is no ps here")
    by_proc = tree._from_proc()
    assert (by_ps[mine].parent, by_ps[mine].group) == (by_proc[mine].parent, by_proc[mine].group)
    assert by_ps[mine].started


def test_a_process_that_took_a_number_over_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tree.Tree(10, "mark")
    monkeypatch.setattr(tree, "_has_mark", lambda *_: False)
    before = {10: tree.Process(10, 1, 10, "a"), 11: tree.Process(11, 10, 11, "b")}
    monkeypatch.setattr(tree, "processes", lambda: before)
    assert ours.alive() == (10, 11)
    after = {11: tree.Process(11, 1, 11, "c"), 12: tree.Process(12, 1, 12, "d")}
    monkeypatch.setattr(tree, "processes", lambda: after)
    assert ours.alive() == ()


def test_what_may_not_be_signalled_is_ended_by_the_ender(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, ...]] = []

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    def run(argv: tuple[str, ...], _seconds: float) -> str:
        told.append(argv)
        return ""

    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setattr(tree, "_run", run)
    tree.Tree(10, "mark", ("sudo", "-n"))._signal((10, 11), signal.SIGTERM)
    assert told == [("sudo", "-n", "sh", "-c", 'kill "$@"', "sh", "-TERM", "10", "11")]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the variables of a process")
def test_what_left_the_tree_as_root_is_found_by_root(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {pid: tree.Process(pid, 1, pid, "a") for pid in (20, 21, 22)}
    told: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], _seconds: float) -> str:
        told.append(argv)
        if 'kill "$@"' in argv:
            table.pop(21, None)
        return "".join(f"{word}\n" for word in argv if word == "/proc/21/environ" and 21 in table)

    def refuse(pid: int, number: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "kill", refuse)
    monkeypatch.setattr(tree, "processes", lambda: dict(table))
    monkeypatch.setattr(tree, "_is_of_others", lambda pid: pid != 22)
    monkeypatch.setattr(tree, "_run", run)
    assert tree.Tree(10, "m", ("sudo", "-n")).end(lambda: None)
    search = ("sudo", "-n", "grep", "-lsaF", "-e", f"{tree.MARK}=m", "--", "/proc/20/environ")
    assert told[0] == (*search, "/proc/21/environ")
    assert ("sudo", "-n", "sh", "-c", 'kill "$@"', "sh", "-KILL", "21") in told
    assert list(table) == [20, 22]


def pretended_ps(folder: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """This system has only ``ps``, as macOS has, and ``ps`` is this shell script."""
    program = folder / "bin" / "ps"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setattr(tree, "processes", tree._from_ps)
    monkeypatch.setattr(tree, "_has_mark", lambda *_: False)


GROUP = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])
open(sys.argv[1] + '/pid.part', 'w').write(str(child.pid))
os.rename(sys.argv[1] + '/pid.part', sys.argv[1] + '/pid')
time.sleep(60)
"""


@pytest.mark.parametrize(
    ("ps", "certain"),
    [
        ('sleep 0.8\nexec /bin/ps "$@"', True),  # a busy Mac: YoanWai/agent-manager#530
        ("exec sleep 30", False),
        ("exit 1", False),  # actions/runner-images#3462: only the heading, and a failure
    ],
)
def test_a_slow_or_broken_ps_does_not_mean_that_all_have_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    ps: str,
    certain: bool,
) -> None:
    if certain and not Path("/bin/ps").exists():
        pytest.skip("there is no ps here")
    running = start([sys.executable, "-c", GROUP, str(tmp_path)], env=environment)
    pid_file = tmp_path / "pid"
    with always_ended(pid_file):
        while not pid_file.exists():
            running.read(0.05)
        child = int(pid_file.read_text())
        with monkeypatch.context() as patch:
            patch.setattr(tree, "PS_SECONDS", 5.0 if certain else 0.2)
            pretended_ps(tmp_path, patch, ps)
            assert running.end() is certain
        assert not lives(child)
        assert not lives(running.pid)


def test_without_ps_the_table_is_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(tree.TableUnknown):
        tree._from_ps()


def test_ask_ends_what_does_not_answer() -> None:
    with pytest.raises(ProgramTimeout, match=r"did not answer within 0\.3 s"):
        ask([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)


def test_ask_is_ended_by_cancel() -> None:
    event = threading.Event()
    event.set()
    with cancellable(event), pytest.raises(Cancelled):
        ask([sys.executable, "-c", "import time; time.sleep(60)"], timeout=30)


def test_ask_inside_cancellable_still_has_its_limit_and_its_answer() -> None:
    with cancellable(threading.Event()):
        assert ask([sys.executable, "-c", "print('é')"]).stdout.strip() == "é"
        with pytest.raises(ProgramTimeout):
            ask([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)
