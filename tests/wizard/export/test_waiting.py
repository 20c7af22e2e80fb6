"""Exported shell scripts wait as the wizard does: for a window, a lock, and an update of macOS."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from backends import xcode
from backends.action import Action, Command, WriteFile
from backends.manager import managers
from tests import apple_outputs as outputs
from tests.backends.test_managers import CASES, NAMES, Case
from tests.machines import machine
from tests.programs import program
from tests.recordings import recorded
from tests.wizard.needs.test_apple_tools import ABSENT, REMOTE
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.export.formats import to_shell
from wizard.export.shell import extended
from wizard.knowledge import load
from wizard.plan import Plan, Step

# macOS's /bin/sh is bash 3.2 in POSIX mode; dash and busybox have no extensions at all.
SHELLS = [
    words for words in (("dash",), ("bash", "--posix"), ("busybox", "sh")) if shutil.which(words[0])
] or [("sh",)]
each_shell = pytest.mark.parametrize("shell", SHELLS, ids=" ".join)


class Mac:
    """Pretended programs in a folder that is first on PATH. ``sleep`` takes no time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.log = folder / "calls"
        self.log.touch()
        program(self.bin, "sleep", f"echo sleep >>{self.log}")
        program(self.bin, "id", "echo 501")
        self.add("sudo", 'exec "$@"')
        self.add("pgrep", "exit 0")

    def add(self, name: str, body: str) -> None:
        """A program that logs its call; ``$n`` is the number of its calls."""
        log = shlex.quote(str(self.log))
        count = f'echo "{name} $*" >>{log}\nn=$(grep -c "^{name} " {log})'
        program(self.bin, name, f"{count}\n{body}")

    def tools(self, after: int) -> None:
        """Apple's tools run after so many looks."""
        line = shlex.quote(outputs.NOT_SELECTED[0])
        answer = f'if [ "$n" -gt {after} ]; then echo {xcode.FOLDER}; exit 0; fi'
        self.add("xcode-select", f'[ "$1" = -p ] || exit 0\n{answer}\necho {line} >&2; exit 2')
        self.add("xcrun", "echo Apple clang version 17.0.0")

    def run(self, shell: tuple[str, ...], *actions: Action) -> subprocess.CompletedProcess[str]:
        """Run the script of a plan with these actions, and one that shows that it went on."""
        last = WriteFile(str(self.folder / "later"), "x\n")
        steps = tuple(Step(str(n), f"Step {n}", "Why.", a) for n, a in enumerate((*actions, last)))
        script = self.folder / "plan.sh"
        script.write_text(to_shell(Plan("1", "source", "", "/p", "/e", True, steps)))
        program_path = shutil.which(shell[0])
        assert program_path
        return subprocess.run(
            [program_path, *shell[1:], str(script)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(self.folder)},
        )

    @property
    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    @property
    def went_on(self) -> bool:
        return (self.folder / "later").exists()


@pytest.fixture
def mac(tmp_path: Path) -> Mac:
    return Mac(tmp_path)


@each_shell
def test_it_waits_until_the_tools_run(mac: Mac, shell: tuple[str, ...]) -> None:
    mac.tools(after=4)
    done = mac.run(shell, xcode.install(), xcode.wait())
    assert done.returncode == 0, done.stderr
    assert mac.went_on
    assert "Waiting (at most 60 minutes): click Install in Apple's window" in done.stdout
    assert mac.calls.count("xcrun clang --version") == 1  # never before a folder is selected
    assert mac.calls.count("sleep") == 4 - 1  # the first call was the request


@each_shell
def test_a_closed_window_stops_it(mac: Mac, shell: tuple[str, ...]) -> None:
    mac.tools(after=10_000)
    mac.add("pgrep", '[ "$n" -le 3 ]')
    done = mac.run(shell, xcode.wait())
    assert done.returncode == 1
    assert not mac.went_on
    assert "was closed" in done.stderr
    assert "click Install" in done.stderr
    assert "`" not in done.stderr
    assert len(mac.calls) < 100


@each_shell
def test_it_gives_up_after_the_limit(mac: Mac, shell: tuple[str, ...]) -> None:
    mac.tools(after=10_000)
    done = mac.run(shell, replace(xcode.wait(), seconds=60.0))
    assert done.returncode == 1
    assert not mac.went_on
    assert "did not happen within 1 minutes" in done.stderr
    assert mac.calls.count("sleep") == 12


@each_shell
def test_without_pgrep_it_waits(mac: Mac, shell: tuple[str, ...]) -> None:
    mac.tools(after=20)
    mac.add("pgrep", "exit 3")
    assert mac.run(shell, xcode.wait()).returncode == 0
    assert mac.went_on


@each_shell
@pytest.mark.parametrize("source", outputs.UPDATES)
def test_it_installs_the_newest_tools(mac: Mac, shell: tuple[str, ...], source: str) -> None:
    listed, label = outputs.UPDATES[source]
    (mac.folder / "listed").write_text(listed)
    marker = mac.folder / "marker"
    mac.add(
        "softwareupdate",
        f'if [ "$1" = -l ]; then [ -e {marker} ] && exec cat {mac.folder}/listed; fi; exit 0',
    )
    absent = (str(mac.folder / "clang"), "--version")
    done = mac.run(shell, replace(xcode.update(), marker=str(marker), present=absent))
    assert not marker.exists()
    assert mac.went_on is bool(label)
    assert (done.returncode == 0) is bool(label)
    installed = [call for call in mac.calls if call.startswith("softwareupdate -i")]
    assert installed == ([f"softwareupdate -i {label}"] if label else [])
    assert bool(label) or "offer no Command Line Tools for this macOS" in done.stderr
    assert any(call.startswith("sudo ") for call in mac.calls) is bool(label)


