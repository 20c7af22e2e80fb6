"""The wizard installs a wheel on every kind of Mac, and proves it there."""

from __future__ import annotations

import pytest

from tests.mac.conftest import Make
from tests.mac.index import INTEL_RELEASE
from tests.mac.kinds import kinds

INTEL = ("brew-rosetta", "intel-13")
"""Kinds whose only Python is for Intel."""


@pytest.mark.parametrize("name", kinds("3.13"))
def test_a_wheel_is_installed_and_proved(make: Make, name: str) -> None:
    mac = make(name)
    done = mac.wizard("--yes", "--method", "wheel", "--venv", "./environment")
    assert done.code == 0, done.said
    python = "/Users/ada/environment/bin/python"
    report = mac.wizard("verify", python, "--json").report
    assert report["ok"]
    assert (report["version"] == INTEL_RELEASE) is (name in INTEL)
