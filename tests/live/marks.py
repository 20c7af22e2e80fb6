"""The marks of the live tests: how long one may take, and which of them share a process.

``make live`` runs them in as many processes as there are cores. What is expensive to make, such as
a Debian system, is made in each process that needs it, so the tests that use it form a group.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pytest

BUILDS = "builds"
"""The group of tests that compile on this machine: they keep all cores busy, and share its apt."""
SHARED: Mapping[str, str] = MappingProxyType(
    {
        "base": "debian",
        "root": "dnf",
        "house": "wheelhouse",
        "kit": "kit",
        "image": "dockerfile",
        "windows": "windows",
        "pip": "other systems",
        "release": "dist",
    }
)
"""The fixtures that are expensive to make, each with the group of the tests that use it.

A test that uses two of them is in the group of the first.
"""
ORDER: Sequence[str] = (BUILDS, *SHARED.values(), "")
"""The groups, and the tests that are in none: what takes longest begins first."""

builds = pytest.mark.xdist_group(BUILDS)


def limit(seconds: float) -> pytest.MarkDecorator:
    """Let a test fail after ``seconds``, its fixtures included, and still clean up.

    A signal ends it where there is SIGALRM. The default for other tests, which ends the whole
    process, would leave Debian systems and terminals behind.
    """
    method = "signal" if hasattr(signal, "SIGALRM") else "thread"
    return pytest.mark.timeout(seconds, method=method)


def group(item: pytest.Item) -> str:
    """The group of a live test, or an empty string if it can run in any process."""
    if mark := item.get_closest_marker("xdist_group"):
        return str(mark.args[0])
    fixtures: Sequence[str] = getattr(item, "fixturenames", ())
    return next((name for fixture, name in SHARED.items() if fixture in fixtures), "")
