"""What GnuPG is asked, and how its answers are read. The answers are those of gpg 2.2.40."""

from __future__ import annotations

import pytest

from backends import gpg

MAIN, SUB, OTHER = "A" * 40, "B" * 40, "C" * 40
LISTED = f"""\
tru:t:1:1795817868:0:3:1:5
pub:{{main}}:4096:1:AAAAAAAAAAAAAAAA:1712579495:1775651495::-:::sc::::::23::0:
fpr:::::::::{MAIN}:
uid:e::::1712579495::F5D3EA6A39AC2BBDB8B68B06::OpenSSL <openssl@openssl.example>::::::::::0:
sub:{{sub}}:4096:1:BBBBBBBBBBBBBBBB:1712579495::::::s::::::23:
fpr:::::::::{SUB}:
pub:-:255:22:CCCCCCCCCCCCCCCC:1795817852:::-:::scaSCA:::::ed25519:::0:
fpr:::::::::{OTHER}:
"""
GOOD = f"""\
[GNUPG:] NEWSIG
[GNUPG:] KEY_CONSIDERED {MAIN} 0
[GNUPG:] SIG_ID HJdi+mjQFmp/g4izMtBrGVv1opU 2026-11-27 1795817868
[GNUPG:] {{state}} BBBBBBBBBBBBBBBB OpenSSL <openssl@openssl.example>
[GNUPG:] VALIDSIG {SUB} 2026-11-27 1795817868 0 4 0 22 8 00 {MAIN}
[GNUPG:] TRUST_UNDEFINED 0 pgp
"""


@pytest.mark.parametrize(
    ("main", "sub", "found"),
    [
        ("-", "-", (MAIN, SUB, OTHER)),
        ("e", "e", (MAIN, SUB, OTHER)),  # expired: what it signed before is good
        ("-", "r", (MAIN, OTHER)),
        ("r", "-", (OTHER,)),
    ],
)
def test_keys_that_were_revoked_do_not_count(main: str, sub: str, found: tuple[str, ...]) -> None:
    assert gpg.read_keys(LISTED.format(main=main, sub=sub)) == found


@pytest.mark.parametrize("output", ["", "tru::1\n", "pub\nfpr:\n", "gpg: error\n\n:::\n"])
def test_where_no_key_is_listed_there_is_none(output: str) -> None:
    assert gpg.read_keys(output) == ()


@pytest.mark.parametrize("state", ["GOODSIG", "EXPKEYSIG"])
def test_a_signer_is_the_key_and_its_main_key(state: str) -> None:
    assert gpg.signers(GOOD.format(state=state)) == (SUB, MAIN)


def test_a_key_that_was_revoked_is_no_signer() -> None:
    assert gpg.signers(GOOD.format(state="REVKEYSIG")) == ()


@pytest.mark.parametrize(
    "output",
    [
        "",
        "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG AAAAAAAAAAAAAAAA A\n",
        f"[GNUPG:] ERRSIG AAAAAAAAAAAAAAAA 22 8 00 1795817868 9 {MAIN}\n",
        "[GNUPG:] NODATA 1\n[GNUPG:]\n[GNUPG:] VALIDSIG\n",
        f"gpg: VALIDSIG {MAIN}\n",
    ],
)
def test_what_is_no_good_signature_has_no_signer(output: str) -> None:
    assert gpg.signers(output) == ()


def test_nothing_is_fetched_and_nothing_asked() -> None:
    for command in (gpg.keys("gpg", (MAIN,)), gpg.verify("gpg", "a.asc", "a")):
        assert command.argv[:3] == ("gpg", "--batch", "--no-auto-key-retrieve")
        assert command.timeout <= 60
