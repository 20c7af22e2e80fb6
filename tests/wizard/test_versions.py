"""Comparing version numbers."""

from __future__ import annotations

import pytest

from wizard.versions import allows, at_least, key, upstream


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("1.63.0+dfsg1-2", "1.63.0"),
        ("1:2.34-1ubuntu3", "2.34"),
        ("1.1.1w-0+deb11u1", "1.1.1w"),
        ("3.0.22-1~deb12u2", "3.0.22"),
        ("3.5.0_1", "3.5.0"),
        ("1.96.0+dfsg1-1~deb12u2", "1.96.0"),
        ("2.0rc1", "2.0"),
        ("", ""),
        ("none", ""),
    ],
)
def test_upstream(written: str, means: str) -> None:
    assert upstream(written) == means


@pytest.mark.parametrize(
    ("low", "high"),
    [("1.9", "1.10"), ("1.1.1d", "1.1.1e"), ("1.1.1", "1.1.1a"), ("1.1.1w", "3.0.0"),
     ("1.63.0", "1.65"), ("3.6.15", "3.10.0")],
)  # fmt: skip
def test_order(low: str, high: str) -> None:
    assert key(low) < key(high)
    assert at_least(high, low)
    assert not at_least(low, high)


def test_trailing_zeros_do_not_count() -> None:
    assert at_least("1.65", "1.65.0")
    assert key("1.65.0") == key("1.65")


def test_nothing_is_not_at_least_anything() -> None:
    assert not at_least("", "0")


def test_a_rule_allows_versions_and_one_that_cannot_be_read_allows_any() -> None:
    assert allows(">=3.12", "3.13.0rc1")
    assert not allows(">=3.12", "3.11.7")
    assert allows("", "3.6")
    assert allows("newest", "3.6")
