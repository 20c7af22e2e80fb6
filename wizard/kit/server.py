"""A small web server for a kit: read-only, bounded in threads, time and sizes.

What it answers is decided by `wizard.kit.site`; here are only connections.
"""

from __future__ import annotations

import contextlib
import io
import ipaddress
import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from wizard.errors import BadRequest, WizardError
from wizard.kit.site import Response, Site


@dataclass(frozen=True)
class Bounds:
    """The limits of a server. All times are in seconds, all sizes in bytes.

    ``connections`` are answered at the same time; another one waits for ``waiting``, then it gets
    503. ``head`` limits the time for one request line with its headers, ``head_bytes`` its size,
    ``idle`` the time between two requests. A client that takes no bytes for ``stalled`` is cut off,
    and one that is slower than ``slowest`` (bytes per second, after ``patience``).
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
class Totals:
    """What was sent so far: requests, bytes, and from how many addresses they came.

    ``failed`` are connections that ended because of an unexpected error here.
    """

    requests: int = 0
    bytes: int = 0
    clients: int = 0
    failed: int = 0


_CHUNK = 256 * 1024
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'"),
    ("Referrer-Policy", "no-referrer"),
)
MOST_CLIENTS = 4096
"""Addresses that are counted; more would only fill the memory."""


class _TooLong(Exception):
    """A request has more bytes than are allowed, or takes longer."""


class _Head(io.RawIOBase):
    """Reads a socket, within a number of bytes and until a time. `begin` starts both again."""

    def __init__(self, connection: socket.socket, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._left = bounds.head_bytes
        self._end = 0.0
        self._idle = True

    def begin(self) -> None:
        """Wait for another request."""
        self._left = self._bounds.head_bytes
        self._end = time.monotonic() + self._bounds.idle
        self._idle = True

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
        if self._idle:  # the first bytes: from now on, the head has its own limit
            self._idle = False
            self._end = time.monotonic() + self._bounds.head
        return number


class _Handler(BaseHTTPRequestHandler):
    """Answers the requests of one connection."""

    protocol_version = "HTTP/1.1"
    server_version = "cryptography-wizard"
    sys_version = ""
    server: KitServer

    def setup(self) -> None:
        self.connection = self.request
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._head = _Head(self.connection, self.server.bounds)
        self.rfile = io.BufferedReader(self._head, 4096)
        # What an answer needs that is sent before a request could be read.
        self.request_version, self.requestline, self.command = "HTTP/1.0", "", ""
        self.wfile = io.BytesIO()  # the head of an answer, until it is sent

    def finish(self) -> None:
        """Close nothing here: the server does."""

    def handle_one_request(self) -> None:
        self._head.begin()
        self.close_connection = True
        try:
            super().handle_one_request()
        except _TooLong:
            self.close_connection = True
            if self._head.is_full:
                with contextlib.suppress(OSError):
                    self.send_error(431, "The request is too long.")
        except (OSError, ValueError):
            self.close_connection = True  # the client is gone, or its request is nonsense

    def send_error(
        self, code: int, message: str | None = None, _explain: str | None = None
    ) -> None:
        """Refuse a request that is not well-formed, and end the connection."""
        self.close_connection = True
        self.request_version = "HTTP/1.1"  # else a nonsense one would get an answer without a head
        text = f"{message or 'This request is not possible.'}\n".encode("ascii", "replace")
        kind = ("Content-Type", "text/plain; charset=utf-8")
        self._send(Response(code, (kind, ("Connection", "close")), text), head=False)

    def do_GET(self) -> None:
        self._answer(head=False)

    def do_HEAD(self) -> None:
        self._answer(head=True)

    def _answer(self, *, head: bool) -> None:
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.send_error(413, "A request here has no body.")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = self.server.site.respond(self.path, headers, self.server.base(self.connection))
        self._send(response, head=head)

    def _send(self, response: Response, *, head: bool) -> None:
        file = None
        try:
            if not isinstance(response.body, bytes):
                try:
                    file = _open(response.body[0], response.body[1] + response.body[2])
                except OSError:
                    # It was there when the server started: a stick that was pulled out.
                    response = Response(500, (("Connection", "close"),), b"It cannot be read.\n")
                    self.close_connection = True
            self.send_response_only(response.status)
            for name, value in (*_HEADERS, *response.headers):
                self.send_header(name, value)
            if response.status not in (304,):
                self.send_header("Content-Length", str(response.length))
            self.end_headers()
            start = self.wfile.getvalue()  # type: ignore[attr-defined]
            self.wfile = io.BytesIO()
            sender = _Sender(self.connection, self.server.bounds)
            if head or response.status == 304:
                sender.send(start)
            elif isinstance(response.body, bytes):
                sender.send(start + response.body)
            elif file is not None:
                sender.send(start)
                sender.send_file(file, response.body[1], response.body[2])
            self.server.note(self.client_address[0], 0 if head else response.length)
        finally:
            if file is not None:
                file.close()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - its name
        """Write nothing: the server counts."""


class _Sender:
    """Sends to a client, but not to one that stands still or is endlessly slow."""

    def __init__(self, connection: socket.socket, bounds: Bounds) -> None:
        self._connection = connection
        self._bounds = bounds
        self._began = time.monotonic()
        self._sent = 0
        connection.settimeout(bounds.stalled)

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            number = self._connection.send(view[:_CHUNK])
            view = view[number:]
            self._count(number)

    def send_file(self, file: io.BufferedReader, first: int, length: int) -> None:
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
        if passed > self._bounds.patience and self._sent < passed * self._bounds.slowest:
            raise OSError("the client is too slow")


def _open(place: Path, least: int) -> io.BufferedReader:
    """Open a file, but no link and no shorter one. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(place, flags), "rb")
    if os.fstat(file.fileno()).st_size < least:
        file.close()
        raise OSError(f"{place} is shorter than it was")
    return file


