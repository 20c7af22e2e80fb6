"""A loopback index that lists what the real one lists, and that misbehaves where a test says so."""

from __future__ import annotations

import html
import json
import re
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable
from urllib.parse import urljoin

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
WAIT = 60.0
"""Seconds for one request to the real index."""


@dataclass
class Mirror:
    """One mirror, and what it was asked for.

    ``refuses`` and ``cuts`` say, of a file's name, that it is answered with 403, or that its
    download ends in the middle: the first ``breaks`` times. ``dated`` says that the pages state
    times. ``seen`` are the requests for files: the name, and where they were to begin.
    """

    upstream: str
    refuses: Callable[[str], bool] = lambda _name: False
    cuts: Callable[[str], bool] = lambda _name: False
    breaks: int = 1
    dated: bool = True
    url: str = ""
    seen: list[tuple[str, int]] = field(default_factory=list)
    pages: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    addresses: dict[str, str] = field(default_factory=dict, repr=False)
    files: dict[str, bytes] = field(default_factory=dict, repr=False)

    def page(self, project: str) -> dict[str, Any]:
        """The page of a project, with this mirror's addresses."""
        if project not in self.pages:
            address = f"{self.upstream.rstrip('/')}/{project}/"
            page = json.loads(_read(address, {"Accept": JSON}))
            for row in page["files"]:
                self.addresses[row["filename"]] = urljoin(address, row["url"])
                row["url"] = f"{self.url}/files/{row['filename']}"
                for name in ("core-metadata", "data-dist-info-metadata", "dist-info-metadata"):
                    row.pop(name, None)
                if not self.dated:
                    row.pop("upload-time", None)
            self.pages[project] = page
        return self.pages[project]

    def file(self, name: str) -> bytes:
        """The bytes of a file, which is downloaded once."""
        if name not in self.files:
            self.files[name] = _read(self.addresses[name], {})
        return self.files[name]

    def downloads(self, name: str) -> int:
        """How often a file was asked for."""
        return sum(seen.startswith(name) for seen, _ in self.seen)


def _read(address: str, headers: dict[str, str]) -> bytes:
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the index of pip
    with urllib.request.urlopen(request, timeout=WAIT) as response:  # noqa: S310
        body: bytes = response.read()
    return body


def _as_html(page: dict[str, Any]) -> bytes:
    lines = ["<!DOCTYPE html><title>Links</title>"]
    for row in page["files"]:
        hashes = "&".join(f"{name}={value}" for name, value in row["hashes"].items())
        needs = html.escape(row.get("requires-python") or "")
        lines.append(
            f'<a href="{row["url"]}#{hashes}" data-requires-python="{needs}">'
            f"{row['filename']}</a><br>"
        )
    return "\n".join(lines).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirror: Mirror

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        parts = self.path.strip("/").split("/")
        if parts[0] == "simple" and len(parts) == 2:
            self._page(parts[1])
        elif parts[0] == "files" and len(parts) == 2 and parts[1] in self.mirror.addresses:
            self._file(parts[1])
        else:
            self._answer(404, b"not here", HTML)

    def _page(self, project: str) -> None:
        page = self.mirror.page(project)
        if JSON in self.headers.get("Accept", ""):
            self._answer(200, json.dumps(page).encode(), JSON)
        else:
            self._answer(200, _as_html(page), HTML)

    def _file(self, name: str) -> None:
        mirror = self.mirror
        if mirror.refuses(name):
            self._answer(403, b'{"message": "blocked by the policy"}', "application/json")
            return
        body = mirror.file(name)
        stated = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(stated.group(1)) if stated else 0
        last = int(stated.group(2)) if stated and stated.group(2) else len(body) - 1
        part = body[first : last + 1]
        headers = {"Accept-Ranges": "bytes"}
        if stated:
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
        broken = self.command == "GET" and mirror.cuts(name)
        broken = broken and mirror.downloads(name) < mirror.breaks
        if self.command == "GET":
            mirror.seen.append((name, first))
        self._answer(206 if stated else 200, part, "application/octet-stream", headers, broken)

    def _answer(
        self,
        status: int,
        body: bytes,
        kind: str,
        headers: dict[str, str] | None = None,
        broken: bool = False,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[: len(body) // 2] if broken else body)
        if broken:
            self.wfile.flush()
            self.close_connection = True

    def handle(self) -> None:
        try:
            super().handle()
        except ConnectionError:
            self.close_connection = True  # uv leaves without reading the rest

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serving(mirror: Mirror, certificate: str = "") -> Iterator[Mirror]:
    """Serve a mirror on this machine alone; with a certificate (and its key) over https."""
    handler = type("Handler", (_Handler,), {"mirror": mirror})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    scheme = "http"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    mirror.url = f"{scheme}://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
