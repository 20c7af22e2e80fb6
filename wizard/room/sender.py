"""Send messages to a room in a separate thread, which nothing waits for.

Only the newest message counts, so a slow network loses nothing that anybody needs.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Callable, Optional

from wizard.room.keys import RoomAddress
from wizard.room.message import Envelope

TRY_SECONDS = 3.0
"""How many seconds the room's machine may take to accept a connection, and to answer."""
PAUSE_SECONDS = 1.0
"""How many seconds are between two messages at least."""
AGAIN_SECONDS = 2.0
"""How many seconds after a failure the newest message is sent again."""
PATH = "/report"
TRIES = 2
"""How often the last message is tried before the wizard ends."""
OTHER_KEY = "The key is not that of this room."
"""What a room answers to a message with another key."""
LONGEST_ANSWER = 500
"""Bytes of an answer that are read."""

Make = Callable[[], Envelope]
Post = Callable[[RoomAddress, bytes], str]


class Refused(Exception):
    """The room does not want this message: sending it again does not help. The text says why."""


class WrongKey(Refused):
    """The room has another key than the sender."""


def post(address: RoomAddress, data: bytes) -> str:
    """Send one message; return why that failed, or an empty text. Raises Refused."""
    # No proxy: the room is in this network, or on this machine.
    connection = http.client.HTTPConnection(address.host, address.port, timeout=TRY_SECONDS)
    try:
        connection.request("POST", PATH, data, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read(LONGEST_ANSWER).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        return getattr(error, "strerror", None) or str(error) or type(error).__name__
    finally:
        connection.close()
    if answer.status == http.client.NO_CONTENT:
        return ""
    if answer.status in (http.client.BAD_REQUEST, http.client.FORBIDDEN):
        raise (WrongKey if said == OTHER_KEY else Refused)(_clause(said))
    return f"it answered {answer.status} {_clause(said)}".strip()


class Written:
    """Writes all messages as lines of JSON instead, for a program that sends them on.

    ``write`` gets each line. It has the methods of `Sender`.
    """

    problem = ""
    wrong_key = False
    delivered = True

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write

    def send(self, make: Make) -> None:
        """Write the message."""
        envelope = json.loads(make().as_bytes())
        self._write(json.dumps({"kind": "room", "envelope": envelope}) + "\n")

    def wait(self, seconds: float) -> bool:  # noqa: ARG002 - nothing is on its way
        """Return at once."""
        return True

    def close(self) -> None:
        """Do nothing."""


class Sender:
    """Sends the newest message to one room. ``post`` is replaced in tests."""

    def __init__(self, address: RoomAddress, post: Post = post) -> None:
        self._address = address
        self._post = post
        self._changed = threading.Condition()
        self._next: Optional[Make] = None
        self._closing = False
        self._problem = ""
        self._wrong_key = False
        self._tries = 0
        self._thread = threading.Thread(target=self._run, name="room", daemon=True)
        self._started = False

    def send(self, make: Make) -> None:
        """Send what ``make`` returns, which the thread calls; an older message is forgotten."""
        with self._changed:
            self._next, self._tries = make, 0
            self._changed.notify_all()
            if not self._started:
                self._started = True
                self._thread.start()

    @property
    def problem(self) -> str:
        """Why the newest message has not arrived yet; empty if it has, or nothing is known."""
        with self._changed:
            return self._problem

    @property
    def wrong_key(self) -> bool:
        """Whether the room has answered that it has another key."""
        with self._changed:
            return self._wrong_key

    @property
    def delivered(self) -> bool:
        """Whether the newest message has arrived."""
        with self._changed:
            return self._next is None and not self._problem

    def wait(self, seconds: float) -> bool:
        """Wait until the newest message has arrived, or was tried in vain a few times.

        It takes at most so many seconds. Returns whether the message has arrived.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._next is None or self._tries >= TRIES, seconds)
            return self._next is None and not self._problem

    def close(self) -> None:
        """Send nothing more. A message that is on its way may still arrive."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._next is not None)
                if self._closing or self._next is None:
                    return
                make = self._next
            wrong_key = final = False
            try:
                problem = self._post(self._address, make().as_bytes())
            except Refused as error:
                problem, final = f"it refused the message: {error}", True
                wrong_key = isinstance(error, WrongKey)
            with self._changed:
                self._problem, self._wrong_key = problem, wrong_key
                if self._next is make:
                    self._tries += 1
                    self._next = None if final or not problem else make
                self._changed.notify_all()
                # A newer message after success waits only for its pause.
                limit = time.monotonic() + (AGAIN_SECONDS if problem else PAUSE_SECONDS)
                while not self._closing and time.monotonic() < limit:
                    self._changed.wait(limit - time.monotonic())


def _clause(text: str) -> str:
    """Return an answer as a part of a sentence, on one line."""
    line = "".join(char if char.isprintable() else " " for char in text)[:LONGEST_ANSWER]
    return line.strip().rstrip(".")
