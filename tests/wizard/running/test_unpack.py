"""Archives: unpacked as they are, or refused with a reason and nothing left behind."""

from __future__ import annotations

import errno
import io
import os
import stat
import tarfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Optional, Union

import pytest

from backends.action import Unpack
from wizard.errors import Exit
from wizard.programs.processes import Cancelled
from wizard.running import unpack as module
from wizard.running.unpack import ArchiveRejected, unpack

DATE = 1_700_000_000
Member = tuple[tarfile.TarInfo, bytes]


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))


def member(name: str, data: bytes = b"x", **fields: Any) -> Member:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    info.mtime = DATE
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def folder(name: str, **fields: Any) -> Member:
    return member(name, b"", type=tarfile.DIRTYPE, mode=0o755, **fields)


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> Member:
    return member(name, b"", type=kind, linkname=target)


GOOD = (folder("top-1.0"), member("top-1.0/config", b"#!/bin/sh\n", mode=0o755))


def archive(path: Path, members: Sequence[Member], mode: Any = "w:gz") -> str:
    with tarfile.open(path, mode) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    return str(path)


def do(path: Union[str, Path], into: Path, cancel: Optional[threading.Event] = None) -> None:
    unpack(Unpack(str(path), str(into)), cancel or threading.Event())


def refused(path: Union[str, Path], into: Path) -> ArchiveRejected:
    """It is refused in four parts, and everything is as it was."""
    before = everything(into.parent)
    with pytest.raises(ArchiveRejected) as caught:
        do(path, into)
    error = caught.value
    assert everything(into.parent) == before
    assert error.code == Exit.FAILED
    assert error.what.endswith(".")
    assert error.why.endswith(".")
    assert error.shown
    assert error.hints
    return error


def everything(below: Path) -> list[str]:
    return sorted(str(path) for path in below.rglob("*"))


def names(inside: Path) -> list[str]:
    return sorted(path.name for path in inside.iterdir())


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_what_is_in_the_top_folder_is_unpacked(tmp_path: Path, mode: str) -> None:
    members = [
        *GOOD,
        folder("top-1.0/sub/"),
        member("./top-1.0/sub/größe.c", b"int x;\n" * 30_000, mode=0o600),
        member("top-1.0/deep/er/file"),
        link("top-1.0/sub/up", "../config"),
        link("top-1.0/down", "sub/größe.c"),
        link("top-1.0/hard", "top-1.0/config", tarfile.LNKTYPE),
    ]
    do(archive(tmp_path / "a.tar", members, mode), tmp_path / "new" / "it")
    into = tmp_path / "new" / "it"
    assert names(tmp_path / "new") == ["it"]
    assert names(into) == ["config", "deep", "down", "hard", "sub"]
    assert (into / "sub" / "größe.c").read_bytes() == b"int x;\n" * 30_000
    assert (into / "deep" / "er" / "file").read_bytes() == b"x"
    assert (into / "sub" / "up").readlink() == Path("../config")
    assert (into / "down").read_bytes() == b"int x;\n" * 30_000
    assert (into / "hard").samefile(into / "config")


def test_dates_and_what_can_be_run_are_kept(tmp_path: Path) -> None:
    members = [
        folder("t"),
        folder("t/sub", mtime=DATE + 5),
        member("t/run", mode=0o700, mtime=DATE + 1),
        member("t/sub/read", mode=0o666, mtime=DATE + 2),
    ]
    do(archive(tmp_path / "a", members), tmp_path / "it")
    run, read = (tmp_path / "it" / "run").stat(), (tmp_path / "it" / "sub" / "read").stat()
    assert (run.st_mtime, read.st_mtime) == (DATE + 1, DATE + 2)
    assert (tmp_path / "it" / "sub").stat().st_mtime == DATE + 5
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(run.st_mode) == 0o755 & ~umask
    assert stat.S_IMODE(read.st_mode) == 0o644 & ~umask


