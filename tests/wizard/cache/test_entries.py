"""The cache: what is seen in it, what is whole, and what clearing removes and leaves alone."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import wizard
from cryptography_wizard import one_file
from wizard import knowledge, openssl_archive
from wizard.cache import entries
from wizard.cache.entries import Entry
from wizard.cache.integrity import seal
from wizard.errors import WizardError

BUILT = "3.5.7-static-x86_64-glibc-0a1b2c3d"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache's folder, which is not there yet."""
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def write(path: Path, data: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def built(root: Path, name: str = BUILT, *, sealed: bool = True) -> Path:
    folder = root / "openssl" / name
    write(folder / "lib" / "libssl.a", b"l" * 1000)
    write(folder / "include" / "openssl" / "ssl.h", b"h" * 500)
    (folder / "lib" / "libssl.so").symlink_to("libssl.a")
    if sealed:
        seal(folder, "OpenSSL 3.5.7, static")
    return folder


def rust(root: Path) -> Path:
    toolchain = root / "rust" / "rustup" / "toolchains" / "stable-x86_64-unknown-linux-gnu"
    write(toolchain / "bin" / "rustc")
    write(toolchain / "lib" / "rustlib" / "manifest-rustc-x86_64", b"file:bin/rustc\ndir:lib\n")
    write(root / "rust" / "cargo" / "bin" / "rustup", b"r" * 100)
    os.link(root / "rust" / "cargo" / "bin" / "rustup", root / "rust" / "cargo" / "bin" / "cargo")
    return toolchain


def names() -> list[str]:
    return [entry.name for entry in entries.entries()]


def only(root: Path, name: str = "") -> Entry:
    """The one entry, or the one of this name."""
    found = [entry for entry in entries.entries() if not name or entry.name == name]
    assert len(found) == 1
    assert found[0].path == str(root / found[0].name)
    return found[0]


def test_without_a_folder_it_is_empty(root: Path) -> None:
    assert entries.entries() == ()
    assert not root.exists()


def test_a_folder_with_a_built_openssl(root: Path) -> None:
    folder = built(root)
    entry = only(root)
    assert (entry.name, entry.kind) == (f"openssl/{BUILT}", "openssl")
    assert entry.title == "OpenSSL 3.5.7, static"
    assert entry.bytes == 1500 + (folder / "sealed.json").stat().st_size
    assert entries.verify(entry) == ()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda folder: write(folder / "lib" / "libssl.a", b"m" * 1000), "lib/libssl.a"),
        (lambda folder: (folder / "include" / "openssl" / "ssl.h").unlink(), "openssl/ssl.h"),
        (lambda folder: write(folder / "include" / "new.h"), "include/new.h"),
    ],
    ids=["changed", "gone", "new"],
)
def test_a_built_openssl_that_was_changed_is_damaged(root: Path, spoil: Any, told: str) -> None:
    spoil(built(root))
    (problem,) = entries.verify(only(root))
    assert told in problem


def test_a_build_that_was_not_finished_is_damaged(root: Path) -> None:
    built(root, sealed=False)
    entry = only(root)
    assert entry.title == "OpenSSL 3.5.7, unfinished build"
    (problem,) = entries.verify(entry)
    assert "not finished" in problem


