"""What a laptop tells its room. It has no personal data but the name that its user typed."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from wizard.room.keys import authentication_code

State = Literal["looking", "installing", "proved", "failed", "stopped"]
"""``looking``: the machine is looked at, or its user answers questions. ``stopped``: cancelled."""
STATES: tuple[State, ...] = get_args(State)
VERSION = 1
"""The version of the format of messages."""
LONGEST_NAME = 60
"""Characters of a name."""
LONGEST_VALUE = 120
"""Characters of any other text in a message."""
MOST_REMEDIES = 8
MOST_STEPS = 999
_ID = re.compile(r"[0-9a-f]{16}")
_WORD = re.compile(r"[a-z0-9:+_.-]*")
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True)
class Message:
    """How one laptop stands.

    ``laptop`` is the same for all runs on a laptop, and different in each room; ``session`` is new
    for each run, and ``number`` rises within it. ``step`` of ``steps`` is what runs (0: none), and
    ``role`` what it is for (`wizard.plan.Role`). ``release`` and the four after it are what was
    proved. ``system`` and ``machine`` name the kind of system. ``cause`` and ``remedies`` are ids
    (docs/diagnosis.md), so that no path or address of the laptop is sent.
    """

    laptop: str
    session: str
    number: int
    state: State
    name: str = ""
    system: str = ""
    machine: str = ""
    step: int = 0
    steps: int = 0
    role: str = ""
    release: str = ""
    openssl: str = ""
    linkage: str = ""
    python: str = ""
    cause: str = ""
    remedies: tuple[str, ...] = ()
    version: int = VERSION

    def text(self) -> str:
        """Return it as one line of JSON, in ASCII: this text is what is signed."""
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass(frozen=True)
class Signatures:
    """What the cryptography that was just proved has made of the text of a message.

    ``hmac`` is an HMAC-SHA256 and ``ed25519`` a signature, both in hexadecimal; empty if that
    cryptography could not make it. ``code`` is the HMAC of the code that can be read out.
    """

    hmac: str = ""
    ed25519: str = ""
    code: str = ""


@dataclass(frozen=True)
class Envelope:
    """A message as it is sent: its text, the code of its sender, and the signatures of a proof."""

    text: str
    code: str
    signatures: Signatures = Signatures()

    @classmethod
    def sealed(cls, message: Message, key: str, signatures: Signatures | None = None) -> Envelope:
        """Return the message with its code, made with the room's key."""
        text = message.text()
        return cls(text, authentication_code(key, "message", text), signatures or Signatures())

    def as_bytes(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self), separators=(",", ":")).encode("ascii")

    def is_genuine(self, key: str) -> bool:
        """Return whether its sender has the room's key."""
        return hmac.compare_digest(self.code, authentication_code(key, "message", self.text))


class Unreadable(Exception):
    """What came is not a message of this version; the text says why."""


def read_envelope(data: bytes) -> Envelope:
    """Read what came over the network. Raises Unreadable."""
    values = _object(data)
    signatures = values.pop("signatures", {})
    if set(values) != {"text", "code"} or not isinstance(signatures, dict):
        raise Unreadable("an envelope has a text, a code and signatures")
    if set(signatures) - {field.name for field in fields(Signatures)}:
        raise Unreadable("there is an unknown kind of signature")
    for value in (values["code"], *signatures.values()):
        if not isinstance(value, str) or len(value) > 128 or not _HEX.fullmatch(value):
            raise Unreadable("a signature is not hexadecimal")
    if not isinstance(values["text"], str):
        raise Unreadable("the text of a message is not a text")
    return Envelope(values["text"], values["code"], Signatures(**signatures))


def read_message(text: str) -> Message:
    """Read the text of a message from anybody: every value is checked. Raises Unreadable."""
    values = _object(text.encode("utf-8", "surrogatepass"))
    if values.get("version") != VERSION:
        raise Unreadable(f"this is not version {VERSION} of a message: update the older wizard")
    known = {field.name for field in fields(Message)}
    if set(values) - known or not {"laptop", "session", "number", "state"} <= set(values):
        raise Unreadable("a key of the message is missing or unknown")
    remedies = values.pop("remedies", [])
    if not isinstance(remedies, list) or len(remedies) > MOST_REMEDIES:
        raise Unreadable("the remedies are not a short list")
    for name, highest in (("number", 2**53), ("step", MOST_STEPS), ("steps", MOST_STEPS)):
        value = values.get(name, 0)
        if type(value) is not int or not 0 <= value <= highest:
            raise Unreadable(f"{name} is not a number in its range")
    for name in known - {"number", "step", "steps", "version", "remedies"}:
        longest = LONGEST_NAME if name == "name" else LONGEST_VALUE
        value = values.get(name, "")
        if not isinstance(value, str) or len(value) > longest or not value.isprintable():
            raise Unreadable(f"{name} is not a short printable text")
    if not all(_ID.fullmatch(values[name]) for name in ("laptop", "session")):
        raise Unreadable("an id is not one")
    if values["state"] not in STATES:
        raise Unreadable("the state is unknown")
    for word in (values.get("role", ""), values.get("cause", ""), *remedies):
        if not isinstance(word, str) or len(word) > LONGEST_VALUE or not _WORD.fullmatch(word):
            raise Unreadable("an id of a cause, a remedy or a step is not one")
    return Message(**values, remedies=tuple(remedies))


def is_id(text: str) -> bool:
    """Return whether a text is the id of a laptop or a session."""
    return _ID.fullmatch(text) is not None


def clean_name(text: str) -> str:
    """Return a name as one short printable line."""
    words = "".join(char if char.isprintable() else " " for char in text).split()
    return " ".join(words)[:LONGEST_NAME].strip()


def _object(data: bytes) -> dict[str, Any]:
    try:
        values = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if not isinstance(values, dict):
        raise Unreadable("it is not a JSON object")
    return values
