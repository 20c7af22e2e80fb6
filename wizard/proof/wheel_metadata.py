"""The metadata inside a wheel."""

from __future__ import annotations

import re
import zipfile
import zlib
from email.parser import HeaderParser

MAX_BYTES = 4 * 1024 * 1024
"""The largest metadata of a wheel, in bytes."""
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What Python raises for a damaged zip file; NotImplementedError, for an unknown compression, is a
RuntimeError."""


def text(archive: zipfile.ZipFile) -> str:
    """Return the metadata of a wheel. Raises ValueError if it has none of a usual size."""
    members = [
        info
        for info in archive.infolist()
        if re.fullmatch(r"[^/]+\.dist-info/METADATA", info.filename)
    ]
    if len(members) != 1 or members[0].file_size > MAX_BYTES:
        raise ValueError("its metadata is missing")
    return archive.read(members[0]).decode("utf-8", "replace")


def requires(metadata: str) -> tuple[str, ...]:
    """Return the lines of Requires-Dist, each on one line."""
    message = HeaderParser().parsestr(metadata)
    return tuple(" ".join(line.split()) for line in message.get_all("Requires-Dist", ()))


def requires_python(metadata: str) -> str:
    """Return the Pythons that the package is for (PEP 440); empty for any."""
    return (HeaderParser().parsestr(metadata).get("Requires-Python") or "").strip()
