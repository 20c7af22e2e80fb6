"""Puts OpenSSL's libraries and headers in place, for one architecture."""

from __future__ import annotations

import os

from tests.mac.inside import macho


def put_openssl(
    machos: str, folder: str, names: str, machine: str, version: str, date: str
) -> None:
    """Write ``include`` and ``lib`` below ``folder``.

    ``names`` is the folder that the libraries name as their own place. ``machine`` may be
    ``universal``, for both architectures.
    """
    headers = f"{folder}/include/openssl"
    os.makedirs(headers)
    os.makedirs(f"{folder}/lib")
    with open(f"{headers}/opensslv.h", "w", encoding="ascii") as file:
        file.write(f'# define OPENSSL_VERSION_STR "{version}"\n')
    machines = ("arm64", "x86_64") if machine == "universal" else (machine,)
    for stem in ("libcrypto", "libssl"):
        for suffix in (".3.dylib", ".a"):
            parts = []
            for each in machines:
                with open(f"{machos}/{stem}-{each}{suffix}", "rb") as source:
                    content = source.read()
                if suffix != ".a":
                    content = macho.with_libraries(content, names, {})
                parts.append(macho.with_openssl(content, f"OpenSSL {version} {date}"))
            with open(f"{folder}/lib/{stem}{suffix}", "wb") as made:
                made.write(macho.fat(*parts) if len(parts) > 1 else parts[0])
        os.symlink(f"{stem}.3.dylib", f"{folder}/lib/{stem}.dylib")
