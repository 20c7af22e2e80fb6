"""The wizard in a real terminal, from the first key to the proof, and put to an end by a signal."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import Callable

import pytest

from tests.live import machine
from tests.live.command import Wizard
from tests.live.marks import builds, limit
from tests.live.terminal import PROMPT, STEPS_AT_MOST, Terminal, to_review
from wizard.programs.tree import processes
from wizard.proof.verify import verify

pytestmark = [
    pytest.mark.live,
    limit(900),
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not on this machine"),
]

"""There are never as many questions as this."""


@pytest.fixture
def terminal(wizard: Wizard) -> Iterator[Terminal]:
    """Return a terminal in the wizard's working folder."""
    env = wizard.environment(LANG="C.UTF-8", LC_ALL="C.UTF-8")
    opened = Terminal(wizard.folder, {name: v for name, v in env.items() if name != "TMUX"})
    try:
        opened.wait(PROMPT.strip())
        yield opened
    finally:
        opened.close()


def start(terminal: Terminal, wizard: Wizard, *arguments: str, before: str = "") -> None:
    """Type the command into the shell; its exit code is printed when it ends."""
    command = shlex.join(wizard.argv(*arguments))
    terminal.type(f'{before} {command}; echo "exit code $?."'.lstrip())
    terminal.press("Enter")


def assert_installed(terminal: Terminal, wizard: Wizard) -> None:
    """The wizard has ended well, left the terminal clean, and what it installed works."""
    terminal.wait("exit code 0.")
    assert terminal.is_clean()
    inside = wizard.folder / "cryptography-env" / "bin" / "python"
    report = verify(str(inside), link="static")
    assert report.problems == ()
    assert report.ok


def test_the_full_screen_from_the_first_key_to_the_proof(
    terminal: Terminal, wizard: Wizard
) -> None:
    start(terminal, wizard)
    terminal.wait("Welcome")
    assert terminal.mode("alternate_on") == "1"
    to_review(terminal, "Ready. Nothing has been changed.")
    screen = terminal.screen()
    assert "nothing has been changed yet" in screen
    assert not (wizard.folder / "cryptography-env").exists()
    terminal.press("Enter")
    terminal.wait("is installed, and it works")
    screen = terminal.screen()
    assert "is inside (static)" in screen
    assert "cryptography-env/bin/activate" in screen
    terminal.press("Enter")
    assert_installed(terminal, wizard)


def test_help_and_the_way_back_keep_the_answers(terminal: Terminal, wizard: Wizard) -> None:
    start(terminal, wizard)
    to_review(terminal, "Ready. Nothing has been changed.")
    terminal.press("Escape")
    terminal.wait("compile from source?")
    terminal.press("Down")
    terminal.wait("(*) Source")
    terminal.press("F1")
    terminal.wait_until(lambda _: "(*) Source" not in terminal.screen())
    terminal.press("Escape")
    terminal.wait("(*) Source")
    terminal.press("Escape")
    terminal.wait("Which release")
    terminal.press("C-c")
    terminal.wait("exit code 130.")
    assert terminal.is_clean()
    assert list(wizard.folder.iterdir()) == []


def waiting(text: str) -> str:
    """The prompt that waits for an answer, with the list to choose from below it; or empty."""
    _, _, last = text.rpartition("\n? ")
    return last.split("?")[0] if "\n > " in last else ""


def another_than(asked: str) -> Callable[[str], bool]:
    """Whether another prompt waits than the one that was answered."""
    return lambda text: waiting(text) not in ("", asked)


def test_prompts_from_the_first_key_to_the_proof(terminal: Terminal, wizard: Wizard) -> None:
    start(terminal, wizard, "--prompts")
    asked = ""
    for _ in range(STEPS_AT_MOST):
        text = terminal.wait_until(another_than(asked))
        asked = waiting(text)
        terminal.press("Enter")
        if asked == "Start the installation":
            break
    assert asked == "Start the installation"
    assert_installed(terminal, wizard)


def prompts(text: str) -> int:
    """How many answers were asked for in plain text."""
    return len(re.findall(r"^Answer \(.*:", text, re.MULTILINE))


def more_than(asked: int) -> Callable[[str], bool]:
    """Whether more answers were asked for than were given."""
    return lambda text: prompts(text) > asked


def test_a_dumb_terminal_gets_plain_text_to_the_proof(terminal: Terminal, wizard: Wizard) -> None:
    recorded = wizard.state.parent / "recorded"
    terminal.record(recorded)
    start(terminal, wizard, before="TERM=dumb")
    asked = 0
    for _ in range(STEPS_AT_MOST):
        text = terminal.wait_until(more_than(asked))
        asked = prompts(text)
        terminal.press("Enter")
        if "Start the installation?" in text:
            break
    assert "Start the installation?" in terminal.history()
    assert_installed(terminal, wizard)
    told = recorded.read_bytes().partition(b"Looking at this machine")[2]
    told = told.partition(b"exit code 0.")[0]
    assert b"Answer (Enter for 1" in told
    assert b"\x1b" not in told


def the_wizard(terminal: Terminal) -> int:
    """The process of the wizard: what the shell runs."""
    shell = terminal.shell()
    (found,) = (pid for pid, process in processes().items() if process.parent == shell)
    return found


def test_sigterm_leaves_the_terminal_clean(terminal: Terminal, wizard: Wizard) -> None:
    start(terminal, wizard)
    to_review(terminal, "Ready. Nothing has been changed.")
    assert not terminal.is_clean()
    os.kill(the_wizard(terminal), signal.SIGTERM)
    terminal.wait("exit code 130.")
    assert terminal.is_clean()
    assert list(wizard.folder.iterdir()) == []


@builds
@pytest.mark.skipif(sys.platform != "linux", reason="source builds are made on Linux so far")
def test_sigterm_in_the_middle_of_a_build_leaves_nothing_running(
    terminal: Terminal, wizard: Wizard
) -> None:
    for program in ("cargo", "cc", "pkg-config"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not on this machine, and is not installed for this test")
    start(terminal, wizard, "--method", "source")
    to_review(terminal, "Ready. Nothing has been changed.")
    terminal.press("Enter")
    terminal.wait("Compiling ")
    mark = f"CRYPTOGRAPHY_WIZARD_STATE={wizard.state}"
    assert "cargo" in {machine.name_of(pid) for pid in machine.carrying(mark)}
    os.kill(the_wizard(terminal), signal.SIGTERM)
    terminal.wait("exit code 130.")
    assert terminal.is_clean()
    left = machine.left_of(mark, (terminal.shell(), terminal.server()))
    assert {pid: machine.name_of(pid) for pid in left} == {}
