"""The rows of pythons.toml: in order, and each fact with its source."""

from __future__ import annotations

import re

import pytest
from packaging.version import Version

from wizard.knowledge import load
from wizard.tables import Pythons

ROWS = load().pythons
NOT_FACTS = {"first", "sources"}

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.first)


def test_rows_are_newest_first_and_serve_every_release() -> None:
    firsts = [Version(row.first) for row in ROWS]
    assert firsts == sorted(firsts, reverse=True)
    assert len(set(firsts)) == len(firsts)
    for release_row in load().releases:
        assert all(load().pythons_of(version) for version in release_row.versions)


@each_row
def test_first_is_a_release(row: Pythons) -> None:
    assert load().knows(row.first)


@each_row
def test_limits_are_pairs_of_minor_versions(row: Pythons) -> None:
    for limits in (row.free_threaded, row.pypy, row.graalpy):
        assert len(limits) in (0, 2)
        for minor in filter(None, limits):
            assert re.fullmatch(r"3\.\d+", minor)
        if limits and all(limits):
            oldest, newest = (Version(minor) for minor in limits)
            assert oldest <= newest


@each_row
def test_each_fact_has_its_source_also_that_a_kind_is_refused(row: Pythons) -> None:
    sources = dict(row.sources)
    refused = {name for name in ("free_threaded", "pypy", "graalpy") if not getattr(row, name)}
    stated = {name for name, value in vars(row).items() if value} - NOT_FACTS
    assert set(sources) == stated | refused
    assert all(sources.values())


@pytest.mark.parametrize(
    ("release", "free_threaded", "pypy"),
    [
        ("50.0.2", ("3.14", "3.15"), ("3.11", "3.15")),
        ("48.0.1", ("3.14", "3.14"), ("3.11", "3.14")),
        ("46.0.7", ("3.14", "3.14"), ("3.9", "3.14")),
        ("45.0.7", (), ("3.9", "3.11")),
        ("44.0.3", (), ("3.9", "3.11")),
        ("44.0.1", (), ("3.9", "3.10")),
        ("42.0.8", (), ("3.7", "3.10")),
        ("42.0.4", (), ("3.7", "")),
        ("3.4.8", (), ("3.6", "")),
    ],
)
def test_what_the_build_scripts_say(
    release: str, free_threaded: tuple[str, ...], pypy: tuple[str, ...]
) -> None:
    row = load().pythons_of(release)
    assert row is not None
    assert (row.free_threaded, row.pypy) == (free_threaded, pypy)


def test_an_unknown_newer_release_follows_the_newest_row_and_an_older_one_none() -> None:
    assert load().pythons_of("51.0.0") == ROWS[0]
    assert load().pythons_of("3.3.2") is None
