"""The wizard in a real terminal on a Mac, from the first key to the proof."""

from __future__ import annotations

import shlex
from pathlib import Path

from tests.live.terminal import STEPS_AT_MOST, Terminal, to_review
from tests.mac import downloads
from tests.mac.conftest import Make
from tests.mac.mac import Mac

"""There are never as many questions as this."""


def start(terminal: Terminal, mac: Mac, folder: Path, *arguments: str) -> None:
    """Type the command into the shell; its exit code is printed when it ends."""
    script = folder / "start"
    script.write_text(shlex.join(mac.argv(*mac.wizard_argv(*arguments))), encoding="utf-8")
    terminal.type('sh start; echo "exit code $?."')
    terminal.press("Enter")


def waiting(text: str) -> str:
    """The prompt that waits for an answer, with the list to choose from below it; or empty."""
    _, _, last = text.rpartition("\n? ")
    return last.split("?")[0] if "\n > " in last else ""


def answer_all(terminal: Terminal) -> None:
    """Take the recommended answer to every prompt, and start."""
    asked = ""
    for _ in range(STEPS_AT_MOST):
        text = terminal.wait_until(lambda text, asked=asked: waiting(text) not in ("", asked))  # type: ignore[misc]
        asked = waiting(text)
        terminal.press("Enter")
        if asked == "Start the installation":
            break
    assert asked == "Start the installation"


def report(mac: Mac) -> dict[str, object]:
    """Return the proof of what was installed where the wizard recommends."""
    python = "/Users/ada/cryptography-env/bin/python"
    done = mac.wizard("verify", python, "--json")
    assert done.code == 0, done.said
    found: dict[str, object] = done.report
    return found


def test_the_full_screen_on_a_new_mac(make: Make, terminal: Terminal, tmp_path: Path) -> None:
    mac = make("new-arm64")
    start(terminal, mac, tmp_path)
    terminal.wait("Welcome")
    to_review(terminal, "Ready. Nothing has been changed.")
    terminal.press("Enter")
    terminal.wait("is installed, and it works")
    assert "is inside (static)" in terminal.screen()
    terminal.press("Enter")
    terminal.wait("exit code 0.")
    assert terminal.is_clean()
    assert report(mac)["ok"]
    assert mac.state().get("windows", 0) == 0  # nothing asked for Apple's tools


def test_prompts_build_on_a_new_mac(make: Make, terminal: Terminal, tmp_path: Path) -> None:
    mac = make("new-arm64", sudo="password")
    start(terminal, mac, tmp_path, "--prompts", "--method", "source", *downloads.flags())
    answer_all(terminal)
    terminal.wait("exit code 0.")
    assert "Next: activate the environment" in terminal.history()
    assert terminal.is_clean()
    assert report(mac)["ok"]
    assert mac.state()["windows"] == 1
    assert mac.state()["tools"] == "present"
