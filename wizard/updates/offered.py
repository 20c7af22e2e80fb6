"""Read the tables that an address or a folder offers, within limits of size and time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

from wizard import table_source, text_files
from wizard.addresses import is_address, masked
from wizard.errors import BadRequest, WizardError
from wizard.table_source import FILE, MAX_BYTES, MAX_SIGNATURE_BYTES, SIGNATURE

_FORM = "An address begins with https://, http:// or file://, and names a host or a folder."
SECONDS = 60.0
"""The time limit for both files together."""


@dataclass(frozen=True)
class Offered:
    """Tables that are not verified yet. ``place`` is where the document was, without secrets."""

    place: str
    document: bytes
    signature: str


def read(origin: str, say: Callable[[str], None] = lambda _what: None) -> Offered:
    """Read the tables at ``origin``, an address or a folder. ``say`` gets why it takes longer.

    Raises BadRequest if it is no address and no such folder, WizardError if they cannot be read.
    """
    if "://" in origin and not _is_usable(origin):
        raise BadRequest(f"{masked(origin)} is not an address of tables.", hints=(_FORM,))
    if not is_address(origin):
        return _read_folder(Path(origin))
    deadline = time.monotonic() + SECONDS
    base = origin.rstrip("/")
    # The signature comes first: where it is missing, nothing large is downloaded.
    signature = _download(f"{base}/{SIGNATURE}", MAX_SIGNATURE_BYTES, deadline, say)
    document = _download(f"{base}/{FILE}", MAX_BYTES, deadline, say)
    return Offered(masked(f"{base}/{FILE}"), document, signature.decode("utf-8", "replace"))


def _is_usable(address: str) -> bool:
    """Return whether an address has all its parts: a host, or for ``file://`` a path."""
    try:
        parts = urlsplit(address)
        return is_address(address) and bool(
            parts.path if parts.scheme == "file" else parts.hostname
        )
    except ValueError:  # such as a bracket that is not closed
        return False


def _read_folder(folder: Path) -> Offered:
    if not folder.is_dir():
        raise BadRequest(
            f"{folder} is neither a folder nor an address.",
            hints=(_FORM,),
        )
    document = text_files.read_regular(folder / FILE, "a file of tables", limit=MAX_BYTES)
    signature = text_files.read_regular(
        folder / SIGNATURE, "a signature", limit=MAX_SIGNATURE_BYTES
    )
    return Offered(str(folder / FILE), document.encode(), signature)


def _download(url: str, limit: int, deadline: float, say: Callable[[str], None]) -> bytes:
    from wizard.running import transfer  # imports requests, which is slow

    data = bytearray()
    pieces = transfer.read(url, deadline, threading.Event(), lambda what, _seconds: say(what))
    for piece in pieces:
        if piece.first == 0:
            data.clear()  # the server began again
        data += piece.data
        if max(len(data), piece.whole) > limit:
            raise WizardError(
                f"{masked(url)} is too large for tables of the wizard.",
                why=f"More than {limit:,} bytes are never read.",
                hints=(f"The address must be that of a folder with {table_source.FILE}.",),
            )
    return bytes(data)
