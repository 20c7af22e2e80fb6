"""Signatures by the cryptography of another Python: here, that of the tests."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.wizard.room.test_message import KEY
from wizard import ed25519
from wizard.room import signing
from wizard.room.keys import authentication_code, public_key
from wizard.room.signing import NotSigned


def test_cryptography_signs() -> None:
    made = signing.sign(sys.executable, KEY, "a text", "00ff")
    assert made.hmac == authentication_code(KEY, "proof", "a text")
    assert made.code == authentication_code(KEY, "proof", "00ff")
    assert len(made.ed25519) == 128
    assert ed25519.verify(public_key(KEY), b"a text", bytes.fromhex(made.ed25519))
    assert not ed25519.verify(public_key(KEY), b"another", bytes.fromhex(made.ed25519))
    assert not ed25519.verify(public_key("0" * 16), b"a text", bytes.fromhex(made.ed25519))


PROGRAMS = {
    "nothing": "",
    "no JSON": "print('hello')",
    "an error": "raise SystemExit('ImportError: no cryptography')",
    "something else": "print('7')",
    "no signature": 'print(\'{"hmac": "", "problems": ["hmac: ImportError"]}\')',
}


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_python_that_answers_otherwise_signs_nothing(kind: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!{sys.executable}\n{PROGRAMS[kind]}\n", encoding="utf-8")
    python.chmod(0o755)
    with pytest.raises(NotSigned):
        signing.sign(str(python), KEY, "a text", "00")


def test_a_python_that_is_not_there() -> None:
    with pytest.raises(NotSigned, match="No such file"):
        signing.sign("/nowhere/python", KEY, "a text", "00")