BIG = b"\0" * (1 << 20)
BAD = {
    "absolute": ([*GOOD, member("/top-1.0/x")], "'/top-1.0/x'"),
    "up": ([*GOOD, member("top-1.0/../../x")], "'top-1.0/../../x'"),
    "up-at-once": ([member("../x")], "'../x'"),
    "up-is-the-top": ([member("top/.."), member("top/../x")], "'top/..'"),
    "backslash": ([*GOOD, member("top-1.0/..\\x")], "'top-1.0/..\\\\x'"),
    "drive": ([*GOOD, member("C:/x")], "'C:/x'"),
    "control": ([*GOOD, member("top-1.0/\x1b[2Jx")], "'top-1.0/\\x1b[2Jx'"),
    "nothing": ([member("./")], "not in a folder"),
    "symbolic-absolute": ([*GOOD, link("top-1.0/l", "/etc/passwd")], "-> /etc/passwd"),
    "symbolic-up": ([*GOOD, link("top-1.0/l", "../x")], "-> ../x"),
    "symbolic-up-later": ([*GOOD, link("top-1.0/a/l", "b/../../../x")], "-> b/../../../x"),
    "symbolic-twice": (
        [*GOOD, link("top-1.0/a/b/two", "one/../.."), link("top-1.0/a/b/one", "../..")],
        "-> one/../..",
    ),
    "symbolic-empty": ([*GOOD, link("top-1.0/l", "")], "top-1.0/l"),
    "through-a-link": (
        [*GOOD, link("top-1.0/l", "sub"), member("top-1.0/l/x")],
        "top-1.0/l is in it twice",
    ),
    "hard-absolute": ([*GOOD, link("top-1.0/l", "/etc/passwd", tarfile.LNKTYPE)], "/etc/passwd"),
    "hard-up": ([*GOOD, link("top-1.0/l", "top-1.0/../../x", tarfile.LNKTYPE)], "../../x"),
    "hard-to-nothing": ([*GOOD, link("top-1.0/l", "top-1.0/no", tarfile.LNKTYPE)], "-> top-1.0/no"),
    "hard-to-a-link": (
        [*GOOD, link("top-1.0/s", "config"), link("top-1.0/l", "top-1.0/s", tarfile.LNKTYPE)],
        "-> top-1.0/s",
    ),
    "character-device": ([*GOOD, member("top-1.0/d", b"", type=tarfile.CHRTYPE)], "a device"),
    "block-device": ([*GOOD, member("top-1.0/d", b"", type=tarfile.BLKTYPE)], "a device"),
    "pipe": ([*GOOD, member("top-1.0/p", b"", type=tarfile.FIFOTYPE)], "a device or a pipe"),
    "set-uid": ([*GOOD, member("top-1.0/s", mode=0o4755)], "top-1.0/s has the mode 4755"),
    "set-gid": ([*GOOD, member("top-1.0/s", mode=0o2755)], "top-1.0/s has the mode 2755"),
    "two-tops": ([*GOOD, member("other/x")], "top-1.0 and other"),
    "no-top": ([member("config")], "config is not in a folder"),
    "a-file-beside-the-top": ([*GOOD, member("README")], "top-1.0 and README"),
    "empty": ([], "no file in it"),
    "only-folders": ([folder("top"), folder("top/sub")], "no file in it"),
    "twice": ([*GOOD, member("top-1.0/config")], "top-1.0/config is in it twice"),
    "file-and-folder": ([*GOOD, member("top-1.0/config/x")], "top-1.0/config is a file and a fold"),
    "folder-and-file": ([*GOOD, folder("top-1.0/d"), member("top-1.0/d")], "is in it twice"),
    "no-date": ([*GOOD, member("top-1.0/x", mtime=1e30)], "top-1.0/x is dated"),
    "not-a-number": ([*GOOD, member("top-1.0/x", pax_headers={"mtime": "nan"})], "is dated nan"),
    "before-dates": ([*GOOD, member("top-1.0/x", mtime=-1)], "top-1.0/x is dated -1"),
}


