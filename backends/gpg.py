"""GnuPG: which keys it has, and whose a signature is. It fetches no key, and changes none.

Its answers are those for programs: DETAILS in GnuPG's documentation, "Format of the colon
listings" and "The status codes".
"""

from __future__ import annotations

from collections.abc import Sequence

from backends.action import Command

RINGS = ("pubring.kbx", "pubring.gpg", "public-keys.d/pubring.db")
"""Where public keys are kept, in GnuPG's own folder. Where there is none of them, gpg makes one
when it is asked anything (measured: 2.2.40), so it must not be asked then."""
OLDEST = "2.2"
"""The oldest gpg that is used: 2.1.16 is the first with ``--no-auto-key-retrieve`` (its NEWS)."""
_ENV = (("LC_ALL", "C"),)
_BATCH = ("--batch", "--no-auto-key-retrieve")
CHECK = (*_BATCH, "--status-fd", "1")
"""With these it says on its output what `signers` reads."""


def keys(program: str, fingerprints: Sequence[str]) -> Command:
    """List those of these keys that there are; `listed` reads the answer.

    It ends with 2 where there is none. With another model of trust it would write its trustdb.
    """
    quiet = ("--trust-model", "always", "--with-colons")
    twice = ("--with-fingerprint", "--with-fingerprint")  # those of subkeys too
    argv = (program, *_BATCH, *quiet, *twice, "--list-keys", *fingerprints)
    return Command(argv, env=_ENV, timeout=8)


def listed(output: str) -> tuple[str, ...]:
    """The fingerprints of the keys and subkeys in a listing, but for those that were revoked."""
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
    """Check the detached signature of ``file``; `signers` reads the answer."""
    return Command((program, *CHECK, "--verify", signature, file), env=_ENV, timeout=timeout)


VALID = r"^\[GNUPG:\] VALIDSIG .*"
"""A regular expression, basic or not, for the line that names who signed, up to that name."""


def signers(output: str) -> tuple[str, ...]:
    """Whose signatures were found good: the fingerprint of each key, and of its main key.

    A key that has expired since is one; one that was revoked is none.
    """
    lines = [line.split() for line in output.splitlines() if line.startswith("[GNUPG:] ")]
    if any(words[1] == "REVKEYSIG" for words in lines if len(words) > 1):
        return ()
    valid = [words for words in lines if words[1:2] == ["VALIDSIG"] and len(words) > 2]
    return tuple(fingerprint for words in valid for fingerprint in (words[2], words[-1]))
