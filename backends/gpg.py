"""GnuPG: which keys it has, and who made a signature. It downloads no keys, and changes none.

It reads the output for programs: DETAILS in GnuPG's documentation, "Format of the colon listings"
and "The status codes".
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.action import Command

KEYRING_FILES = ("pubring.kbx", "pubring.gpg", "public-keys.d/pubring.db")
"""The keyring files in GnuPG's folder. If none of them exists, any call of gpg creates one
(measured: 2.2.40), so gpg must not be called then."""
OLDEST = "2.2"
"""The oldest supported gpg: 2.1.16 is the first with ``--no-auto-key-retrieve`` (its NEWS)."""
_ENV = (("LC_ALL", "C"),)
_BATCH = ("--batch", "--no-auto-key-retrieve")
CHECK = (*_BATCH, "--status-fd", "1")
"""The options that make it print what `signers` reads."""


def keys(program: str, fingerprints: Sequence[str]) -> Command:
    """List those of these keys that are in the keyring; `read_keys` reads the output.

    Exit code 2 means that none is. With another trust model, gpg would write its trustdb.
    """
    quiet = ("--trust-model", "always", "--with-colons")
    twice = ("--with-fingerprint", "--with-fingerprint")  # including those of subkeys
    argv = (program, *_BATCH, *quiet, *twice, "--list-keys", *fingerprints)
    return Command(argv, env=_ENV, timeout=8)


def read_keys(output: str) -> tuple[str, ...]:
    """Return the fingerprints of the keys and subkeys in a listing, except revoked ones."""
    found = []
    revoked = key_revoked = False
    for line in output.splitlines():
        fields = line.split(":")
        if fields[0] in ("pub", "sub") and len(fields) > 1:
            revoked = fields[1] == "r"
            key_revoked = revoked if fields[0] == "pub" else key_revoked
        elif fields[0] == "fpr" and len(fields) > 9 and not (revoked or key_revoked):
            found.append(fields[9])
    return tuple(found)


def verify(program: str, signature: str, file: str, timeout: float = 60.0) -> Command:
    """Check the detached signature of ``file``; `signers` reads the output."""
    return Command((program, *CHECK, "--verify", signature, file), env=_ENV, timeout=timeout)


VALID = r"^\[GNUPG:\] VALIDSIG .*"
"""A regular expression (basic or extended) for the line that names the signer, up to that name."""


def signers(output: str) -> tuple[str, ...]:
    """Return who made the valid signatures: the fingerprint of each key, and of its primary key.

    A key that has expired since then counts; a revoked key does not.
    """
    lines = [line.split() for line in output.splitlines() if line.startswith("[GNUPG:] ")]
    if any(words[1] == "REVKEYSIG" for words in lines if len(words) > 1):
        return ()
    valid = [words for words in lines if words[1:2] == ["VALIDSIG"] and len(words) > 2]
    return tuple(fingerprint for words in valid for fingerprint in (words[2], words[-1]))
