"""The wizard builds on every kind of Mac, and proves what it built."""

from __future__ import annotations

import pytest

from tests.mac.conftest import Make

ENVIRONMENT = "/Users/ada/environment"


@pytest.mark.parametrize("link", ["dynamic", "static"])
@pytest.mark.parametrize("name", ["brew-arm64", "macports", "intel-13", "both-brews"])
def test_a_build_is_installed_and_proved(make: Make, name: str, link: str) -> None:
    mac = make(name)
    done = mac.wizard("--yes", "--method", "source", "--link", link, "--venv", "./environment")
    assert done.code == 0, done.said
    report = mac.wizard("verify", f"{ENVIRONMENT}/bin/python", "--json").report
    assert report["ok"]
    assert report["linkage"]["kind"] == link
