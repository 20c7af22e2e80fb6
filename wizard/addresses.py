"""Recognize addresses, and mask the secrets in them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def masked(text: str) -> str:
    """Return the text with the user name and password of every address replaced by ``****``."""
    return re.sub(r"(?<=://)[^/?#\s'\"]*@", "****@", text)


def is_address(text: str) -> bool:
    """Return whether this is a download address, not a path."""
    return bool(re.match(r"(https|http|file)://", text))


def has_password(text: str) -> bool:
    """Return whether an address contains a user name or password, or did before it was masked."""
    return is_address(text) and "@" in urlsplit(text).netloc
