"""Apple's Command Line Tools: a window that opens, and a wait with a bound."""

from __future__ import annotations

import re

import pytest

from backends import xcode


def test_a_second_request_is_no_failure() -> None:
    command = xcode.install()
    assert command.argv == ("xcode-select", "--install")
    assert 1 in command.ok
    assert not command.root


@pytest.mark.parametrize(
    "line",
    [
        "xcode-select: error: unable to get active developer directory, use `sudo xcode-select "
        "--switch path/to/Xcode.app` to set one (or see `man xcode-select`)",
        "xcrun: error: invalid active developer path (/Library/Developer/CommandLineTools)",
    ],
)
def test_the_wait_goes_on_while_they_are_missing_and_ends(line: str) -> None:
    command = xcode.wait()
    assert re.search(command.busy, line)
    assert 0 < command.busy_seconds <= 3600
    assert command.ok == (0,)
