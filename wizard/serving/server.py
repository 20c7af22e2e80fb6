"""A web server for few clients that trusts none: its threads, times and sizes are bounded.

A `Handler` for it has methods such as ``do_GET``, which answer with a `Response`.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import socketserver
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, ClassVar, Union

TEXT = "text/plain; charset=utf-8"
_CHUNK = 256 * 1024
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True)
class Bounds:
    """The limits of a server. All times are in seconds, all sizes in bytes.

    ``connections`` are answered at the same time; another one waits for ``waiting``, then it gets
    503. ``head`` limits the time for one request with its headers and body, ``head_bytes`` the size
    of its headers, ``idle`` the time before it. A client that takes no bytes for ``stalled`` is cut
    off, and one that is slower than ``slowest`` (bytes per second, after ``patience``).
    """

    connections: int = 128
    waiting: float = 3.0
    head: float = 10.0
    head_bytes: int = 16 * 1024
    idle: float = 15.0
    stalled: float = 20.0
    patience: float = 60.0
    slowest: float = 4096.0


@dataclass(frozen=True)
class Response:
    """One answer. ``body`` is bytes, or a part of a file: its path, where it begins, its length."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: Union[bytes, tuple[Path, int, int]] = b""

    @property
    def length(self) -> int:
        """The length of the body, in bytes."""
        return len(self.body) if isinstance(self.body, bytes) else self.body[2]


class _TooLong(Exception):
    """A request has more bytes than are allowed, or takes longer."""


class _Request(io.RawIOBase):
    """Reads a socket, within a number of bytes and until a time. `begin` starts both again."""

    def __init__(self, connection: socket.socket, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self.begin()

    def begin(self) -> None:
        """Wait for another request."""
        self._left = self._bounds.head_bytes
        self._end = time.monotonic() + self._bounds.idle
        self._idle = True

    def allow(self, number: int) -> None:
        """Allow a body of so many bytes, in the time that is left."""
        self._left += number

    @property
    def is_full(self) -> bool:
        """Whether more bytes came than are allowed."""
        return self._left <= 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self._end - time.monotonic()
        if remaining <= 0 or self._left <= 0:
            raise _TooLong
        self._connection.settimeout(remaining)
        try:
            number = self._connection.recv_into(buffer, min(len(buffer), self._left))
        except socket.timeout:
            raise _TooLong from None
        self._left -= number
        if self._idle:  # the first bytes: from now on, the request has its own limit
            self._idle = False
            self._end = time.monotonic() + self._bounds.head
        return number


class Sender:
    """Sends to a client, but not to one that stands still or, if ``whole``, is endlessly slow."""

    def __init__(self, connection: socket.socket, bounds: Bounds, *, whole: bool = True) -> None:
        self._connection = connection
        self._bounds = bounds
        self._whole = whole
        self._began = time.monotonic()
        self._sent = 0
        connection.settimeout(bounds.stalled)

    def send(self, data: bytes) -> None:
        """Send bytes. Raises OSError."""
        view = memoryview(data)
        while view:
            number = self._connection.send(view[:_CHUNK])
            view = view[number:]
            self._count(number)

    def send_file(self, file: io.BufferedReader, first: int, length: int) -> None:
        """Send a part of a file. Raises OSError."""
        end = first + length
        while first < end:
            number = self._connection.sendfile(file, first, min(_CHUNK, end - first))
            if number == 0:
                raise OSError("the file became shorter")
            first += number
            self._count(number)

    def _count(self, number: int) -> None:
        self._sent += number
        passed = time.monotonic() - self._began
        slow = passed > self._bounds.patience and self._sent < passed * self._bounds.slowest
        if self._whole and slow:
            raise OSError("the client is too slow")


class Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection. ``usual`` are the headers of every answer."""

    server_version = "cryptography-wizard"
    sys_version = ""
    usual: ClassVar[Sequence[tuple[str, str]]] = ()
    server: Server

    def setup(self) -> None:
        """Prepare reading and writing: what is written here is the head of an answer."""
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming = _Request(self.connection, self.server.bounds)
        self.rfile = io.BufferedReader(self._incoming, 4096)
        self.wfile = io.BytesIO()
        # What an answer needs that is sent before a request could be read.
        self.request_version, self.requestline, self.command = "HTTP/1.0", "", ""

    def finish(self) -> None:
        """Close nothing here: the server does."""

    def handle_one_request(self) -> None:
        """Read a request and answer it, within the bounds."""
        self._incoming.begin()
        self.close_connection = True
        try:
            super().handle_one_request()
        except _TooLong:
            self.close_connection = True
            if self._incoming.is_full:
                with contextlib.suppress(OSError):
                    self.send_error(431, "The request is too long.")
        except (OSError, ValueError) as error:
            self.close_connection = True
            if isinstance(error, UnicodeError):
                raise  # an answer with a character that it cannot have
            # The client is gone, or its request is nonsense.

    def send_error(
        self, code: int, message: str | None = None, _explain: str | None = None
    ) -> None:
        """Refuse a request that is not well-formed, and end the connection."""
        self.close_connection = True
        self.request_version = "HTTP/1.1"  # else a nonsense one would get an answer without a head
        text = f"{message or 'This request is not possible.'}\n".encode("ascii", "replace")
        self.answer(Response(code, (("Content-Type", TEXT), ("Connection", "close")), text))

    def body(self, length: int) -> bytes:
        """Read the body of the request; it is shorter if the client has gone."""
        self._incoming.allow(length)
        return self.rfile.read(length)

    def answer(self, response: Response) -> None:
        """Send an answer; after HEAD, only its head. Raises OSError if the client is gone."""
        file = None
        if not isinstance(response.body, bytes):
            try:
                file = _open(response.body[0], response.body[1] + response.body[2])
            except OSError:
                # It was there when the server started: a stick that was pulled out.
                response = Response(500, (("Connection", "close"),), b"It cannot be read.\n")
                self.close_connection = True
        with file or contextlib.nullcontext():
            sender = Sender(self.connection, self.server.bounds)
            only_head = self.command == "HEAD" or response.status in _WITHOUT_BODY
            data = self._head(response, length=response.status not in _WITHOUT_BODY)
            if isinstance(response.body, bytes) and not only_head:
                data += response.body  # in one packet, if it is small
            sender.send(data)
            if file is not None and not isinstance(response.body, bytes) and not only_head:
                sender.send_file(file, *response.body[1:])
            self.server.sent(str(self.client_address[0]), 0 if only_head else response.length)

    def stream(self, response: Response) -> Sender:
        """Begin an answer without an end: what it is sent with may take any time."""
        sender = Sender(self.connection, self.server.bounds, whole=False)
        sender.send(self._head(response, length=False))
        return sender

    def _head(self, response: Response, *, length: bool) -> bytes:
        self.send_response_only(response.status)
        for name, value in (*self.usual, *response.headers):
            self.send_header(name, value)
        if length:
            self.send_header("Content-Length", str(response.length))
        self.end_headers()
        written, self.wfile = self.wfile, io.BytesIO()
        return written.getvalue()  # type: ignore[attr-defined, no-any-return]

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
        """Write nothing: the server says what matters."""


def _open(place: Path, least: int) -> io.BufferedReader:
    """Open a file, but no link and no shorter one. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(place, flags), "rb")
    if os.fstat(file.fileno()).st_size < least:
        file.close()
        raise OSError(f"{place} is shorter than it was")
    return file