class KitServer(socketserver.TCPServer):
    """Serves one kit on one address, with a thread for each connection, until `stop`."""

    allow_reuse_address = os.name != "nt"
    request_queue_size = 128

    def __init__(self, site: Site, address: str, port: int, bounds: Bounds | None = None) -> None:
        """Listen. Raises WizardError if the address or the port is not available."""
        self.site = site
        self.bounds = bounds or Bounds()
        self._slots = threading.BoundedSemaphore(self.bounds.connections)
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._totals = Totals()
        self._clients: set[str] = set()
        self._thread: threading.Thread | None = None
        parsed = ipaddress.ip_address(address)
        self.address_family = socket.AF_INET6 if parsed.version == 6 else socket.AF_INET
        try:
            super().__init__((address, port), _Handler)
        except OSError as error:
            raise WizardError(
                f"The kit cannot be served at {address}, port {port}.",
                shown=error.strerror or str(error),
                hints=(
                    "--port 0 takes any free port. --address must be one of this computer's own.",
                ),
            ) from None

    def server_bind(self) -> None:
        """Listen on exactly the address that was chosen, not on the other version of IP too."""
        if self.address_family == socket.AF_INET6:
            with contextlib.suppress(AttributeError, OSError):
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()

    @property
    def address(self) -> str:
        """The address of the web that leads here, or to this computer itself if it is any."""
        host, port = self.server_address[:2]
        if ipaddress.ip_address(str(host)).is_unspecified:
            host = own_address() or ("::1" if ":" in str(host) else "127.0.0.1")
        return url(str(host), int(port))

    def base(self, connection: socket.socket) -> str:
        """Return the address by which a client has reached this server."""
        host, port = connection.getsockname()[:2]
        return url(str(host), int(port))

    @property
    def totals(self) -> Totals:
        """What was sent so far."""
        with self._lock:
            return replace(self._totals, clients=len(self._clients))

    def note(self, client: str, sent: int) -> None:
        """Count an answer."""
        with self._lock:
            so_far = self._totals
            self._totals = replace(so_far, requests=so_far.requests + 1, bytes=so_far.bytes + sent)
            if len(self._clients) < MOST_CLIENTS:
                self._clients.add(client)

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
        except Exception:  # noqa: BLE001 - one connection must not end the server: it is counted
            with self._lock:
                self._totals = replace(self._totals, failed=self._totals.failed + 1)
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
            target=self.serve_forever, kwargs={"poll_interval": 0.2}, name="server", daemon=True
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


def check_address(text: str) -> str:
    """Return the address of an interface that was typed. Raises BadRequest."""
    if text == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        own = own_address()
        raise BadRequest(
            f"--address: {text!r} is not the address of a network interface.",
            hints=(
                f"This computer's is {own}." if own else "For example 192.168.1.20.",
                "0.0.0.0 means all of its networks; 127.0.0.1 only this computer.",
            ),
        ) from None


def is_open(address: str) -> bool:
    """Return whether other computers can reach an address."""
    return not ipaddress.ip_address(address).is_loopback


def own_address() -> str:
    """Return the address by which this computer reaches others; empty without a network.

    Nothing is sent: the system only chooses the interface.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documentation (RFC 5737)
            found = str(probe.getsockname()[0])
        except OSError:
            return ""
    return "" if ipaddress.ip_address(found).is_loopback else found


def url(host: str, port: int) -> str:
    """Return the address of the web for a host and a port."""
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{port}"


Show = Callable[[Totals], None]


def serve(server: KitServer, show: Show, ended: threading.Event, every: float = 1.0) -> None:
    """Serve until ``ended`` is set or Ctrl-C; ``show`` gets the totals each ``every`` s."""
    server.start()
    try:
        while not ended.wait(every):
            show(server.totals)
    finally:
        server.stop()
