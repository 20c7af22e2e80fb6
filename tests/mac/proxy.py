"""A company's proxy: the only way to its index, for programs that know about it."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

INDEX = "http://index.example/simple/"
"""The address of the index inside the company. Nothing but the proxy knows the host."""


class _Handler(BaseHTTPRequestHandler):
    goal: str
    seen: list[str]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.seen.append(self.path)
        if parts.hostname != "index.example":
            self.send_error(502)
            return
        headers = {"Accept": self.headers.get("Accept", "*/*")}
        request = urllib.request.Request(f"{self.goal}{parts.path}", headers=headers)  # noqa: S310 - this machine
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=30) as answer:
            body = answer.read().replace(self.goal.encode(), b"http://index.example")
            self.send_response(200)
            self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(goal: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a proxy to the index at ``goal``; yield its address, and what it was asked for."""
    seen: list[str] = []
    handler = type("Handler", (_Handler,), {"goal": goal, "seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
