"""Machine faults: full, read-only and noexec disks, few processes and files, odd users and folders.

The faults are real: file systems that are mounted in a separate namespace, and limits of the
kernel. Each run ends proved or with one sentence, and the next run without the fault is proved.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Callable

from tests.faults.attempts import (
    attempt,
    mounted,
    need_root,
    proved,
    read_only,
    recovers,
    refused,
    wheelhouse,
)
from tests.faults.kind import Case, Kind, Setting
from tests.faults.place import Place

HIDE_ROOT = (
    'mount -t tmpfs none /mnt; mkdir /mnt/kept; mount --bind "$1" /mnt/kept; '
    'mount -t tmpfs -o mode=755 none "$2"; mkdir -p "$1"; mount --move /mnt/kept "$1"; '
    'shift 2; exec "$@"'
)
GONE = 'cd "$1"; rmdir "$1"; shift; exec "$@"'
MASKED = 'umask 077; exec "$@"'
Try = Callable[[Place, Path], None]


def _full(part: str, size: str, code: int, *said: str, source: bool = False) -> Try:
    def run(place: Place, house: Path) -> None:
        need_root()
        folder = place.folder / part
        arguments = ("--method", "source", "--rust", "rustup") if source else ()
        words = mounted(size, folder)
        refused(attempt(place, "--yes", *arguments, words=words), code, str(folder), *said)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _no_more_files(part: str) -> Try:
    """The disk has space, but no room for more files: nobody can know before."""

    def run(place: Place, house: Path) -> None:
        need_root()
        words = mounted("size=500m,nr_inodes=6", place.folder / part)
        done = attempt(place, "--yes", "--from-wheelhouse", str(house), words=words)
        if done.code:  # uv and pip need hardly any temporary files
            refused(done, 1, "space" if part == "state" else "full")
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _noexec(part: str, code: int, *arguments: str) -> Try:
    def run(place: Place, house: Path) -> None:
        need_root()
        more = arguments or ("--from-wheelhouse", str(house))
        done = attempt(place, "--yes", *more, words=mounted("noexec", place.folder / part))
        if code:
            refused(done, code, "noexec", str(place.folder / part))
        else:
            proved(done)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _read_only(part: str, *said: str) -> Try:
    def run(place: Place, house: Path) -> None:
        need_root()
        arguments = ("--yes", "--from-wheelhouse", str(house))
        without = ("CRYPTOGRAPHY_WIZARD_STATE", "CRYPTOGRAPHY_WIZARD_CACHE")
        words = read_only(place.folder / part)
        refused(attempt(place, *arguments, words=words, without=without), 3, "read-only", *said)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _words(*words: str, root: bool = False) -> Try:
    """The wizard is started by these words, and installs anyway."""

    def run(place: Place, house: Path) -> None:
        if root:
            need_root()
        done = attempt(place, "--yes", "--from-wheelhouse", str(house), words=words)
        proved(done)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _said(code: int, sentence: str, *words: str) -> Try:
    """The wizard is started by these words, and says what is wrong."""

    def run(place: Place, house: Path) -> None:
        more = ("--yes", "--from-wheelhouse", str(house))
        refused(attempt(place, *more, words=words), code, sentence)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _variables(code: int, sentence: str = "", **more: str) -> Try:
    def run(place: Place, house: Path) -> None:
        done = attempt(place, "--yes", "--from-wheelhouse", str(house), more=more)
        if code:
            refused(done, code, sentence)
        else:
            proved(done)
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _without(*names: str) -> Try:
    def run(place: Place, house: Path) -> None:
        proved(attempt(place, "--yes", "--from-wheelhouse", str(house), without=names))
        recovers(place, "--from-wheelhouse", str(house))

    return run


def _gone(place: Place, house: Path) -> None:
    folder = place.work / "gone"
    folder.mkdir()
    words = ("sh", "-e", "-c", GONE, "sh", str(folder))
    done = attempt(place, "--yes", "--from-wheelhouse", str(house), words=words)
    refused(done, 2, "The current folder cannot be used.")
    recovers(place, "--from-wheelhouse", str(house))


def _nameless(limits: tuple[str, ...], code: int, sentence: str = "") -> Try:
    """A user without a name, who may not read root's home, with some limits."""

    def run(place: Place, house: Path) -> None:
        need_root()
        for name in (".", "work", "home", "tmp"):
            (place.folder / name).chmod(0o777)
        for above in place.folder.parents[:2]:  # of the case, and of all cases
            above.chmod(0o755)
        kept = Path.home() / ".pyenv"
        hidden = ("unshare", "-m", "sh", "-e", "-c", HIDE_ROOT, "sh", str(kept), str(Path.home()))
        user = ("setpriv", "--reuid=54399", "--regid=54399", "--clear-groups", "--no-new-privs")
        words = (*(hidden if kept.is_dir() else ()), *user, *limits)
        done = attempt(
            place, "--yes", "--from-wheelhouse", str(house), words=words, without=("HOME",)
        )
        if code:
            refused(done, code, sentence)
        else:
            proved(done)

    return run


