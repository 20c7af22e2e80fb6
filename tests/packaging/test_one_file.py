"""The one file: how it starts, and its copy in the cache."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import pytest
from platformdirs.macos import MacOS

from cryptography_wizard import one_file
from distribution import pyz
from tests.live import machine
from tests.packaging.build import run
from wizard import locations

MOMENT = (2020, 2, 2, 0, 0, 0)
FILES = {
    "cryptography_wizard/__init__.py": b"",
    "cryptography_wizard/__main__.py": (
        b"import sys, library\n"
        b"def main():\n"
        b"    print(library.__file__)\n"
        b"    print(sys.argv[1:])\n"
        b"    return 5\n"
    ),
    "cryptography_wizard/one_file.py": Path(one_file.__file__).read_bytes(),
    "library.py": b"#" * 100_000,
}
"""A small program in the place of the wizard."""
BUILD = pyz.build_name(FILES)
OLD = time.time() - 30 * 86400


@pytest.fixture(autouse=True)
def _nothing_is_held() -> None:
    release()


def release() -> None:
    """Let go of all copies, as the end of a process does."""
    while one_file._held:
        one_file._held.pop().close()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    made = tmp_path / "a folder" / "cryptography-wizard.pyz"
    made.parent.mkdir()
    pyz.write(FILES, made, MOMENT)
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def start(archive: Path, cache: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"CRYPTOGRAPHY_WIZARD_CACHE": str(cache)}
    return run([sys.executable, str(archive), *words], archive.parent, env)


def test_it_runs_from_a_copy_and_next_time_too(archive: Path, cache: Path) -> None:
    library = cache / "program" / BUILD / "library.py"
    for _ in range(2):
        done = start(archive, cache, "plan", "--json")
        assert (done.returncode, done.stderr) == (5, "")
        assert done.stdout == f"{library}\n['plan', '--json']\n"
    assert names(cache / "program") == [BUILD]
    assert (cache / "program").stat().st_mode & 0o077 == 0


def test_a_relative_path_and_a_renamed_file(archive: Path, cache: Path) -> None:
    renamed = archive.rename(archive.with_name("wizard"))
    env = {"CRYPTOGRAPHY_WIZARD_CACHE": str(cache)}
    done = run([sys.executable, renamed.name], renamed.parent, env)
    assert (done.returncode, done.stderr) == (5, "")
    env = {"CRYPTOGRAPHY_WIZARD_CACHE": os.devnull}
    done = run([sys.executable, renamed.name], renamed.parent, env)
    assert (done.returncode, done.stdout) == (5, f"{renamed}/library.py\n[]\n")


def test_another_first_line_changes_nothing(archive: Path, cache: Path) -> None:
    rest = archive.read_bytes().partition(b"\n")[2]
    for line in (b"", b"#!/x\n", b"#!/bin/sh\n" + b"# a comment\n" * 100):
        archive.write_bytes(line + rest)
        done = start(archive, cache)
        assert (done.returncode, done.stderr) == (5, "")


def test_without_a_place_for_a_copy_it_runs_from_the_file(archive: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    done = start(archive, blocked / "cache")
    assert (done.returncode, done.stderr) == (5, "")
    assert done.stdout.startswith(str(archive))


def test_a_full_disk_leaves_nothing(
    archive: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: zipfile.ZipFile, path: Path) -> None:
        (path / "library.py").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "extractall", full)
    assert one_file.copy_of(archive, BUILD) is None
    assert names(cache / "program") == []


def test_a_damaged_file_says_so(archive: Path, cache: Path) -> None:
    data = bytearray(archive.read_bytes())
    place = data.index(b"library.py") + len("library.py") + 20
    data[place] ^= 0xFF
    archive.write_bytes(data)
    done = start(archive, cache)
    assert done.returncode == 3
    assert "This file is damaged" in done.stderr
    assert "Traceback" not in done.stderr
    assert names(cache / "program") == []


def test_a_python_without_its_library_says_so(archive: Path, cache: Path) -> None:
    code = (
        "import runpy, sys; from importlib import util; real = util.find_spec;"
        "util.find_spec = lambda name, *more: None if name == 'shutil' else real(name, *more);"
        "sys.path.insert(0, sys.argv[1]); runpy.run_path(sys.argv[1], run_name='__main__')"
    )
    done = run([sys.executable, "-c", code, str(archive)], archive.parent)
    assert (done.returncode, done.stdout) == (3, "")
    assert "This Python lacks most of its standard library" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("damage", ["missing", "shorter"])
def test_a_new_copy_that_lost_files_is_made_again(archive: Path, cache: Path, damage: str) -> None:
    """As after a crash of the computer."""
    copy = one_file.copy_of(archive, BUILD)
    assert copy
    release()
    library = copy / "library.py"
    library.unlink() if damage == "missing" else library.write_bytes(b"")
    assert one_file.copy_of(archive, BUILD) == copy
    assert library.stat().st_size == len(FILES["library.py"])
    assert names(cache / "program") == [BUILD]


def test_an_old_copy_is_trusted_for_a_day(archive: Path, cache: Path) -> None:
    copy = one_file.copy_of(archive, BUILD)
    assert copy
    release()
    mark = copy / one_file.MARK
    assert mark.stat().st_size == 0
    os.utime(copy, (OLD, OLD))
    assert one_file.copy_of(archive, BUILD) == copy  # compared once more
    release()
    assert mark.stat().st_size
    (copy / "library.py").unlink()
    assert one_file.copy_of(archive, BUILD) == copy
    assert not (copy / "library.py").exists()
    release()
    os.utime(mark, (OLD, OLD))
    assert one_file.copy_of(archive, BUILD) == copy
    assert (copy / "library.py").exists()


def test_many_at_once_make_one_copy(archive: Path, cache: Path) -> None:
    began = [
        subprocess.Popen(
            [sys.executable, str(archive)],
            env={**os.environ, "CRYPTOGRAPHY_WIZARD_CACHE": str(cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for _ in range(6)
    ]
    outputs = [process.communicate(timeout=60)[0].decode() for process in began]
    assert {process.returncode for process in began} == {5}, outputs
    assert {text.splitlines()[0] for text in outputs} == {
        str(cache / "program" / BUILD / "library.py")
    }
    assert names(cache / "program") == [BUILD]


@pytest.mark.skipif(os.name == "nt", reason="there, an open file keeps the folder")
def test_what_others_have_left_is_removed_when_it_is_old(archive: Path, cache: Path) -> None:
    import fcntl

    folders = {}
    for name in ("unused", "new", "running", ".half-made", ".half-making"):
        folders[name] = cache / "program" / name
        folders[name].mkdir(parents=True)
    for name in ("unused", "new", "running"):
        (folders[name] / one_file.MARK).touch()
    for path in (*(folders[name] / one_file.MARK for name in ("unused", "running")),):
        os.utime(path, (OLD, OLD))
    os.utime(folders[".half-made"], (OLD, OLD))
    with (folders["running"] / one_file.MARK).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        assert one_file.copy_of(archive, BUILD)
    assert names(cache / "program") == sorted([BUILD, "new", "running", ".half-making"])


@pytest.mark.skipif(os.name == "nt", reason="there, an open file keeps the folder")
def test_a_copy_in_use_is_locked(archive: Path, cache: Path) -> None:
    import fcntl

    copy = one_file.copy_of(archive, BUILD)
    assert copy
    with (copy / one_file.MARK).open("rb") as file:
        with pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        release()
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.skipif(os.name == "nt", reason="there, an open file keeps the folder")
def test_a_copy_that_is_being_removed_is_made_again(archive: Path, cache: Path) -> None:
    import fcntl

    copy = one_file.copy_of(archive, BUILD)
    assert copy
    release()
    with (copy / one_file.MARK).open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found: list[Path | None] = []
        waiting = threading.Thread(target=lambda: found.append(one_file.copy_of(archive, BUILD)))
        waiting.start()
        shutil.rmtree(copy.rename(copy.with_name(".removed")))
    waiting.join(timeout=60)
    assert found == [copy]
    assert (copy / "library.py").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can")
def test_root_uses_no_folder_of_another_user(archive: Path, cache: Path) -> None:
    cache.mkdir()
    os.chown(cache, 12345, 12345)
    assert one_file.copy_of(archive, BUILD) is None
    assert names(cache) == []


def test_its_cache_is_the_wizard_s(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", "relative")
    assert one_file.cache_folder(sys.platform, os.environ) == locations.cache()
    monkeypatch.delenv("CRYPTOGRAPHY_WIZARD_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path))
    for xdg in ("", " ", str(tmp_path / "xdg")):
        monkeypatch.setenv("XDG_CACHE_HOME", xdg)
        assert one_file.cache_folder(sys.platform, os.environ) == locations.cache()
    monkeypatch.delenv("XDG_CACHE_HOME")
    mac = MacOS(locations.NAME, appauthor=False).user_cache_path
    assert one_file.cache_folder("darwin", os.environ) == mac
    windows = one_file.cache_folder("win32", {"LOCALAPPDATA": "/local"})
    assert windows == Path("/local/cryptography-wizard/Cache")


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nowhere)
    assert one_file.cache_folder("linux", {}) is None
    assert one_file.cache_folder("linux", {"XDG_CACHE_HOME": "/x"}) == Path("/x", locations.NAME)


SLOW = b"import time\nbegun = True\ntime.sleep(0.5)\ndone = True\n"
"""A module that another thread can meet while it is imported."""
TWO_THREADS = b"""
import threading, sys
def main():
    found = []
    def look():
        from slow import done
        found.append(done)
    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    from package import inside
    print(found, inside.__file__, __import__("package").__path__)
"""


def test_threads_that_import_the_same_module_wait(tmp_path: Path) -> None:
    """Python 3.9 does not do that by itself; it is tried if it is here."""
    files = {
        **FILES,
        "cryptography_wizard/__main__.py": TWO_THREADS,
        "slow.py": SLOW,
        "package/__init__.py": b"",
        "package/inside.py": b"",
    }
    archive = tmp_path / "x.pyz"
    pyz.write(files, archive, MOMENT)
    for python in filter(None, {sys.executable, machine.find("3.9")}):
        done = run([python, str(archive)], tmp_path, {"CRYPTOGRAPHY_WIZARD_CACHE": os.devnull})
        assert (done.returncode, done.stderr) == (0, "")
        inside = f"{archive}/package/inside.py ['{archive}/package']"
        assert done.stdout == f"[True, True, True, True] {inside}\n"
