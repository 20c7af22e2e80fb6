"""Variables that name certificate authorities which are not there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLES = (
    *("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "CARGO_HTTP_CAINFO"),
)
"""What pip, its parts, OpenSSL, uv, curl and cargo read."""
FOLDERS = ("SSL_CERT_DIR",)
"""Those that name several folders, of which one is enough."""


def lost(variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the variables whose file or folder does not exist, with their values."""
    return tuple(
        (name, value)
        for name in VARIABLES
        if (value := variables.get(name, "")) and not any(map(_exists, _paths(name, value)))
    )


def _paths(name: str, value: str) -> list[str]:
    return value.split(os.pathsep) if name in FOLDERS else [value]


def _exists(path: str) -> bool:
    try:
        return bool(path) and Path(path).exists()
    except OSError:  # a folder above it may not be entered: then it may be there
        return True
