"""The progress of a tool, read from one line of its output. Pure.

apt: ``APT::Status-Fd``, documented in apt's ``README.progress-reporting``. pip: ``--progress-bar
raw``, since pip 24.1. cargo: one ``Compiling`` line for each crate if it does not write to a
terminal; inside ``pip -v`` these lines are indented. make: one line of the compiler for each file.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, Optional


class Progress(NamedTuple):
    """The amount of ``total`` that is done; ``what`` describes the current work, and may be
    empty. ``unit`` says that both are bytes.
    """

    done: float
    total: float
    what: str = ""
    unit: Literal["", "bytes"] = ""


_APT = re.compile(r"(?:dlstatus|pmstatus|pmerror|pmconffile|media-change):")
# The second field is a number or a package name, which may end with its architecture.
_APT_PERCENT = re.compile(r"(?:dl|pm)status:[^:]*(?::[a-z][^:]*)?:(\d{1,3}(?:\.\d+)?):(.*)")
_PIP = re.compile(r"\s*Progress (\d+) of (\d+)$")
_PIP_FETCHES = re.compile(r"\s*(?:Downloading|Using cached|Collecting) (\S+)")
_COMPILES = re.compile(r" -c (?:-o \S+ |.* )?(\S+\.[csS])$")
_LOCKED_CRATE = re.compile(r"^\[\[package\]\]\s*$", re.MULTILINE)
_CRATE = re.compile(r"\s*Compiling ([A-Za-z0-9_-]+) v(\d\S*)")

_EACH_PART = re.compile(
    r"\s*(?:"
    # cargo
    r"(?:Compiling|Checking|Fresh|Downloaded|Downloading|Adding|Locking|Removing) \S+"
    # pip
    r"|Collecting |Requirement already satisfied|Obtaining dependency information|━"
    # apt and dpkg
    r"|(?:Get|Hit|Ign):\d+ |Selecting previously |Preparing to unpack |Unpacking |Setting up "
    r"|\(?Reading database |Processing triggers for "
    # dnf, apk, pacman: the package out of how many
    r"|[\[(] *\d+/\d+[\])] |(?:Preparing|Installing|Verifying|Upgrading) +: "
    r")"
)


def is_apt_status(line: str) -> bool:
    """Return whether the line is for programs and not for people."""
    return _APT.match(line) is not None


def apt(line: str) -> Optional[Progress]:
    """``pmstatus:libssl-dev:40.0:Unpacking libssl-dev (amd64)`` is 40 of 100."""
    found = _APT_PERCENT.match(line)
    if found is None:
        return None
    return Progress(min(float(found[1]), 100.0), 100.0, found[2].strip())


def pip(line: str) -> Optional[Progress]:
    """``Progress 4096 of 81920``: bytes; the total is 0 if pip does not know it."""
    found = _PIP.match(line)
    return Progress(float(found[1]), float(found[2]), unit="bytes") if found else None


def pip_download(line: str) -> str:
    """Return the file or project that pip starts with this line, or empty."""
    found = _PIP_FETCHES.match(line)
    return found[1].rsplit("/", 1)[-1] if found else ""


def crate(line: str) -> str:
    """Return the crate that cargo starts to compile with this line, such as ``openssl 0.10.72``."""
    found = _CRATE.match(line)
    return f"{found[1]} {found[2]}" if found else ""


def compiled_file(line: str) -> str:
    """Return the file that ``make`` compiles with this line (``-c -o crypto/aes/aes_core.o …``)."""
    found = _COMPILES.search(line)
    return found[1] if found else ""


def is_progress(line: str) -> bool:
    """Return whether the line only names the next of many crates, files or packages."""
    return bool(_EACH_PART.match(line) or compiled_file(line))


def count_locked_crates(text: str) -> int:
    """Return how many crates a ``Cargo.lock`` lists."""
    return len(_LOCKED_CRATE.findall(text))
