"""Files of minisign: what is a key, what is a signature, and whose."""

from __future__ import annotations

import base64

import pytest

import assets
from tests.minisigned import OURS, STRANGER
from wizard import minisign
from wizard.minisign import BadSignature

DATA = b"tables\n"
KEY = minisign.read_key(OURS.public)
SIGNED = OURS.sign(DATA)


def test_a_signature_of_the_key() -> None:
    minisign.check(DATA, SIGNED, (KEY,))
    minisign.check(DATA, SIGNED.replace("\n", "\r\n"), (minisign.read_key(STRANGER.public), KEY))


def test_a_key_file_has_a_comment() -> None:
    file = f"untrusted comment: minisign public key\n{OURS.public}\n"
    assert minisign.read_key(file) == KEY
    assert KEY.name == b"1 rengis".hex().upper()


@pytest.mark.parametrize("text", ["", "untrusted comment: x", "RWQ", "ä", "QUJD", OURS.public[:-4]])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="not a public key"):
        minisign.read_key(text)


def changed(**parts: bytes) -> str:
    """Return the signature with other bytes for its ``kind``, its key's ``id``, or its proof."""
    lines = SIGNED.splitlines()
    data = base64.b64decode(lines[1])
    whole = {"kind": data[:2], "id": data[2:10], "proof": data[10:], **parts}
    lines[1] = base64.b64encode(b"".join(whole.values())).decode()
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("data", "signature", "said"),
    [
        (DATA + b"!", SIGNED, "was changed after it was signed"),
        (b"", SIGNED, "was changed after it was signed"),
        (DATA, changed(proof=bytes(64)), "was changed after it was signed"),
        (DATA, changed(proof=b"x"), "damaged"),
        (DATA, changed(kind=b"Ed"), "of another kind"),
        (DATA, STRANGER.sign(DATA), "is signed by the key 7265676E61727473, not by 31"),
        (DATA, changed(id=b"signer 1", kind=b"xx"), "of another kind"),
        (DATA, "", "damaged"),
        (DATA, "untrusted comment: x", "damaged"),
        (DATA, "a\n\u00e4\nb\n", "damaged"),
        (DATA, "<html>\n<body>Sign in</body>\n", "damaged"),
    ],
)
def test_signatures_that_do_not_fit(data: bytes, signature: str, said: str) -> None:
    with pytest.raises(BadSignature, match=said):
        minisign.check(data, signature, (KEY,))


def test_a_stranger_cannot_use_the_id_of_the_key() -> None:
    forged = type(STRANGER)(STRANGER.seed, OURS.id).sign(DATA)
    with pytest.raises(BadSignature, match="was changed"):
        minisign.check(DATA, forged, (KEY,))


def test_the_projects_key_is_one() -> None:
    assert len(minisign.read_key(assets.text("tables.pub")).key) == 32
