"""What a target gets: the oldest systems, the markers, what contradicts itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from packaging.requirements import Requirement

from wizard.kit import resolving
from wizard.kit.platforms import PLATFORMS, Target
from wizard.kit.resolving import Unresolved, Wheel, resolve, wheel_of


class Shelf:
    """An index in memory: file names, each with what it requires."""

    def __init__(self, files: dict[str, Sequence[str]], pythons: dict[str, str] | None = None):
        self.files = files
        self.pythons = pythons or {}

    def wheels(self, name: str) -> Sequence[Wheel]:
        found = (wheel_of(f, requires_python=self.pythons.get(f, "")) for f in self.files)
        return [wheel for wheel in found if wheel is not None and wheel.name == name]

    def requires(self, wheel: Wheel) -> Sequence[str]:
        return self.files[wheel.file]


LINUX = Target(PLATFORMS["linux-x86_64"], "3.12")
WINDOWS = Target(PLATFORMS["windows-amd64"], "3.12")


def got(
    shelf: Shelf, *wanted: str, target: Target = LINUX, glibc: str = "", limits: Sequence[str] = ()
) -> list[str]:
    found = resolve(
        map(Requirement, wanted), target, shelf, glibc=glibc, constraints=map(Requirement, limits)
    )
    return [wheel.file for wheel in found]


def test_the_wheel_for_the_oldest_system_is_chosen() -> None:
    shelf = Shelf(
        {
            "a-1-cp39-abi3-manylinux_2_34_x86_64.whl": (),
            "a-1-cp39-abi3-manylinux_2_28_x86_64.whl": (),
            "a-1-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl": (),
            "a-1-cp311-abi3-manylinux_2_28_x86_64.whl": (),
            "a-1-py3-none-any.whl": (),
        }
    )
    assert got(shelf, "a") == ["a-1-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"]
    assert got(shelf, "a", target=WINDOWS) == ["a-1-py3-none-any.whl"]


def test_an_old_system_gets_an_older_release() -> None:
    shelf = Shelf(
        {
            "a-2-cp39-abi3-manylinux_2_28_x86_64.whl": (),
            "a-1-cp39-abi3-manylinux_2_17_x86_64.whl": (),
        }
    )
    assert got(shelf, "a")[0].startswith("a-2")
    assert got(shelf, "a", glibc="2.17")[0].startswith("a-1")


def test_markers_are_evaluated_for_the_target() -> None:
    shelf = Shelf(
        {
            "a-1-py3-none-any.whl": (
                "colorama ; sys_platform == 'win32'",
                "old ; python_version < '3.12'",
                "extra ; extra == 'more'",
            ),
            "colorama-1-py3-none-any.whl": (),
            "old-1-py3-none-any.whl": (),
            "extra-1-py3-none-any.whl": (),
        }
    )
    assert got(shelf, "a") == ["a-1-py3-none-any.whl"]
    assert got(shelf, "a", target=WINDOWS) == [
        "a-1-py3-none-any.whl",
        "colorama-1-py3-none-any.whl",
    ]
    old = Target(PLATFORMS["linux-x86_64"], "3.11")
    assert got(shelf, "a", target=old) == ["a-1-py3-none-any.whl", "old-1-py3-none-any.whl"]
    assert got(shelf, "a[more]") == ["a-1-py3-none-any.whl", "extra-1-py3-none-any.whl"]
    assert got(shelf, "a", "old ; sys_platform == 'darwin'") == ["a-1-py3-none-any.whl"]


def test_versions_that_fit_together_are_found() -> None:
    shelf = Shelf(
        {
            "a-2-py3-none-any.whl": ("b>=2",),
            "a-1-py3-none-any.whl": ("b",),
            "b-2-cp39-abi3-win_amd64.whl": (),
            "b-1-py3-none-any.whl": (),
        }
    )
    assert got(shelf, "a", target=WINDOWS) == [
        "a-2-py3-none-any.whl",
        "b-2-cp39-abi3-win_amd64.whl",
    ]
    assert got(shelf, "a") == ["a-1-py3-none-any.whl", "b-1-py3-none-any.whl"]
    assert got(shelf, "a", target=WINDOWS, limits=["b<2", "c>5"]) == [
        "a-1-py3-none-any.whl",
        "b-1-py3-none-any.whl",
    ]


def test_a_release_before_a_release_is_only_taken_if_it_must_be() -> None:
    shelf = Shelf({"a-2rc1-py3-none-any.whl": (), "a-1-py3-none-any.whl": ()})
    assert got(shelf, "a") == ["a-1-py3-none-any.whl"]
    assert got(shelf, "a>=2rc1") == ["a-2rc1-py3-none-any.whl"]
    assert got(Shelf({"a-2rc1-py3-none-any.whl": ()}), "a") == ["a-2rc1-py3-none-any.whl"]


def test_what_is_for_other_pythons_is_left_out() -> None:
    files: dict[str, Sequence[str]] = {"a-2-py3-none-any.whl": (), "a-1-py3-none-any.whl": ()}
    shelf = Shelf(files, {"a-2-py3-none-any.whl": ">=3.13", "a-1-py3-none-any.whl": "!=3.12.0"})
    assert got(shelf, "a") == ["a-1-py3-none-any.whl"]


def test_why_nothing_was_found_is_said() -> None:
    shelf = Shelf(
        {
            "a-1-py3-none-any.whl": ("b>=2",),
            "b-2-cp39-abi3-win_amd64.whl": (),
            "c-1-py3-none-any.whl": ("d<2",),
            "d-1-py3-none-any.whl": (),
            "d-2-py3-none-any.whl": (),
        }
    )
    with pytest.raises(Unresolved, match=r"^b has no wheel for it\.$"):
        got(shelf, "a")
    with pytest.raises(Unresolved, match=r"^nothing has no wheel for it\.$"):
        got(shelf, "nothing")
    with pytest.raises(Unresolved, match=r"These do not fit together.*d<2 \(for c 1\) and d>=2"):
        got(shelf, "c", "d>=2")


def test_the_oldest_system_of_several_wheels() -> None:
    mac = Target(PLATFORMS["macos-x86_64"], "3.12")

    def floor(target: Target, *files: str) -> str:
        return resolving.floor([w for w in map(wheel_of, files) if w is not None], target)

    assert floor(mac, "a-1-cp312-cp312-macosx_10_13_x86_64.whl", "b-1-py3-none-any.whl") == "10.13"
    assert floor(mac, "a-1-cp39-abi3-macosx_10_9_universal2.whl") == "10.9"
    assert floor(LINUX, "a-1-cp39-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl") == "2.17"
    assert floor(WINDOWS, "a-1-cp39-abi3-win_amd64.whl") == ""


@pytest.mark.parametrize("name", ["a.whl", "a-1.tar.gz", "../a-1-py3-none-any.exe", ""])
def test_other_files_are_no_wheels(name: str) -> None:
    assert wheel_of(name) is None
