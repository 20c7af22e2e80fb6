"""The comparison of the tables with the world finds what differs, and nothing else."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from tests.knowledge import debian, fedora, index
from tests.knowledge.finding import Finding
from tests.machines import listing
from wizard.facts import Listed, Listing
from wizard.knowledge import load
from wizard.needs import wheels

KNOWLEDGE = load()
TABLED = wheels.documented(KNOWLEDGE)


def found(changed: dict[str, Listed | None], *more: Listed) -> list[str]:
    """Compare the tables with themselves, except for some releases."""
    kept = [changed.get(listed.version, listed) for listed in TABLED.releases]
    releases = (*more, *(listed for listed in kept if listed is not None))
    return [str(f) for f in index.compare(KNOWLEDGE, Listing(releases))]


def test_the_tables_agree_with_themselves_and_with_the_recorded_index() -> None:
    assert found({}) == []
    assert [str(f) for f in index.compare(KNOWLEDGE, listing())] == []


def test_what_an_index_may_have_that_the_tables_lack() -> None:
    (new,) = found({}, replace(TABLED.releases[0], version="51.0.0"))
    assert new == "new      releases.toml: 51.0.0 was published."
    (patch,) = found({}, replace(TABLED.releases[0], version="44.0.9"))
    assert patch == "new      releases.toml: 44.0.9 of line 44 is missing."
    assert found({}, replace(TABLED.releases[0], version="51.0.0rc1")) == []


def test_each_wrong_fact_of_a_release_is_found() -> None:
    right = next(listed for listed in TABLED.releases if listed.version == "46.0.7")
    (absent,) = found({"46.0.7": None})
    assert absent == "wrong    releases.toml: 46.0.7 is not on the index."
    (python,) = found({"46.0.7": replace(right, requires_python=">=3.10")})
    assert "46.0.7 is for Python >=3.10, not" in python
    (yanked,) = found({"46.0.7": Listed("46.0.7", yanked="broken")})
    assert yanked == "wrong    releases.toml: 46.0.7 was withdrawn on the index."
    (more,) = found({"46.0.7": replace(right, wheels=(*right.wheels, "cp39-abi3-linux_z80"))})
    assert "46.0.7 has a wheel for linux_z80, which no row says" in more
    less = tuple(tag for tag in right.wheels if "win_amd64" not in tag)
    (gone,) = found({"46.0.7": replace(right, wheels=less)})
    assert "46.0.7 has no wheel for win_amd64, but a row says so" in gone


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({}, []),
        ({"msrv": "1.84"}, ["needs Rust 1.83.0, not 1.84"]),
        ({"lock": 3}, ["has a Cargo.lock of version 4, not 3"]),
        ({"build_backend": "setuptools"}, ["is built by maturin, not setuptools"]),
    ],
)
def test_a_source_archive_is_compared(
    tmp_path: Path, changed: dict[str, object], text: list[str]
) -> None:
    row = replace(KNOWLEDGE.releases[0], last="50.0.2", msrv="1.83.0", lock=4)
    archive = tmp_path / "cryptography-50.0.2.tar.gz"
    with tarfile.open(archive, "w:gz") as written:
        for name, content in (
            ("Cargo.toml", '[workspace.package]\nrust-version = "1.83.0"\n'),
            ("Cargo.lock", "# generated\nversion = 4\n"),
            ("pyproject.toml", '[build-system]\nbuild-backend = "maturin"\n'),
        ):
            entry = tarfile.TarInfo(f"cryptography-50.0.2/{name}")
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content.encode()))
    findings = index.compare_source(replace(row, **changed), archive)  # type: ignore[arg-type]
    assert [f.text for f in findings] == [f"50.0.2 {each}." for each in text]


def sources(*rows: tuple[str, str]) -> str:
    """What ``apt-cache showsrc openssl`` prints of these versions and sums."""
    return "".join(
        f"Package: openssl\nVersion: {version}-1\nChecksums-Sha256:\n"
        f" {digest} 53153930 openssl_{version}.orig.tar.gz\n"
        f" {'f' * 64} 833 openssl_{version}.orig.tar.gz.asc\n\n"
        for version, digest in rows
    )


def test_openssl_is_compared_with_debians_sums() -> None:
    known = KNOWLEDGE.openssls[0]
    assert list(debian.compare_openssl(KNOWLEDGE, sources((known.version, known.sha256)))) == []
    text = sources((known.version, "a" * 64), ("3.5.99", "b" * 64), ("9.0.0", "c" * 64))
    found = list(debian.compare_openssl(KNOWLEDGE, text))
    assert [f.kind for f in found] == ["wrong", "new", "new"]
    assert found[0].text == f"{known.version} has the SHA-256 {'a' * 64} in Debian."
    assert found[1].text.startswith("3.5.99 was published; ")
    assert found[2].text == "9.0.0 was published: a new series."


def test_the_names_of_packages_are_compared() -> None:
    apt = next(row for row in KNOWLEDGE.packages if row.manager == "apt")
    names = {*apt.build, apt.libffi, *apt.cryptography, "python3.11-dev", "python3.11-venv"}
    names |= {"cargo", "rustc", "cargo-web", "rustc-web", "python3.13-dev", "python3-dev"}
    names |= {name for each in apt.openssl for name in (each.package, each.static, each.engine)}
    assert list(debian.compare_names(apt, names)) == []
    lacking = list(debian.compare_names(apt, names - {"libssl-dev", "python3.11-venv"}))
    expected = ["no package of Debian is called python{minor}-venv."]
    expected += ["no package of Debian is called libssl-dev."]
    assert [f.text for f in lacking] == expected
    dnf = next(row for row in KNOWLEDGE.packages if row.manager == "dnf")
    assert list(fedora.compare(dnf, set(fedora.fixed(dnf)))) == []
    (gone,) = fedora.compare(dnf, set(fedora.fixed(dnf)) - {"gcc"})
    assert gone == Finding("wrong", "packages.toml", "no package of dnf is called gcc.")
