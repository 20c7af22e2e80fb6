"""What the pages of an index say about each file."""

from __future__ import annotations

from typing import NamedTuple, Optional
from urllib.parse import unquote

METADATA = ("core-metadata", "dist-info-metadata")
"""The keys that say that there is a file with the metadata: today's name and the first one (PEP
714)."""


class File(NamedTuple):
    """One file of a list. ``yanked`` is the reason, or None if the file was not yanked.

    ``sha256`` is its checksum, or empty if the page does not state it.
    ``uploaded`` is the time of its upload (ISO 8601, PEP 700), or empty if the index omits it.
    ``address`` is where it is, as the page states it: perhaps relative to the page. ``size`` is in
    bytes (PEP 700), or 0 if the page does not state it. ``metadata`` says that the metadata of a
    wheel is beside it, in a separate file (PEP 658).
    """

    name: str
    requires_python: str
    yanked: Optional[str]
    uploaded: str = ""
    sha256: str = ""
    address: str = ""
    size: int = 0
    metadata: bool = False


def file_name(address: str) -> str:
    """Return the file name at the end of an address."""
    return unquote(address.partition("#")[0].partition("?")[0].rpartition("/")[2])
