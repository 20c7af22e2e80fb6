"""The rows of packages.toml."""

from __future__ import annotations

import pytest

from wizard.knowledge import load
from wizard.tables import Packages

PACKAGES = load().packages

each_manager = pytest.mark.parametrize("row", PACKAGES, ids=lambda row: row.manager)


def test_every_manager_is_there_once() -> None:
    names = [row.manager for row in PACKAGES]
    assert names == ["apt", "dnf", "yum", "apk", "homebrew", "macports"]


@each_manager
def test_each_row_has_a_source(row: Packages) -> None:
    assert row.source
    assert all(rust.source for rust in row.rust)


@each_manager
def test_names_are_names(row: Packages) -> None:
    names = [*row.build, *(way.package for way in row.openssl)]
    templates: tuple[str, ...] = (*row.python_headers, row.venv)
    names += [name.format(minor="3.11", digits="311") for name in templates if name]
    names += [name for rust in row.rust for name in rust.packages]
    for name in names:
        assert name == name.strip()
        assert name
        assert not set(name) & set(" {}:/")


@each_manager
def test_rust_has_a_version_and_perhaps_a_folder(row: Packages) -> None:
    for rust in row.rust:
        assert rust.version_of in rust.packages
        assert rust.bin == "" or rust.bin.startswith("/")


@each_manager
def test_the_compiler_is_one_of_the_packages_of_a_build(row: Packages) -> None:
    assert bool(row.compiler) == bool(row.build)
    assert row.compiler in (*row.build, "")


def test_apt_has_all_that_was_measured() -> None:
    apt = load().packages_of("apt")
    assert apt is not None
    assert set(apt.build) == {"build-essential", "pkg-config"}
    assert apt.libffi == "libffi-dev"
    assert apt.openssl[0].package == "libssl-dev"
    assert apt.python_headers == ("python{minor}-dev",)
    assert apt.venv == "python{minor}-venv"
    assert [rust.packages for rust in apt.rust[:2]] == [
        ("cargo", "rustc"),
        ("cargo-web", "rustc-web"),
    ]


def test_the_template_of_versioned_rust_is_filled_in() -> None:
    apt = load().packages_of("apt")
    assert apt is not None
    versioned = [rust for rust in apt.rust if rust.bin]
    assert versioned[0].packages == ("cargo-1.74", "rustc-1.74")
    assert versioned[0].version_of == "rustc-1.74"
    assert [rust.bin for rust in versioned] == [
        f"/usr/lib/rust-1.{minor}/bin" for minor in range(74, 111)
    ]


def test_macports_names_cargo_beside_rust() -> None:
    macports = load().packages_of("macports")
    assert macports is not None
    assert "cargo" in macports.rust[0].packages
