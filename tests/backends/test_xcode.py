"""Apple's Command Line Tools: their states, a window that opens, and a wait with a limit."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from backends import xcode
from backends.action import Wait
from tests import apple_outputs as outputs

TOOLS = xcode.FOLDER
XCODE = "/Applications/Xcode.app/Contents/Developer"

STATES: list[tuple[str, str, xcode.State]] = [
    (TOOLS, "", "ready"),
    (XCODE, "", "ready"),
    ("", "", "absent"),
    ("", "Apple's command line tools are missing.", "absent"),
    *((TOOLS, line, "absent") for line in (*outputs.NOT_SELECTED, *outputs.REQUESTED)),
    (TOOLS, outputs.GONE, "incomplete"),
    (TOOLS, outputs.NO_CLANG, "incomplete"),
    (TOOLS, "The selected folder does not exist.", "incomplete"),
    (XCODE, outputs.XCODE_GONE, "moved"),
    (XCODE, "The selected folder does not exist.", "moved"),
    ("/Volumes/Old/Xcode 15.app/Contents/Developer", outputs.XCODE_GONE, "moved"),
    *((XCODE, line, "licence") for line in outputs.LICENCE),
    *((TOOLS, line, "licence") for line in outputs.LICENCE),
    (TOOLS, "No answer within 8 seconds.", "ready"),  # slow, as after an installation
    (TOOLS, "dyld: Library not loaded: /usr/lib/libxcselect.dylib", "broken"),
]


@pytest.mark.parametrize(("folder", "problem", "state"), STATES)
def test_the_state_follows_from_what_the_programs_print(
    folder: str, problem: str, state: xcode.State
) -> None:
    assert xcode.state(folder, problem) == state


def test_each_state_is_among_these() -> None:
    assert {state for _, _, state in STATES} == set(get_args(xcode.State))


def test_tools_that_are_there_already_are_a_failure_only_if_they_are_incomplete() -> None:
    for incomplete in (False, True):
        command = xcode.install(incomplete=incomplete)
        assert command.argv == ("xcode-select", "--install")
        assert (1 in command.ok) is not incomplete
        assert not command.root


@pytest.mark.parametrize("wait", [xcode.wait(), xcode.check()], ids=["window", "no window"])
def test_the_compiler_is_called_only_after_a_folder_is_selected(wait: Wait) -> None:
    """Otherwise it would open Apple's window again and again."""
    assert wait.checks == (("xcode-select", "-p"), ("xcrun", "clang", "--version"))
    assert 0 < wait.seconds <= 3600
    assert wait.hints


def test_the_wait_for_the_window_ends_when_it_is_closed() -> None:
    wait = xcode.wait()
    assert wait.alive == ("pgrep", "-f", "Install Command Line Developer Tools")
    assert 0 < wait.patience < wait.seconds
    assert "was closed" in wait.closed


def test_the_update_needs_root_and_looks_at_no_placeholder() -> None:
    update = xcode.update()
    assert update.present[0].startswith("/Library/Developer/CommandLineTools/")
    assert any(label.startswith(update.name) for _, label in outputs.UPDATES.values())


@pytest.mark.parametrize("source", outputs.UPDATES)
def test_the_newest_tools_are_found_in_each_form_of_the_list(source: str) -> None:
    listed, label = outputs.UPDATES[source]
    assert xcode.newest_label(listed) == label


def test_in_a_list_of_nothing_there_are_none() -> None:
    assert xcode.newest_label("") == ""
    assert xcode.newest_label("No new software available.\n") == ""


@pytest.mark.parametrize(
    ("version", "macos", "old"),
    [
        ("16.4.0.0.1.1747106510", "26.4", True),
        ("26.0.0.0.1.1757719676", "26.4", False),
        ("16.4.0.0.1.1747106510", "15.6", False),
        ("15.3.0.0.1.1708646388", "15.0", True),
        ("12.4.0.0.1.1610135815", "11.7.10", True),
        ("12.5.0.0.1.1617976050", "11.7.10", False),
        ("10.1.0.0.1.1539992718", "10.13.6", False),  # Homebrew has no rule for it
        ("10.3.0.0.1.1562985497", "10.15.7", True),
        ("Xcode", "15.6", False),
        ("16.4.0.0.1.1747106510", "", False),
        ("16.4.0.0.1.1747106510", "16.0", False),  # what some Pythons call macOS 26
    ],
)
def test_homebrew_finds_old_tools_too_old(version: str, macos: str, old: bool) -> None:
    assert xcode.too_old(version, macos) is old


def test_the_selection_can_be_restored_unless_it_is_gone() -> None:
    assert xcode.reset().root
    undo = xcode.select(XCODE)
    assert undo.root
    # Homebrew/brew#1012.
    line = "xcode-select: error: invalid developer directory '/Library/Developer/'"
    assert re.search(undo.gone, line)
