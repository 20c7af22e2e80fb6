"""What a version of macOS is really called."""

from __future__ import annotations

import pytest

from wizard.needs import macos


@pytest.mark.parametrize(
    ("stated", "kernel", "real"),
    [
        ("10.16", "20.6.0", "11"),
        ("10.16", "24.6.0", "15"),
        ("10.16", "", "11"),
        ("16.0", "25.4.0", "26"),
        ("16.4", "26.0.0", "27"),
        ("16.0", "", "26"),
        ("26.4", "25.4.0", "26.4"),
        ("15.6", "24.6.0", "15.6"),
        ("10.15.7", "19.6.0", "10.15.7"),
        ("10.1", "", "10.1"),
        ("", "", ""),
    ],
)
def test_two_numbers_are_apples_for_older_programs(stated: str, kernel: str, real: str) -> None:
    """python/cpython#135675 (16 is 26), pypa/packaging#497 (10.16 is 11 and newer)."""
    assert macos.real_version(stated, kernel) == real
