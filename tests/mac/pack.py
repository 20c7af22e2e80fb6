"""Writes a wheel."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator


def pack(name: str, tag: str, metadata: str, files: Iterator[tuple[str, bytes]]) -> bytes:
    """Return the bytes of a wheel with these files."""
    interpreter, abi, platforms = tag.split("-")
    tags = "".join(f"Tag: {interpreter}-{abi}-{each}\n" for each in platforms.split("."))
    info = f"{name}.dist-info"
    pure = "true" if platforms == "any" else "false"
    rows = [
        *files,
        (f"{info}/METADATA", metadata.encode()),
        (
            f"{info}/WHEEL",
            f"Wheel-Version: 1.0\nGenerator: rig\nRoot-Is-Purelib: {pure}\n{tags}".encode(),
        ),
    ]
    record = []
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for path, content in rows:
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            record.append(f"{path},sha256={digest.decode()},{len(content)}\n")
            archive.writestr(zipfile.ZipInfo(path), content)
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD"), "".join(record) + f"{info}/RECORD,,\n")
    return body.getvalue()
