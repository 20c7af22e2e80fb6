"""Where the source of OpenSSL is: files, folders, addresses, and invalid values."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from wizard import openssl_archive
from wizard.errors import BadRequest, Exit

NAME = "openssl-3.5.7.tar.gz"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an archive and its signature, and other things."""
    mirror = tmp_path / "a mirror"
    mirror.mkdir()
    for name in (NAME, f"{NAME}.asc", "openssl-1.1.1w.tar.gz", "notes.txt", "openssl-x.tar.gz"):
        (mirror / name).write_text("x")
    (mirror / "openssl-3.0.1.tar.gz").mkdir()
    return mirror


def refusal(text: str, version: str = "", source: str = openssl_archive.FLAG) -> BadRequest:
    with pytest.raises(BadRequest) as caught:
        openssl_archive.find_address(text, version, source=source)
    assert caught.value.code == Exit.WRONG
    assert source in caught.value.what
    return caught.value


@pytest.mark.parametrize("version", ["", "3.5.7"])
def test_a_file_and_a_folder_become_addresses(folder: Path, version: str) -> None:
    assert openssl_archive.find_address(str(folder / NAME), version) == (folder / NAME).as_uri()
    assert openssl_archive.find_address(str(folder), version) == f"{folder.as_uri()}/"
    assert openssl_archive.find_address(f"{folder}/", version) == f"{folder.as_uri()}/"


def test_paths_are_those_of_the_working_folder_and_of_the_user(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    for text in (NAME, f"~/{NAME}"):
        assert openssl_archive.find_address(text) == (folder / NAME).as_uri()


@pytest.mark.parametrize("text", ["https://m.example/x.tar.gz", "http://m.example/o/", "file:///x"])
def test_an_address_stays_as_it_is(text: str) -> None:
    assert openssl_archive.find_address(text, "3.5.7") == text


def test_a_folder_gets_the_usual_name_and_a_file_none() -> None:
    assert openssl_archive.url_for("https://m.example/o/", "3.5.7") == f"https://m.example/o/{NAME}"
    assert openssl_archive.url_for("https://m.example/x", "3.5.7") == "https://m.example/x"


@pytest.mark.parametrize("source", [openssl_archive.FLAG, openssl_archive.VARIABLE])
def test_what_is_not_there_is_told_with_who_named_it(
    folder: Path, tmp_path: Path, source: str
) -> None:
    assert "does not exist" in refusal(str(tmp_path / "none"), source=source).what
    assert "openssl-4.0.2.tar.gz" in refusal(str(folder), "4.0.2", source).what
    assert "openssl-3.0.1.tar.gz" in refusal(str(folder), "3.0.1", source).what  # a folder


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may look everywhere")
def test_a_folder_that_may_not_be_looked_into(folder: Path) -> None:
    folder.chmod(0)
    try:
        assert "cannot be looked at" in refusal(str(folder / NAME)).what
    finally:
        folder.chmod(0o755)


def test_a_password_is_never_shown() -> None:
    error = refusal("https://ada:secret@m.example/o/")
    assert "secret" not in repr(vars(error))
    assert "~/.netrc" in error.hints[0]


def test_the_variable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(openssl_archive.VARIABLE, raising=False)
    assert openssl_archive.from_variable() == ""
    for text, found in (
        ("", ""),
        (str(folder), f"{folder.as_uri()}/"),
        (str(folder / NAME), (folder / NAME).as_uri()),
        ("/no/such/place", "/no/such/place"),
        ("https://m.example/o/", "https://m.example/o/"),
        ("https://ada:secret@m.example/o/", "https://****@m.example/o/"),
    ):
        monkeypatch.setenv(openssl_archive.VARIABLE, text)
        assert openssl_archive.from_variable() == found


def test_what_lies_there(folder: Path) -> None:
    (folder / f"{NAME}.sha256").touch()
    names = ("openssl-1.1.1w.tar.gz", NAME, f"{NAME}.asc", f"{NAME}.sha256")
    there = [(folder / name).as_uri() for name in names]
    assert openssl_archive.local_files(f"{folder.as_uri()}/") == tuple(there)
    assert openssl_archive.local_files((folder / NAME).as_uri()) == tuple(there[1:])
    assert openssl_archive.local_files((folder / "notes.txt").as_uri()) == (
        (folder / "notes.txt").as_uri(),
    )
    for place in ("", "/plain/path", "https://m.example/o/"):
        assert openssl_archive.local_files(place) == ()


@pytest.mark.parametrize("text", ["0" * 64, "aF" * 32])
def test_a_checksum(text: str) -> None:
    openssl_archive.check_sha256(text)


@pytest.mark.parametrize("text", ["0" * 63, "0" * 65, "g" * 64, "", f" {'0' * 64}", "٠" * 64])
def test_what_is_no_checksum(text: str) -> None:
    with pytest.raises(BadRequest, match="is not a SHA-256 checksum") as caught:
        openssl_archive.check_sha256(text, location="answers.toml:3")
    assert caught.value.shown == "answers.toml:3"
    assert f"{len(text)} characters" in caught.value.why


@pytest.mark.parametrize(
    ("version", "tag"),
    [("4.0.3", "openssl-4.0.3"), ("3.0.0", "openssl-3.0.0"), ("1.1.1w", "OpenSSL_1_1_1w")],
)
def test_where_the_project_publishes_it(version: str, tag: str) -> None:
    folder = f"https://github.com/openssl/openssl/releases/download/{tag}"
    assert openssl_archive.documented_address(version) == f"{folder}/openssl-{version}.tar.gz"


def test_its_name_in_the_cache() -> None:
    assert openssl_archive.cached_name("3.5.7") == NAME
    assert (
        openssl_archive.cached_name("3.5.7", "0" * 64) == f"openssl-3.5.7-sha256-{'0' * 64}.tar.gz"
    )
