"""Durations, as the line by line interfaces and the full screen write them."""

from __future__ import annotations

import pytest

from screens.text.text_reporter import format_seconds
from screens.tui.step_list import format_clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.24, "0.2 s"),
        (9.97, "10 s"),
        (59.7, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (3599.8, "1 h"),
        (7800, "2 h 10 min"),
    ],
)
def test_a_duration_has_no_part_that_says_nothing(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_a_counter_has_hours_only_after_an_hour() -> None:
    assert [format_clock(n) for n in (51, 3599, 3771)] == ["0:51", "59:59", "1:02:51"]
