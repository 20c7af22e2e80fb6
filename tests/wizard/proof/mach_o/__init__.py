"""Real libraries of macOS, thin and universal, for tests of what reads them.

They were made from ``libcrypto.c`` with zig 0.17.1 (the package ziglang), for aarch64 and x86_64:

    zig cc -target aarch64-macos.11.0 -dynamiclib -O2 -s -o libcrypto.dylib libcrypto.c
    zig cc -target aarch64-macos.11.0 -O2 -c -o libcrypto.o libcrypto.c
    zig ar rc libcrypto.a libcrypto.o
    gzip -9 -n
"""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

CPU_TYPES = {"x86_64": 0x01000007, "arm64": 0x0100000C}
PAGE = 0x4000


def thin(machine: str, suffix: str = "dylib") -> bytes:
    """Return the library for one architecture: shared (``dylib``) or static (``a``)."""
    return gzip.decompress(
        (Path(__file__).parent / f"libcrypto-{machine}.{suffix}.gz").read_bytes()
    )


def universal(*machines: str, suffix: str = "dylib", wide: bool = False) -> bytes:
    """Return the libraries for several architectures in one file, as ``lipo -create`` makes it.

    The header is that of Apple's ``mach-o/fat.h``; ``wide`` is the one with 64-bit offsets.
    """
    slices = {machine: thin(machine, suffix) for machine in machines}
    head = struct.pack(">II", 0xCAFEBABF if wide else 0xCAFEBABE, len(slices))
    body, start = b"", PAGE
    for machine, content in slices.items():
        entry = (CPU_TYPES[machine], 0, start + len(body), len(content), 14)
        head += struct.pack(">IIQQII", *entry, 0) if wide else struct.pack(">IIIII", *entry)
        body += content + b"\0" * (-len(content) % PAGE)
    return head.ljust(start, b"\0") + body
