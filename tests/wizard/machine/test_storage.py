"""The disks of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.programs import program
from wizard.machine import storage

MOUNTS = """\
25 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
30 25 0:30 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs
31 25 0:31 / /home/ada/my\\040disk rw,noexec - xfs /dev/sdb1 rw
32 25 0:32 / /tmp rw,nosuid shared:5 - tmpfs tmpfs rw
33 32 8:2 / /tmp rw - btrfs /dev/sdc1 rw
a line of another form
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ada", "ext4"),
        ("/mnt/c", "9p"),
        ("/mnt/c/Users/ada", "9p"),
        ("/mnt/cd", "ext4"),
        ("/home/ada/my disk/env", "xfs"),
        ("/tmp/x", "btrfs"),  # mounted over the other one
    ],
)
def test_the_longest_mount_point_counts(folder: str, kind: str) -> None:
    assert storage.filesystem(MOUNTS, folder) == kind


def test_nothing_is_known_without_mounts() -> None:
    assert storage.filesystem("", "/tmp") == ""


def test_a_folder_that_does_not_exist_is_on_the_disk_of_the_one_above(tmp_path: Path) -> None:
    missing = str(tmp_path / "a" / "b")
    existing, other = storage.read((str(tmp_path), missing, "", str(tmp_path)))
    assert (existing.folder, other.folder) == (str(tmp_path), missing)
    assert existing.free > 0
    assert (existing.noexec, existing.filesystem) == (other.noexec, other.filesystem)


def a_mac(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, names: str, asked: Path | None = None
) -> Path:
    """The home folder of a Mac whose xattr prints these names."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setenv("HOME", str(home))
    record = f"echo $1 >> {asked}\n" if asked else ""
    printed = program(tmp_path, "xattr", f"{record}printf '{names}'")
    monkeypatch.setattr(storage, "XATTR", printed)
    return home


SYNCED = (
    "com.apple.file-provider-domain-id\n"
    "com.apple.fileprovider.detached#B\n"
    "com.apple.icloud.desktop\n"
    "com.apple.macl\n"
)
"""What xattr prints for ~/Documents that iCloud keeps (anthropics/claude-code#47241, macOS 15)."""


@pytest.mark.parametrize(
    ("folder", "names", "service"),
    [
        ("Documents/project", SYNCED, "iCloud"),
        ("Documents/project", "com.apple.macl\n", ""),
        ("Dropbox/project", "com.apple.file-provider-domain-id\n", "a cloud service"),
        ("Desktop", "com.apple.file-provider-domain-id\n", "iCloud"),
        ("Library/Mobile Documents/com~apple~CloudDocs/x", "", "iCloud"),
        ("Library/CloudStorage/OneDrive-Contoso/x", "", "OneDrive"),
        ("Library/Caches/cryptography-wizard", SYNCED, ""),
        ("", SYNCED, ""),
    ],
)
def test_which_service_keeps_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, names: str, service: str
) -> None:
    home = a_mac(monkeypatch, tmp_path, names)
    assert storage.cloud(home / folder) == service
    assert storage.cloud(tmp_path / "elsewhere") == ""


def test_only_the_folder_in_the_home_folder_is_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = a_mac(monkeypatch, tmp_path, SYNCED, tmp_path / "asked")
    storage.cloud(home / "Documents" / "a" / "b")
    assert (tmp_path / "asked").read_text().split() == [str(home / "Documents")]


def test_an_xattr_that_is_missing_or_another_system_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = a_mac(monkeypatch, tmp_path, SYNCED)
    monkeypatch.setattr(storage, "XATTR", str(tmp_path / "none"))
    assert storage.cloud(home / "Documents") == ""
    monkeypatch.setattr("sys.platform", "linux")
    assert storage.cloud(home / "Library/Mobile Documents") == ""


def test_a_folder_that_has_both_cases(tmp_path: Path) -> None:
    folder = tmp_path / "Env"
    folder.mkdir()
    assert not storage.ignores_case(folder)
    (tmp_path / "eNV").mkdir()
    assert not storage.ignores_case(folder), "another folder"
    (tmp_path / "eNV").rmdir()
    (tmp_path / "eNV").symlink_to(folder)
    assert storage.ignores_case(folder), "as on a disk that ignores case"
    assert not storage.ignores_case(Path("/"))
