"""What a library file says of itself."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from wizard.proof import libraries

STATED = b"\0OpenSSL 3.5.4 30 Sep 2025\0"


def elf(machine: int, *, big: bool = False) -> bytes:
    order = ">" if big else "<"
    return b"\x7fELF\x02" + (b"\x02" if big else b"\x01") + b"\0" * 10 + struct.pack(
        f"{order}HH", 3, machine
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "machine"),
    [
        (elf(62), "x86_64"),
        (elf(183), "aarch64"),
        (elf(22, big=True), "s390x"),
        (b"!<arch>\n" + b"\0" * 500 + elf(40), "arm"),
        (b"\xcf\xfa\xed\xfe" + struct.pack("<I", 0x0100000C), "arm64"),
        (b"GROUP ( libssl.so.3 )", ""),
        (b"", ""),
        (b"\x7fELF", ""),
    ],
)
def test_the_architecture(content: bytes, machine: str, tmp_path: Path) -> None:
    file = tmp_path / "libcrypto"
    file.write_bytes(content)
    assert libraries.machine(file) == machine


@pytest.mark.parametrize(
    ("content", "version"),
    [
        (elf(62) + STATED, "3.5.4"),
        (b"OpenSSL 1.1.1w  11 Sep 2023", "1.1.1w"),
        (b"OpenSSL 3.5.4", ""),
        (b"", ""),
    ],
)
def test_the_version(content: bytes, version: str, tmp_path: Path) -> None:
    file = tmp_path / "libcrypto"
    file.write_bytes(content)
    assert libraries.version(file) == version


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="libcrypto"):
        libraries.version(tmp_path / "libcrypto")
