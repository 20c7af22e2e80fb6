"""The rows of releases.toml: whole, in order, and each fact with its source."""

from __future__ import annotations

import datetime
import re

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wizard.knowledge import load
from wizard.tables import Platform, Release
from wizard.versions import openssl_order

RELEASES = load().releases
PLATFORMS = load().platforms
NOT_FACTS = {"line", "sources"}

each_release = pytest.mark.parametrize("row", RELEASES, ids=lambda row: row.line)
each_platform = pytest.mark.parametrize("row", PLATFORMS, ids=lambda row: row.name)


def test_every_line_from_3_4_to_50_is_there_newest_first() -> None:
    lines = [row.line for row in RELEASES]
    numbers = [str(n) for n in range(50, 34, -1)]
    numbers.insert(numbers.index("46") + 1, "46.0.0")
    assert lines == [*numbers, "3.4.5", "3.4"]
    assert {row.name for row in RELEASES} == {*(str(n) for n in range(50, 34, -1)), "3.4"}


def test_versions_and_dates_fall_from_row_to_row() -> None:
    for newer, older in zip(RELEASES, RELEASES[1:]):
        assert Version(newer.first) > Version(older.last)
        assert newer.date > older.date


@each_release
def test_versions_parse(row: Release) -> None:
    assert Version(row.first) <= Version(row.last)
    assert Version(row.first).release[:2] == Version(row.last).release[:2]
    Version(row.msrv)
    assert SpecifierSet(row.python).contains("3.12")
    datetime.date.fromisoformat(row.date)
    assert openssl_order(row.openssl) >= (1, 1, 0, "")
    if row.newest_python:
        assert re.fullmatch(r"3\.\d+", row.newest_python)
    for constraint in row.constraints:
        Requirement(constraint)


@each_release
def test_words_are_among_the_allowed(row: Release) -> None:
    assert row.rust in {"required", "optional"}
    assert row.build_backend in {"setuptools", "maturin"}
    assert row.linking in {"flags", "openssl-sys"}
    assert row.lock in {0, 3, 4}


@each_release
def test_withdrawn_and_absent_versions_belong_to_their_row(row: Release) -> None:
    assert set(row.yanked) <= set(row.versions)
    for version in row.absent:
        assert version not in row.versions
        assert Version(row.first) < Version(version) < Version(row.last)


@each_release
def test_each_fact_has_its_source(row: Release) -> None:
    stated = {name for name, value in vars(row).items() if value}
    sources = dict(row.sources)
    assert set(sources) == stated - NOT_FACTS
    assert all(sources.values())


@each_release
def test_only_the_newest_line_has_no_caveat(row: Release) -> None:
    for version in row.versions:
        assert bool(load().caveat(version, bundled=False)) == (row.line != "50")


def test_each_flaw_is_fixed_in_a_known_release_and_has_its_source() -> None:
    flaws = load().flaws
    assert [flaw.fixed for flaw in flaws] == ["50.0.0", "46.0.7", "48.0.1"]
    assert all(load().knows(flaw.fixed) and flaw.source and flaw.text for flaw in flaws)


def test_the_facts_that_the_planner_turns_on() -> None:
    by_line = {row.line: row for row in RELEASES}
    assert (by_line["3.4"].msrv, by_line["3.4.5"].msrv) == ("1.45", "1.41.0")
    assert [row.line for row in RELEASES if row.rust == "optional"] == ["3.4.5", "3.4"]
    assert by_line["42"].build_backend == "setuptools"
    assert by_line["43"].build_backend == "maturin"
    assert by_line["39"].linking == "flags"
    assert by_line["40"].linking == "openssl-sys"
    assert by_line["46"].lock == 3
    assert by_line["47"].lock == 4
    assert [v for row in RELEASES for v in row.yanked] == ["45.0.0", "38.0.2", "37.0.3"]
    assert {row.line for row in RELEASES if row.newest_python} == {"42", "45"}


def test_maturin_never_downloads_rust_and_setuptools_is_held_back() -> None:
    for row in RELEASES:
        maturin = row.build_backend == "maturin"
        assert (("MATURIN_NO_INSTALL_RUST", "1") in row.build_env) == maturin
        assert ("setuptools<81" in row.constraints) != maturin


@each_platform
def test_platform_rows_are_whole(row: Platform) -> None:
    assert row.name
    assert row.tags
    assert row.source
    assert bool(row.first) == bool(row.last)
    if row.first:
        assert Version(row.first) <= Version(row.last)
    if row.pip:
        Version(row.pip)


@pytest.mark.parametrize(
    ("name", "last"),
    [
        ("macOS on Intel and Apple silicon in one wheel", "48.0.1"),
        ("Windows, 32-bit", "48.0.1"),
        ("Windows on ARM", "46.0.3"),
        ("Linux on 32-bit x86, glibc 2.5 or later", "2.6.1"),
        ("Linux on IBM Z (s390x)", ""),
    ],
)
def test_platforms_that_lost_their_wheels(name: str, last: str) -> None:
    assert [row.last for row in PLATFORMS if row.name == name] == [last]


def test_platform_names_are_unique() -> None:
    names = [row.name for row in PLATFORMS]
    assert len(names) == len(set(names))


def test_each_removal_names_a_release_and_computers_that_the_wizard_also_names() -> None:
    removals = load().removals
    assert {removal.computers for removal in removals} == {"Intel Macs", "32-bit Windows"}
    for removal in removals:
        assert load().knows(removal.release)
        assert removal.source
        (row,) = (
            p
            for p in PLATFORMS
            if "was the last release with wheels for" in p.note and removal.computers in p.note
        )
        assert Version(row.last) < Version(removal.release)
