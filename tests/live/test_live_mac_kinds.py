"""Every kind of simulated Mac: a wheel, and every kind of build, to the proof or to a reason."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.live.marks import limit
from tests.live.matrix import long
from tests.mac import downloads, tree
from tests.mac.conftest import Make, make, mirror, pip, rustup  # noqa: F401 - fixtures
from tests.mac.kinds import kinds

pytestmark = [pytest.mark.live, limit(600), long("mac")]
PYTHON = "/Users/ada/environment/bin/python"
WAYS: Mapping[str, tuple[str, ...]] = {
    "wheel": ("--method", "wheel"),
    "own": ("--method", "source", *downloads.flags()),
    "static": ("--method", "source", "--link", "static"),
    "dynamic": ("--method", "source", "--link", "dynamic"),
}
"""``own``: with an OpenSSL that the wizard builds. The others use that of a package manager."""
KINDS = kinds(tree.MINOR)
NO_PACKAGES = "macOS has no OpenSSL for developers"
LICENCE = "Nobody has accepted the licence"
REFUSED: Mapping[tuple[str, str], str] = {
    **{(n, "dynamic"): NO_PACKAGES for n, k in KINDS.items() if not (k.brews or k.port)},
    **{("licence", way): LICENCE for way in ("own", "static", "dynamic")},
}
"""What is not possible, with a part of the reason that is given."""
CASES = [
    (name, way)
    for name, kind in KINDS.items()
    for way in WAYS
    if way != "static" or kind.brews or kind.port
]


@pytest.mark.parametrize(("name", "way"), CASES)
def test_every_kind_ends_with_a_proof_or_a_reason(
    make: Make,  # noqa: F811 - the fixture
    name: str,
    way: str,
) -> None:
    mac = make(name)
    done = mac.wizard("--yes", *WAYS[way], "--venv", "./environment")
    reason = REFUSED.get((name, way), "")
    if reason:
        assert done.code == 3, done.said
        assert reason in " ".join(done.said.split())
        return
    assert done.code == 0, done.said
    report = mac.wizard("verify", PYTHON, "--json").report
    assert report["ok"]
    assert report["linkage"]["kind"] == ("dynamic" if way == "dynamic" else "static")
