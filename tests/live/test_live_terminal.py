"""Every face that asks, driven through a real terminal from the first key to the proof."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.live.command import Wizard

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not on this machine"),
]

PATIENCE = 90.0
"""Seconds until a text must be on the screen: a look at the machine or an installation."""


@dataclass(frozen=True)
class Terminal:
    """A terminal of 80×24 with a shell that runs one command, in a tmux of its own."""

    socket: Path

    def tmux(self, *arguments: str) -> str:
        """Ask tmux; returns what it prints."""
        argv = ("tmux", "-f", "/dev/null", "-S", str(self.socket), *arguments)
        return subprocess.run(argv, capture_output=True, text=True, timeout=20, check=True).stdout

    def start(self, wizard: Wizard, *arguments: str, **env: str) -> None:
        """Run the wizard, and then tell its exit code."""
        state = f"CRYPTOGRAPHY_WIZARD_STATE={wizard.state}"
        words = ["env", "-u", "VIRTUAL_ENV", "-u", "NO_COLOR", state]
        words += [f"{name}={value}" for name, value in env.items()]
        command = shlex.join([*words, *wizard.argv(*arguments)])
        shell = f"{command}; echo EXIT=$?; exec sleep 300"
        self.tmux(
            "new-session", "-d", "-x", "80", "-y", "24", "-c", str(wizard.folder), "sh", "-c", shell
        )

    def screen(self) -> str:
        """What is on the screen now, without the blanks at the ends of lines."""
        return self.tmux("capture-pane", "-p")

    def keys(self, *names: str) -> None:
        """Press keys."""
        self.tmux("send-keys", *names)

    def wait_for(self, *texts: str) -> str:
        """Wait until one of these is on the screen; returns the screen."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            shown = self.screen()
            if any(text in shown for text in texts):
                return shown
            time.sleep(0.1)
        pytest.fail(f"none of {texts} came within {PATIENCE:g} s:\n{self.screen()}")

    def answer_until(self, end: str, *prompts: str) -> str:
        """Press Enter at each of these prompts, once each, until ``end`` is there."""
        left = list(prompts)
        while True:
            shown = self.wait_for(end, *left)
            if end in shown:
                return shown
            left = [prompt for prompt in left if prompt not in shown]
            self.keys("Enter")


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Return a terminal that is gone after the test."""
    # The path of a socket has a limit of about a hundred characters.
    here = Terminal(Path("/tmp") / f"wizard-{os.getpid()}-{abs(hash(tmp_path)) % 10**8}")
    yield here
    subprocess.run(
        ("tmux", "-S", str(here.socket), "kill-server"),
        capture_output=True,
        timeout=20,
        check=False,
    )
    here.socket.unlink(missing_ok=True)


def test_full_screen(terminal: Terminal, wizard: Wizard) -> None:
    terminal.start(wizard)
    terminal.wait_for("Ready. Nothing has been changed.")
    terminal.keys("Enter")
    terminal.wait_for("Question 1 of")
    terminal.keys("F1")
    terminal.wait_for("Where should it go?")
    terminal.keys("Escape")
    terminal.wait_for("A new environment in")
    terminal.answer_until(
        "nothing has been changed yet",
        *(f"Question {number} of" for number in (1, 2, 3, 4)),
    )
    terminal.keys("Enter")
    shown = terminal.wait_for("is installed, and it works")
    assert "activate" in shown
    terminal.keys("q")
    assert "EXIT=0" in terminal.wait_for("EXIT=")
    assert (wizard.folder / "cryptography-env" / "pyvenv.cfg").is_file()


def test_going_back_and_leaving_changes_nothing(terminal: Terminal, wizard: Wizard) -> None:
    terminal.start(wizard)
    terminal.wait_for("Ready. Nothing has been changed.")
    terminal.keys("Enter")
    terminal.wait_for("Question 1 of")
    terminal.keys("Enter")
    terminal.wait_for("Question 2 of")
    terminal.keys("Escape")
    terminal.wait_for("Question 1 of")
    terminal.tmux("resize-window", "-x", "120", "-y", "40")
    terminal.wait_for("Question 1 of")
    terminal.keys("C-c")
    assert "EXIT=130" in terminal.wait_for("EXIT=")
    assert list(wizard.folder.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc to find the wizard in")
def test_a_signal_leaves_the_terminal_clean(terminal: Terminal, wizard: Wizard) -> None:
    terminal.start(wizard)
    terminal.wait_for("Ready. Nothing has been changed.")
    shell = terminal.tmux("display-message", "-p", "#{pane_pid}").strip()
    child = Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0]
    os.kill(int(child), signal.SIGTERM)
    shown = terminal.wait_for("EXIT=")
    assert "EXIT=143" in shown
    assert "Welcome" not in shown


def test_prompts(terminal: Terminal, wizard: Wizard) -> None:
    terminal.start(wizard, "--prompts")
    shown = terminal.answer_until(
        "EXIT=",
        "Where should cryptography be installed?",
        "Which Python should the new environment use?",
        "Which release of cryptography?",
        "As a ready-made wheel, or compiled from source?",
        "Shall this be done?",
    )
    assert "EXIT=0" in shown
    assert "is inside (static)" in shown


def test_plain_in_a_dumb_terminal(terminal: Terminal, wizard: Wizard) -> None:
    terminal.start(wizard, TERM="dumb")
    shown = terminal.answer_until(
        "EXIT=",
        "Where should cryptography be installed?",
        "Which Python should the new environment use?",
        "Which release of cryptography?",
        "As a ready-made wheel, or compiled from source?",
        "Shall this be done?",
    )
    assert "EXIT=0" in shown
    assert "is inside (static)" in shown
