"""The rows of openssl.toml: whole, newest first, and each fact with its source."""

from __future__ import annotations

import datetime
import re
from dataclasses import MISSING, fields, replace
from urllib.parse import urlsplit

import pytest

from wizard.knowledge import load, read_row
from wizard.openssl_archive import documented_address
from wizard.table_source import read_asset
from wizard.tables import OpenSSLSeries, OpenSSLSource
from wizard.versions import openssl_order, openssl_series_name

OPENSSLS = load().openssls
RELEASES = load().releases

each = pytest.mark.parametrize("row", OPENSSLS, ids=lambda row: row.version)


def test_they_are_newest_first_and_none_is_there_twice() -> None:
    versions = [openssl_order(row.version) for row in OPENSSLS]
    assert versions == sorted(set(versions), reverse=True)
    assert len({row.sha256 for row in OPENSSLS}) == len(OPENSSLS)


@each
def test_the_archive_is_the_projects_own_and_named_after_the_version(row: OpenSSLSource) -> None:
    assert row.url == documented_address(row.version)
    address = urlsplit(row.url)
    assert (address.scheme, address.netloc) == ("https", "github.com")
    old = f"OpenSSL_{row.version.replace('.', '_')}"
    tag = f"openssl-{row.version}" if openssl_order(row.version) >= (3, 0, 0, "") else old
    folder = "/openssl/openssl/releases/download"
    assert address.path == f"{folder}/{tag}/openssl-{row.version}.tar.gz"


@each
def test_the_sum_is_one_and_says_who_signed_it(row: OpenSSLSource) -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", row.sha256)
    assert re.fullmatch(r"[0-9A-F]{40}", row.signer)
    told = dict(row.sources)
    assert re.fullmatch(rf".*openssl {re.escape(row.version)}-.*", told["sha256"])
    assert told["signer"].startswith(told["sha256"]) or "not verified here" in told["signer"]


@each
def test_the_end_of_support_is_a_day_and_the_same_for_the_whole_branch(row: OpenSSLSource) -> None:
    ends = datetime.date.fromisoformat(row.ends)
    assert datetime.date(2023, 9, 11) <= ends
    same = [o for o in OPENSSLS if openssl_order(o.version)[:2] == openssl_order(row.version)[:2]]
    assert {other.ends for other in same} == {row.ends}


@each
def test_only_what_its_config_knows(row: OpenSSLSource) -> None:
    """Others end with "Unsupported options" at these."""
    since = {
        "no-atexit": (3, 0, 14, ""),
        **dict.fromkeys(("no-apps", "no-docs", "no-quic", "no-sm2-precomp"), (3, 2, 0, "")),
    }
    order = openssl_order(row.version)
    assert row.known == tuple(option for option, first in since.items() if order >= first)


@each
def test_the_files_to_compile_are_counted(row: OpenSSLSource) -> None:
    assert 500 < row.static < 3000
    assert row.shared == 0 or 500 < row.shared < 3000


@each
def test_each_fact_has_its_source(row: OpenSSLSource) -> None:
    facts = {field.name for field in fields(row)} - {"sources"}
    assert dict(row.sources).keys() | ({"shared"} if not row.shared else set()) == facts
    assert all(text.strip() == text and text for _, text in row.sources)


def test_every_release_can_be_built_with_one_of_them() -> None:
    for release in RELEASES:
        assert any(release.supports_openssl(row.version) for row in OPENSSLS), release.line


@pytest.mark.parametrize("series", load().series, ids=lambda series: series.name)
def test_a_series_is_whole_and_agrees_with_its_versions(series: OpenSSLSeries) -> None:
    first, last = openssl_order(series.first), openssl_order(series.last)
    assert first <= last
    names = {openssl_series_name(version) for version in (series.first, series.last)}
    assert names == {series.name}
    for version in series.withdrew:
        assert first < openssl_order(version) < last
    rows = [row for row in OPENSSLS if openssl_series_name(row.version) == series.name]
    for row in rows:
        assert first <= openssl_order(row.version) <= last
        assert row.ends == series.ends
        assert set(series.known) <= set(row.known)
    assert not rows or rows[0].version == series.last
    stated = {name for name, value in vars(series).items() if value} - {"sources"}
    assert dict(series.sources).keys() == stated
    assert all(dict(series.sources).values())


def test_the_series_are_newest_first_and_every_version_belongs_to_one() -> None:
    orders = [openssl_order(series.last) for series in load().series]
    assert orders == sorted(set(orders), reverse=True)
    assert all(load().openssl_series(row.version) for row in OPENSSLS)
    named = ("3.5.4", "1.1.1w", "1:3.0.2-1", "5.0.0")
    assert [openssl_series_name(version) for version in named] == ["3.5", "1.1.1", "3.0", "5.0"]
    assert load().openssl_series("1.0.2u") is None


def test_a_row_with_another_key_or_without_one_is_refused() -> None:
    table = read_asset("openssl.toml")["openssl"][0]
    assert read_row(OpenSSLSource, table) == OPENSSLS[0]
    with pytest.raises(ValueError, match=r"unknown keys \['sha265'\]"):
        read_row(OpenSSLSource, {**table, "sha265": "0"})
    for field in fields(OpenSSLSource):
        less = {key: value for key, value in table.items() if key != field.name}
        if field.default is MISSING:
            with pytest.raises(ValueError, match=rf"lacks \['{field.name}'\]"):
                read_row(OpenSSLSource, less)
        else:
            default = replace(OPENSSLS[0], **{field.name: field.default})
            assert read_row(OpenSSLSource, less) == default
