"""Read from an extension file, of any system and on any host, how it links OpenSSL."""

from __future__ import annotations

import importlib
import mmap
import re
import struct
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from typing import BinaryIO

MAX_BYTES = 512 * 1024 * 1024
"""Bytes. The extension files of all releases are below 30 MB; anything larger is something else."""

# Texts in libcrypto itself (crypto/cryptlib.c, 1.1.0 to 4.0). The version text alone proves
# nothing, because OpenSSL's headers also put it into every dynamic build.
_LIBCRYPTO_TEXT = b"OpenSSL internal error"
VERSION = re.compile(rb"OpenSSL \d+\.\d+\.\d+[-+.\w]* +\d{1,2} [A-Z][a-z]{2} \d{4}")
_FORKS = re.compile(rb"(?:compatible; (AWS-LC|BoringSSL)|(LibreSSL) \d+\.\d+)")
_LIBRARY = re.compile(r"lib(ssl|crypto)([-_.\d].*)?|(ssleay|libeay)32.*", re.IGNORECASE)

_NO_OPENSSL = "This file neither contains OpenSSL nor is linked to it."


@dataclass(frozen=True)
class Linkage:
    """How the extension file ``file`` links OpenSSL.

    ``kind`` is ``static`` (OpenSSL inside) or ``dynamic`` (linked to the ``libraries``);
    ``unknown`` if the file could not be read, with the reason in ``problem``.
    """

    kind: Literal["static", "dynamic", "unknown"]
    file: str = ""
    libraries: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class _Part:
    """One architecture's part of a file: what it links to, and where its bytes are.

    ``paths`` are folders in which to look for the libraries. ``undefined`` is an OpenSSL function
    that the part needs from elsewhere.
    """

    needed: tuple[str, ...]
    start: int = 0
    size: int = 0
    paths: tuple[str, ...] = ()
    undefined: str = ""


def prepare() -> None:
    """Import what reads the extension files of this system: `read` would wait for it."""
    readers = {"darwin": "macholib.MachO", "win32": "pefile"}
    importlib.import_module(readers.get(sys.platform, "elftools.elf.elffile"))


def read(path: str) -> Linkage:
    """Read the extension file ``path`` (ELF, Mach-O thin or fat, PE) of any architecture.

    Never raises: what cannot be read is ``unknown``, and ``problem`` says why. Libraries are full
    paths if the file contains the path or says where to look, otherwise the names in the file.
    """
    try:
        size = Path(path).stat().st_size
        if not size:
            return _unknown(path, "The file is empty.")
        if size > MAX_BYTES:
            return _unknown(path, f"With {size:,} bytes the file is too large for an extension.")
        with open(path, "rb") as stream:  # noqa: PTH123 - all readers take the stream or its name
            return _read_parts(path, stream)
    except OSError as error:
        return _unknown(path, f"The file cannot be read: {error.strerror or error}.")
    except Exception as error:  # noqa: BLE001 - broken files make the readers raise anything
        return _unknown(path, f"The file is damaged: {type(error).__name__}: {error}.")


def combine(linkages: Sequence[Linkage]) -> Linkage:
    """Combine the extension files of one installation into one answer.

    Releases before 40 have two files, and only one of them contains or links OpenSSL. If any file
    links to OpenSSL, the whole installation is ``dynamic``.
    """
    for kind in ("dynamic", "static", "unknown"):
        for linkage in linkages:
            if linkage.kind == kind:
                return linkage
    return Linkage("unknown", problem="This installation has no extension file.")


def resolve(linkage: Linkage, mapped: Sequence[str]) -> Linkage:
    """Replace the names of the libraries with the files that a process has ``mapped``.

    What the dynamic linker really loaded is decisive. A name without a match stays.
    """
    return replace(
        linkage, libraries=tuple(_mapped_path(name, mapped) for name in linkage.libraries)
    )


def _mapped_path(name: str, mapped: Sequence[str]) -> str:
    # libssl.so.3 may be a link to libssl.so.3.0.7: the kernel's list contains the real file name.
    base = PurePosixPath(name).name
    for path in mapped:
        found = PurePosixPath(path).name
        if found == base or found.startswith(base + "."):
            return path
    return name


def _read_parts(path: str, stream: BinaryIO) -> Linkage:
    start = stream.read(4)
    stream.seek(0)
    parts: tuple[_Part, ...]
    if start == b"\x7fELF":
        parts = (_elf_part(stream, path),)
    elif start[:2] == b"MZ":
        parts = (_pe_part(path),)
    elif start in _MACH_O:
        parts = _mach_o_parts(path)
    else:
        return _unknown(path, "The file is not an extension file: it is not ELF, Mach-O or PE.")
    with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        answers = {_part_linkage(path, part, content) for part in parts}
    if len(answers) > 1:
        kinds = ", ".join(sorted({answer.kind for answer in answers}))
        return _unknown(path, f"The architectures in the file link OpenSSL differently: {kinds}.")
    return answers.pop()