@pytest.mark.parametrize("filtered", [True, False], ids=["filter", "no-filter"])
@pytest.mark.parametrize("name", BAD)
def test_what_no_source_archive_has_is_refused(
    tmp_path: Path, name: str, filtered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With tarfile's own filter and, as in older Pythons, without it: our checks find it first."""
    if not filtered:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    members, shown = BAD[name]
    path = archive(tmp_path / "a.tar.gz", members)
    (tmp_path / "below").mkdir()
    assert shown in refused(path, tmp_path / "below" / "it").shown


def test_the_filter_of_tarfile_is_asked_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wrong(Exception):
        """Stands for tarfile's own."""

    def wrong(info: tarfile.TarInfo, path: str) -> None:
        raise Wrong(f"{info.name} in {Path(path).name[:4]}")

    monkeypatch.setattr(tarfile, "data_filter", wrong, raising=False)
    monkeypatch.setattr(tarfile, "FilterError", Wrong, raising=False)
    monkeypatch.setattr(tarfile.TarInfo, "replace", lambda self, **_: self, raising=False)
    error = refused(archive(tmp_path / "a", GOOD), tmp_path / "it")
    assert "top-1.0/config" in error.why
    assert error.why.endswith(" in .it-.")


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMBERS", 10)
    enough = [folder("t"), *(member(f"t/{number}") for number in range(9))]
    do(archive(tmp_path / "enough", enough), tmp_path / "it")
    path = archive(tmp_path / "more", [*enough, member("t/more")])
    assert "more than 10 files" in refused(path, tmp_path / "other").shown


def test_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10 * len(BIG))
    path = archive(tmp_path / "a", [folder("t"), *(member(f"t/{n}", BIG) for n in range(11))])
    shown = refused(path, tmp_path / "it").shown
    assert shown == f"more than {10 * len(BIG):,} bytes come out of {Path(path).stat().st_size:,}"


def test_a_bomb_in_what_describes_a_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", len(BIG))
    huge = member("t/x", pax_headers={"comment": "x" * 2 * len(BIG)})
    assert "more than" in refused(archive(tmp_path / "a", [huge]), tmp_path / "it").shown


def test_a_file_with_holes_that_is_larger_than_it_looks(tmp_path: Path) -> None:
    sparse = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    sparse |= {"GNU.sparse.name": "t/x", "GNU.sparse.realsize": str(1 << 40)}
    hole = b"1\n%d\n0\n" % (1 << 40)
    holed = member("t/x", hole.ljust(512, b"\0"), pax_headers=sparse)
    assert refused(archive(tmp_path / "a", [holed]), tmp_path / "it").shown == "t/x has holes"


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"", "0 bytes"),
        (b"<html>Please log in</html>" * 100, "header"),
        (b"short", "header"),
        (b"\x1f\x8b", ""),
        (b"\x1f\x8bno gzip at all", ""),
        (b"BZh9no bzip2 at all", ""),
        (b"\xfd7zXZ\0no xz at all", ""),
        (b"PK\x03\x04" + b"zip" * 400, "header"),
        pytest.param(os.urandom(5000), "", id="random"),
    ],
)
def test_what_is_no_tar_archive(tmp_path: Path, data: bytes, shown: str) -> None:
    (tmp_path / "a.tar.gz").write_bytes(data)
    assert shown in refused(tmp_path / "a.tar.gz", tmp_path / "it").shown


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_what_was_cut_off_anywhere(tmp_path: Path, mode: str) -> None:
    members = [*GOOD, *(member(f"top-1.0/{number}", os.urandom(3000)) for number in range(4))]
    whole = Path(archive(tmp_path / "whole", members, mode)).read_bytes()
    # The end of a tar archive is two empty blocks and more of them to fill up.
    ends = 10240 if mode == "w" else len(whole)
    for size in range(1, min(ends, len(whole)), 97 if mode == "w" else 613):
        (tmp_path / "cut").write_bytes(whole[:size])
        refused(tmp_path / "cut", tmp_path / "it")
    (tmp_path / "cut").write_bytes(whole[:-1])
    if mode != "w":  # in a plain one this byte is the last of many that mean nothing
        refused(tmp_path / "cut", tmp_path / "it")
    do(tmp_path / "whole", tmp_path / "it")


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_what_was_changed_on_the_way(tmp_path: Path, mode: str) -> None:
    """tarfile alone would take a broken header in the middle for the archive's end."""
    whole = bytearray(
        Path(archive(tmp_path / "a", [*GOOD, member("top-1.0/z")], mode)).read_bytes()
    )
    place = 3 * 512 + 10 if mode == "w" else len(whole) // 2  # the third header
    whole[place] ^= 0xFF
    (tmp_path / "a").write_bytes(whole)
    refused(tmp_path / "a", tmp_path / "it")


