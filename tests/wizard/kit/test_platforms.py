"""The computers that a kit is for, and what is computed for them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wizard.errors import BadRequest
from wizard.kit import platforms
from wizard.kit.platforms import PLATFORMS, Target

EVERY = tuple(Target(platform, "3.12") for platform in PLATFORMS.values())


@pytest.mark.parametrize("target", EVERY, ids=lambda target: target.name)
def test_every_platform_accepts_its_wheels(target: Target) -> None:
    ranks = platforms.ranks(target)
    assert ranks["py3-none-any"] == max(
        rank for tag, rank in ranks.items() if tag.startswith("py3-none-any")
    )
    own = [tag for tag in ranks if tag.startswith("cp312-cp312-")]
    assert own
    assert not any("-linux_" in tag for tag in ranks)
    if target.platform.oldest:
        newest = max(filter(None, map(platforms.floor, ranks)))
        assert newest == tuple(map(int, target.platform.oldest.split(".")))


def test_tags_of_known_computers() -> None:
    def accepts(name: str, tag: str, python: str = "3.12", glibc: str = "") -> bool:
        return tag in platforms.ranks(Target(PLATFORMS[name], python), glibc)

    assert accepts("macos-arm64", "cp39-abi3-macosx_10_12_universal2")
    assert accepts("macos-arm64", "cp39-abi3-macosx_11_0_arm64")
    assert not accepts("macos-arm64", "cp312-cp312-macosx_12_0_arm64")
    assert not accepts("macos-arm64", "cp39-abi3-macosx_10_12_x86_64")
    assert accepts("windows-x86", "cp39-abi3-win32")
    assert not accepts("windows-x86", "cp39-abi3-win_amd64")
    assert accepts("linux-x86_64", "cp39-abi3-manylinux_2_28_x86_64")
    assert not accepts("linux-x86_64", "cp39-abi3-manylinux_2_34_x86_64")
    assert accepts("linux-x86_64", "cp39-abi3-manylinux_2_34_x86_64", glibc="2.34")
    assert not accepts("linux-x86_64", "cp39-abi3-manylinux_2_28_x86_64", glibc="2.17")
    assert accepts("linux-x86_64", "cp39-abi3-manylinux2014_x86_64", glibc="2.17")
    assert accepts("linux-armv7l", "cp39-abi3-manylinux_2_31_armv7l")
    assert accepts("musllinux-x86_64", "cp39-abi3-musllinux_1_2_x86_64", glibc="2.17")
    assert not accepts("musllinux-x86_64", "cp39-abi3-manylinux_2_17_x86_64")
    assert accepts("linux-x86_64", "cp314-cp314t-manylinux_2_28_x86_64", "3.14t")
    assert not accepts("linux-x86_64", "cp39-abi3-manylinux_2_28_x86_64", "3.14t")
    assert not accepts("linux-x86_64", "cp311-abi3-manylinux_2_28_x86_64", "3.9")


def test_markers_are_those_of_the_target() -> None:
    windows = platforms.markers(Target(PLATFORMS["windows-amd64"], "3.10"))
    assert windows["sys_platform"] == "win32"
    assert windows["platform_machine"] == "AMD64"
    assert windows["python_version"] == "3.10"
    mac = platforms.markers(Target(PLATFORMS["macos-arm64"], "3.14t"))
    assert (mac["sys_platform"], mac["platform_machine"]) == ("darwin", "arm64")
    assert mac["python_full_version"].startswith("3.14.")


def test_lists_of_pythons() -> None:
    assert platforms.pythons("3.9-3.11,3.13") == ("3.9", "3.10", "3.11", "3.13")
    assert platforms.pythons("3.14t, 3.9 ,3.14,3.9") == ("3.9", "3.14", "3.14t")
    assert platforms.pythons("3.13t-3.14t") == ("3.13t", "3.14t")
    assert platforms.pythons("") == platforms.pythons(platforms.PYTHONS)


@pytest.mark.parametrize(
    "text",
    [
        "3",
        "2.7",
        "3.7",
        "3.21",
        "3.12-3.9",
        "3.9-",
        "3.9;3.10",
        "3.12t",
        "3.13-3.14t",
        "x",
        "3.9,,",
    ],
)
def test_a_wrong_list_of_pythons_is_named(text: str) -> None:
    with pytest.raises(BadRequest, match="--pythons"):
        platforms.pythons(text)


def test_an_unknown_kind_of_computer_is_named() -> None:
    with pytest.raises(BadRequest, match=r"'macos-arm' \(did you mean macos-arm64\?\)") as caught:
        platforms.platforms("windows-amd64,macos-arm")
    assert "musllinux-x86_64" in caught.value.hints[0]
    assert [each.name for each in platforms.platforms("")] == list(platforms.USUAL)
    assert len(platforms.platforms("linux-x86_64,linux-x86_64")) == 1


def test_ranges_of_pythons() -> None:
    names = ["3.9", "3.10", "3.12", "3.13t", "3.14t"]
    assert platforms.ranges(names) == "3.9 to 3.10, 3.12, 3.13t to 3.14t"
    assert platforms.ranges([]) == ""


@pytest.mark.parametrize("text", ["2", "3.1", "2.17.1", "glibc", "2.a", "2.100"])
def test_a_wrong_glibc_is_named(text: str) -> None:
    with pytest.raises(BadRequest, match="--glibc"):
        platforms.check_glibc(text)


@given(st.text(max_size=20))
def test_any_text_is_a_list_or_refused(text: str) -> None:
    for read in (platforms.platforms, platforms.pythons, platforms.check_glibc):
        refused = None
        try:
            read(text)
        except BadRequest as error:
            refused = error
        assert refused is None or refused.hints


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("linux", "linux-x86_64"),
        ("windows", "windows-amd64"),
        ("mac", "macos-arm64"),
        ("macOS", "macos-arm64"),
        ("macos-arm", "macos-arm64"),
    ],
)
def test_the_name_of_a_system_alone_gets_the_usual_one(typed: str, meant: str) -> None:
    with pytest.raises(BadRequest, match=rf"\(did you mean {meant}\?\)"):
        platforms.platforms(typed)
