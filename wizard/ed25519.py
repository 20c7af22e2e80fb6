"""Verify Ed25519 signatures (RFC 8032), in pure Python.

The wizard runs where no library of cryptography works yet. This module only verifies, and only with
public data, so how long it takes reveals nothing. It cannot sign.
"""

from __future__ import annotations

import hashlib
from typing import Optional

_P = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)
"""A square root of -1."""
_BITS = 256

Point = tuple[int, int, int, int]
"""A point of the curve in extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z."""
_NEUTRAL: Point = (0, 1, 1, 0)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether this is a signature of the message by the owner of the key.

    A key of other than 32 bytes, a signature of other than 64 bytes, and numbers or points that
    RFC 8032 does not allow make it false. It accepts the same signatures as OpenSSL.
    """
    if len(public_key) != 32 or len(signature) != 64:
        return False
    owner = _decoded(public_key)
    point, number = signature[:32], int.from_bytes(signature[32:], "little")
    if owner is None or number >= _ORDER:  # a larger number would be a second valid signature
        return False
    digest = hashlib.sha512(point + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    # The point is compared as bytes, so there is only one valid form of it.
    return _encoded(_sum_of_products(number, _BASE, challenge, _negative(owner))) == point


def public_key(seed: bytes) -> bytes:
    """Return the public key of the private one that 32 bytes are.

    How long it takes depends on the seed: only for one that no other program here must not learn,
    such as the key of a room, which everybody in it has.
    """
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    number = int.from_bytes(digest, "little")
    return _encoded(_sum_of_products(number, _BASE, 0, _NEUTRAL))


def _decoded(data: bytes) -> Optional[Point]:
    """Return the point that 32 bytes describe; None if they describe none."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return (x, y, 1, x * y % _P)


def _encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, _P - 2, _P)
    x, y = x * inverse % _P, y * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _negative(point: Point) -> Point:
    x, y, z, t = point
    return (_P - x, y, z, _P - t)


def _added(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * _D * one[3] * other[3] % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _sum_of_products(first: int, one: Point, second: int, other: Point) -> Point:
    """Return ``first·one + second·other``, bit by bit for both at once."""
    choices = (_NEUTRAL, one, other, _added(one, other))
    result = _NEUTRAL
    for bit in range(_BITS - 1, -1, -1):
        result = _added(result, result)
        chosen = (first >> bit & 1) | (second >> bit & 1) << 1
        if chosen:
            result = _added(result, choices[chosen])
    return result


def _base() -> Point:
    """Return the base point: the one with y = 4/5 and an even x."""
    point = _decoded((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))
    if point is None:
        raise AssertionError("RFC 8032 says that this point is on the curve")
    return point


_BASE = _base()