class Server(socketserver.TCPServer):
    """Listens on one address, with a thread for each connection, from `start` until `stop`."""

    allow_reuse_address = os.name != "nt"  # there, it lets two servers use one port
    request_queue_size = 128

    def __init__(
        self, address: tuple[str, int], handler: type[Handler], bounds: Bounds | None = None
    ) -> None:
        """Listen; port 0 is a free one. Raises OSError if that is not possible."""
        self.bounds = bounds or Bounds()
        self._slots = threading.BoundedSemaphore(self.bounds.connections)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._thread: threading.Thread | None = None
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Listen on exactly the address that was chosen, not on the other version of IP too."""
        if self.address_family == socket.AF_INET6:
            with contextlib.suppress(AttributeError, OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    @property
    def host(self) -> str:
        """The address on which it listens."""
        return str(self.server_address[0])

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self.server_address[1])

    def sent(self, _client: str, _number: int) -> None:
        """Learn of an answer with so many bytes; called in the thread of its connection."""

    def failed(self, _error: Exception) -> None:
        """Learn of an error that nobody expected; called in the thread of its connection."""

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer a connection in a separate thread, or refuse it if too many are open."""
        if not self._slots.acquire(timeout=self.bounds.waiting):
            with contextlib.suppress(OSError):
                request.settimeout(1.0)
                request.sendall(
                    b"HTTP/1.1 503 Busy\r\nRetry-After: 2\r\nContent-Length: 0\r\n"
                    b"Connection: close\r\n\r\n"
                )
            self.shutdown_request(request)
            return
        with self._lock:
            self._open.add(request)
        thread = threading.Thread(
            target=self._in_thread, args=(request, client_address), name="laptop", daemon=True
        )
        try:
            thread.start()
        except RuntimeError:  # the system allows no more threads
            self._done(request)

    def _in_thread(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # the client was gone before it could be asked anything
        except Exception as error:  # noqa: BLE001 - one connection must not end the server
            self.failed(error)
        finally:
            self._done(request)

    def _done(self, request: socket.socket) -> None:
        with self._lock:
            self._open.discard(request)
        self.shutdown_request(request)
        self._slots.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Write nothing about a connection that failed to begin."""

    def start(self) -> None:
        """Answer from now on, in a thread."""
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.1}, name="server", daemon=True
        )
        self._thread.start()

    def stop(self, patience: float = 1.0) -> None:
        """Accept nothing more, let open answers end for ``patience`` seconds, and close all."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join(5)
        self.server_close()
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with self._lock:
                if not self._open:
                    return
            time.sleep(0.02)
        with self._lock:
            left = list(self._open)
        for connection in left:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
