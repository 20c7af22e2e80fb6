"""Keys and signatures as minisign makes them, for tests."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


@dataclass(frozen=True)
class Signer:
    """A key whose secret is ``seed``, 32 bytes."""

    seed: bytes
    id: bytes = b"signer 1"

    @property
    def public(self) -> str:
        """The second line of its public key file."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return base64.b64encode(b"Ed" + self.id + key).decode()

    def sign(self, data: bytes) -> str:
        """Return the contents of the signature file."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        proof = key.sign(hashlib.blake2b(data).digest())
        comment = "timestamp:1"
        lines = (
            "untrusted comment: signature of a test",
            base64.b64encode(b"ED" + self.id + proof).decode(),
            f"trusted comment: {comment}",
            base64.b64encode(key.sign(proof + comment.encode())).decode(),
        )
        return "\n".join(lines) + "\n"


OURS = Signer(b"o" * 32)
STRANGER = Signer(b"s" * 32, b"stranger")
