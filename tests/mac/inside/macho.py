"""Reads and rewrites Mach-O files: architectures, the libraries that they name, their OpenSSL.

The format is Apple's: ``mach-o/loader.h`` and ``mach-o/fat.h``.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MACHINES = {0x01000007: "x86_64", 0x0100000C: "arm64"}
_FAT, _THIN = 0xCAFEBABE, 0xFEEDFACF
_ID_DYLIB, _LOAD_DYLIB, _RPATH, _SEGMENT_64 = 0xD, 0xC, 0x8000001C, 0x19
VERSION = re.compile(rb"OpenSSL \d+\.\d+\.\d+\w* +\d+ \w+ \d{4}\0*")


class NotMachO(ValueError):
    """The bytes are not a Mach-O file of 64 bits."""


@dataclass(frozen=True)
class Slice:
    """One architecture of a file. ``needed`` are the names of libraries, ``openssl`` is a text
    such as ``OpenSSL 3.6.0 1 Oct 2025``, or empty."""

    machine: str
    content: bytes
    needed: tuple[str, ...] = ()
    rpaths: tuple[str, ...] = ()
    openssl: str = ""


def read(content: bytes) -> tuple[Slice, ...]:
    """Return the slices of a thin or fat file. Raises NotMachO."""
    if len(content) < 32:
        raise NotMachO("too short")
    if struct.unpack_from(">I", content)[0] != _FAT:
        return (_slice(content),)
    count = struct.unpack_from(">I", content, 4)[0]
    found = []
    for number in range(count):
        _cpu, _sub, start, size, _align = struct.unpack_from(">5I", content, 8 + 20 * number)
        found.append(_slice(content[start : start + size]))
    return tuple(found)


def _slice(content: bytes) -> Slice:
    magic, cpu = struct.unpack_from("<II", content)
    if magic != _THIN or cpu not in MACHINES:
        raise NotMachO("another format")
    needed: list[str] = []
    rpaths: list[str] = []
    for kind, command in _commands(content):
        if kind in (_LOAD_DYLIB, _RPATH):
            text = _text(command, struct.unpack_from("<I", command, 8)[0])
            (needed if kind == _LOAD_DYLIB else rpaths).append(text)
    found = VERSION.search(content)
    openssl = found[0].rstrip(b"\0").decode("ascii") if found else ""
    return Slice(MACHINES[cpu], content, tuple(needed), tuple(rpaths), openssl)


def _commands(content: bytes) -> list[tuple[int, bytes]]:
    count = struct.unpack_from("<I", content, 16)[0]
    place, found = 32, []
    for _ in range(count):
        kind, size = struct.unpack_from("<II", content, place)
        found.append((kind, content[place : place + size]))
        place += size
    return found


def _text(command: bytes, start: int) -> str:
    return command[start:].split(b"\0")[0].decode("utf-8")


def machine_of_archive(content: bytes) -> str:
    """Return the architecture of the first object in a static library; empty if there is none."""
    place = content.find(struct.pack("<I", _THIN))
    if place < 0:
        return ""
    return MACHINES.get(int(struct.unpack_from("<I", content, place + 4)[0]), "")


def fat(*parts: bytes) -> bytes:
    """Return a universal file of these thin ones, as ``lipo -create`` makes it."""
    align, place = 14, 1 << 14
    head, body = struct.pack(">II", _FAT, len(parts)), b""
    for part in parts:
        cpu, sub = struct.unpack_from("<II", part, 4)
        head += struct.pack(">5I", cpu, sub, place + len(body), len(part), align)
        body += part + b"\0" * (-len(part) % (1 << align))
    return head + b"\0" * (place - len(head)) + body


def renamed(content: bytes, change: Callable[[str], str]) -> bytes:
    """Return a thin file with other names of libraries, as ``install_name_tool`` makes it.

    Raises ValueError if the new names do not fit in front of the first section.
    """
    commands, changed = _commands(content), []
    for kind, command in commands:
        if kind in (_LOAD_DYLIB, _ID_DYLIB):
            name = change(_text(command, 24)).encode() + b"\0"
            name += b"\0" * (-(24 + len(name)) % 8)
            command = struct.pack("<III", kind, 24 + len(name), 24) + command[12:24] + name
        changed.append(command)
    load = b"".join(changed)
    old = sum(len(command) for _kind, command in commands)
    if 32 + len(load) > _first_section(commands):
        raise ValueError("the new names are too long")
    head = content[:20] + struct.pack("<I", len(load)) + content[24:32]
    return head + load + b"\0" * max(0, old - len(load)) + content[32 + max(old, len(load)) :]


def _first_section(commands: list[tuple[int, bytes]]) -> int:
    starts: list[int] = []
    for kind, command in commands:
        if kind == _SEGMENT_64:
            for number in range(struct.unpack_from("<I", command, 64)[0]):
                place = struct.unpack_from("<I", command, 72 + 80 * number + 48)[0]
                starts += [place] if place else []
    return min(starts)


def with_openssl(content: bytes, text: str) -> bytes:
    """Return the file, thin or fat, with another text about OpenSSL's version."""

    def fill(found: re.Match[bytes]) -> bytes:
        size = len(found[0])
        if len(text) >= size:
            raise ValueError(f"no room for {text}")
        return text.encode("ascii").ljust(size, b"\0")

    return VERSION.sub(fill, content)


def with_libraries(content: bytes, folder: str, own: Mapping[str, str]) -> bytes:
    """Return a thin file in which ``@rpath/NAME`` is ``folder/NAME``, or ``own[NAME]``."""

    def change(name: str) -> str:
        base = name.rpartition("/")[2]
        return own.get(base) or (f"{folder}/{base}" if name.startswith("@rpath/") else name)

    return renamed(content, change)


def identity(content: bytes) -> str:
    """Return the name of a thin library itself, which a linker copies; empty if it has none."""
    found = (_text(command, 24) for kind, command in _commands(content) if kind == _ID_DYLIB)
    return next(found, "")
