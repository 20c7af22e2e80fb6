"""Thirty simulated laptops in all states, for the page of a room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from wizard.room.keys import authentication_code, derived
from wizard.room.message import Envelope, Message, Signatures

NAMES = (
    *("Ada", "Grace", "Alan", "Katherine", "Edsger", "Barbara", "Donald", "Radia", "Dennis"),
    *("Margaret", "Tim", "Hedy", "Claude", "Joan", "Whitfield", "Shafi", "Martin", "Adele"),
    *("Ron", "Karen", "Leonard", "Frances", "Ralph", "Annie", "Niels", "Mary", "Évariste", "Emmy"),
    *("Seat 29", ""),
)
SYSTEMS = (
    ("macos", "arm64"),
    ("windows", "AMD64"),
    ("linux", "x86_64"),
    ("macos", "x86_64"),
    ("linux", "aarch64"),
)
FAILURES = (
    ("no-space", ()),
    ("index-unreachable", ()),
    ("rust-too-old", ()),
    ("certificate-not-trusted", ()),
    ("", ()),
)


def messages() -> Iterator[Message]:
    """Yield the newest message of each laptop: 15 proved, 7 working, 4 failed, and the others."""
    from wizard.diagnosis.table import table

    known = [cause for cause, _ in FAILURES if cause in table().causes]
    failures = (*known, *list(table().causes)[:4], "")[:3]
    for number, name in enumerate(NAMES):
        system, machine = SYSTEMS[number % len(SYSTEMS)]
        message = Message(
            laptop=sha256(str(number).encode()).hexdigest()[:16],
            session=f"{number:016x}",
            number=number + 1,
            state="proved",
            name=name,
            system=system,
            machine=machine,
            steps=3,
            python=("3.13.1", "3.12.8", "3.11.2", "3.9.6", "3.14.0")[number % 5],
        )
        if number % 2 == 0 or number in (1, 27):
            yield replace(
                message,
                step=3,
                release="50.0.2",
                openssl="OpenSSL 4.0.3 29 Sep 2026",
                linkage="dynamic" if number % 10 == 4 else "static",
            )
        elif number in (3, 11, 19):
            cause = failures[(3, 11, 19).index(number)]
            yield replace(message, state="failed", step=2, cause=cause)
        elif number == 21:
            yield replace(message, state="failed", step=2)
        elif number == 17:
            yield replace(message, state="stopped", step=1)
        elif number in (5, 29):
            yield replace(message, state="looking", steps=0, python="")
        else:
            role = ("environment", "install", "proof")[number % 3]
            yield replace(message, state="installing", step=number % 3 + 1, role=role)


def envelopes(key: str) -> Iterator[Envelope]:
    """Yield them as they are sent; one proof is not signed, and one has a wrong signature."""
    private = Ed25519PrivateKey.from_private_bytes(derived(key, "seed"))
    for number, message in enumerate(messages()):
        if message.state != "proved" or number == 8:
            yield Envelope.sealed(message, key)
            continue
        text = message.text()
        made = authentication_code(key, "proof", text if number != 14 else "another text")
        signature = "" if number == 26 else private.sign(text.encode()).hex()
        yield Envelope.sealed(message, key, Signatures(made, signature))
