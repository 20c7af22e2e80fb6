"""Minimal honest extension files, byte by byte: ELF, Mach-O thin and fat, PE."""

from __future__ import annotations

import struct

STATIC = b"\0%s:%d: OpenSSL internal error: %s\n\0OpenSSL 4.0.3 29 Sep 2026\0"
"""What a libcrypto inside the file brings: its own error text, and its version."""

HEADERS_ONLY = b"\0OpenSSL 3.0.19 27 Jan 2026\0"
"""What a build against OpenSSL's headers alone brings."""

MACH_MAGIC = 0xFEEDFACF
X86_64, ARM64 = 0x01000007, 0x0100000C


def mach_o(
    libraries: tuple[str, ...], content: bytes = b"", *, rpath: str = "", cpu: int = ARM64
) -> bytes:
    """Return a 64-bit Mach-O bundle that loads ``libraries``, ``content`` behind its header."""
    commands = [_text_command(0x0C, struct.pack("<IIII", 24, 0, 0, 0), n) for n in libraries]
    if rpath:
        commands.append(_text_command(0x8000001C, struct.pack("<I", 12), rpath))
    size = 72 + len(b"".join(commands))  # of all commands, the segment's own 72 bytes among them
    whole = 32 + size + len(content)
    segment = struct.pack("<II16sQQQQIIII", 0x19, 72, b"__TEXT", 0, whole, 0, whole, 5, 5, 0, 0)
    header = struct.pack("<IIIIIIII", MACH_MAGIC, cpu, 0, 8, len(commands) + 1, size, 0, 0)
    return header + segment + b"".join(commands) + content


def _text_command(command: int, fields: bytes, text: str) -> bytes:
    size = 8 + len(fields) + len(text) + 1
    padding = -size % 8
    return (
        struct.pack("<II", command, size + padding) + fields + text.encode() + b"\0" * (padding + 1)
    )


def fat(*thin: bytes) -> bytes:
    """Return a universal file of these thin ones."""
    offset = 4096
    table, body = struct.pack(">II", 0xCAFEBABE, len(thin)), b""
    for number, one in enumerate(thin):
        cpu = (X86_64, ARM64)[number % 2]
        table += struct.pack(">IIIII", cpu, 0, offset + len(body), len(one), 12)
        body += one + b"\0" * (-len(one) % 4096)
    return table.ljust(offset, b"\0") + body


def pe(libraries: tuple[str, ...], content: bytes = b"") -> bytes:
    """Return a 64-bit Windows DLL that imports one function of each of ``libraries``."""
    base, offset = 0x1000, 0x200
    descriptors = 20 * (len(libraries) + 1)
    table, tail = b"", b""
    for name in libraries:
        thunks = base + descriptors + len(tail)
        tail += struct.pack("<QQ", 0x8000000000000001, 0)  # by ordinal 1, and the end
        table += struct.pack("<IIIII", thunks, 0, 0, base + descriptors + len(tail), thunks)
        tail += name.encode() + b"\0" * (8 - len(name) % 8)
    section = (table.ljust(descriptors, b"\0") + tail + content).ljust(0x400, b"\0")
    size = len(section) + -len(section) % 0x200
    dos = b"MZ".ljust(60, b"\0") + struct.pack("<I", 64)
    coff = b"PE\0\0" + struct.pack("<HHIIIHH", 0x8664, 1, 0, 0, 0, 240, 0x2022)
    optional = struct.pack("<HBBIIIII", 0x20B, 14, 0, 0, size, 0, 0, base)
    optional += struct.pack("<QIIHHHHHHIIIIHH", 0x180000000, 4096, 512, 6, 0, 0, 0, 6, 0, 0,
                            base + size + -size % 4096, offset, 0, 2, 0)  # fmt: skip
    optional += struct.pack("<QQQQII", 1 << 20, 4096, 1 << 20, 4096, 0, 16)
    directories = struct.pack("<II", 0, 0) + struct.pack("<II", base, descriptors)
    optional += directories.ljust(128, b"\0")
    head = b".idata".ljust(8, b"\0")
    head += struct.pack("<IIIIIIHHI", size, base, size, offset, 0, 0, 0, 0, 0x40000040)
    return (dos + coff + optional + head).ljust(offset, b"\0") + section.ljust(size, b"\0")


_DT_NEEDED, _DT_STRTAB, _DT_RUNPATH = 1, 5, 29


def elf(
    libraries: tuple[str, ...],
    content: bytes = b"",
    *,
    runpath: str = "",
    undefined: str = "",
    weak: bool = False,
) -> bytes:
    """Return a 64-bit ELF shared object that needs ``libraries`` and the function ``undefined``."""
    strings = b"\0"
    tags: list[tuple[int, int]] = []
    for name in libraries:
        tags.append((_DT_NEEDED, len(strings)))
        strings += name.encode() + b"\0"
    if runpath:
        tags.append((_DT_RUNPATH, len(strings)))
        strings += runpath.encode() + b"\0"
    symbols = bytes(24)
    if undefined:
        symbols += struct.pack("<IBBHQQ", len(strings), (2 if weak else 1) << 4, 0, 0, 0, 0)
        strings += undefined.encode() + b"\0"
    tags += [(_DT_STRTAB, 64), (0, 0)]
    dynamic = b"".join(struct.pack("<QQ", *tag) for tag in tags)
    names = b"\0.dynstr\0.dynamic\0.dynsym\0.rodata\0.shstrtab\0"
    parts = [(b".dynstr", 3, strings, 0, 0), (b".dynamic", 6, dynamic, 1, 16),
             (b".dynsym", 11, symbols, 1, 24), (b".rodata", 1, content, 0, 0),
             (b".shstrtab", 3, names, 0, 0)]  # fmt: skip
    body, table = b"", bytes(64)
    for title, kind, data, link, entry in parts:
        table += struct.pack("<IIQQQQIIQQ", names.index(title), kind, 0, 0, 64 + len(body),
                             len(data), link, 0, 8, entry)  # fmt: skip
        body += data + b"\0" * (-len(data) % 8)
    identity = b"\x7fELF\x02\x01\x01".ljust(16, b"\0")
    header = identity + struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, 0, 64 + len(body), 0,
                                    64, 0, 0, 64, len(parts) + 1, len(parts))  # fmt: skip
    return header + body + table
