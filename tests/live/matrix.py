"""The live matrix: which release is compiled on which Debian, and what else takes minutes."""

from __future__ import annotations

import os
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pytest

from tests.live.machine import CHECKOUT

ALL = "all"
"""The value of LIVE_MATRIX for all that takes minutes; a name is for that one, nothing for the one
in turn."""

Rust = Literal["none", "rustup", "packages"]


@dataclass(frozen=True)
class Suite:
    """A Debian: OpenSSL's libraries, and the packages with a Rust for the newest cryptography."""

    libraries: tuple[str, ...]
    rust: tuple[str, ...] = ()


SUITES = {
    "bullseye": Suite(("libssl.so.1.1", "libcrypto.so.1.1")),
    # Its own cargo is too old.
    "bookworm": Suite(("libssl.so.3", "libcrypto.so.3"), ("cargo-web", "rustc-web")),
    "trixie": Suite(("libssl.so.3", "libcrypto.so.3"), ("cargo", "rustc")),
}


@dataclass(frozen=True)
class Case:
    """A source build. ``rust`` is where its Rust must come from.

    It is asked for only where ``flags`` say so: else it is what the wizard itself recommends.
    """

    suite: str
    release: str
    rust: Rust
    flags: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What LIVE_MATRIX calls it."""
        return f"{self.suite}-{self.release}"

    @property
    def arguments(self) -> tuple[str, ...]:
        """The flags of the wizard."""
        return ("--yes", "--json", "--method", "source", "--release", self.release, *self.flags)

    @property
    def command(self) -> str:
        """The whole command, as it is typed."""
        return " ".join(("cryptography-wizard", *self.arguments))


def _rustup(release: str) -> Case:
    """A build with OpenSSL 1.1.1, which Debian 11 is the last to have, and the newest Rust."""
    return Case("bullseye", release, "rustup", ("--rust", "rustup"))


CASES: Mapping[str, Case] = {
    case.name: case
    for case in (
        Case("bullseye", "3.4.8", "none"),
        *map(_rustup, ("35.0.0", "38.0.4", "40.0.2", "42.0.8", "46.0.7")),
        Case("bookworm", "50.0.2", "packages"),
        Case("trixie", "50.0.2", "packages"),
    )
}
"""What must be built and proved."""
REFUSED = Case("bullseye", "50.0.2", "none")
"""What must be refused: its OpenSSL is too old."""


@dataclass(frozen=True)
class Long:
    """Another live test that takes minutes: what it does, and on what."""

    what: str
    where: str = "this machine"


_OWN = "an OpenSSL built by the wizard"
LONG: Mapping[str, Long] = {
    "openssl-static": Long(
        f"{_OWN} inside 50.0.2: Blowfish, TLS by pyOpenSSL, the system's certificates"
    ),
    "openssl-shared": Long(f"{_OWN} beside 50.0.2: the same, with Python's ssl loaded before"),
    "openssl-system": Long("the static libraries of this Debian inside 50.0.2: the same"),
    "openssl-1.1.1": Long(f"{_OWN}, 1.1.1w, inside 3.4.8", "Debian 11"),
    "wheelhouse-static": Long(
        f"a wheelhouse, {_OWN} inside, repaired, for two Pythons without a network"
    ),
    "wheelhouse-dynamic": Long("a wheelhouse, the system's OpenSSL, for two Pythons"),
    "wheelhouse-bullseye": Long("a wheelhouse that needs a newer glibc is refused", "Debian 11"),
    "wheelhouse-trixie": Long("a wheelhouse of another Debian, without a network", "Debian 13"),
    "kit": Long(
        "a kit for seven platforms, installed without a network, and served to thirty clients"
    ),
    "dockerfile-source": Long("a Dockerfile that compiles, both stages", "Debian 13"),
    "dist": Long("the one file that `make dist` makes: a wheel proved with every Python here"),
    "rust-kept": Long("a Rust by rustup that is kept for the next build"),
    "windows": Long(
        "CPython for Windows under Wine: wheels, wheelhouse, prompts, failure, cancel",
        "Debian 13, Wine 10",
    ),
    "site": Long("the documentation's web site: made from the files in git, searched in Chromium"),
    "mac": Long("every kind of Mac: wheel, build, static and dynamic", "Macs made of recordings"),
    "musl": Long(
        "a Python that is linked to musl: wheels, wheelhouse, the wizard itself",
        "Debian 12 and 13, musl 1.2.3 and 1.2.5",
    ),
    "hosts": Long("eight machines over SSH, and one that comes later, with a room", "Debian 12"),
    "web": Long("the full screen in a browser installs, and ends with its page", "Chromium"),
}
"""What `long` marks, by the names that LIVE_MATRIX knows."""


def long(name: str) -> pytest.MarkDecorator:
    """Mark a test as the one of this name in `LONG`: see `is_due`."""
    if name not in LONG:
        raise ValueError(f"{name} is not one of {', '.join(LONG)}")
    return pytest.mark.long(name)


def chosen() -> Sequence[Case]:
    """The case of this run, if one has its turn. Raises ValueError if LIVE_MATRIX is no name."""
    return tuple(CASES[name] for name in _due(CASES))


def is_due(name: str) -> bool:
    """Whether this test of `LONG` is done in this run: in its turn, or as LIVE_MATRIX says."""
    return name in _due(LONG)


SHIFTS = 3
"""A live test is done in one of so many runs."""
EVERY_RUN = frozenset(
    {"test_live_install", "test_live_matrix", "test_live_source", "test_live_terminal"}
)
"""Files whose tests are done in every run: the main job, from the README's lines to the proof."""


def is_in_this_shift(file: str, test: str) -> bool:
    """Whether a test that is not of `LONG` is done in this run; neighbouring runs share them.

    ``test`` is what identifies it. LIVE_MATRIX=all does all of them.
    """
    if file in EVERY_RUN or os.environ.get("LIVE_MATRIX", "") == ALL:
        return True
    return zlib.crc32(test.encode()) % SHIFTS == _commits() % SHIFTS


def _due(names: Mapping[str, object]) -> Sequence[str]:
    every = (*CASES, *LONG)
    asked = os.environ.get("LIVE_MATRIX", "")
    if asked == ALL:
        return tuple(names)
    if asked and asked not in every:
        raise ValueError(f"LIVE_MATRIX={asked}: it can be {', '.join((ALL, *every))}")
    due = asked or every[_commits() % len(every)]
    return (due,) if due in names else ()


@cache
def _commits() -> int:
    """How many commits the checkout has, so that the tests alternate; 0 if there is no git."""
    argv = ("git", "-C", str(CHECKOUT), "rev-list", "--count", "HEAD")
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    except FileNotFoundError:
        return 0
    return int(done.stdout) if done.returncode == 0 else 0
