"""The rows of upstream.toml: one for each line of releases, and what the archives said."""

from __future__ import annotations

import re

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard import knowledge
from wizard.advice.support import MOVING_VERSIONS, SYSTEM_NAMES, Upstream, load

ROWS = load()
MACHINES = {"x86_64", "aarch64", "arm64", "armv7l", "ppc64le", "win-amd64", "win32"}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.release)


def row(major: int) -> Upstream:
    (found,) = (each for each in ROWS if Version(each.release).major == major)
    return found


def systems(major: int, name: str) -> dict[str, tuple[str, ...]]:
    """The versions of one kind of system that are tested, for each machine."""
    found: dict[str, tuple[str, ...]] = {}
    for each in row(major).systems:
        for machine in each.machines if each.id == name else ():
            found[machine] = (*found.get(machine, ()), *each.versions)
    return found


def test_every_line_of_releases_has_its_row_newest_first() -> None:
    majors = [Version(each.release).major for each in ROWS]
    assert majors == [*range(50, 34, -1), 3]
    lines = knowledge.load().releases
    assert {Version(each.last).major for each in lines} == set(majors)


@each_row
def test_the_release_that_was_read_exists(row: Upstream) -> None:
    assert knowledge.load().knows(row.release)
    assert row.source == f"docs/installation.rst of cryptography {row.release}"


@each_row
def test_its_pythons_are_those_that_the_release_takes(row: Upstream) -> None:
    takes = SpecifierSet(knowledge.load().release(row.release).python)
    assert takes.contains(f"{row.python}.9")
    assert takes.contains(f"{row.newest_python}.0")
    older = f"3.{int(row.python.split('.')[1]) - 1}.9"
    assert not takes.contains(older)


@each_row
def test_words_are_among_the_allowed(row: Upstream) -> None:
    names = {each.id for each in row.systems}
    assert (
        {"alpine", "debian", "fedora", "macos", "ubuntu", "windows"} <= names <= SYSTEM_NAMES.keys()
    )
    for each in row.systems:
        assert each.machines
        assert set(each.machines) <= MACHINES
        assert each.versions
        for version in each.versions:
            assert version in MOVING_VERSIONS or re.fullmatch(r"\d+(\.\d+)?", version)
    assert set(row.others) <= {"BoringSSL", "AWS-LC", "LibreSSL"}
    assert row.pypy.startswith("PyPy3")
    assert row.pypy_python == ("3.11" if Version(row.release).major >= 46 else "")


@each_row
def test_every_tested_openssl_is_one_that_a_build_takes(row: Upstream) -> None:
    release = knowledge.load().release(row.release)
    assert row.openssl
    if Version(row.release).major > 3:
        assert all(release.supports_openssl(f"{version}.0") for version in row.openssl[1:])


def test_what_left_and_what_came() -> None:
    assert systems(50, "windows") == {"win-amd64": ("2025",)}
    assert systems(48, "windows") == {"win-amd64": ("2022",), "win32": ("2022",)}
    assert systems(50, "macos") == {"arm64": ("26",)}
    assert systems(48, "macos") == {"x86_64": ("15",), "arm64": ("15",)}
    assert systems(36, "macos") == {"x86_64": ("10.15",)}
    assert systems(46, "rhel") == {"x86_64": ("8",)}
    assert systems(47, "rhel") == {}
    assert systems(47, "debian") == {"x86_64": ("12", "13", "unstable")}
    assert systems(46, "debian") == {"x86_64": ("11", "12", "13", "unstable")}
    assert systems(3, "debian") == {"x86_64": ("9", "10", "11", "unstable")}
    assert systems(3, "centos") == {"x86_64": ("8",), "aarch64": ("8",)}
    assert systems(43, "ubuntu")["aarch64"] == ("rolling",)
    assert systems(42, "ubuntu")["aarch64"] == ("22.04",)
    assert row(3).openssl == ("1.1.0", "1.1.1")
    assert row(45).others == ("BoringSSL", "AWS-LC", "LibreSSL")
    assert row(44).others == ("BoringSSL", "LibreSSL")
    assert row(35).others == ()