def test_no_file_at_all(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.tar.gz", tmp_path / "it").what


def test_a_folder_and_a_pipe_are_no_archive(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    assert "a folder" in refused(tmp_path / "folder", tmp_path / "it").shown
    assert "a pipe" in refused(tmp_path / "pipe", tmp_path / "it").shown


def test_a_folder_in_the_way_stays_as_it_is(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", GOOD)
    for name in ("full", "empty", "real"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name in ("full", "file", "link"):
        assert "in the way" in refused(path, tmp_path / name).what
    do(path, tmp_path / "empty")
    assert names(tmp_path / "empty") == ["config"]


def test_what_an_earlier_run_left_in_the_cache_is_replaced(tmp_path: Path) -> None:
    into = tmp_path / "cache" / "openssl" / "build" / "it"
    into.mkdir(parents=True)
    (into / "half.o").write_text("x")
    bad = archive(tmp_path / "bad", [*GOOD, member("other/x")])
    refused(bad, into)
    assert names(into) == ["half.o"]
    do(archive(tmp_path / "a", GOOD), into)
    assert names(into) == ["config"]
    assert names(into.parent) == ["it"]


class Later(threading.Event):
    """Is set after it was asked a number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def is_set(self) -> bool:
        self.times -= 1
        return self.times < 0


@pytest.mark.parametrize("times", [0, 1, 5, 50])
def test_cancelled_at_any_time_nothing_is_left(tmp_path: Path, times: int) -> None:
    """It is asked for every ten kilobytes."""
    path = archive(tmp_path / "a", [folder("t"), member("t/x", BIG)])
    before = everything(tmp_path)
    with pytest.raises(Cancelled):
        do(path, tmp_path / "it", Later(times))
    assert everything(tmp_path) == before


def test_what_takes_too_long_is_given_up(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", GOOD)
    before = everything(tmp_path)
    with pytest.raises(ArchiveRejected, match="took too long"):
        unpack(Unpack(path, str(tmp_path / "it"), timeout=-1), threading.Event())
    assert everything(tmp_path) == before


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "a", GOOD)

    def full(_file: Any, _times: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "utime", full)
        error = refused(path, tmp_path / "it")
    assert error.shown == "No space left on device"
    assert "disk or your quota is full" in error.why


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    path = archive(tmp_path / "a", GOOD)
    (tmp_path / "file").write_text("x")
    error = refused(path, tmp_path / "file" / "it")
    assert str(tmp_path / "file") in error.shown


def test_a_name_that_this_system_cannot_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = os.open

    def narrow(path: Any, *more: Any, **others: Any) -> int:
        if str(path).endswith("日"):
            raise UnicodeEncodeError("latin-1", "日", 0, 1, "ordinal not in range(256)")
        return really(path, *more, **others)

    path = archive(tmp_path / "a", [*GOOD, member("top-1.0/日")])
    monkeypatch.setattr(os, "open", narrow)
    assert "latin-1" in refused(path, tmp_path / "it").shown
