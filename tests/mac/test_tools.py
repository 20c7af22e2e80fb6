"""The states of the Command Line Tools, and what the wizard does in each of them."""

from __future__ import annotations

import pytest

from backends import xcode
from tests.mac import downloads
from tests.mac.conftest import Make

pytestmark = pytest.mark.skipif(
    not hasattr(xcode, "update"), reason="the wizard does not know the states of the tools yet"
)
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
