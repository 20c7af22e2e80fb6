"""The room's server: the page of the teacher, the page for joining, and what laptops report.

Everything is bounded: connections, their time, the size of what comes in (`wizard.serving`), and
the streams. Nothing is read from the disk for an address, so no address leads out of a folder.
Everybody who knows the room's key may report. The teacher's page needs the token in its address,
which only the teacher's terminal shows.
"""

from __future__ import annotations

import hmac
import json
import math
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from html import escape
from http import HTTPStatus
from types import MappingProxyType
from typing import Callable, Optional
from urllib.parse import quote

import assets
from wizard.errors import BadRequest
from wizard.room import view
from wizard.room.board import Board, Full, WrongKey
from wizard.room.joining import Joining
from wizard.room.keys import plain
from wizard.room.message import Unreadable, read_envelope
from wizard.room.sender import OTHER_KEY, PATH
from wizard.serving.addresses import url
from wizard.serving.server import TEXT, Bounds, Handler, Response, Server

MOST_BYTES = 16 * 1024
"""Bytes of the body of a request."""
MOST_STREAMS = 16
BOUNDS = Bounds(
    connections=96, waiting=0, idle=4.0, head=6.0, stalled=5.0, patience=5.0, slowest=math.inf
)
"""One request with its answer takes at most 20 seconds altogether, but a stream any time."""
BEAT_SECONDS = 10.0
"""How many seconds a stream is silent at most: a page then knows that the server is there."""
CALM_SECONDS = 0.2
"""How many seconds are between two events of a stream at least."""
HTML, JSON = "text/html; charset=utf-8", "application/json"
HEADERS = (
    (
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
)
"""What every answer says: the pages load nothing from elsewhere, and nobody frames them."""
FILES: Mapping[str, str] = MappingProxyType(
    {
        "room.css": "text/css; charset=utf-8",
        "room.js": "text/javascript; charset=utf-8",
        "join.js": "text/javascript; charset=utf-8",
    }
)
"""The assets that anybody may read."""


class RoomServer(Server):
    """The server of one room.

    ``joining`` says how laptops join, once the address is known. ``complain`` gets a sentence
    about an unexpected error.
    """

    def __init__(
        self,
        address: tuple[str, int],
        board: Board,
        token: str,
        *,
        title: str = "",
        complain: Callable[[str], None] = lambda _text: None,
        bounds: Bounds = BOUNDS,
    ) -> None:
        """Listen. Raises OSError if the address or the port is not available."""
        self.board = board
        self.token = token
        self.title = title
        self.joining: Optional[Joining] = None
        self.streams = threading.BoundedSemaphore(MOST_STREAMS)
        self._complain = complain
        super().__init__(address, _Handler, bounds)

    def failed(self, error: Exception) -> None:
        """Report an error."""
        self._complain(f"A request could not be answered: {type(error).__name__}: {error}")

    def stop(self, patience: float = 1.0) -> None:
        """End all streams, and stop listening."""
        self.board.close()
        super().stop(patience)


class _Handler(Handler):
    """One request. The connection is closed after it."""

    usual = HEADERS
    server: RoomServer

    def do_GET(self) -> None:  # noqa: N802 - as in http.server
        """Answer with a page, a file or the stream."""
        path = self.path.partition("?")[0]
        own = self._own(path)
        name = path.rpartition("/")[2]
        if path.startswith("/assets/") and name in FILES and path == f"/assets/{name}":
            self._answer(HTTPStatus.OK, FILES[name], assets.text(f"room/{name}"))
        elif own == "":
            self._answer(HTTPStatus.OK, HTML, self._page())
        elif own == "events":
            self._stream()
        elif own == "laptops.csv":
            rows = self.server.board.since(0)[1]
            more = {"Content-Disposition": "attachment; filename=laptops.csv"}
            self._answer(HTTPStatus.OK, "text/csv; charset=utf-8", view.to_csv(rows), more)
        elif own is None and self._is_key(path):
            self._answer(HTTPStatus.OK, HTML, self._join_page())
        else:
            text = assets.text("room/other.html")
            self._answer(HTTPStatus.NOT_FOUND, HTML, text)

    do_HEAD = do_GET  # noqa: N815 - the name in the base class

    def do_POST(self) -> None:  # noqa: N802 - as in http.server
        """Take a report, or what the teacher does on the page."""
        path = self.path.partition("?")[0]
        own = self._own(path)
        if path != PATH and own not in ("code", "remove"):
            self._answer(HTTPStatus.NOT_FOUND, TEXT, "There is nothing here.")
            return
        data = self._body()
        if data is None:
            return
        try:
            if path == PATH:
                self.server.board.receive(read_envelope(data))
                self._answer(HTTPStatus.NO_CONTENT)
            else:
                self._teacher(own or "", data)
        except WrongKey:
            self._answer(HTTPStatus.FORBIDDEN, TEXT, OTHER_KEY)
        except Unreadable as error:
            self._answer(HTTPStatus.BAD_REQUEST, TEXT, f"The message is wrong: {error}.")
        except Full:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, TEXT, "The room is full.")

    def _teacher(self, action: str, data: bytes) -> None:
        try:
            values = json.loads(data)
            words = [values.get(name, "") for name in ("code", "name", "id")]
        except (ValueError, AttributeError, RecursionError):
            words = [None]
        if not all(isinstance(word, str) for word in words):
            self._answer(HTTPStatus.BAD_REQUEST, TEXT, "The request is not as this page makes it.")
            return
        code, name, laptop = words
        try:
            if action == "remove":
                self.server.board.remove(laptop)
                self._answer(HTTPStatus.NO_CONTENT)
                return
            row = self.server.board.enter(code, name, view.causes())
        except BadRequest as error:
            text = " ".join(filter(None, (error.what, error.why, *error.hints)))
            self._answer(HTTPStatus.UNPROCESSABLE_ENTITY, TEXT, text)
            return
        self._answer(HTTPStatus.OK, JSON, json.dumps(asdict(view.line(row))))

    def _own(self, path: str) -> Optional[str]:
        """Return what follows the token in a path of the teacher's page, or None."""
        parts = path.split("/")
        if len(parts) != 4 or parts[1] != "room":
            return None
        if not hmac.compare_digest(parts[2].encode(), self.server.token.encode()):
            return None
        return parts[3]

    def _is_key(self, path: str) -> bool:
        typed = plain(path.strip("/")).encode()
        return hmac.compare_digest(typed, self.server.board.key.encode())

    def _body(self) -> Optional[bytes]:
        """Read what was sent; None if that was refused."""
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or self.headers.get("Transfer-Encoding"):
            self._answer(HTTPStatus.LENGTH_REQUIRED, TEXT, "The length is missing.")
            return None
        if len(length) > 9 or int(length) > MOST_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TEXT, "That is too much.")
            return None
        data = self.body(int(length))
        return data if len(data) == int(length) else None  # otherwise the client has gone

    def _page(self) -> str:
        text = assets.text("room/room.html")
        return self._filled(text, title=self.server.title or "The room")

    def _join_page(self) -> str:
        return self._filled(assets.text("room/join.html"))

    def _filled(self, text: str, title: str = "") -> str:
        joining = self.server.joining
        commands = joining.commands if joining else ()
        lines = "".join(
            f"<h3>{escape(join.title)}</h3>\n"
            f'<p class="command"><code data-line="{escape(join.command)}" '
            f'data-quote="{join.quote}">{escape(join.command)}</code></p>\n'
            for join in commands
        )
        values = {
            "TITLE": escape(title),
            "ADDRESS": escape(str(joining.address) if joining else ""),
            "BROWSER": escape(joining.browser if joining else ""),
            "LINES": lines,
            "QR": joining.svg if joining else "",
            "ONLY_HERE": "" if joining is None or not joining.only_here else "only-here",
        }
        for name, value in values.items():
            text = text.replace(f"{{{{{name}}}}}", value)
        return text

    def _stream(self) -> None:
        """Send the rows, and then each change, until the page or the room is closed."""
        if not self.server.streams.acquire(blocking=False):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, TEXT, "The page is open too often.")
            return
        try:
            kind = ("Content-Type", "text/event-stream; charset=utf-8")
            sender = self.stream(Response(HTTPStatus.OK, (kind,)))
            sender.send(b"retry: 2000\n\n")
            board, version = self.server.board, -1
            while not board.closed:
                if version < 0 or board.wait(version, BEAT_SECONDS):
                    version, rows, laptops = board.since(version)
                    lines = [asdict(view.line(row)) for row in rows]
                    notes = _refusals(board.refused)
                    event = json.dumps({"lines": lines, "laptops": laptops, "notes": notes})
                    sender.send(f"data: {event}\n\n".encode())
                    time.sleep(CALM_SECONDS)
                else:
                    sender.send(b": still here\n\n")
        finally:
            self.server.streams.release()

    def _answer(
        self,
        status: HTTPStatus,
        kind: str = TEXT,
        text: str = "",
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        headers = {"Content-Type": kind, **more}
        self.answer(Response(status, tuple(headers.items()), text.encode()))


def _refusals(number: int) -> tuple[str, ...]:
    if not number:
        return ()
    times = "1 message" if number == 1 else f"{number} messages"
    return (f"{times} with another key: compare the address on the laptops with this room's.",)


def page_address(host: str, port: int, token: str) -> str:
    """Return the address of the teacher's page."""
    return f"{url(host, port)}/room/{quote(token)}/"
