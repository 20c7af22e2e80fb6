"""Recognize addresses, and mask the secrets in them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlsplit

MASK = "****"
PLACEHOLDER = "USER:PASSWORD"
"""What advice writes in the place of a user name and a password, to be replaced by the reader."""
SHORTEST = 4
"""The number of characters from which a known secret is masked wherever it occurs: a shorter one
would mask ordinary words."""
_TOKEN_IN_PATH = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}")
_WORDS = re.compile(r"(?:[A-Za-z]{1,14}|\d{1,4})(?:[-_](?:[A-Za-z]{1,14}|\d{1,4}))+")
"""Ordinary names of folders, such as ``pypi-remote-2026``: no tokens."""
_SECRET_PARAMETER = re.compile(r"tok|key|auth|sig|secret|pass|pwd|code|credential", re.IGNORECASE)
_known: set[str] = set()
"""The secrets of the addresses that this process uses: see `remember`."""


def masked(text: str) -> str:
    """Return the text with the user name and password of every address replaced by ``****``.

    So are the tokens that `remember` knows.
    """
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    if "://" not in text:  # as nearly all lines of a build
        return text
    return re.sub(rf"(?<=://)(?!{PLACEHOLDER}@)[^/?#\s'\"]*@", f"{MASK}@", text)


def remember(addresses: Iterable[str]) -> None:
    """Let `masked` mask the tokens in the paths and queries of these addresses from now on.

    Only for addresses of indexes and proxies, which a plan does not need: it names pip's settings.
    """
    for address in addresses:
        if address.lower().startswith(("http://", "https://")):
            tokens = {token for token in _tokens(address) if len(token) >= SHORTEST}
            _known.update(tokens, map(quote, tokens))


def secrets_of_address(address: str) -> set[str]:
    """Return what is secret in a configured address: its user, its password, and tokens.

    Some indexes take a token as a folder, ``https://index.example/0a1b2c3d4e5f/simple``, or in the
    query.
    """
    place = address.partition("://")[2].partition("/")[0]
    user, at, _ = place.rpartition("@")
    parts = user.split(":") if at else []
    found = {part for part in parts if part not in ("", "__token__", "oauth2")}
    return found | _tokens(address)


def _tokens(address: str) -> set[str]:
    """Return the tokens in the path and the query of an address."""
    rest = address.partition("://")[2].partition("/")[2].partition("#")[0]
    query = rest.partition("?")[2]
    found = {
        part
        for part in re.split(r"[/?&=]", rest)
        if _TOKEN_IN_PATH.fullmatch(part) and not _WORDS.fullmatch(part)
    }
    found.update(value for name, value in parse_qsl(query) if _SECRET_PARAMETER.search(name))
    return found


def is_address(text: str) -> bool:
    """Return whether this is a download address, not a path."""
    return bool(re.match(r"(https|http|file)://", text))


def has_password(text: str) -> bool:
    """Return whether an address contains a user name or password, or did before it was masked."""
    return is_address(text) and "@" in urlsplit(text).netloc
