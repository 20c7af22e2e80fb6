"""Read the keys and signatures of minisign, and verify files with them.

minisign is a small, widely packaged program that signs files with Ed25519. Anybody can make and
check the same signatures with it. A signature is a file of four lines, a public key a file of two.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from wizard import ed25519

_HASHED = b"ED"
"""The kind of signature that minisign makes since 0.10: of the BLAKE2b hash of the file."""
_KEY = b"Ed"
_ID_BYTES = 8


class BadSignature(Exception):
    """A signature does not fit. The message is the end of a sentence that begins with the file."""


@dataclass(frozen=True)
class PublicKey:
    """A public key. ``id`` only says which key a signature needs; it proves nothing."""

    id: bytes
    key: bytes

    @property
    def name(self) -> str:
        """The id as minisign shows it."""
        return self.id[::-1].hex().upper()


def read_key(text: str) -> PublicKey:
    """Read a public key: the file that ``minisign -G`` makes, or only its second line.

    Raises ValueError.
    """
    lines = [line for line in text.strip().splitlines() if not line.startswith("untrusted comment")]
    data = _decoded(lines[0]) if len(lines) == 1 else b""
    if len(data) != len(_KEY) + _ID_BYTES + 32 or data[:2] != _KEY:
        raise ValueError("it is not a public key of minisign")
    return PublicKey(data[2:10], data[10:])


def check(data: bytes, signature: str, keys: tuple[PublicKey, ...]) -> None:
    """Raise BadSignature unless one of the keys signed exactly this data."""
    lines = signature.strip().splitlines()
    signed = _decoded(lines[1]) if len(lines) > 1 else b""
    if len(signed) != len(_HASHED) + _ID_BYTES + 64:
        raise BadSignature("has a signature that is damaged")
    kind, name, proof = signed[:2], signed[2:10], signed[10:]
    if kind != _HASHED:
        raise BadSignature("has a signature of another kind: it must be made by minisign -S")
    for key in keys:
        if key.id == name:
            if ed25519.verify(key.key, hashlib.blake2b(data).digest(), proof):
                return
            raise BadSignature("was changed after it was signed, or its signature is damaged")
    known = " or ".join(key.name for key in keys)
    raise BadSignature(f"is signed by the key {PublicKey(name, b'').name}, not by {known}")


def _decoded(line: str) -> bytes:
    try:
        return base64.b64decode(line.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
