"""The real sudo of Debian, with several rules: who becomes root for what, and what others see."""

from __future__ import annotations

import json
from typing import Any, Callable

import pytest

from tests.live.marks import limit
from tests.live.roots import Root

pytestmark = [pytest.mark.live, limit(600)]

PROXY = "http://ada:s3cret-word@proxy.example:3128"
LOG = "/var/log/sudo.log"
INSIDE = """\
import json, os, sys, threading
sys.path.insert(0, "/opt/cryptography-wizard")
from cryptography_wizard import finder
finder.install()
from pathlib import Path
from backends.action import Command
from wizard.machine import system
from wizard.running.command_runner import CommandContext, run_command

privilege = system.privilege()
log = Path(os.environ["HOME"], "log")
show = "env; echo; tr '\\\\0' ' ' < /proc/$PPID/cmdline"  # its variables, and the words of sudo
argv = ("apt-get", "--version") if privilege.only else ("sh", "-c", show)
command = Command(argv, env=(("LC_ALL", "C"), ("DEBIAN_FRONTEND", "noninteractive")), root=True)
context = CommandContext(lambda event: None, threading.Event(), privilege)
outcome = run_command("step", command, log, context)
print(json.dumps({
    "method": privilege.method, "only": privilege.only, "state": outcome.state,
    "output": log.read_text(), "left": os.listdir("/tmp"),
}))
"""


def run(root: Root, rules: str) -> tuple[Any, str]:
    """Run a command as root for an ordinary user with these rules; return that and sudo's log."""
    root.add_student()
    rule = root.path("/etc/sudoers.d/student")
    rule.chmod(0o640)
    rule.write_text(f"Defaults logfile={LOG}\n{rules}\n", encoding="ascii")
    rule.chmod(0o440)
    root.path("/tmp/inside.py").write_text(INSIDE, encoding="utf-8")
    done = root.as_student("python3", "/tmp/inside.py", env={"https_proxy": PROXY})
    assert done.code == 0, done.said
    return json.loads(done.out.splitlines()[-1]), root.path(LOG).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "defaults",
    ["", "Defaults !env_reset", "Defaults !secure_path", "Defaults env_keep+=https_proxy"],
)
def test_a_password_reaches_the_program_and_nobody_else(
    fresh: Callable[[str], Root], defaults: str
) -> None:
    found, log = run(fresh("bookworm"), f"{defaults}\nstudent ALL=(ALL:ALL) NOPASSWD: ALL")
    assert (found["method"], found["only"], found["state"]) == ("sudo", [], "done")
    variables, _, words = found["output"].partition("\n\n")
    assert f"https_proxy={PROXY}" in variables.splitlines()
    assert {"LC_ALL=C", "DEBIAN_FRONTEND=noninteractive"} <= set(variables.splitlines())
    assert words.startswith("/usr/bin/sudo -n sh ")
    assert "s3cret" not in words
    assert "COMMAND=/usr/bin/sh" in log
    assert "s3cret" not in log
    assert found["left"] == ["inside.py"]


def test_a_rule_for_the_package_manager_alone_is_enough(fresh: Callable[[str], Root]) -> None:
    found, log = run(fresh("bookworm"), "student ALL=(ALL:ALL) NOPASSWD: /usr/bin/apt-get")
    assert (found["method"], found["only"], found["state"]) == ("sudo", ["apt-get"], "done")
    assert found["output"].startswith("apt 2.")
    assert "s3cret" not in log


KILLED = """\
import contextlib, os, signal, subprocess, sys, time
sys.path.insert(0, "/opt/cryptography-wizard")
from cryptography_wizard import finder
finder.install()
from pathlib import Path
import threading
from backends.action import Command
from wizard.facts import Privilege
from wizard.running.command_runner import CommandContext, run_command

def sleepers():
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # what has ended, but is not collected, does not count
            name, _, state = path.read_text().partition(") ")
            found += [path] if name.endswith("(sleep") and state[0] not in "ZX" else []
    return found

if sys.argv[1:]:  # the wizard: a program of root leaves its session, and its parent ends
    argv = ("sh", "-c", "setsid -f sleep 601; sleep 602")
    command = Command(argv, env=(("LC_ALL", "C"),), root=True)
    context = CommandContext(lambda event: None, threading.Event(), Privilege("sudo"))
    run_command("step", command, Path(os.environ["HOME"], "log"), context)
wizard = subprocess.Popen((sys.executable, __file__, "wizard"))
deadline = time.monotonic() + 30
while len(sleepers()) < 2 and time.monotonic() < deadline:
    time.sleep(0.05)
print(len(sleepers()), end=" ")
wizard.send_signal(signal.SIGKILL)
wizard.wait()
deadline = time.monotonic() + 30  # on a busy machine; the programs take ten minutes
while sleepers() and time.monotonic() < deadline:
    time.sleep(0.05)
print(len(sleepers()))
"""


def test_after_a_kill_what_runs_as_root_ends_also_if_it_left_its_session(
    fresh: Callable[[str], Root],
) -> None:
    root = fresh("bookworm")
    root.add_student()
    root.path("/tmp/killed.py").write_text(KILLED, encoding="utf-8")
    done = root.as_student("python3", "/tmp/killed.py", timeout=120)
    assert done.out.split() == ["2", "0"], done.said
