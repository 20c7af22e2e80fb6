"""The wizard installs a wheel on a Mac, and proves it there. Other kinds: the other modules."""

from __future__ import annotations

import pytest

from tests.mac.conftest import Make
from tests.mac.index import INTEL_RELEASE

INTEL = "brew-rosetta"
"""The kind whose only Python is for Intel."""


@pytest.mark.parametrize(
    "name", ["tools-only", "python-org", INTEL, "tahoe", "stale-tools", "licence"]
)
def test_a_wheel_is_installed_and_proved(make: Make, name: str) -> None:
    mac = make(name)
    done = mac.wizard("--yes", "--method", "wheel", "--venv", "./environment")
    assert done.code == 0, done.said
    report = mac.wizard("verify", "/Users/ada/environment/bin/python", "--json").report
    assert report["ok"]
    assert report["linkage"]["kind"] == "static"
    assert (report["version"] == INTEL_RELEASE) is (name == INTEL)
    assert mac.state().get("windows", 0) == 0  # nothing asked for Apple's tools
