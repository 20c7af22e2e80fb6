"""Which row applies to a version, and the error if none does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from wizard import knowledge
from wizard.errors import BadRequest
from wizard.knowledge import load
from wizard.tables import Release
from wizard.versions import openssl_order

KNOWN = [version for row in load().releases for version in row.versions]


@pytest.mark.parametrize("version", KNOWN)
def test_every_known_version_has_its_row(version: str) -> None:
    row = load().release(version)
    assert Version(row.first) <= Version(version) <= Version(row.last)
    assert load().knows(version)


@pytest.mark.parametrize(
    ("version", "line"),
    [("3.4", "3.4"), ("3.4.0", "3.4"), ("3.4.4", "3.4"), ("3.4.5", "3.4.5"), ("v50.0.2", "50")],
)
def test_spellings_of_a_version(version: str, line: str) -> None:
    assert load().release(version).line == line


@pytest.mark.parametrize(
    ("version", "what", "near"),
    [
        ("3.3.2", "older than 3.4", ["3.4"]),
        ("51.0.0", "newer than 50.0.2", ["50.0.2"]),
        ("42.0.9", "cryptography 42.0.9 does not exist", ["42.0.8", "43.0.0"]),
        ("43.0.2", "cryptography 43.0.2 does not exist", ["43.0.1", "43.0.3"]),
        ("44.0.9", "cryptography 44.0.9 does not exist", ["44.0.3", "45.0.1"]),
        ("5.0", "cryptography 5.0 does not exist", ["3.4.8", "35.0.0"]),
        ("50.0.0rc1", "cryptography 50.0.0rc1 does not exist", ["49.0.0", "50.0.0"]),
    ],
)
def test_versions_that_do_not_exist_name_the_nearest(
    version: str, what: str, near: list[str]
) -> None:
    with pytest.raises(BadRequest) as caught:
        load().release(version)
    assert what in caught.value.what
    for name in near:
        assert name in caught.value.hints[0]


@pytest.mark.parametrize("text", ["", "latest", "50..2", "50.0.2; rm -rf"])
def test_text_that_is_no_version(text: str) -> None:
    with pytest.raises(BadRequest) as caught:
        load().release(text)
    assert repr(text) in caught.value.what
    assert "50.0.2" in caught.value.hints[0]


@pytest.mark.parametrize(
    ("version", "line"), [("51.0.0", "50"), ("50.0.3", "50"), ("46.0.8", "46"), ("3.4.9", "3.4.5")]
)
def test_a_listed_version_takes_the_row_before_it(version: str, line: str) -> None:
    assert load().release(version, listed=True).line == line
    assert not load().knows(version)


def test_a_listed_version_before_the_first_has_no_row() -> None:
    with pytest.raises(BadRequest, match=r"older than 3\.4"):
        load().release("3.3.2", listed=True)


@given(st.tuples(*[st.integers(0, 60)] * 3))
def test_a_release_is_found_or_refused_but_never_wrong(numbers: tuple[int, int, int]) -> None:
    version = ".".join(map(str, numbers))
    known = any(Version(v) == Version(version) for v in KNOWN)
    if known:
        assert Version(load().release(version).first) <= Version(version)
    else:
        with pytest.raises(BadRequest):
            load().release(version)


def test_the_row_of_42_needs_a_variable_for_newer_pythons_only() -> None:
    row = load().release("42.0.8")
    forward = ("PYO3_USE_ABI3_FORWARD_COMPATIBILITY", "1")
    assert forward in row.env_for("3.13.1")
    assert forward not in row.env_for("3.12")
    assert load().release("50.0.2").env_for("3.13") == (("MATURIN_NO_INSTALL_RUST", "1"),)


@pytest.mark.parametrize(
    ("release", "openssl", "taken"),
    [
        ("50.0.2", "3.0.0", True),
        ("50.0.2", "1.1.1w", False),
        ("50.0.2", "4.0.1", True),
        ("46.0.7", "4.0.0", False),
        ("46.0.7", "1.1.1d", False),
        ("46.0.7", "1.1.1n-0+deb10u6", True),
        ("39.0.2", "1.1.1", True),
        ("3.4.8", "3.0.17-1~deb12u2", False),
        ("3.4.8", "1:1.1.1k-9.el8", True),
    ],
)
def test_which_openssl_a_release_takes(release: str, openssl: str, taken: bool) -> None:
    assert load().release(release).supports_openssl(openssl) is taken


def test_openssl_versions_are_ordered() -> None:
    shuffled = ["3.5", "1.1.1", "4.0.0", "1.1.1w", "3.0.17", "1.0.2u", "3.0.0", "1.1.1d", "1.1.0"]
    assert sorted(shuffled, key=openssl_order) == [
        *("1.0.2u", "1.1.0", "1.1.1", "1.1.1d", "1.1.1w", "3.0.0", "3.0.17", "3.5", "4.0.0")
    ]


def test_text_without_an_openssl_version() -> None:
    with pytest.raises(BadRequest, match="LibreSSL"):
        openssl_order("LibreSSL")


def test_managers_without_a_row_have_no_packages() -> None:
    assert load().packages_of("pacman") is None


def test_the_assets_are_read_once() -> None:
    assert load() is load()


def test_an_unknown_or_missing_key_in_an_asset_is_named() -> None:
    with pytest.raises(ValueError, match=r"'colour'.*'msrv'"):
        knowledge.read_row(Release, {"line": "50", "colour": "red"})


def test_what_is_compiled_has_not_the_wheels_openssl() -> None:
    known = load()
    wheel = known.caveat("46.0.7", bundled=True)
    assert "The wheels before 48.0.1 contain" in wheel
    compiled = known.caveat("46.0.7", bundled=False)
    assert "The wheels" not in compiled
    assert "PKCS#7" in compiled
    assert wheel.startswith(compiled)


@pytest.mark.parametrize(
    ("version", "flaws"),
    [
        ("50.0.2", ()),
        ("50.0.0", ()),
        ("51.0.0", ()),
        ("49.0.0", ("before 50.0.0",)),
        ("48.0.1", ("before 50.0.0",)),
        ("48.0.0", ("before 50.0.0", "wheels before 48.0.1")),
        ("46.0.7", ("before 50.0.0", "wheels before 48.0.1")),
        ("46.0.6", ("before 50.0.0", "CVE-2026-39892", "wheels before 48.0.1")),
        ("3.4.8", ("before 50.0.0", "CVE-2026-39892", "wheels before 48.0.1")),
    ],
)
def test_a_caveat_is_true_of_its_release(version: str, flaws: tuple[str, ...]) -> None:
    said = load().caveat(version, bundled=True)
    every = ("before 50.0.0", "CVE-2026-39892", "wheels before 48.0.1")
    assert tuple(words for words in every if words in said) == flaws
    assert bool(said) == bool(flaws)
