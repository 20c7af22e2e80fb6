"""Reading a library file's architecture and OpenSSL version."""

from __future__ import annotations

import mmap
import re
import struct
from pathlib import Path

ELF = {
    62: "x86_64",
    3: "i686",
    183: "aarch64",
    40: "arm",
    243: "riscv64",
    22: "s390x",
    21: "ppc64le",
}
"""``e_machine`` of an ELF header (the ELF specification, processor supplements)."""
MACH_O = {0x01000007: "x86_64", 0x0100000C: "arm64"}
"""``cputype`` of a Mach-O header (Apple's ``mach/machine.h``)."""
_ELF_START = b"\x7fELF"
_MACH_O_START = b"\xcf\xfa\xed\xfe"
_VERSION = re.compile(rb"OpenSSL (\d+\.\d+\.\d+[a-z]*)(?:[-+.\w]*) +\d{1,2} [A-Z][a-z]{2} \d{4}")
_HEAD = 1 << 20
"""Bytes: a static library begins with an index of names, followed by its first member."""


def machine(path: Path) -> str:
    """Return the architecture of a library, shared or static; empty if it is not stated.

    Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    at = head.find(_ELF_START)
    if at >= 0 and len(head) >= at + 20:
        order = ">" if head[at + 5] == 2 else "<"  # EI_DATA
        return ELF.get(struct.unpack_from(f"{order}H", head, at + 18)[0], "")
    at = head.find(_MACH_O_START)
    if at >= 0 and len(head) >= at + 8:
        return MACH_O.get(struct.unpack_from("<I", head, at + 4)[0], "")
    return ""


def version(path: Path) -> str:
    """Return the version stated in a libcrypto, such as ``3.0.19``; empty if there is none.

    Raises OSError if it cannot be read.
    """
    if not path.stat().st_size:
        return ""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        found = _VERSION.search(content)
        return found[1].decode("ascii") if found else ""
