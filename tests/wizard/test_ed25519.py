"""Signatures: the vectors of RFC 8032, and the same answers as OpenSSL for hostile ones."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard import ed25519

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        b"\x72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        b"\xaf\x82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    "TEST SHA(abc)": (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        hashlib.sha512(b"abc").digest(),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
}
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
MESSAGE = b"the tables"
SIGNATURE = KEY.sign(MESSAGE)
NEUTRAL = (1).to_bytes(32, "little")
"""The point that changes nothing."""


def as_openssl(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def number(signature: bytes) -> int:
    return int.from_bytes(signature[32:], "little")


def with_number(value: int) -> bytes:
    return SIGNATURE[:32] + value.to_bytes(32, "little")


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_rfc(name: str) -> None:
    public, message, signature = VECTORS[name]
    assert ed25519.verify(bytes.fromhex(public), message, bytes.fromhex(signature))
    assert not ed25519.verify(bytes.fromhex(public), message + b"!", bytes.fromhex(signature))


HOSTILE = {
    "the number plus the order": with_number(number(SIGNATURE) + ORDER),
    "the number plus eight times the order": with_number(number(SIGNATURE) + 8 * ORDER),
    "the number negated": with_number(ORDER - number(SIGNATURE)),
    "the number is zero": with_number(0),
    "the number is the order": with_number(ORDER),
    "the number with its highest bit": with_number(number(SIGNATURE) | 1 << 255),
    "the point negated": bytes([*SIGNATURE[:31], SIGNATURE[31] ^ 0x80, *SIGNATURE[32:]]),
    "the point is the neutral one": NEUTRAL + SIGNATURE[32:],
    "the point is written as another number": (P + 1).to_bytes(32, "little") + SIGNATURE[32:],
    "all zero": bytes(64),
    "all ones": b"\xff" * 64,
    "both halves exchanged": SIGNATURE[32:] + SIGNATURE[:32],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_signatures_are_refused(name: str) -> None:
    assert not as_openssl(PUBLIC, MESSAGE, HOSTILE[name])
    assert not ed25519.verify(PUBLIC, MESSAGE, HOSTILE[name])


@pytest.mark.parametrize("length", [0, 1, 32, 63, 65, 128])
def test_signatures_of_another_length(length: int) -> None:
    assert not ed25519.verify(PUBLIC, MESSAGE, (SIGNATURE * 2)[:length])


@pytest.mark.parametrize(
    "key",
    [
        b"",
        PUBLIC[:31],
        PUBLIC + b"\0",
        (2).to_bytes(32, "little"),
        b"\xff" * 32,
        NEUTRAL[:-1] + b"\x80",
    ],
    ids=["empty", "short", "long", "no point", "no number", "minus zero"],
)
def test_what_is_no_key(key: bytes) -> None:
    assert not ed25519.verify(key, MESSAGE, SIGNATURE)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.binary(min_size=32, max_size=32),
    message=st.binary(max_size=200),
    bit=st.one_of(st.none(), st.integers(0, 511)),
)
def test_it_answers_as_openssl(seed: bytes, message: bytes, bit: int | None) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(message))
    if bit is not None:
        signature[bit // 8] ^= 1 << bit % 8
    answer = ed25519.verify(public, message, bytes(signature))
    assert answer == as_openssl(public, message, bytes(signature))
    assert answer == (bit is None)
