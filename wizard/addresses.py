"""Addresses: what is one, and what may be shown of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def masked(text: str) -> str:
    """The text with the user name and password of every address in it replaced by ``****``."""
    return re.sub(r"(?<=://)[^/?#\s'\"]*@", "****@", text)


def is_address(text: str) -> bool:
    """Whether this is an address that a download can have, and no path."""
    return bool(re.match(r"(https|http|file)://", text))


def has_password(text: str) -> bool:
    """Whether an address has a user name or a password in it, or had one before it was masked."""
    return is_address(text) and "@" in urlsplit(text).netloc
