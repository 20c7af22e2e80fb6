"""The disks of folders."""

from __future__ import annotations

from pathlib import Path

import pytest

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
