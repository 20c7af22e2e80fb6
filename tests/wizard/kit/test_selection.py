"""What a kit contains: the newest release of each target, and why not a newer one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wizard.kit.kits import FolderIndex, request, wheel
from wizard import knowledge
from wizard.errors import BadRequest, Impossible
from wizard.kit import selection
from wizard.kit.selection import Selection
from wizard.proof.kit_manifest import Order


def select(tmp_path: Path, asked: Order) -> Selection:
    return selection.select(asked, FolderIndex(tmp_path / "index"), knowledge.load())


def test_each_target_gets_the_newest_release_that_it_has(tmp_path: Path) -> None:
    found = select(tmp_path, request())
    assert found.newest == "50.0.2"
    got = {each.target.name: each for each in found.chosen}
    assert {name: each.release for name, each in got.items()} == {
        "linux-x86_64-3.12": "50.0.2",
        "windows-amd64-3.12": "50.0.2",
        "macos-x86_64-3.12": "48.0.1",
    }
    assert got["linux-x86_64-3.12"].caveat == ""
    assert "48.0.1 was the last release with wheels for Intel Macs" in (
        got["macos-x86_64-3.12"].caveat
    )
    assert got["macos-x86_64-3.12"].oldest == "10.13"
    assert got["linux-x86_64-3.12"].oldest == "2.17"
    assert "pip" in {wheel.name for wheel in found.wheels}
    assert len({wheel.file for wheel in found.wheels}) == len(found.wheels)


def test_a_target_without_anything_is_named(tmp_path: Path) -> None:
    found = select(tmp_path, request("windows-amd64", "3.9,3.12"))
    assert [each.target.python for each in found.chosen] == ["3.12"]
    assert [(each.target.python, each.why) for each in found.missing] == [
        ("3.9", "cryptography has no wheel for it.")
    ]


def test_a_kind_of_computer_without_anything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Impossible, match="Nothing was found for Windows on ARM") as caught:
        select(tmp_path, request("linux-x86_64,windows-arm64"))
    assert "--for" in caught.value.hints[0]
    with pytest.raises(Impossible, match="Nothing was found for Linux on x86_64") as caught:
        select(tmp_path, request("linux-x86_64", glibc="2.5"))
    assert "name a newer --glibc" in caught.value.hints[1]


def test_a_release_can_be_asked_for(tmp_path: Path) -> None:
    found = select(tmp_path, request("macos-x86_64", release="48.0.1"))
    assert (found.newest, found.chosen[0].caveat) == ("48.0.1", "")
    with pytest.raises(BadRequest, match=r"no wheel of cryptography 49\.0\.0"):
        select(tmp_path, request(release="49.0.0"))


def test_what_else_the_workshop_needs_is_resolved_too(tmp_path: Path) -> None:
    found = select(tmp_path, request("linux-x86_64", requirements=("typing-extensions",)))
    names = {wheel.name for wheel in found.chosen[0].wheels}
    assert names == {"cryptography", "cffi", "pycparser", "pip", "typing-extensions"}


def test_sizes() -> None:
    assert selection.total(()) == (0, 0)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ({"requirements": ("nosuchpkg",)}, "nosuchpkg has no wheel for it."),
        ({"requirements": ("pycparser>4",)}, "pycparser"),
        ({"requirements": ("cffi",), "constraints": ("cffi<1",)}, "cffi"),
    ],
)
def test_a_mistake_in_the_requirements_is_not_one_of_the_targets(
    lines: dict[str, tuple[str, ...]], told: str, tmp_path: Path
) -> None:
    with pytest.raises(Impossible, match="--requirements names cannot be installed") as caught:
        select(tmp_path, request("linux-x86_64", "3.12", **lines))
    assert told in caught.value.why
    assert caught.value.hints == (
        "Check the names and the versions in that file: each needs a wheel.",
    )


def test_requirements_that_only_one_kind_of_computer_lacks(tmp_path: Path) -> None:
    index = FolderIndex(tmp_path / "index")
    wheel(index.folder, "tool-1.0-py3-none-manylinux_2_17_x86_64.whl")
    asked = request("linux-x86_64,windows-amd64", requirements=("tool",))
    with pytest.raises(Impossible, match="64-bit Windows") as caught:
        selection.select(asked, index, knowledge.load())
    assert caught.value.hints[-1] == "Or leave windows-amd64 out of --for."