TRIES: dict[str, Try] = {
    "full environment": _full("work", "size=20m", 3, "has only 20 MB left", "takes 60 MB"),
    "full temporary folder": _full("tmp", "size=8m", 3, "has only 8 MB left", "takes 20 MB"),
    "full state": _full("state", "size=1m", 3, "has only 1 MB left", "up to 20 MB"),
    "full cache": _full("cache", "size=20m", 3, "has only 20 MB left", "Rust", source=True),
    "no more files in the environment": _no_more_files("work"),
    "no more files in the temporary folder": _no_more_files("tmp"),
    "no more files in the state": _no_more_files("state"),
    "temporary folder noexec": _noexec("tmp", 0),
    "temporary folder noexec, source": _noexec("tmp", 3, "--method", "source"),
    "environment noexec": _noexec("work", 3),
    "home noexec": _noexec("home", 0),
    "home read-only": _read_only("home", "CRYPTOGRAPHY_WIZARD_STATE"),
    "environment read-only": _read_only("work", "cryptography-env"),
    "no HOME": _without("HOME"),
    "no TERM, no LANG": _without("TERM", "LANG"),
    "HOME does not exist": _variables(0, HOME="/nonexistent/home"),
    "LC_ALL=C": _variables(0, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
    "Latin-1": _variables(0, LC_ALL="de_DE.ISO-8859-1", PYTHONIOENCODING="latin-1"),
    "no /proc": _words(
        *("unshare", "-m", "sh", "-e", "-c", 'mount -t tmpfs none /proc; exec "$@"', "sh"),
        root=True,
    ),
    "32 open files": _words("prlimit", "--nofile=32"),
    "12 open files": _said(1, "open files", "prlimit", "--nofile=12"),
    "umask 077": _words("sh", "-c", MASKED, "sh"),
    "deleted current folder": _gone,
    "user without a name or a home": _nameless((), 1, "uv cannot use its cache folder"),
    "6 processes": _nameless(("prlimit", "--nproc=6"), 1, "no more processes"),
    "PYTHONHOME": _variables(3, "unset PYTHONHOME", PYTHONHOME=sys.base_prefix),
    "PIP_TARGET": _variables(0, PIP_TARGET="/nonexistent/target", PIP_USER="1", PIP_NO_DEPS="1"),
    "PIP_PREFIX": _variables(0, PIP_PREFIX="/nonexistent/prefix", PIP_ROOT="/nonexistent/root"),
    "UV_OFFLINE": _variables(0, UV_OFFLINE="1", UV_PYTHON="3.6", UV_SYSTEM_PYTHON="1"),
    "UV_CACHE_DIR": _variables(1, "uv cannot use its cache folder", UV_CACHE_DIR="/dev/null"),
    "UV_LINK_MODE": _variables(1, "a value that uv does not accept", UV_LINK_MODE="nonsense"),
}


def cases(setting: Setting) -> Iterator[Case]:
    """Yield each fault once; all install from one wheelhouse."""
    house = wheelhouse(setting.folder)
    for name in list(TRIES)[: setting.count]:
        yield Case(name, partial(_run, TRIES[name], house))


def _run(tried: Try, house: Path, folder: Path) -> None:
    tried(Place(folder / "place"), house)


KINDS = (
    Kind(
        "machine",
        "Full, read-only and noexec disks, few files and processes, odd users and variables",
        "proved, or one sentence that names the disk or the limit; then the next run is proved",
        cases,
        count=len(TRIES),
        short=4,
        seconds=400,
        found=(
            "A full disk was announced as “Neither a wheel nor a source build is possible”: now "
            "the first sentence names the disk, and what is needed.",
            "A disk that became full in the middle of an installation left half a package, which "
            "`resume` only proved. It is installed again now, and if the disk is still full, the "
            "wizard says what is needed and offers another folder.",
            "A read-only folder for the logs was noticed only by the first step.",
            "Twelve open files, or too little memory, were called a bug of the wizard.",
            "The second installation from one wheelhouse failed with uv: `--no-deps` came twice.",
        ),
    ),
)