def _part_linkage(path: str, part: _Part, content: mmap.mmap) -> Linkage:
    libraries = tuple(name for name in part.needed if _is_openssl(name))
    if libraries:
        paths = tuple(_find_library(name, part.paths) for name in libraries)
        return Linkage("dynamic", path, tuple(dict.fromkeys(paths)))
    if part.undefined:
        problem = (
            f"The file needs OpenSSL's {part.undefined} but names no library that provides it."
        )
        return _unknown(path, problem)
    end = part.start + part.size if part.size else len(content)
    if content.find(_LIBCRYPTO_TEXT, part.start, end) >= 0 and VERSION.search(
        content, part.start, end
    ):
        return Linkage("static", path)
    fork = _FORKS.search(content, part.start, end)
    if fork:
        name = (fork[1] or fork[2]).decode("ascii")
        return _unknown(path, f"{name} is in this file, not OpenSSL.")
    return _unknown(path, _NO_OPENSSL)


def _is_openssl(name: str) -> bool:
    base = PureWindowsPath(name).name  # handles both kinds of slash
    return _LIBRARY.fullmatch(base) is not None


def _find_library(name: str, folders: tuple[str, ...]) -> str:
    """Return the full path of a library in one of ``folders``, else its name."""
    for folder in folders:
        candidate = Path(folder, name)
        if candidate.is_file():
            return str(candidate)
    return name


def _elf_part(stream: BinaryIO, path: str) -> _Part:
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile
    from elftools.elf.sections import SymbolTableSection

    needed: list[str] = []
    paths: list[str] = []
    undefined = ""
    tag: Any  # pyelftools sets its attributes only at run time
    for section in ELFFile(stream).iter_sections():
        if isinstance(section, DynamicSection):
            for tag in section.iter_tags():
                if tag.entry.d_tag == "DT_NEEDED":
                    needed.append(tag.needed)
                elif tag.entry.d_tag == "DT_RPATH":
                    paths += tag.rpath.split(":")
                elif tag.entry.d_tag == "DT_RUNPATH":
                    paths += tag.runpath.split(":")
        elif isinstance(section, SymbolTableSection) and section.name == ".dynsym":
            undefined = next(
                (
                    symbol.name
                    for symbol in section.iter_symbols()
                    if symbol.entry.st_shndx == "SHN_UNDEF"
                    and symbol.entry.st_info.bind == "STB_GLOBAL"  # a weak one may be absent
                    and symbol.name.startswith(("OPENSSL_", "OpenSSL_", "EVP_", "SSL_CTX_"))
                ),
                "",
            )
    folder = str(Path(path).parent)
    origin = [p.replace("${ORIGIN}", folder).replace("$ORIGIN", folder) for p in paths]
    return _Part(tuple(needed), paths=tuple(p for p in origin if p), undefined=undefined)


_MACH_O = {
    bytes.fromhex(magic)
    for magic in ("feedface", "cefaedfe", "feedfacf", "cffaedfe", "cafebabe", "cafebabf")
}
_MAX_ARCHITECTURES = 32
"""More than any fat file contains. Java classes begin like fat files, with a larger number here."""


def _mach_o_parts(path: str) -> tuple[_Part, ...]:
    from macholib.mach_o import FAT_MAGIC, FAT_MAGIC_64, LC_RPATH
    from macholib.MachO import MachO

    with open(path, "rb") as stream:  # noqa: PTH123 - eight bytes, not the file
        magic, count = struct.unpack(">II", stream.read(8))
    if magic in (FAT_MAGIC, FAT_MAGIC_64) and count > _MAX_ARCHITECTURES:
        raise ValueError(f"it claims to contain {count} architectures")
    parts = []
    for header in MachO(path, allow_unknown_load_commands=True).headers:
        segments = [command for _, command, _ in header.commands if hasattr(command, "filesize")]
        _require_complete(
            header.size, ((segment.fileoff, segment.filesize) for segment in segments)
        )
        folder = str(Path(path).parent)
        needed = [name.replace("@loader_path", folder) for _, _, name in header.walkRelocatables()]
        paths = [
            data.rstrip(b"\x00").decode("utf-8").replace("@loader_path", folder)
            for load, _, data in header.commands
            if load.cmd == LC_RPATH
        ]
        names = [name[len("@rpath/") :] if name.startswith("@rpath/") else name for name in needed]
        parts.append(_Part(tuple(names), header.offset, header.size, tuple(paths)))
    if not parts:
        raise ValueError("it contains no architecture")
    return tuple(parts)


def _pe_part(path: str) -> _Part:
    import pefile

    directories = ("IMAGE_DIRECTORY_ENTRY_IMPORT", "IMAGE_DIRECTORY_ENTRY_DELAY_IMPORT")
    with pefile.PE(path, fast_load=True) as file:
        sections = ((section.PointerToRawData, section.SizeOfRawData) for section in file.sections)
        _require_complete(Path(path).stat().st_size, sections)
        file.parse_data_directories([pefile.DIRECTORY_ENTRY[name] for name in directories])
        tables = ("DIRECTORY_ENTRY_IMPORT", "DIRECTORY_ENTRY_DELAY_IMPORT")
        entries = [entry for table in tables for entry in getattr(file, table, ())]
        return _Part(tuple(entry.dll.decode("ascii", "replace") for entry in entries))


def _require_complete(size: int, parts: Iterable[tuple[int, int]]) -> None:
    """Raise ValueError if a part (offset and length) extends past the end of the file."""
    if any(start + length > size for start, length in parts):
        raise ValueError("its end is missing")


def _unknown(path: str, problem: str) -> Linkage:
    return Linkage("unknown", path, problem=problem)
