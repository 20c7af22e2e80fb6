"""Temporary folders: private, removed, and removed later if the wizard was killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from wizard import temporary, unfinished

KILLED = """
import sys, time
from wizard import temporary
with temporary.folder() as made:
    (made / 'large').touch()
    print(made, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for temporary files that contains nothing else."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_private_and_removed(place: Path) -> None:
    with temporary.folder() as made:
        assert made.parent == place
        assert made.stat().st_mode & 0o777 == 0o700
        temporary.sweep()
        assert made.exists(), "it is in use"
    assert list(place.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_the_folder_of_a_killed_wizard_is_removed_but_not_of_one_that_runs(place: Path) -> None:
    env = {**os.environ, "TMPDIR": str(place)}
    other = subprocess.Popen((sys.executable, "-c", KILLED), stdout=subprocess.PIPE, env=env)
    try:
        assert other.stdout is not None
        made = Path(other.stdout.readline().decode().strip())
        temporary.sweep()
        assert (made / "large").exists()
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate(timeout=30)
    temporary.sweep()
    assert list(place.iterdir()) == []


def test_what_an_interrupted_removal_leaves_is_swept(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "rmtree", killed)
        using = temporary.folder()
        made = using.__enter__()
        (made / "large").mkdir()
        with pytest.raises(KeyboardInterrupt):
            using.__exit__(None, None, None)
    assert unfinished.is_left(made)
    temporary.sweep()
    assert list(place.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="there, os.kill would end the process")
def test_a_folder_that_a_killed_wizard_had_just_made_is_removed_if_it_is_empty(
    place: Path,
) -> None:
    ended = subprocess.Popen((sys.executable, "-c", ""))
    ended.wait(timeout=30)
    names = (f"{ended.pid}-empty", f"{ended.pid}-full", f"{os.getpid()}-mine", "x")
    folders = [place / f"{temporary.PREFIX}{name}" for name in names]
    for folder in folders:
        folder.mkdir()
        if folder.name.endswith("full"):
            (folder / "thesis.txt").touch()
        os.utime(folder, (0, 0))
    temporary.sweep()
    assert [folder.exists() for folder in folders] == [False, True, True, True]


def test_what_is_not_ours_stays(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    unfinished.mark(elsewhere).close()
    (place / f"{temporary.PREFIX}link").symlink_to(elsewhere)
    (place / f"{temporary.PREFIX}folder").mkdir()
    (place / f"{temporary.PREFIX}file").touch()
    other = place / "other"
    other.mkdir()
    unfinished.mark(other).close()
    temporary.sweep()
    assert len(list(place.iterdir())) == 4
    assert (elsewhere / unfinished.FILE).exists()
