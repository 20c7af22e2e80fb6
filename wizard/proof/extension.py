"""What an extension file contains: its OpenSSL, its libraries, its glibc, its compiler."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from wizard.proof import linkage
from wizard.proof.libraries import MACH_O
from wizard.proof.linkage import Linkage
from wizard.versions import key

_GLIBC = re.compile(r"GLIBC_(\d+(?:\.\d+)+)")
_RUST = re.compile(rb"rustc version (\d+\.\d+\.\d+)")


@dataclass(frozen=True)
class ExtensionInfo:
    """One extension file.

    ``openssl`` is the version text of the OpenSSL inside, or of the headers that it was built with.
    ``needed`` are the libraries that it links to, and ``folders`` those in which it looks for them
    before the system's. ``glibc`` is the oldest glibc with all symbols that it uses, and ``rust``
    the compiler that made it. ``macos`` is the oldest macOS for which it was made, for both
    architectures of a universal file. A field is empty if the file does not contain that
    information; only ELF files contain the four before the last.
    """

    linkage: Linkage
    openssl: str = ""
    needed: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    glibc: str = ""
    rust: str = ""
    macos: str = ""


def read_extension(path: str) -> ExtensionInfo:
    """Read the extension file ``path``. Never raises because of its contents."""
    found_linkage = linkage.read(path)
    content = Path(path).read_bytes()
    match = linkage.VERSION.search(content)
    info = ExtensionInfo(
        found_linkage, " ".join(match[0].decode("ascii").split()[:2]) if match else ""
    )
    if not content.startswith(b"\x7fELF"):
        return replace(info, macos=_read_macos(path))
    try:
        needed, folders, glibc, comment = _read_elf(path)
    except Exception:  # noqa: BLE001 - broken files make the reader raise anything
        return info  # the linkage reports what is wrong with it
    rust = _RUST.search(comment)
    return replace(
        info,
        needed=needed,
        folders=folders,
        glibc=glibc,
        rust=rust[1].decode("ascii") if rust else "",
    )


def _read_macos(path: str) -> str:
    """Return the oldest macOS that a Mach-O file states (``LC_BUILD_VERSION``, and its form before
    macOS 10.14); empty for other files.

    In a universal file, 11.0 for Apple silicon is no limit: no older macOS runs there.
    """
    from macholib.mach_o import LC_BUILD_VERSION, LC_VERSION_MIN_MACOSX
    from macholib.MachO import MachO

    try:
        headers = MachO(path, allow_unknown_load_commands=True).headers
    except Exception:  # noqa: BLE001 - broken files make the reader raise anything
        return ""  # it is no Mach-O file; otherwise, the linkage reports what is wrong with it
    fields = {LC_BUILD_VERSION: "minos", LC_VERSION_MIN_MACOSX: "version"}
    stated = {
        MACH_O.get(header.header.cputype, ""): int(getattr(command, fields[load.cmd]))
        for header in headers
        for load, command, _ in header.commands
        if load.cmd in fields
    }
    limits = [v for name, v in stated.items() if (name, v >> 8) != ("arm64", 11 << 8)]
    newest = max(limits or stated.values(), default=0)  # xxxx.yy.zz, in this order
    return f"{newest >> 16}.{newest >> 8 & 0xFF}" if newest else ""


def _read_elf(path: str) -> tuple[tuple[str, ...], tuple[str, ...], str, bytes]:
    """Return libraries, run path, the newest version of glibc's symbols, and compiler names."""
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile
    from elftools.elf.gnuversions import GNUVerNeedSection

    needed: list[str] = []
    folders: list[str] = []
    versions: list[str] = []
    comment = b""
    with open(path, "rb") as stream:  # noqa: PTH123 - the reader wants the stream
        for section in ELFFile(stream).iter_sections():
            if isinstance(section, DynamicSection):
                tags: Iterable[Any] = section.iter_tags()  # their attributes exist only at run time
                for tag in tags:
                    if tag.entry.d_tag == "DT_NEEDED":
                        needed.append(tag.needed)
                    elif tag.entry.d_tag in ("DT_RPATH", "DT_RUNPATH"):
                        path = tag.rpath if tag.entry.d_tag == "DT_RPATH" else tag.runpath
                        folders += [folder for folder in path.split(":") if folder]
            elif isinstance(section, GNUVerNeedSection):
                for _library, symbols in section.iter_versions():
                    found = (_GLIBC.fullmatch(symbol.name) for symbol in symbols)
                    versions += [match[1] for match in found if match]
            elif section.name == ".comment":
                comment = section.data()
    return tuple(needed), tuple(folders), max(versions, key=key, default=""), comment
