"""The web server of a kit. What it answers is decided by `wizard.kit.site`."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from wizard.kit.site import Site
from wizard.serving.addresses import url
from wizard.serving.server import Bounds, Handler, Server

MOST_CLIENTS = 4096
"""Addresses that are counted; more would only fill the memory."""


@dataclass(frozen=True)
class Totals:
    """What was sent so far: requests, bytes, and to how many addresses.

    ``failed`` are connections that ended because of an unexpected error here.
    """

    requests: int = 0
    bytes: int = 0
    clients: int = 0
    failed: int = 0


class _Handler(Handler):
    protocol_version = "HTTP/1.1"
    usual = (
        ("X-Content-Type-Options", "nosniff"),
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
        ),
        ("Referrer-Policy", "no-referrer"),
    )
    server: KitServer

    def do_GET(self) -> None:  # noqa: N802 - as in http.server
        """Answer with a page or a file."""
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.send_error(413, "A request here has no body.")
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        base = self.server.base(self.connection)
        self.answer(self.server.site.respond(self.path, headers, base))

    do_HEAD = do_GET  # noqa: N815 - the name in the base class


class KitServer(Server):
    """Serves one kit on one address, and counts what it sends."""

    def __init__(self, site: Site, address: str, port: int, bounds: Bounds | None = None) -> None:
        """Listen. Raises OSError if the address or the port is not available."""
        self.site = site
        self._totals = Totals()
        self._clients: set[str] = set()
        super().__init__((address, port), _Handler, bounds)

    @property
    def address(self) -> str:
        """The address of the web that leads here."""
        return url(self.host, self.port)

    def base(self, connection: socket.socket) -> str:
        """Return the address by which a client has reached this server."""
        host, port = connection.getsockname()[:2]
        return url(str(host), int(port))

    @property
    def totals(self) -> Totals:
        """What was sent so far."""
        with self._lock:
            return replace(self._totals, clients=len(self._clients))

    def sent(self, client: str, number: int) -> None:
        """Count an answer."""
        with self._lock:
            past = self._totals
            self._totals = replace(past, requests=past.requests + 1, bytes=past.bytes + number)
            if len(self._clients) < MOST_CLIENTS:
                self._clients.add(client)

    def failed(self, _error: Exception) -> None:
        """Count an error: one connection must not end the others."""
        with self._lock:
            self._totals = replace(self._totals, failed=self._totals.failed + 1)


Show = Callable[[Totals], None]


def serve(server: KitServer, show: Show, ended: threading.Event, every: float = 1.0) -> None:
    """Serve until ``ended`` is set or Ctrl-C; ``show`` gets the totals each ``every`` s."""
    server.start()
    try:
        while not ended.wait(every):
            show(server.totals)
    finally:
        server.stop()
