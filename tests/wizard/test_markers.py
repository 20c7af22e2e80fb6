"""Markers of a Python that is not this one."""

from __future__ import annotations

import pytest
from packaging.markers import Marker

from wizard.facts import Python
from wizard.markers import is_true, marker_environment

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


@pytest.mark.parametrize(
    ("marker", "true"),
    [
        ("python_version < '3.10'", True),
        ("python_full_version >= '3.9.18'", True),
        ("sys_platform == 'win32'", True),
        ("os_name == 'posix'", False),
        ("platform_python_implementation == 'CPython'", True),
        ("platform_machine == 'AMD64'", True),
    ],
)
def test_markers_are_about_the_target_not_about_this_python(marker: str, true: bool) -> None:
    python = Python("C:\\python.exe", "path", version="3.9.18", machine="AMD64")
    environment = {**marker_environment(python, "windows"), "extra": ""}
    assert Marker(marker).evaluate(environment) is true
