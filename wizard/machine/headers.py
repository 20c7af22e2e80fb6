"""OpenSSL's headers and libraries on this machine."""

# Paths are kept as the user wrote them; Path would normalize them.
# ruff: noqa: PTH110, PTH118, PTH119, PTH120, PTH207

from __future__ import annotations

import os
import re
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from glob import glob
from pathlib import Path

from backends.manager import managers
from wizard.facts import Headers
from wizard.programs.processes import ProgramTimeout, ask
from wizard.proof import libraries as library_files

TIME_LIMIT = 8.0
"""Seconds."""
LINKED_LIBRARIES = ("libssl.so", "libssl.dylib", "libssl.lib", "libssl.a")
"""Names of libraries that a linker uses; the last is static, except on Windows, where both end in
.lib."""
SHARED_LIBRARIES = ("libssl.so", "libcrypto.so", "libssl.dylib", "libcrypto.dylib")
CRYPTO_LIBRARIES = ("libcrypto.so", "libcrypto.dylib", "libcrypto.a")


def read(requested: str = "") -> tuple[Headers, ...]:
    """Return OpenSSL's headers, in the order in which a build looks for them.

    ``requested`` is the folder of an OpenSSL that comes first.
    """
    found: dict[str, Headers] = {}
    for folder in (
        *([os.path.join(requested, "include")] if requested else []),
        *_include_folders(),
    ):
        real_path = os.path.realpath(folder)
        version = version_of(_opensslv(folder))
        if version and real_path not in found:
            found[real_path] = _describe(folder, version)
    return tuple(found.values())


def _describe(folder: str, version: str) -> Headers:
    libraries = _library_folder(folder)
    libcrypto = next(
        (p for name in CRYPTO_LIBRARIES if (p := Path(libraries, name)).is_file()), None
    )
    if not libraries or libcrypto is None:
        return Headers(folder, version, libraries)
    static = all(Path(libraries, f"{name}.a").is_file() for name in ("libssl", "libcrypto"))
    try:
        version_of_library = library_files.version(libcrypto)
        machine, *more = library_files.machines(libcrypto) or ("",)
    except OSError:
        version_of_library, machine, more = "", "", []  # nothing is known about it
    return Headers(
        folder,
        version,
        libraries,
        static,
        version_of_library,
        machine,
        _has_any(libraries, SHARED_LIBRARIES),
        tuple(more),
    )


def _opensslv(folder: str) -> str:
    try:
        return Path(folder, "openssl", "opensslv.h").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""  # most of the searched folders have none


def version_of(text: str) -> str:
    """Return the version that an ``opensslv.h`` states, in the format of 1.1, 3.x or LibreSSL."""
    libre = re.search(r'LIBRESSL_VERSION_TEXT\s+"(LibreSSL [\w.]+)', text)
    if libre:
        return libre[1]
    stated = re.search(r'OPENSSL_VERSION_STR\s+"([\w.]+)', text)  # since 3.0
    stated = stated or re.search(r'OPENSSL_VERSION_TEXT\s+"OpenSSL ([\w.]+)', text)
    if stated:
        return stated[1]
    parts = re.findall(r"define\s+OPENSSL_VERSION_(?:MAJOR|MINOR|PATCH)\s+(\d+)", text)
    return ".".join(parts) if len(parts) == 3 else ""


def _include_folders() -> Iterator[str]:
    if os.environ.get("OPENSSL_DIR"):
        yield os.path.join(os.environ["OPENSSL_DIR"], "include")
    if sys.platform == "win32":
        yield from _windows_folders()
        return
    yield from _pkg_config_folder()
    for manager in managers().values():
        for pattern in manager.openssl_headers:
            yield from sorted(glob(pattern), reverse=True)
    yield from ("/usr/include", "/usr/local/include")
    yield from sorted(glob("/usr/include/openssl[0-9]*"))  # the second OpenSSL of RHEL and SUSE


def _pkg_config_folder() -> Iterator[str]:
    program = shutil.which("pkg-config")
    if program is None:
        return
    try:
        output = ask((program, "--variable=includedir", "openssl"), timeout=TIME_LIMIT)
    except (OSError, ProgramTimeout):
        return  # reported as a tool with a problem
    if output.exit == 0 and output.stdout.strip():
        yield output.stdout.strip()


def _windows_folders() -> Iterator[str]:
    """Yield the folders of the usual installers for Windows, and of vcpkg."""
    drive = os.environ.get("SYSTEMDRIVE", "C:")
    program_files = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)")]
    for folder in (*filter(None, program_files), f"{drive}\\"):
        yield from sorted(glob(os.path.join(folder, "OpenSSL*", "include")))
    if os.environ.get("VCPKG_ROOT"):
        yield from sorted(glob(os.path.join(os.environ["VCPKG_ROOT"], "installed", "*", "include")))


def _library_folder(include: str) -> str:
    """Return the folder with the libraries for the headers in ``include``, or empty if not
    found.
    """
    parent = os.path.dirname(include.rstrip("/\\"))
    folders = [os.path.join(parent, name) for name in ("lib", "lib64")]
    if sys.platform == "win32":  # current installers have one folder for each kind of library
        folders = [*sorted(glob(os.path.join(parent, "lib", "VC", "*", "MD"))), *folders]
    multiarch = sysconfig.get_config_var("MULTIARCH")
    name = os.path.basename(include)
    if include.startswith("/usr/include"):
        subfolder = name if name != "include" else ""  # the second OpenSSL of RHEL: openssl11
        folders = [
            *([f"/usr/lib/{multiarch}"] if multiarch else []),
            *(f"/usr/{lib}/{subfolder}".rstrip("/") for lib in ("lib64", "lib")),
        ]
    return next((folder for folder in folders if _has_any(folder, LINKED_LIBRARIES)), "")


def _has_any(folder: str, names: tuple[str, ...]) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in names)
