"""From nothing to the proof in throw-away Debian systems, with apt for real.

A fresh system has no package lists, no pip, no ensurepip, no compiler. Every test gets a copy of
its own; nothing of it is left when the test is over.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest
from packaging.version import Version

from tests.live import roots
from tests.live.command import Done
from tests.live.roots import Root

pytestmark = pytest.mark.live

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
"""Each suite with the version of its Python: Debian 12 and 13."""
RUST = {"bookworm": "rustc-web", "trixie": "rustc"}
"""The package that brings a new enough Rust: Debian 12's own ``rustc`` is too old."""
NEWEST = "50.0.2"
"""The newest release when these tests were written; a newer one will do as well."""
ALL = os.environ.get("LIVE_ALL") == "1"

LOCKED = """\
import fcntl, json, subprocess, sys, threading
sys.path.insert(0, "/opt/cryptography-wizard")
from backends.apt import MANAGER
from wizard import codec, runner
from wizard.choices import Choices
from wizard.events import Lines, Waiting
from wizard.facts import Facts, Privilege, System
from wizard.plan import Plan, Step

HOLDER = '''
import fcntl, select, sys
with open("/var/lib/dpkg/lock-frontend", "w") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("locked", flush=True)
    select.select([sys.stdin], [], [], 120)
'''
holder = subprocess.Popen(
    [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
assert holder.stdout.readline() == "locked\\n"
steps = (
    Step("lists", "Fetch the lists", "", MANAGER.refresh()),
    Step("hello", "Install hello", "", MANAGER.install(("hello",)), needs=("lists",)),
)
plan = Plan("", "wheel", "", "", "", False, steps)
facts = Facts(System("linux", "x86_64"), privilege=Privilege("root"))

def emit(event):
    if isinstance(event, Waiting) and not holder.stdin.closed:
        holder.stdin.close()  # so it lets go
    if not isinstance(event, Lines):
        print(codec.to_json(event, indent=None), flush=True)

print(json.dumps({"kind": "held", "pid": holder.pid}), flush=True)
sys.exit(runner.run(plan, Choices(), facts, emit, threading.Event()).code)
"""
"""Run inside: another program holds dpkg's lock until the wizard has told that it waits for it."""


@pytest.fixture(scope="module")
def built_wheel(host_pip: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wizard's own wheel, built from the checkout."""
    return roots.build_wheel(host_pip, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def base(
    host_pip: tuple[str, ...], built_wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives the pristine root of a suite, with the wizard in it."""
    roots.possible()
    made: dict[str, Root] = {}

    def pristine(suite: str) -> Root:
        if suite not in made:
            folder = tmp_path_factory.mktemp("roots") / suite
            made[suite] = roots.make(suite, PYTHONS[suite], folder)
            roots.install_wizard(made[suite], host_pip, built_wheel)
        return made[suite]

    yield pristine
    for root in made.values():
        shutil.rmtree(root.folder)


@pytest.fixture
def fresh(base: Callable[[str], Root], tmp_path: Path) -> Iterator[Callable[[str], Root]]:
    """Return a function that gives a root of a suite for this test alone."""
    made: list[Path] = []

    def copy(suite: str) -> Root:
        pristine = base(suite)
        folder = tmp_path / suite
        made.append(folder)
        argv = ("cp", "--archive", "--reflink=auto", str(pristine.folder), str(folder))
        subprocess.run(argv, check=True, timeout=120)
        return Root(folder, pristine.python)

    yield copy
    for folder in made:
        shutil.rmtree(folder)


def assert_proved(done: Done, method: str, link: str) -> None:
    """The installation is there and proved."""
    assert done.code == 0, done.said
    report = done.report
    assert report["plan"]["method"] == method
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert report["report"]["ok"] is True
    assert report["report"]["linkage"]["kind"] == link
    assert Version(report["report"]["version"]) >= Version(NEWEST)


def steps_done(done: Done) -> list[str]:
    """The steps that were done, in their order, over all plans of one run."""
    return [e["step"] for e in done.events if e["kind"] == "step-ended" and e["state"] == "done"]


@pytest.mark.parametrize("suite", PYTHONS)
def test_a_wheel_from_nothing(suite: str, fresh: Callable[[str], Root]) -> None:
    root = fresh(suite)
    before = roots.packages(root)
    venv = f"python{root.python}-venv"
    assert venv not in before
    assert not list(root.path("/var/lib/apt/lists").glob("*_Packages*"))
    done = root.wizard("--yes", "--json", timeout=300)
    assert_proved(done, "wheel", "static")
    assert done.report["report"]["python"] == "/root/cryptography-env/bin/python"
    after = roots.packages(root)
    assert venv in after
    assert not {"rustc", "rustc-web", "gcc", "libssl-dev"} & set(after)
    assert steps_done(done).index("packages-refresh") < steps_done(done).index("environment")


@pytest.mark.parametrize(
    "suite",
    [
        "bookworm",
        pytest.param(
            "trixie",
            marks=pytest.mark.skipif(
                not ALL, reason="a second source build from nothing is made with LIVE_ALL=1 only"
            ),
        ),
    ],
)
def test_a_source_build_from_nothing(suite: str, fresh: Callable[[str], Root]) -> None:
    root = fresh(suite)
    before = roots.packages(root)
    assert not {"gcc", "libssl-dev", RUST[suite]} & set(before)
    done = root.wizard("--yes", "--json", "--method", "source", timeout=540)
    assert_proved(done, "source", "dynamic")
    libraries = done.report["report"]["linkage"]["libraries"]
    assert {Path(library).name for library in libraries} == {"libssl.so.3", "libcrypto.so.3"}
    for library in libraries:
        assert library.startswith(("/usr/lib/", "/lib/"))
        assert root.path(library).is_file()
    after = roots.packages(root)
    assert {"libssl-dev", "gcc", RUST[suite], f"python{root.python}-dev"} <= set(after)
    # Cargo's own cache apart, nothing of the build is left.
    assert list(root.path("/tmp").iterdir()) == []


def test_a_lock_that_another_program_holds_is_named_and_waited_for(
    fresh: Callable[[str], Root],
) -> None:
    root = fresh("bookworm")
    done = root.run("/usr/bin/python3", "-c", LOCKED, timeout=240)
    assert done.code == 0, done.said
    events = [json.loads(line) for line in done.out.splitlines()]
    (held,) = (event for event in events if event["kind"] == "held")
    waiting = [event for event in events if event["kind"] == "waiting"]
    assert {event["step"] for event in waiting} == {"hello"}
    assert f"process {held['pid']}" in waiting[0]["what"]
    assert "python3" in waiting[0]["what"]
    ends = [e["state"] for e in events if e["kind"] == "step-ended"]
    assert ends == ["done", "done"]
    assert "hello" in roots.packages(root)
