"""The checksums (SHA-256) of files and texts, in hexadecimal."""

from __future__ import annotations

import hashlib
from pathlib import Path

_PIECE = 1 << 20


def of_file(path: Path) -> str:
    """Return the checksum of a file. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def of_bytes(data: bytes) -> str:
    """Return the checksum of these bytes."""
    return hashlib.sha256(data).hexdigest()
