"""From nothing to the proof in throw-away Debian systems, with apt for real.

A fresh system has no package lists, no pip, no ensurepip, no compiler. Every test gets its own
copy; nothing of it is left when the test is over. Source builds are `test_live_matrix`'s.
"""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest
from packaging.version import Version

from tests.live import roots
from tests.live.command import Done
from tests.live.marks import limit
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(900)]

NEWEST = "50.0.2"
"""The newest release when these tests were written; a newer one will do as well."""

LOCKED = """\
import fcntl, json, subprocess, sys, threading
sys.path.insert(0, "/opt/cryptography-wizard")
from cryptography_wizard import finder
finder.install()
from backends.apt import MANAGER
from wizard import codec
from wizard.running import runner
from wizard.choices import Choices
from wizard.running.events import Lines, Waiting
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


def assert_proved(done: Done) -> None:
    """A wheel is installed and proved."""
    assert done.code == 0, done.said
    report = done.report
    assert report["plan"]["method"] == "wheel"
    assert {step["state"] for step in report["steps"]} == {"done"}
    assert report["report"]["ok"] is True
    assert report["report"]["linkage"]["kind"] == "static"
    assert Version(report["report"]["version"]) >= Version(NEWEST)


def steps_done(done: Done) -> list[str]:
    """The steps that were done, in their order, over all plans of one run."""
    return [e["step"] for e in done.events if e["kind"] == "step-ended" and e["state"] == "done"]


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_a_wheel_from_nothing(suite: str, fresh: Callable[[str], Root]) -> None:
    root = fresh(suite)
    before = roots.packages(root)
    venv = f"python{root.python}-venv"
    assert venv not in before
    assert not list(root.path("/var/lib/apt/lists").glob("*_Packages*"))
    done = root.wizard("--yes", "--json", timeout=300)
    assert_proved(done)
    assert done.report["report"]["python"] == "/root/cryptography-env/bin/python"
    after = roots.packages(root)
    assert venv in after
    assert not {"rustc", "rustc-web", "gcc", "libssl-dev"} & set(after)
    assert steps_done(done).index("packages-refresh") < steps_done(done).index("environment")


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


OWN_RUST = {"cargo", "rustc"}
"""Debian's own Rust, which the packages of the newer one conflict with."""


def test_the_users_own_rust_is_not_removed_without_being_asked(
    fresh: Callable[[str], Root],
) -> None:
    root = fresh("bookworm")
    for argv in (("update",), ("install", "-y", "--no-install-recommends", *sorted(OWN_RUST))):
        done = root.run("apt-get", *argv, timeout=300)
        assert done.code == 0, done.said
    before = roots.packages(root)

    def plan(*arguments: str) -> dict[str, Any]:
        done = root.wizard("plan", "--method", "source", "--json", *arguments)
        assert done.code == 0, done.said
        return {step["id"]: step for step in done.report["steps"]}

    facts = root.wizard("doctor", "--json")
    (apt,) = json.loads(facts.out)["managers"]
    (removal,) = apt["removals"]
    assert removal["packages"] == ["cargo-web", "rustc-web"]
    assert set(removal["removes"]) >= OWN_RUST
    careful = plan()
    assert "rust" in careful  # rustup's
    packages = careful["packages"]["action"]["argv"]
    assert not {"cargo-web", "rustc-web"} & set(packages)
    # The same command with those two packages stops and changes nothing.
    forbidden = root.run(*packages, "cargo-web", "rustc-web", timeout=120)
    assert forbidden.code == 100
    assert "Packages need to be removed but remove is disabled" in forbidden.said
    assert set(before) == set(roots.packages(root))

    asked = plan("--rust", "system")["packages"]
    assert "This removes the installed packages" in asked["why"]
    done = root.run(*asked["action"]["argv"], timeout=300, env=dict(asked["action"]["env"]))
    assert done.code == 0, done.said
    assert not OWN_RUST & set(roots.packages(root))
    for action in (*asked["undo"], *asked["undo"]):  # twice is not an error
        done = root.run(*action["argv"], timeout=300, env=dict(action["env"]))
        assert done.code == 0, done.said
    after = roots.packages(root)
    assert set(after) >= OWN_RUST
    assert not {"cargo-web", "rustc-web"} & set(after)
