"""What a library file says of itself."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from tests.wizard.proof import mach_o
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
    assert libraries.machines(file) == ((machine,) if machine else ())


@pytest.mark.parametrize("suffix", ["dylib", "a"])
@pytest.mark.parametrize("wide", [False, True])
def test_a_universal_library_has_several_architectures(
    suffix: str, wide: bool, tmp_path: Path
) -> None:
    file = tmp_path / "libcrypto"
    for machines in (("x86_64", "arm64"), ("arm64", "x86_64"), ("arm64",)):
        file.write_bytes(mach_o.universal(*machines, suffix=suffix, wide=wide))
        assert libraries.machines(file) == machines


@pytest.mark.parametrize("suffix", ["dylib", "a"])
@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_a_real_library_of_macos(machine: str, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / "libcrypto"
    file.write_bytes(mach_o.thin(machine, suffix))
    assert libraries.machines(file) == (machine,)
    assert libraries.version(file) == "3.6.3"


@pytest.mark.parametrize(
    "content",
    [
        b"\xca\xfe\xba\xbe\x00\x00\x00\x41" + b"\0" * 4096,  # a Java class of version 65
        mach_o.universal("x86_64", "arm64")[:30],
        b"\xca\xfe\xba\xbe",
    ],
)
def test_what_is_no_whole_table_states_nothing(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "libcrypto"
    file.write_bytes(content)
    assert libraries.machines(file) == ()


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
