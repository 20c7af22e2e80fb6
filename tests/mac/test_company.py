"""A Mac of a company: no administrator, and an index that only its proxy reaches."""

from __future__ import annotations

from tests.live.mirror import Mirror
from tests.mac import proxy
from tests.mac.conftest import Make


def test_the_proxy_of_the_system_settings_is_used(make: Make, mirror: Mirror) -> None:
    with proxy.serving(mirror.url) as (address, seen):
        index = {"PIP_INDEX_URL": proxy.INDEX, "PIP_TRUSTED_HOST": "index.example"}
        mac = make("company", proxy=address, variables=index)
        done = mac.wizard("--yes", "--method", "wheel", "--venv", "./environment")
    assert done.code == 0, done.said
    assert f"{proxy.INDEX}cryptography/" in seen
    assert mac.wizard("verify", "/Users/ada/environment/bin/python", "--json").report["ok"]
