"""The key of a room, as everybody in it types it, and the keys that are derived from it."""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from wizard import ed25519
from wizard.errors import BadRequest
from wizard.serving.addresses import place

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no letter looks like a digit, and none of them can make a rude word with U.
See https://www.crockford.com/base32.html."""
KEY_LENGTH = 16
"""Characters of a key, of five bits each."""
GROUP = 4
"""Characters between two dashes."""
DEFAULT_PORT = 8021
_ALIKE = str.maketrans("OIL", "011")
_ADDRESS = re.compile(
    r"(?:http://)?(?P<host>\[[0-9A-Fa-f:.]+(?:%[\w.]+)?\]|[\w.-]+)(?::(?P<port>\d{1,5}))?"
    r"/(?P<key>[0-9A-Za-z-]+)/?"
)


@dataclass(frozen=True)
class RoomAddress:
    """Where a room listens, and its key: ``192.0.2.7:8021/ABCD-EFGH-JKMN-PQRS``.

    ``host`` is without the brackets of an IPv6 address. The key is never sent by the wizard.
    """

    host: str
    port: int
    key: str

    @property
    def place(self) -> str:
        """Where it listens, without the key."""
        return place(self.host, self.port)

    def __str__(self) -> str:
        return f"{self.place}/{grouped(self.key)}"


def new_key() -> str:
    """Return a new random key, without dashes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(KEY_LENGTH))


def grouped(text: str, size: int = GROUP) -> str:
    """Return the characters in groups with dashes between them."""
    return "-".join(text[start : start + size] for start in range(0, len(text), size))


def plain(text: str) -> str:
    """Return what somebody typed as characters of `ALPHABET`: in capitals, without dashes and
    spaces, with digits for the letters that look like them. Other characters stay."""
    return re.sub(r"[\s-]", "", text).upper().translate(_ALIKE)


def parse_address(text: str) -> RoomAddress:
    """Read an address as it was typed; ``http://`` in front is allowed. Raises BadRequest."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise _wrong(text, "It is not of the form HOST:PORT/KEY.")
    key, port = plain(match["key"]), int(match["port"] or DEFAULT_PORT)
    if problem := _key_problem(key):
        raise _wrong(text, problem)
    if not 0 < port < 65536:
        raise _wrong(text, "A port is a number from 1 to 65535.")
    return RoomAddress(match["host"].strip("[]"), port, key)


def key_of(text: str) -> str:
    """Read a key as it was typed, without dashes. Raises BadRequest."""
    key = plain(text)
    if problem := _key_problem(key):
        raise BadRequest("This is not the key of a room.", why=problem)
    return key


def _key_problem(key: str) -> str:
    strange = sorted(set(key) - set(ALPHABET))
    if strange:
        return f"A key never contains {' or '.join(strange)}."
    if len(key) != KEY_LENGTH:
        return f"Its key has {len(key)} characters instead of {KEY_LENGTH}."
    return ""


def _wrong(text: str, why: str) -> BadRequest:
    return BadRequest(
        f"{text!r} is not the address of a room.",
        why=why,
        hints=(
            "Type it as the room's screen shows it, for example "
            "--room 192.0.2.7:8021/ABCD-EFGH-JKMN-PQRS",
        ),
    )


def derived(key: str, purpose: str) -> bytes:
    """Return 32 bytes that only those with the key know, different for each purpose.

    Purposes are ``message`` (the code of a message), ``proof`` (the code of a proof), ``seed``
    (the private Ed25519 key of the room) and ``laptop`` (names for laptops).
    """
    return hmac.new(key.encode(), f"cryptography-wizard room {purpose}".encode(), "sha256").digest()


@functools.lru_cache(maxsize=8)
def public_key(key: str) -> bytes:
    """Return the public Ed25519 key of a room, which checks its proofs."""
    return ed25519.public_key(derived(key, "seed"))


def authentication_code(key: str, purpose: str, text: str) -> str:
    """Return the HMAC-SHA256 of a text, in hexadecimal."""
    return hmac.new(derived(key, purpose), text.encode(), hashlib.sha256).hexdigest()
