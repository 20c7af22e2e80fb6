"""How far a tool is, read from one line of its output. Pure.

apt: ``APT::Status-Fd``, documented in apt's ``README.progress-reporting``. pip: ``--progress-bar
raw``, since pip 24.1. cargo: one ``Compiling`` line for each crate when it does not write to a
terminal; inside ``pip -v`` these lines are indented. make: one line for each file, the compiler's.
"""

from __future__ import annotations

import re
from typing import NamedTuple, Optional


class Progress(NamedTuple):
    """So much of ``total`` is done; ``what`` says what is being done, and may be empty."""

    done: float
    total: float
    what: str = ""


_APT = re.compile(r"(?:dlstatus|pmstatus|pmerror|pmconffile|media-change):")
# The second field is a number or a package, whose name may go on with its architecture.
_APT_PERCENT = re.compile(r"(?:dl|pm)status:[^:]*(?::[a-z][^:]*)?:(\d{1,3}(?:\.\d+)?):(.*)")
_PIP = re.compile(r"\s*Progress (\d+) of (\d+)$")
_PIP_FETCHES = re.compile(r"\s*(?:Downloading|Using cached|Collecting) (\S+)")
_COMPILES = re.compile(r" -c (?:-o \S+ |.* )?(\S+\.[csS])$")
_LOCKED = re.compile(r"^\[\[package\]\]\s*$", re.MULTILINE)
_CRATE = re.compile(r"\s*Compiling ([A-Za-z0-9_-]+) v(\d\S*)")


def is_apt_status(line: str) -> bool:
    """Whether the line is for machines and not for people."""
    return _APT.match(line) is not None


def apt(line: str) -> Optional[Progress]:
    """``pmstatus:libssl-dev:40.0:Unpacking libssl-dev (amd64)`` is 40 of 100."""
    found = _APT_PERCENT.match(line)
    if found is None:
        return None
    return Progress(min(float(found[1]), 100.0), 100.0, found[2].strip())


def pip(line: str) -> Optional[Progress]:
    """``Progress 4096 of 81920``: bytes; pip says 0 where it does not know how many."""
    found = _PIP.match(line)
    return Progress(float(found[1]), float(found[2])) if found else None


def pip_fetches(line: str) -> str:
    """The file or project that pip turns to with this line; empty if it does not."""
    found = _PIP_FETCHES.match(line)
    return found[1].rsplit("/", 1)[-1] if found else ""


def crate(line: str) -> str:
    """The crate that cargo begins to compile with this line, as ``openssl 0.10.72``."""
    found = _CRATE.match(line)
    return f"{found[1]} {found[2]}" if found else ""


def compiled(line: str) -> str:
    """The file that ``make`` compiles with this line (``-c -o crypto/aes/aes_core.o …``)."""
    found = _COMPILES.search(line)
    return found[1] if found else ""


def locked(text: str) -> int:
    """How many crates a ``Cargo.lock`` lists."""
    return len(_LOCKED.findall(text))
