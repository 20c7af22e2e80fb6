"""What a requirement was meant to be that cannot be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement

from wizard import meant


@pytest.mark.parametrize(
    ("typed", "write"),
    [
        ("flask=1.0", "flask==1.0"),
        ("flask = 1.0", "flask==1.0"),
        ("flask 1.0", "flask==1.0"),
        ("flask v1.0", "flask==1.0"),
        ("flask:1.0", "flask==1.0"),
        ("flask@1.0", "flask==1.0"),
        ("flask-1.0", "flask==1.0"),
        ("my-flask-1.0", "my-flask==1.0"),
        ("flask=>1.0", "flask>=1.0"),
        ("flask=<1.0", "flask<=1.0"),
        ("flask<>1.0", "flask!=1.0"),
        ("flask~1.0", "flask~=1.0"),
        ("flask>1.0<2", "flask>1.0,<2"),
        ("flask >= 1.0, =<2", "flask>=1.0,<=2"),
        ("flask==1.x", "flask==1.*"),
        ("flask==1.0,", "flask==1.0"),
        ("flask==1.0;", "flask==1.0"),
        ("flask,", "flask"),
        ("flask[async]=1.0", "flask[async]==1.0"),
        ('flask=1.0; python_version<"3.9"', 'flask==1.0; python_version<"3.9"'),
    ],
)
def test_a_slip_of_the_keyboard_is_recognized(typed: str, write: str) -> None:
    assert meant.meant(typed) == write
    assert meant.hints(typed) == (f"Write: {write}",)


@pytest.mark.parametrize(
    "text",
    [
        "flask",
        "flask==1.0",
        "flask>=1,<2",
        "",
        "=1.0",
        "flask==",
        "flask[async",
        "a=b",
        "./flask",
        "numpy 1.2 3",
    ],
)
def test_what_is_right_or_not_clear_is_not_changed(text: str) -> None:
    assert meant.meant(text) == ""
    assert meant.hints(text) == ()


@pytest.mark.parametrize("text", ["flask requests", "flask, requests==2.0", "flask;requests"])
def test_several_packages_belong_into_a_file(text: str) -> None:
    assert meant.hints(text) == ("Write one package on each line of a requirements file.",)


@given(st.text("flask=<>!~:@;,[] .-1x*v", max_size=20))
def test_what_is_proposed_can_be_read(text: str) -> None:
    found = meant.meant(text)
    assert found != text or not text
    if found:
        Requirement(found)
