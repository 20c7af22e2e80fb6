"""A laptop in words: for the page, for CSV, for programs and for the terminal."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from types import MappingProxyType

from wizard.diagnosis import remedies
from wizard.diagnosis.table import table
from wizard.locations import NAME
from wizard.plan import Role
from wizard.room.board import Row, Signature, standing

ROLES: Mapping[Role, str] = MappingProxyType(
    {
        "packages": "system packages",
        "compiler": "a compiler",
        "rust": "Rust",
        "openssl": "OpenSSL",
        "library": "OpenSSL",
        "environment": "the environment",
        "installer": "pip",
        "preparation": "preparation",
        "crates": "Rust packages",
        "build": "compiling cryptography",
        "install": "installing cryptography",
        "wheels": "wheels",
        "trial": "a trial",
        "project": "the project's packages",
        "proof": "the proof",
        "manifest": "the manifest",
        "clean-up": "cleaning up",
    }
)
"""What the steps of a plan are for, in a few words."""
SIGNATURES: Mapping[Signature, str] = MappingProxyType(
    {
        "": "",
        "ed25519": "Signed with Ed25519 by its own cryptography",
        "hmac": "Signed with HMAC by its own cryptography",
        "unsigned": "NOT SIGNED: its cryptography made no signature",
        "invalid": "WRONG SIGNATURE",
        "code": "Read out as a code",
    }
)
SYSTEMS: Mapping[str, str] = MappingProxyType(
    {"linux": "Linux", "macos": "macOS", "windows": "Windows", "other": "other"}
)
BEFORE = "It was refused before it began."
"""What is known of a failure without a cause and without a step."""
MOST_HELPS = 2
"""How many remedies are shown: nobody reads more on a wall."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Line:
    """One laptop as it is shown.

    ``standing`` is a word for programs (`wizard.room.board.standing`), and ``status`` the same for
    people. ``detail`` says what was proved, what runs, or why it failed; ``remedies`` what helps.
    """

    id: str
    name: str
    standing: str
    status: str
    step: int
    steps: int
    detail: str
    remedies: tuple[str, ...]
    cause: str
    release: str
    openssl: str
    linkage: str
    python: str
    system: str
    signature: Signature
    signed: str
    time: str


def line(row: Row) -> Line:
    """Return a row in words."""
    message = row.message
    kind = standing(row)
    no_help: tuple[str, ...] = ()
    cause, helps = "", no_help
    if message.state == "failed":
        if message.cause or message.steps:
            cause, helps = explain(message.cause, message.remedies, message.system, message.machine)
        else:
            cause, helps = BEFORE, ("Look at its screen.",)
    machine = "x86_64" if message.machine.lower() == "amd64" else message.machine
    system = " ".join(filter(None, (SYSTEMS.get(message.system, ""), machine)))
    return Line(
        id=row.id,
        name=message.name or f"Laptop {row.id[:4]}",
        standing=kind,
        status=_status(row, kind),
        step=message.step,
        steps=message.steps,
        detail=cause or _detail(row),
        remedies=helps,
        cause=message.cause if message.state == "failed" else "",
        release=message.release if message.state == "proved" else "",
        openssl=message.openssl if message.state == "proved" else "",
        linkage=message.linkage if message.state == "proved" else "",
        python=message.python,
        system=system,
        signature=row.signature,
        signed=SIGNATURES[row.signature],
        time=row.time,
    )


def _status(row: Row, kind: str) -> str:
    message = row.message
    if kind == "working":
        if message.state == "looking":
            return "Looking"
        return f"Step {message.step} of {message.steps}"
    if kind == "doubtful":
        return "Not signed" if row.signature == "unsigned" else "Wrong signature"
    return {"proved": "Proved", "failed": "Failed", "stopped": "Stopped"}[kind]


def _detail(row: Row) -> str:
    message = row.message
    if message.state == "proved":
        openssl = " ".join(message.openssl.split()[:2])
        linked = {"static": " (static)", "dynamic": " (dynamic)"}.get(message.linkage, "")
        return ", ".join(filter(None, (f"cryptography {message.release}", f"{openssl}{linked}")))
    if message.state == "installing":
        words = next((words for role, words in ROLES.items() if role == message.role), "")
        return words[:1].upper() + words[1:]
    if message.state == "looking":
        return "Looks at the machine, or asks its user"
    return "Stopped by its user"


@lru_cache(maxsize=512)
def explain(
    cause: str, wanted: tuple[str, ...], system: str, machine: str
) -> tuple[str, tuple[str, ...]]:
    """Return the sentence of a cause, and what helps on such a machine; the best first."""
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(machine.lower(), machine)
    facts = {"package": "cryptography", "os": system, "machine": machine}
    facts = {name: value for name, value in facts.items() if value}
    known = table().causes.get(cause)
    if known is None:
        return "The cause is not known.", ("Look at its screen, or at the log that it names.",)
    # What a sign found in the log is not sent; and that laptop may start the wizard otherwise.
    blanks = {name: "…" for sign in known.signs for name in sign.pattern.groupindex}
    blanks["wizard"] = NAME
    found = remedies.remedies(known, blanks, facts)
    first = [remedy for remedy in found if remedy.id and remedy.id in wanted]
    ordered = dict.fromkeys(_without_blanks(remedy.text) for remedy in (*first, *found))
    return _without_blanks(remedies.fill(known.cause, blanks, facts)), tuple(ordered)[:MOST_HELPS]


def _without_blanks(text: str) -> str:
    """Return a sentence with blanks only where it needs them, and one for several in a row."""
    return re.sub(r"…(?: …|\.(?=\s|$))*", "…", text.replace(" (…)", ""))


def causes() -> tuple[str, ...]:
    """Return the ids of all causes."""
    return tuple(table().causes)


def to_csv(rows: Iterable[Row]) -> str:
    """Return the rows as CSV with a heading. No value can be a formula in a spreadsheet."""
    names = [field.name for field in fields(Line)]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        shown = line(row)
        values = [getattr(shown, name) for name in names]
        writer.writerow([_cell(value) for value in values])
    return out.getvalue()


def _cell(value: object) -> str:
    text = " / ".join(value) if isinstance(value, tuple) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def counted(counts: Mapping[str, int]) -> str:
    """Return how many laptops stand where, as a sentence without its full stop."""
    total = sum(counts.values())
    words = {
        "proved": "proved",
        "working": "working",
        "failed": "failed",
        "doubtful": "without a valid signature",
        "stopped": "stopped",
    }
    parts = [f"{counts[kind]} {word}" for kind, word in words.items() if counts.get(kind)]
    noun = "1 laptop" if total == 1 else f"{total} laptops"
    return f"{noun}: {', '.join(parts)}" if parts else "no laptop yet"