@each_shell
def test_complete_tools_are_not_installed_again(mac: Mac, shell: tuple[str, ...]) -> None:
    mac.add("softwareupdate", "exit 1")
    clang = program(mac.folder, "clang", "echo Apple clang version 17.0.0")
    done = mac.run(shell, replace(xcode.update(), present=(clang, "--version")))
    assert (done.returncode, mac.went_on) == (0, True)
    assert not any("softwareupdate" in call for call in mac.calls)


@each_shell
def test_a_failed_update_stops_it_and_leaves_no_marker(mac: Mac, shell: tuple[str, ...]) -> None:
    (mac.folder / "listed").write_text(outputs.UPDATES["macOS 26"][0])
    mac.add("softwareupdate", f'[ "$1" = -l ] && exec cat {mac.folder}/listed; exit 7')
    marker = mac.folder / "marker"
    done = mac.run(shell, replace(xcode.update(), marker=str(marker), present=("false",)))
    assert (done.returncode, mac.went_on, marker.exists()) == (7, False, False)


# --- locks ----------------------------------------------------------------------------------------


def locked(mac: Mac, times: int, after: str = "echo done") -> Command:
    """A command that reports a lock so many times."""
    mac.add("brew", f'if [ "$n" -le {times} ]; then echo "busy lock"; exit 1; fi\n{after}')
    return Command(("brew", "it's", "a b"), env=(("A", "b c"),), busy="busy lock", busy_seconds=60)


@each_shell
@pytest.mark.parametrize("root", [False, True])
def test_a_lock_is_waited_for(mac: Mac, shell: tuple[str, ...], root: bool) -> None:
    command = locked(mac, 2, 'echo "$A"')
    done = mac.run(shell, replace(command, root=root))
    assert done.returncode == 0, done.stderr
    assert mac.went_on
    assert "b c" in done.stdout.splitlines()
    assert done.stdout.count("Another program holds the lock") == 1
    assert [call for call in mac.calls if call.startswith("brew")] == ["brew it's a b"] * 3


@each_shell
def test_a_lock_is_waited_for_with_a_limit(mac: Mac, shell: tuple[str, ...]) -> None:
    done = mac.run(shell, locked(mac, 10_000))
    assert (done.returncode, mac.went_on) == (1, False)
    assert mac.calls.count("sleep") == 12


@each_shell
def test_another_failure_is_not_waited_for(mac: Mac, shell: tuple[str, ...]) -> None:
    done = mac.run(shell, locked(mac, 0, "echo 'no such formula'; exit 5"))
    assert (done.returncode, mac.went_on) == (5, False)
    assert "no such formula" in done.stdout
    assert "sleep" not in mac.calls


@each_shell
def test_a_lock_that_this_user_may_not_have_is_not_waited_for(
    mac: Mac, shell: tuple[str, ...]
) -> None:
    done = mac.run(shell, replace(locked(mac, 10_000), denied="lock$"))
    assert (done.returncode, mac.went_on) == (1, False)
    assert "sleep" not in mac.calls


@each_shell
def test_other_good_exit_codes_are_still_good(mac: Mac, shell: tuple[str, ...]) -> None:
    done = mac.run(shell, replace(locked(mac, 1, "exit 100"), ok=(0, 100)))
    assert (done.returncode, mac.went_on) == (0, True)


def commands(case: Case) -> list[Command]:
    manager = managers()[case.manager]
    found = (manager.install(NAMES), manager.remove(NAMES), manager.refresh())
    return [command for command in found if command is not None]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder)
def test_grep_sees_the_locks_of_each_manager(case: Case) -> None:
    """The patterns mean the same to ``grep -E`` as to Python."""
    for command in commands(case):
        for name in (case.locked, case.success):
            output = recorded(case.folder, name)
            text = output.stdout + output.stderr
            for pattern in filter(None, (command.busy, command.denied)):
                done = subprocess.run(
                    ["grep", "-Eq", extended(pattern)],
                    input=text,
                    text=True,
                    timeout=30,
                    check=False,
                )
                found = any(re.search(pattern, line) for line in text.splitlines())
                assert (done.returncode == 0) is found, (pattern, name)


@pytest.mark.parametrize("pattern", [r"(?i)x", r"a{2}", r"\bword", r"(?=x)", r"(?P<n>x)"])
def test_a_pattern_that_grep_does_not_understand_is_an_error(pattern: str) -> None:
    with pytest.raises(ValueError, match="grep -E"):
        extended(pattern)


# --- whole plans ----------------------------------------------------------------------------------


def test_a_whole_plan_of_a_mac_waits_before_homebrew() -> None:
    without_rust = tuple(t for t in ABSENT.tools if t.name not in ("rustc", "cargo"))
    facts = replace(ABSENT, tools=without_rust)
    text = to_shell(plan(facts, load(), Choices(method="source")))
    calls = [line.split(" ")[0] for line in text.splitlines()]
    assert calls.index("wait_until") < calls.index("patiently")
    assert "update_system() {" not in text


def test_a_whole_plan_over_ssh_updates_and_checks() -> None:
    text = to_shell(plan(replace(ABSENT, terminal=REMOTE), load(), Choices(method="source")))
    calls = [line.split(" ")[0] for line in text.splitlines()]
    assert calls.index("update_system") < calls.index("wait_until")
    assert "xcode-select --install" not in text


def test_a_plan_without_waiting_has_no_such_function() -> None:
    text = to_shell(plan(machine("mac-arm-brew"), load(), Choices(method="wheel")))
    assert not re.search("wait_until|update_system|patiently", text)
