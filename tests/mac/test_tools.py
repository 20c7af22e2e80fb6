"""The states of the Command Line Tools, and what the wizard does in each of them."""

from __future__ import annotations

from pathlib import Path

from tests.live.terminal import Terminal
from tests.mac import downloads
from tests.mac.conftest import Make
from tests.mac.test_faces import answer_all, start

BUILD = ("--yes", "--method", "source", "--venv", "./environment")


def test_the_tools_are_installed_without_a_window_if_root_is_possible(make: Make) -> None:
    mac = make("new-arm64", window=False)
    done = mac.wizard(*BUILD, *downloads.flags())
    assert done.code == 0, done.said
    assert mac.state()["tools"] == "present"
    assert mac.state().get("windows", 0) == 0
    assert mac.wizard("verify", "/Users/ada/environment/bin/python", "--json").report["ok"]


def test_a_licence_is_never_accepted_for_the_user(make: Make) -> None:
    mac = make("licence")
    done = mac.wizard(*BUILD, *downloads.flags())
    assert done.code == 3
    assert "licence" in done.said
    assert mac.state()["tools"] == "licence"


def test_a_cancelled_window_ends_the_wait(make: Make, terminal: Terminal, tmp_path: Path) -> None:
    mac = make("new-arm64", sudo="password", dialog="cancel")
    start(terminal, mac, tmp_path, "--prompts", "--method", "source", *downloads.flags())
    answer_all(terminal)
    terminal.wait("What now?")
    assert "closed before the Command Line Tools were installed" in terminal.history()
    assert mac.state()["windows"] == 1
    assert mac.state()["tools"] == "absent"
