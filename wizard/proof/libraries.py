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
_FAT_ENTRIES = {b"\xca\xfe\xba\xbe": ">I16x", b"\xca\xfe\xba\xbf": ">I28x"}
"""The beginnings of universal files, and the format of their entries, which begin with the
``cputype``: ``fat_arch`` and ``fat_arch_64`` of Apple's ``mach-o/fat.h``."""
_MOST_SLICES = 32
"""More than any universal file has. Java classes have the same beginning and a larger number."""
_ELF_START = b"\x7fELF"
_MACH_O_START = b"\xcf\xfa\xed\xfe"
_VERSION = re.compile(rb"OpenSSL (\d+\.\d+\.\d+[a-z]*)(?:[-+.\w]*) +\d{1,2} [A-Z][a-z]{2} \d{4}")
_HEAD = 1 << 20
"""Bytes: a static library begins with an index of names, followed by its first member."""


def machines(path: Path) -> tuple[str, ...]:
    """Return the architectures of a library, shared or static; empty if none is stated.

    Only a universal library of macOS has several. Raises OSError if it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head[:4] in _FAT_ENTRIES:
        return _slices(head, _FAT_ENTRIES[head[:4]])
    only = _machine(head)
    return (only,) if only else ()


def _slices(head: bytes, entry: str) -> tuple[str, ...]:
    """Return the known architectures in the table of a universal file."""
    count = int.from_bytes(head[4:8], "big")
    size = struct.calcsize(entry)
    if count > _MOST_SLICES or len(head) < 8 + count * size:
        return ()
    types = (struct.unpack_from(entry, head, 8 + number * size)[0] for number in range(count))
    return tuple(dict.fromkeys(MACH_O[cputype] for cputype in types if cputype in MACH_O))


def _machine(head: bytes) -> str:
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
