"""The seal of a folder in the cache."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.cache import integrity


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a sealed folder, among others."""
    made = tmp_path / "3.5.7-static"
    (made / "lib").mkdir(parents=True)
    (made / "lib" / "libssl.a").write_bytes(b"one")
    (made / "lib" / "link").symlink_to("libssl.a")
    (tmp_path / "half").mkdir()
    integrity.seal(made, "OpenSSL 3.5.7, static")
    return made


def test_it_says_what_is_there(folder: Path) -> None:
    found = integrity.read_seal(folder)
    assert found is not None
    assert found.title == "OpenSSL 3.5.7, static"
    assert list(found.files) == ["lib/libssl.a"]
    assert integrity.damaged_files(folder) == ()
    assert integrity.sealed_folders(folder.parent) == ("3.5.7-static",)


def test_whatever_changes_is_seen(folder: Path) -> None:
    (folder / "lib" / "libssl.a").write_bytes(b"two")
    (folder / "lib" / "new").write_bytes(b"")
    assert integrity.damaged_files(folder) == ("lib/libssl.a", "lib/new")
    (folder / "lib" / "libssl.a").unlink()
    assert "lib/libssl.a" in integrity.damaged_files(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"title": "x"}', "\0"])
def test_a_damaged_seal_is_none(folder: Path, text: str) -> None:
    (folder / integrity.SEAL_FILE).write_text(text, encoding="utf-8")
    assert integrity.read_seal(folder) is None
    assert integrity.damaged_files(folder) == (integrity.SEAL_FILE,)
    assert integrity.sealed_folders(folder.parent) == ()


def test_no_cache_at_all(tmp_path: Path) -> None:
    assert integrity.sealed_folders(tmp_path / "none") == ()


def test_one_that_has_lost_a_file_is_damaged(folder: Path) -> None:
    assert integrity.damaged_folders(folder.parent) == ()
    (folder / "lib" / "libssl.a").unlink()
    assert integrity.damaged_folders(folder.parent) == ("3.5.7-static",)


def test_one_with_another_file_of_the_same_size_is_damaged(folder: Path) -> None:
    (folder / "lib" / "libssl.a").write_bytes(b"two")
    assert integrity.damaged_folders(folder.parent) == ("3.5.7-static",)


def test_a_link_to_elsewhere_is_damage(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "other.h").write_text("")
    (folder / "lib" / "header.h").symlink_to(tmp_path / "other.h")
    assert integrity.damaged_files(folder) == ("lib/header.h",)


def test_a_link_that_replaces_a_file_is_damage(folder: Path) -> None:
    (folder / "lib" / "libssl.a").rename(folder.parent / "libssl.a")
    (folder / "lib" / "libssl.a").symlink_to(folder.parent / "libssl.a")
    assert integrity.damaged_files(folder) == ("lib/libssl.a", "lib/link")
