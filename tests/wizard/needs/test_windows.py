"""Wheels that an old Windows, or an old Python on it, cannot load."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.machines import machine
from wizard.facts import Facts
from wizard.needs.windows import wheel_blocked_by

OLD = "cp37-abi3-win_amd64"
NEW = "cp39-abi3-win_amd64"


def windows(version: str) -> Facts:
    facts = machine("windows-64")
    return replace(facts, system=replace(facts.system, distribution_version=version))


@pytest.mark.parametrize(
    ("version", "release", "blocked"),
    [
        ("6.1.7601", "42.0.5", False),
        ("6.1.7601", "42.0.6", True),
        ("6.1.7601", "42.0.8", False),
        ("6.1.7601", "43.0.0", True),
        ("6.1.7601", "50.0.2", True),
        ("6.2.9200", "50.0.2", False),
        ("10.0.26100", "50.0.2", False),
        ("", "50.0.2", False),
    ],
)
def test_windows_7_lacks_processprng(version: str, release: str, blocked: bool) -> None:
    facts = windows(version)
    refused = wheel_blocked_by(facts, facts.pythons[0], release, NEW)
    assert (refused is not None) is blocked
    if refused is not None:
        assert "ProcessPrng" in refused.reason


@pytest.mark.parametrize(
    ("python", "wheel", "blocked"),
    [("3.9.0", NEW, True), ("3.9.1", NEW, True), ("3.9.1", OLD, False), ("3.9.2", NEW, False)],
)
def test_python_3_9_1_lacks_pycmethod_new(python: str, wheel: str, blocked: bool) -> None:
    facts = windows("10.0.26100")
    target = replace(facts.pythons[0], version=python)
    assert (wheel_blocked_by(facts, target, "42.0.8", wheel) is not None) is blocked


def test_other_systems_are_not_asked() -> None:
    facts = machine("debian-12")
    python = replace(facts.pythons[0], version="3.9.1")
    assert wheel_blocked_by(facts, python, "42.0.8", "cp39-abi3-manylinux_2_28_x86_64") is None
