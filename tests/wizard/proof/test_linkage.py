"""Extension files of all kinds are read for what OpenSSL is in them, and none makes it stumble."""

from __future__ import annotations

import shutil
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Callable

import pefile
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.wizard import binaries
from wizard.proof.linkage import MAX_BYTES, Linkage, combine, read, resolve

Maker = Callable[..., bytes]
NEITHER = "This file neither contains OpenSSL nor is linked to it."


@pytest.fixture(autouse=True)
def _no_collection_of_garbage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pefile not search what all earlier tests have left for garbage, after each file."""
    monkeypatch.setattr(pefile, "gc", SimpleNamespace(collect=lambda: 0))


def written(folder: Path, content: bytes, name: str = "_rust.abi3.so") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


@pytest.mark.parametrize(
    ("make", "names"),
    [
        (binaries.elf, ("libssl.so.3", "libcrypto.so.3")),
        (binaries.elf, ("libcrypto-0a1b2c3d.so.1.1",)),
        (binaries.mach_o, ("/opt/homebrew/opt/openssl@3/lib/libssl.3.dylib",)),
        (binaries.pe, ("libcrypto-3-x64.dll", "libssl-3-x64.dll")),
        (binaries.pe, ("LIBEAY32.dll",)),
    ],
)
def test_a_linked_openssl_is_dynamic_though_its_version_is_in_the_headers(
    make: Maker, names: tuple[str, ...], tmp_path: Path
) -> None:
    path = written(tmp_path, make(("libz.1", *names), binaries.HEADERS_ONLY))
    assert read(path) == Linkage("dynamic", path, names)


@pytest.mark.parametrize("make", [binaries.elf, binaries.mach_o, binaries.pe])
def test_an_openssl_inside_is_static(make: Maker, tmp_path: Path) -> None:
    # libcrypt is the C library's, libssl3 Mozilla's: neither is OpenSSL.
    path = written(tmp_path, make(("libcrypt.so.1", "libssh.so.4"), binaries.STATIC))
    assert read(path) == Linkage("static", path)


@pytest.mark.parametrize("make", [binaries.elf, binaries.mach_o, binaries.pe])
@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", NEITHER),
        (binaries.HEADERS_ONLY, NEITHER),
        (b"OpenSSL 1.1.1 (compatible; AWS-LC 1.70.0)", "AWS-LC is in this file, not OpenSSL."),
        (b"OpenSSL 1.1.1 (compatible; BoringSSL)", "BoringSSL is in this file, not OpenSSL."),
        (b"LibreSSL 4.2.1", "LibreSSL is in this file, not OpenSSL."),
    ],
)
def test_a_file_without_openssl_is_unknown_and_says_why(
    make: Maker, content: bytes, problem: str, tmp_path: Path
) -> None:
    path = written(tmp_path, make(("libm.so.6",), content))
    assert read(path) == Linkage("unknown", path, problem=problem)


def test_a_function_that_nobody_brings_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, binaries.elf((), binaries.STATIC, undefined="OPENSSL_init_ssl"))
    assert read(path).problem == (
        "The file needs OpenSSL's OPENSSL_init_ssl but names no library that provides it."
    )
    path = written(tmp_path, binaries.elf((), binaries.STATIC, undefined="OPENSSL_x", weak=True))
    assert read(path).kind == "static"


def test_a_library_is_found_where_the_file_says_to_look(tmp_path: Path) -> None:
    beside = tmp_path / "cryptography.libs"
    beside.mkdir()
    library = written(beside, b"library", "libssl.so.3")
    extension = binaries.elf(("libssl.so.3",), runpath="/nowhere:$ORIGIN/cryptography.libs")
    assert read(written(tmp_path, extension)).libraries == (library,)
    bundle = binaries.mach_o(("@rpath/libssl.so.3",), rpath="@loader_path/cryptography.libs")
    assert read(written(tmp_path, bundle)).libraries == (library,)


def test_all_architectures_of_a_fat_file_count(tmp_path: Path) -> None:
    static = binaries.mach_o((), binaries.STATIC)
    dynamic = binaries.mach_o(("/usr/local/lib/libssl.3.dylib",))
    assert read(written(tmp_path, binaries.fat(static, static))).kind == "static"
    assert read(written(tmp_path, binaries.fat(dynamic, dynamic))).kind == "dynamic"
    mixed = read(written(tmp_path, binaries.fat(static, dynamic)))
    assert mixed.kind == "unknown"
    assert "link OpenSSL differently" in mixed.problem


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The file is empty."),
        (b"#!/bin/sh\n", "it is not ELF, Mach-O or PE"),
        (b"\x7fELF", "damaged"),
        (b"MZ", "damaged"),
        (b"\xcf\xfa\xed\xfe", "damaged"),
        (struct.pack(">II", 0xCAFEBABE, 61), "it claims to contain 61 architectures"),
        (struct.pack(">II", 0xCAFEBABE, 0), "it contains no architecture"),
        (binaries.elf(("libssl.so.3",))[:90], "damaged"),
        (binaries.mach_o(("libssl.3.dylib",))[:40], "damaged"),
        (binaries.mach_o((), binaries.STATIC + bytes(99))[:-1], "its end is missing"),
        (binaries.pe((), binaries.STATIC)[:-1], "its end is missing"),
    ],
)
def test_a_broken_file_is_unknown(content: bytes, problem: str, tmp_path: Path) -> None:
    linkage = read(written(tmp_path, content))
    assert linkage.kind == "unknown"
    assert problem in linkage.problem


def test_what_is_no_file_is_unknown(tmp_path: Path) -> None:
    assert "cannot be read" in read(str(tmp_path)).problem
    assert "cannot be read" in read(str(tmp_path / "none.so")).problem
    assert read("a\0b").kind == "unknown"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.so"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)  # sparse: it takes no space
    assert "too large" in read(str(path)).problem


WHOLE = [
    binaries.elf(("libssl.so.3",), binaries.HEADERS_ONLY, runpath="/opt/lib"),
    binaries.mach_o(("libssl.3.dylib",), rpath="/opt/lib"),
    binaries.fat(binaries.mach_o((), binaries.STATIC), binaries.mach_o((), binaries.STATIC)),
    binaries.pe(("libssl-3-x64.dll",)),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 700), st.binary(max_size=8), st.integers(4, 9000))
def test_no_damage_makes_it_raise(
    tmp_path: Path, whole: bytes, place: int, damage: bytes, length: int
) -> None:
    content = (whole[:place] + damage + whole[place + len(damage) :])[:length]
    linkage = read(written(tmp_path, content))
    assert (linkage.kind == "unknown") == bool(linkage.problem)
    assert (linkage.kind == "dynamic") == bool(linkage.libraries)


def test_two_extension_files_give_one_answer() -> None:
    rust = Linkage("unknown", "_rust", problem=NEITHER)
    static, dynamic = Linkage("static", "_openssl"), Linkage("dynamic", "_openssl", ("libssl",))
    assert combine([rust, static]) == static
    assert combine([static, rust, dynamic]) == dynamic
    assert combine([rust]) == rust
    assert combine([]).problem == "This installation has no extension file."


def test_what_was_loaded_takes_the_place_of_names() -> None:
    linkage = Linkage("dynamic", "f", ("libssl.so.3", "/opt/lib/libcrypto.so.3", "libssl.so.1"))
    mapped = ("/usr/lib/libcrypto.so.3", "/usr/lib/libssl.so.3.0.7")
    assert resolve(linkage, mapped).libraries == (
        "/usr/lib/libssl.so.3.0.7",
        "/usr/lib/libcrypto.so.3",
        "libssl.so.1",
    )


def test_what_a_real_linker_makes(tmp_path: Path) -> None:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler (cc) on this machine")

    def compiled(name: str, code: str, *options: str) -> str:
        source = tmp_path / "source.c"
        source.write_text(code)
        target = tmp_path / name
        command = [compiler, "-shared", "-fPIC", "-o", str(target), str(source), *options]
        subprocess.run(command, check=True, timeout=60, capture_output=True)
        return str(target)

    library = compiled("libssl.so", "int SSL_new(void) { return 1; }")
    user = "int SSL_new(void); int start(void) { return SSL_new(); }"
    extension = compiled("_rust.so", user, library)
    assert read(extension).kind == "dynamic"
    assert [Path(name).name for name in read(extension).libraries] == ["libssl.so"]
    inside = (
        'const char *error = "OpenSSL internal error";'
        'const char *version = "OpenSSL 3.0.7 1 Nov 2022";'
    )
    assert read(compiled("static.so", inside)).kind == "static"


PREPARED = """\
import sys
from wizard.proof import linkage
linkage.prepare()
before = set(sys.modules)
print(linkage.read(sys.argv[1]).kind, sorted(set(sys.modules) - before))
"""


def test_nothing_is_imported_for_a_file_of_this_system_after_the_preparation(
    tmp_path: Path,
) -> None:
    make = {"darwin": binaries.mach_o, "win32": binaries.pe}.get(sys.platform, binaries.elf)
    file = written(tmp_path, make(("libssl.so.3", "libcrypto.so.3")))
    done = subprocess.run(
        (sys.executable, "-c", PREPARED, file),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "dynamic []", done.stderr