def test_a_source_is_compared_with_its_known_sum(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(root / "openssl" / "src" / "openssl-3.5.7.tar.gz", b"the source")
    row = replace(knowledge.load().openssls[0], version="3.5.7")
    for data, whole in ((b"the source", True), (b"another", False)):
        known = replace(row, sha256=hashlib.sha256(data).hexdigest())
        table = replace(knowledge.load(), openssls=(known,))
        monkeypatch.setattr(entries, "load", lambda table=table: table)
        entry = only(root)
        assert (entry.kind, entry.title) == ("source", "the source of OpenSSL 3.5.7")
        assert entry.bytes == path.stat().st_size
        assert (entries.verify(entry) == ()) is whole


def test_a_source_of_another_version_has_only_the_sum_in_itself(root: Path) -> None:
    whole = gzip.compress(os.urandom(5000))
    path = root / "openssl" / "src" / "openssl-9.9.9.tar.gz"
    for data, good in (
        (whole, True),
        (whole[:-20], False),
        (whole[:-8] + b"\0" * 8, False),
        (b"<html>", False),
        (b"", False),
    ):
        write(path, data)
        assert (entries.verify(only(root)) == ()) is good, data[:10]


def test_a_source_with_a_sum_of_the_users_own_is_compared_with_that(root: Path) -> None:
    for version in ("9.9.9", "3.5.7"):  # the table may have that version, with another sum
        for data, whole in ((b"the source", True), (b"another", False)):
            name = openssl_archive.cached_name(version, hashlib.sha256(b"the source").hexdigest())
            path = write(root / "openssl" / "src" / name, data)
            entry = only(root)
            assert (entry.kind, entry.title) == ("source", f"the source of OpenSSL {version}")
            assert (entries.verify(entry) == ()) is whole
            path.unlink()


def test_a_signature_that_was_not_cleared_away_is_left_over(root: Path) -> None:
    for name in (
        openssl_archive.cached_name("3.5.7"),
        openssl_archive.cached_name("9.9.9", "0" * 64),
    ):
        path = write(root / "openssl" / "src" / f"{name}{openssl_archive.SIGNATURE}")
        assert only(root).kind == "leftover"
        entries.clear(only(root))
        assert not path.exists()
    write(root / "openssl" / "src" / "notes.asc")
    assert entries.entries() == ()


def test_a_rust_with_all_that_its_lists_name_is_whole(root: Path) -> None:
    toolchain = rust(root)
    entry = only(root)
    assert (entry.name, entry.kind) == ("rust", "rust")
    assert entry.title == "Rust (stable-x86_64-unknown-linux-gnu)"
    assert entries.verify(entry) == ()
    files = (path for path in toolchain.rglob("*") if path.is_file())
    assert entry.bytes == sum(path.stat().st_size for path in files) + 100  # two names, one file
    (toolchain / "bin" / "rustc").unlink()
    assert entries.verify(entry) == (f"bin/rustc of {toolchain.name} is missing.",)
    shutil.rmtree(toolchain / "lib")
    assert "was not finished" in entries.verify(entry)[0]
    shutil.rmtree(toolchain)
    assert "no toolchain" in entries.verify(entry)[0]


def test_a_rust_whose_installation_was_cut_off_is_removed_before_it_is_installed(
    root: Path,
) -> None:
    assert not entries.discard_unfinished_rust()
    toolchain = rust(root)
    write(toolchain / "lib" / "rustlib" / "multirust-config.toml")
    assert not entries.discard_unfinished_rust()
    (toolchain / "lib" / "rustlib" / "multirust-config.toml").unlink()
    assert entries.discard_unfinished_rust()
    assert names() == []


def test_a_rust_whose_settings_were_being_written_is_removed_too(root: Path) -> None:
    write(rust(root) / "lib" / "rustlib" / "multirust-config.toml")
    settings = root / "rust" / "rustup" / "settings.toml"
    settings.write_text('version = "12"\n')
    assert not entries.discard_unfinished_rust()
    settings.write_bytes(b"")
    assert entries.verify(only(root)) == ("The settings of rustup were not written completely.",)
    assert entries.discard_unfinished_rust()
    assert names() == []


def test_what_was_cut_off_is_seen_and_needs_no_proof(root: Path) -> None:
    write(root / "openssl" / "build" / BUILT / "Makefile")
    write(root / "openssl" / "build" / f".{BUILT}-x1_y" / "Makefile")
    write(root / "openssl" / "src" / ".openssl-3.5.7.tar.gz-k2j")
    write(root / "openssl" / f".{BUILT}-77" / "lib")
    write(root / ".rust-77" / "cargo")
    assert names() == [
        ".rust-77",
        f"openssl/.{BUILT}-77",
        "openssl/src/.openssl-3.5.7.tar.gz-k2j",
        f"openssl/build/.{BUILT}-x1_y",
        f"openssl/build/{BUILT}",
    ]
    assert {entry.kind for entry in entries.entries()} == {"leftover"}
    assert all(entries.verify(entry) == () for entry in entries.entries())
    for entry in entries.entries():
        entries.clear(entry)
    assert names() == []


def test_a_run_removes_the_folders_of_killed_ones_unless_another_one_is_building(
    root: Path,
) -> None:
    write(root / "openssl" / "build" / BUILT / "Makefile")
    write(root / "openssl" / "build" / f".{BUILT}-x1_y" / "Makefile")
    download = "openssl/src/.openssl-3.5.7.tar.gz-k2j"
    write(root / download)
    with entries.in_use(threading.Event()):
        entries.sweep()
        assert len(names()) == 3
    entries.sweep()
    assert names() == [download]


def test_what_is_not_the_wizards_is_not_seen(root: Path, tmp_path: Path) -> None:
    """Somebody may name a folder of other things as the cache."""
    write(root / "thesis.txt")
    write(root / "rust" / "src" / "main.rs")
    write(root / "openssl" / "Configure")
    write(root / "openssl" / "ssl" / "ssl_lib.c")
    write(root / "openssl" / "src" / "notes.txt")
    write(root / "openssl" / "build" / "mine" / "x")
    write(root / ".ssh" / "id")
    write(tmp_path / "other" / "x")
    (root / "openssl" / BUILT).symlink_to(tmp_path / "other")
    (root / "openssl" / "src" / "openssl-3.5.7.tar.gz").symlink_to(tmp_path / "other" / "x")
    assert entries.entries() == ()


@pytest.mark.parametrize("place", ["openssl", "openssl/src", "openssl/build"])
def test_a_link_in_the_cache_is_not_followed(root: Path, tmp_path: Path, place: str) -> None:
    for folder in (BUILT, f"src/{BUILT}", f"build/{BUILT}"):
        write(tmp_path / "other" / folder / "x")
    (root / place).parent.mkdir(parents=True)
    (root / place).symlink_to(tmp_path / "other")
    assert entries.entries() == ()


def test_the_cache_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    built(tmp_path / "disk")
    root.symlink_to(tmp_path / "disk")
    entries.clear(only(root))
    assert not (tmp_path / "disk" / "openssl" / BUILT).exists()


def test_clearing_removes_one_thing_and_no_more(root: Path, tmp_path: Path) -> None:
    folder = built(root)
    rust(root)
    outside = write(tmp_path / "outside" / "mine")
    (folder / "link").symlink_to(tmp_path / "outside")
    entries.clear(only(root, f"openssl/{BUILT}"))
    assert names() == ["rust"]
    assert outside.exists()
    assert sorted(path.name for path in (root / "openssl").iterdir()) == []


def test_clearing_what_is_something_else_by_now_does_nothing(root: Path, tmp_path: Path) -> None:
    folder = built(root)
    entry = only(root)
    shutil.move(folder, tmp_path / "mine")
    entries.clear(entry)
    folder.symlink_to(tmp_path / "mine")
    entries.clear(entry)
    assert (tmp_path / "mine" / "lib" / "libssl.a").exists()
    with_other_place = replace(entry, path=str(tmp_path / "mine"))
    entries.clear(with_other_place)
    assert (tmp_path / "mine" / "lib" / "libssl.a").exists()


RUN = """
import sys, threading
from wizard.cache import entries as cache
with cache.in_use(threading.Event()):
    print("in use", flush=True)
    sys.stdin.read()
"""


def started() -> subprocess.Popen[str]:
    """Another process that uses the cache until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "in use\n"
    return process


def test_what_a_run_may_use_is_left_alone(root: Path) -> None:
    built(root)
    first, second = started(), started()  # several runs may
    try:
        with pytest.raises(WizardError, match="in use") as caught:
            entries.clear(only(root))
        assert str(root / entries.LOCK) in caught.value.shown
        assert caught.value.why
        assert caught.value.hints
        assert names() == [f"openssl/{BUILT}"]
        first.communicate(timeout=30)
        with pytest.raises(WizardError, match="in use"):
            entries.clear(only(root))
        second.kill()  # a lock ends with its process, however that ends
        second.wait(timeout=30)
        entries.clear(only(root))
        assert names() == []
    finally:
        for process in (first, second):
            process.kill()
            process.wait(timeout=30)


def test_the_process_that_uses_it_is_named(root: Path) -> None:
    if not Path("/proc/locks").exists():
        pytest.skip("only Linux tells who has a lock")
    built(root)
    run = started()
    try:
        with pytest.raises(WizardError) as caught:
            entries.clear(only(root))
        assert f"(process {run.pid})" in caught.value.shown
    finally:
        run.communicate(timeout=30)


def test_a_run_waits_while_the_cache_is_cleared(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a thread: a lock is of an open file, so even one process can be in its own way."""
    built(root)
    begun, over, told = threading.Event(), threading.Event(), []
    rmtree = shutil.rmtree

    def slow(path: Path) -> None:
        begun.set()
        assert over.wait(30)
        rmtree(path)
        told.append("cleared")

    def run() -> None:
        with entries.in_use(threading.Event()):
            told.append("run")

    monkeypatch.setattr(shutil, "rmtree", slow)
    clearing = threading.Thread(target=entries.clear, args=(only(root),))
    clearing.start()
    assert begun.wait(30)
    running = threading.Thread(target=run)
    running.start()
    with entries.in_use(cancelled()):
        told.append("cancelled")  # a user who cancels does not wait
    over.set()
    clearing.join(30)
    running.join(30)
    assert told == ["cancelled", "cleared", "run"]


def cancelled() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_where_there_can_be_no_lock_a_run_goes_on_and_clearing_refuses(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(root)

    def without(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("wizard.file_locks.lock", without)
    with entries.in_use(threading.Event()):
        pass
    with pytest.raises(WizardError, match="cannot find out") as caught:
        entries.clear(only(root))
    assert caught.value.shown == "No locks available"
    assert names() == [f"openssl/{BUILT}"]


def test_what_cannot_be_removed_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = built(root)

    def denied(_path: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(folder))

    monkeypatch.setattr(shutil, "rmtree", denied)
    with pytest.raises(WizardError, match="could not be removed") as caught:
        entries.clear(only(root))
    assert caught.value.shown == f"{folder}: Permission denied"
    assert caught.value.hints
    assert not folder.exists(), "half removed it must not look whole"
    monkeypatch.undo()


def test_a_cache_that_cannot_be_read_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(root)

    def denied(_path: Path) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(entries, "_size", denied)
    with pytest.raises(WizardError, match="cannot be read"):
        entries.entries()


def copy_of_the_program(root: Path, name: str = "0123456789abcdef") -> Path:
    folder = root / entries.COPIES / name
    write(folder / "cryptography_wizard" / "wizard" / "__init__.py")
    write(folder / entries.COPY_LOCK, b"")
    return folder


def test_an_unpacked_program_of_another_version(root: Path) -> None:
    folder = copy_of_the_program(root)
    copy_of_the_program(root, ".0123456789abcdef-half")  # being made by a wizard that starts
    entry = only(root)
    assert (entry.name, entry.kind) == ("program/0123456789abcdef", "program")
    assert entries.verify(entry) == ()
    entries.sweep()
    assert folder.is_dir()
    entries.clear(entry)
    assert [path.name for path in folder.parent.iterdir()] == [".0123456789abcdef-half"]


def test_the_program_that_runs_is_no_entry(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_of_the_program(root)
    running = [str(folder / "cryptography_wizard" / "wizard")]
    monkeypatch.setattr(wizard, "__path__", running)
    assert names() == []


@pytest.mark.skipif(os.name == "nt", reason="there, an open file keeps the folder")
def test_a_program_that_another_wizard_runs_stays(root: Path) -> None:
    folder = copy_of_the_program(root)
    entry = only(root)
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'rb'); fcntl.flock(file, fcntl.LOCK_SH); "
        "print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder / entries.COPY_LOCK)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(WizardError, match="in use"):
            entries.clear(entry)
        other.communicate(timeout=60)
    assert folder.is_dir()
    entries.clear(entry)
    assert not folder.exists()


def test_the_names_are_those_that_the_program_itself_uses() -> None:
    assert (entries.COPIES, entries.COPY_LOCK) == (one_file.FOLDER, one_file.MARK)
