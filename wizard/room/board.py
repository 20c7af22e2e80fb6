"""What the laptops of a room have told: one row for each, the newest message counts."""

from __future__ import annotations

import hmac
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Callable, Literal, Optional

from wizard import ed25519
from wizard.errors import BadRequest
from wizard.room import codes
from wizard.room.keys import authentication_code, public_key
from wizard.room.message import Envelope, Message, clean_name, read_message

Signature = Literal["", "ed25519", "hmac", "unsigned", "invalid", "code"]
"""How a proof is signed: by an Ed25519 signature and an HMAC, or by an HMAC. Both are made by
the cryptography that is proved. ``code``: by a code that was read out. Empty without a proof."""
MOST_LAPTOPS = 500
MOST_SESSIONS = 50
"""How many earlier runs of a laptop are remembered, so that none of their messages comes again."""


@dataclass(frozen=True)
class Row:
    """How one laptop stands. ``time`` is when that came, in UTC, and ``version`` rises with each
    change. ``sessions`` are the earlier runs of that laptop."""

    message: Message
    signature: Signature
    time: str
    version: int = 0
    sessions: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name of its laptop."""
        return self.message.laptop


@dataclass(frozen=True)
class Saved:
    """A room as it is kept in a file. ``token`` is in the address of the teacher's page."""

    key: str
    token: str
    port: int
    rows: tuple[Row, ...] = ()
    schema: int = 1


class Full(Exception):
    """The room has no place for another laptop."""


class WrongKey(Exception):
    """The sender of a message does not have the key of this room."""


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


@dataclass
class Board:
    """The rows of a room. Any thread may call its methods; ``clock`` returns the time as text."""

    key: str
    rows: dict[str, Row] = field(default_factory=dict)
    clock: Callable[[], str] = _now
    changed: threading.Condition = field(default_factory=threading.Condition)
    version: int = 0
    refused: int = 0
    closed: bool = False

    @classmethod
    def of(cls, saved: Saved) -> Board:
        """Return the board of a saved room."""
        version = max((row.version for row in saved.rows), default=0)
        return cls(saved.key, {row.id: row for row in saved.rows}, version=version)

    def receive(self, envelope: Envelope) -> None:
        """Take a message; an older one than is known changes nothing.

        Raises WrongKey, Unreadable and Full.
        """
        if not envelope.is_genuine(self.key):
            with self.changed:
                self.refused += 1
                self._change()
            raise WrongKey
        message = read_message(envelope.text)
        signature = self._signature(message, envelope)
        with self.changed:
            known = self.rows.get(message.laptop)
            if known is not None and not _is_newer(message, known):
                return
            sessions = _sessions(message, known)
            self._put(Row(message, signature, self.clock(), 0, sessions))

    def enter(self, code: str, name: str, causes: Iterable[str]) -> Row:
        """Take a code that was read out. Raises BadRequest and Full."""
        heard = codes.read(code, self.key, causes)
        with self.changed:
            fitting = [row for row in self.rows.values() if row.id.startswith(heard.laptop)]
            known = fitting[0] if len(fitting) == 1 else None
            message = replace(heard.message, name=clean_name(name))
            if known is not None:
                old = known.message
                message = replace(
                    message,
                    laptop=old.laptop,
                    session=old.session,
                    number=old.number,
                    name=message.name or old.name,
                )
            sessions = known.sessions if known else ()
            signature: Signature = "code" if message.state == "proved" else ""
            return self._put(Row(message, signature, self.clock(), 0, sessions))

    def remove(self, laptop: str) -> None:
        """Forget a laptop; it comes back with its next message. Raises BadRequest."""
        with self.changed:
            if self.rows.pop(laptop, None) is None:
                raise BadRequest("There is no such laptop.")
            self._change()

    def since(self, version: int) -> tuple[int, tuple[Row, ...], tuple[str, ...]]:
        """Return the version now, the rows that changed after ``version``, and all laptops."""
        with self.changed:
            newer = tuple(row for row in self.rows.values() if row.version > version)
            return self.version, newer, tuple(self.rows)

    def wait(self, version: int, seconds: float) -> bool:
        """Wait for a change after ``version``, at most so long; return whether there is one."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or self.version > version, seconds)
            return self.version > version

    def close(self) -> None:
        """Let everybody who waits go on."""
        with self.changed:
            self.closed = True
            self.changed.notify_all()

    def counts(self) -> Mapping[str, int]:
        """Return how many laptops there are in each state of `standing`."""
        with self.changed:
            return Counter(standing(row) for row in self.rows.values())

    def _signature(self, message: Message, envelope: Envelope) -> Signature:
        if message.state != "proved":
            return ""
        made = envelope.signatures
        if not made.hmac and not made.ed25519:
            return "unsigned"
        if not hmac.compare_digest(
            made.hmac, authentication_code(self.key, "proof", envelope.text)
        ):
            return "invalid"
        if not made.ed25519:
            return "hmac"
        text, signature = envelope.text.encode(), bytes.fromhex(made.ed25519)
        right = ed25519.verify(public_key(self.key), text, signature)
        return "ed25519" if right else "invalid"

    def _put(self, row: Row) -> Row:
        """Store a row; the caller has the lock."""
        if row.id not in self.rows and len(self.rows) >= MOST_LAPTOPS:
            raise Full
        self._change()
        self.rows[row.id] = row = replace(row, version=self.version)
        return row

    def _change(self) -> None:
        self.version += 1
        self.changed.notify_all()


def standing(row: Row) -> str:
    """Return ``proved``, ``working``, ``failed``, ``stopped``, or ``doubtful``: a proof without a
    valid signature."""
    if row.message.state == "proved":
        return "doubtful" if row.signature in ("unsigned", "invalid") else "proved"
    return "working" if row.message.state in ("looking", "installing") else row.message.state


def _is_newer(message: Message, known: Row) -> bool:
    if message.session == known.message.session:
        return message.number > known.message.number
    return message.session not in known.sessions


def _sessions(message: Message, known: Optional[Row]) -> tuple[str, ...]:
    """Return the earlier runs of a laptop, which are over."""
    if known is None:
        return ()
    if known.message.session == message.session:
        return known.sessions
    return (*known.sessions, known.message.session)[-MOST_SESSIONS:]
