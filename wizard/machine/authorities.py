"""Variables that name certificate authorities which are not there.

A folder or a file that is there may still have none: then nobody is trusted either.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

VARIABLES = (
    *("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CARGO_HTTP_CAINFO"),
)
"""What pip, its parts, OpenSSL, uv, curl and cargo read."""
LARGEST = 8 * 1024 * 1024
"""How many bytes of a file are searched: those with all known authorities have a quarter of one."""
_BEGIN = re.compile(rb"-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----")
"""How a certificate begins (OpenSSL's ``pem.h``): a file may have only a key."""
_LINK = re.compile(r"[0-9a-f]{8}\.\d+")
"""The names that OpenSSL looks for in a folder: the links that ``openssl rehash`` makes. A
certificate with another name is not found."""
FOLDERS = ("SSL_CERT_DIR",)
"""Those that name several folders, of which one is enough."""


def lost(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables whose file or folder has no certificates, with their values."""
    return tuple(
        (name, value)
        for name in VARIABLES
        if (value := variables.get(name, "")) and not any(map(_has_any, _paths(name, value)))
    )


def _paths(name: str, value: str) -> list[str]:
    return value.split(os.pathsep) if name in FOLDERS else [value]


def _has_any(path: str) -> bool:
    """Return whether a file or a folder may have certificates."""
    try:
        if not path or not Path(path).exists():
            return False
        if Path(path).is_dir():
            names = filter(_LINK.fullmatch, os.listdir(path))  # noqa: PTH208 - only names
            return any(Path(path, name).exists() for name in names)
        if not Path(path).is_file():
            return True  # a pipe gives its text only once, and perhaps never
        with Path(path).open("rb") as file:
            return bool(_BEGIN.search(file.read(LARGEST)))
    except OSError:  # it may not be read by this user: then it may have some
        return True
