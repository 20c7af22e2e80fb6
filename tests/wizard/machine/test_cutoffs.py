"""Dates and durations, as pip and as uv understand them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from wizard.machine.cutoffs import pip_cutoff, uv_cutoff

NOW = datetime(2026, 11, 29, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def utc_plus_two() -> Iterator[None]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system takes its time zone from elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EET-2")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-03-01T02:00:00+02:00", "2026-03-01T00:00:00Z"),
        ("2026-03-01T00:00:00.5Z", "2026-03-01T00:00:00Z"),
        ("2026-03-01", "2026-02-28T22:00:00Z"),
        ("2026-03-01T08:00:00", "2026-03-01T06:00:00Z"),
        ("P7D", "2026-11-22T12:00:00Z"),
        ("P0D", "2026-11-29T12:00:00Z"),
        ("P99999999D", "1970-01-02T00:00:00Z"),
    ],
)
def test_what_pip_understands(text: str, before: str) -> None:
    assert pip_cutoff(text, NOW) == before


@pytest.mark.parametrize("text", ["7 days", "PT24H", "P1W", "p7d", "yesterday", "P-7D", ""])
def test_what_pip_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="P7D"):
        pip_cutoff(text, NOW)


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-03-01t02:00:00+02:00", "2026-03-01T00:00:00Z"),
        ("2026-03-01", "2026-03-01T22:00:00Z"),  # that day counts
        ("7 days", "2026-11-22T12:00:00Z"),
        ("1 week", "2026-11-22T12:00:00Z"),
        ("7d", "2026-11-22T12:00:00Z"),
        ("7 days ago", "2026-11-22T12:00:00Z"),
        ("-7 days", "2026-11-22T12:00:00Z"),
        ("24 hours", "2026-11-28T12:00:00Z"),
        ("1 day, 12 hours", "2026-11-28T00:00:00Z"),
        ("1 day 12 hrs 30 mins", "2026-11-27T23:30:00Z"),
        ("1 day 01:02:03", "2026-11-28T10:57:57Z"),
        ("1.5 hours", "2026-11-29T10:30:00Z"),
        ("P7D", "2026-11-22T12:00:00Z"),
        ("p1w", "2026-11-22T12:00:00Z"),
        ("PT24H", "2026-11-28T12:00:00Z"),
        ("P1DT12H", "2026-11-28T00:00:00Z"),
        ("PT1.5H", "2026-11-29T10:30:00Z"),
        ("99999 weeks", "1970-01-02T00:00:00Z"),
    ],
)
def test_what_uv_understands(text: str, before: str) -> None:
    assert uv_cutoff(text, NOW) == before


@pytest.mark.parametrize(
    "text", ["1 month", "2 years", "P1M", "P1Y", "soon", "7", "P", "PT", "7 days x", "2026-13-01"]
)
def test_what_uv_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="7 days"):
        uv_cutoff(text, NOW)
