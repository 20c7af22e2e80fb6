"""Markers of a Python that is not this one."""

from __future__ import annotations

import pytest
from packaging.markers import Marker

from wizard.markers import is_true

ENVIRONMENT = {"python_version": "3.8", "sys_platform": "win32"}


@pytest.mark.parametrize(
    ("marker", "true"),
    [
        ("python_version < '3.9' and sys_platform == 'win32'", True),
        ("sys_platform == 'linux'", False),
        ("extra == 'mail'", True),
        ("extra == 'web'", False),
        ("'dev' in dependency_groups", False),
        ("python_version ~= 'x'", True),  # it cannot be evaluated
    ],
)
def test_it_is_evaluated_for_the_environment_that_is_given(marker: str, true: bool) -> None:
    assert is_true(Marker(marker), ENVIRONMENT, "mail") is true
