"""A source build of the newest release on this machine: proof, progress, log and cancelling."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live import machine
from tests.live.command import Done, Wizard
from tests.live.marks import builds, limit

pytestmark = [
    pytest.mark.live,
    limit(900),
    builds,
    pytest.mark.skipif(sys.platform != "linux", reason="source builds are made on Linux so far"),
]

BUILD_SECONDS = 420
"""The longest that a build may take: about 70 s on two cores, and the packages before it."""
LAST_WORDS = 30
"""Seconds in which a cancelled wizard must have ended. It takes two; this only ends a hang."""


def can_provide() -> bool:
    """Whether the wizard must get all that a build needs here: it is root, and there is apt."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


@pytest.fixture(scope="module")
def builder(host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Wizard:
    """Return a wizard on a machine that can build from source; skips where it cannot."""
    wizard = Wizard.below(tmp_path_factory.mktemp("source"))
    plan = wizard("plan", "--json", "--method", "source")
    if plan.code == 3 and not can_provide():
        pytest.skip(f"this machine cannot build from source: {plan.report['error']['what']}")
    assert plan.code == 0, plan.said
    return wizard


@pytest.fixture(scope="module")
def built(builder: Wizard) -> Done:
    """Return a finished source build, with all that its programs said."""
    return builder("--yes", "--json", "--verbose", "--method", "source", timeout=BUILD_SECONDS)


def of_kind(done: Done, kind: str, step: str) -> list[Any]:
    """The events of one kind and step."""
    return [e for e in done.events if e["kind"] == kind and e.get("step") == step]


def test_a_source_build_is_proved_and_linked_to_the_system(built: Done) -> None:
    assert built.code == 0, built.said
    report = built.report
    assert report["plan"]["method"] == "source"
    assert report["plan"]["link"] == "dynamic"
    assert {step["state"] for step in report["steps"]} == {"done"}
    proof = report["report"]
    assert proof["ok"] is True
    assert proof["version"] == report["plan"]["release"]
    assert proof["linkage"]["kind"] == "dynamic"
    names = {Path(library).name.split(".so")[0] for library in proof["linkage"]["libraries"]}
    assert names <= {"libssl", "libcrypto"}
    assert "libcrypto" in names
    assert all(Path(library).is_file() for library in proof["linkage"]["libraries"])


def test_a_source_build_tells_how_far_it_is(built: Done) -> None:
    progress = of_kind(built, "progressed", "install")
    crates = [event for event in progress if event["total"]]
    assert len(crates) > 5
    done = [event["done"] for event in crates]
    assert done == sorted(done)
    assert all(event["done"] <= event["total"] for event in crates)
    assert any(event["what"].startswith("openssl-sys ") for event in crates)
    # Nearly all crates are counted: the last few are reported with the end of the step.
    assert done[-1] >= 0.8 * crates[-1]["total"]


def test_the_log_of_a_source_build_is_whole(built: Done) -> None:
    (step,) = (step for step in built.report["steps"] if step["id"] == "install")
    log = Path(step["log"]).read_text(encoding="utf-8").splitlines()
    told = [line for event in of_kind(built, "lines", "install") for line in event["lines"]]
    written = [line.strip() for line in log if line.strip()]
    assert [line.strip() for line in told if line.strip()] == written
    release = built.report["plan"]["release"]
    assert any(line.startswith(f"Collecting cryptography=={release}") for line in written)
    assert any("Compiling openssl-sys" in line for line in written)
    assert any(line.startswith("Successfully installed ") for line in written[-3:])


@contextlib.contextmanager
def started(
    wizard: Wizard, *arguments: str, **variables: str
) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """Start the wizard without waiting for its end; gives it and its events as they come.

    At the end of the block it is ended, if it still runs, and every process with it that carries
    one of the variables.
    """
    process = subprocess.Popen(
        wizard.argv(*arguments),
        cwd=wizard.folder,
        env=wizard.environment(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            lines.put(line)
        lines.put("")

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        for name, value in variables.items():
            for pid in machine.carrying(f"{name}={value}"):
                with contextlib.suppress(ProcessLookupError):  # it has just ended
                    os.kill(pid, signal.SIGKILL)
        process.wait(timeout=LAST_WORDS)
        reader.join(timeout=LAST_WORDS)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def wait_for_crates(process: subprocess.Popen[str], lines: Any, seconds: float) -> None:
    """Wait until cargo has said that it compiles; fails where that does not come in time."""
    deadline = time.monotonic() + seconds
    seen: list[str] = []
    while True:
        try:
            line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            pytest.fail(f"no crate was compiled within {seconds:g} s: {seen[-5:]}")
        if not line:
            said = process.stdout.read() if process.stdout else ""
            pytest.fail(f"the wizard ended before a crate was compiled: {said} {seen[-5:]}")
        seen.append(line)
        event = json.loads(line)
        if event["kind"] == "progressed" and event["done"] >= 3 and event["total"] > 3:
            return


def wait_for_compiler(variable: str, seconds: float) -> tuple[int, ...]:
    """Wait until a rustc runs among the processes that carry this variable; returns them all."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = machine.carrying(variable)
        if any(machine.name_of(pid) == "rustc" for pid in found):
            return found
        time.sleep(0.05)
    pytest.fail(f"no rustc ran within {seconds:g} s")


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_a_build_that_is_cancelled_leaves_nothing_running_and_no_files(
    number: signal.Signals, builder: Wizard, tmp_path: Path
) -> None:
    wizard = Wizard.below(tmp_path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    token = secrets.token_hex(8)
    mark = f"CRYPTOGRAPHY_WIZARD_LIVE={token}"
    arguments = ("--yes", "--json", "--method", "source")
    with started(wizard, *arguments, CRYPTOGRAPHY_WIZARD_LIVE=token, TMPDIR=str(temporary)) as (
        process,
        lines,
    ):
        wait_for_crates(process, lines, BUILD_SECONDS)
        running = wait_for_compiler(mark, 60)
        assert {"cargo", "rustc"} <= {machine.name_of(pid) for pid in running}
        assert any(temporary.iterdir())
        os.kill(process.pid, number)
        code = process.wait(timeout=LAST_WORDS)
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
        left = machine.left_of(mark)
        assert {pid: machine.name_of(pid) for pid in left} == {}
    assert code == 130
    assert report["code"] == 130
    states = {step["id"]: step["state"] for step in report["steps"]}
    assert states["install"] == "cancelled"
    assert states["proof"] == "skipped"
    assert list(temporary.iterdir()) == []
    # The environment was cut off while pip wrote into it, so that it is made again.
    again = wizard("--yes", "--json", "--method", "wheel", env={"TMPDIR": str(temporary)})
    assert again.code == 0, again.said
    assert again.report["plan"]["new"] is True
    assert again.report["report"]["linkage"]["kind"] == "static"
