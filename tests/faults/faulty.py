"""A loopback server of a small package index and of archives, with any fault of a network.

`Server` serves what it was given. A `Fault` says, for the addresses that contain a text, how the
answer is spoiled, and how many times. The server is also a proxy: for an address with a host, and
with CONNECT for https.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import re
import socket
import ssl
import struct
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Optional
from urllib.parse import urlsplit

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
BINARY = "application/octet-stream"
ALWAYS = 1_000_000
"""The ``times`` of a fault that does not pass."""
WAIT = 60.0
"""Seconds that a stalled answer waits for the end of the server."""
SIGN_IN = b"<!DOCTYPE html><html><title>Sign in</title><form>Your name: <input></form></html>"


@dataclass(frozen=True)
class Answer:
    """An answer as it should be."""

    status: int = 200
    type: str = BINARY
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    ranges: bool = False


@dataclass
class Fault:
    """What happens instead of the answers whose path has ``where`` in it, or at its end (``…$``).

    ``spoil`` gives the wrong answer. It happens ``times`` times, after ``after`` right answers;
    with ``method`` only to these requests.
    """

    where: str
    spoil: Callable[[Handler, Answer], None]
    times: int = ALWAYS
    after: int = 0
    method: str = "GET"
    asked: int = 0

    def applies(self, handler: Handler) -> bool:
        """Count the request, and return whether it is spoiled."""
        path = handler.path
        is_there = (
            path.endswith(self.where[:-1]) if self.where.endswith("$") else self.where in path
        )
        if not is_there or (self.method and handler.command != self.method):
            return False
        self.asked += 1
        return self.after < self.asked <= self.after + self.times


@dataclass
class Server:
    """What is served. ``seen`` are the requests: method, path, and the range that was asked for.

    ``files`` are bodies by their path. ``forward`` are beginnings of paths with addresses: the
    rest of the path is fetched from there. A client of the proxy must show ``password``.
    """

    files: dict[str, Answer] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    forward: dict[str, str] = field(default_factory=dict)
    password: str = ""
    port: int = 0
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    over: threading.Event = field(default_factory=threading.Event)
    fetched: dict[str, Answer] = field(default_factory=dict)
    tunnels: dict[str, int] = field(default_factory=dict)
    """The port on this machine for a host that only the proxy knows."""
    behind: Optional[tuple[Server, ssl.SSLContext]] = None
    """A server of https that only this proxy leads to; it serves as long as this one."""

    @property
    def url(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def count(self, part: str, method: str = "GET") -> int:
        """Return how many requests had this in their path."""
        return sum(part in path and seen == method for seen, path, _ in self.seen)

    def ranges(self, part: str) -> list[str]:
        """Return the ranges that were asked for, of a path with ``part`` in it."""
        return [asked for method, path, asked in self.seen if part in path and method == "GET"]

    def answer(self, path: str) -> Answer:
        """Return the right answer for a path."""
        if path in self.files:
            return self.files[path]
        for beginning, address in self.forward.items():
            if path.startswith(beginning):
                if path not in self.fetched:
                    self.fetched[path] = _fetched(address + path[len(beginning) :])
                return self.fetched[path]
        return Answer(404, HTML, b"not here")


def _fetched(address: str) -> Answer:
    headers = {"User-Agent": "cryptography-wizard-tests", "Accept": JSON}
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - http(s) by the caller
    try:
        with urllib.request.urlopen(request, timeout=WAIT) as response:  # noqa: S310
            return Answer(200, response.headers.get("Content-Type", BINARY), response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, HTML, b"")


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    timeout = 2 * WAIT
    mine: Server

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        server = self.mine
        through_proxy = "://" in self.path
        if through_proxy:
            self.path = urlsplit(self.path).path
        with server.lock:
            server.seen.append((self.command, self.path, self.headers.get("Range", "")))
            spoilers = [fault for fault in server.faults if fault.applies(self)]
        if through_proxy and not self._may_use_the_proxy():
            return
        answer = server.answer(self.path)
        if spoilers:
            spoilers[0].spoil(self, answer)
        else:
            self.send(answer)

    def do_CONNECT(self) -> None:
        with self.mine.lock:
            self.mine.seen.append((self.command, self.path, ""))
            spoilers = [fault for fault in self.mine.faults if fault.applies(self)]
        if spoilers:
            spoilers[0].spoil(self, Answer())
            return
        if not self._may_use_the_proxy():
            return
        host, _, port = self.path.rpartition(":")
        try:
            goal = socket.create_connection(
                ("127.0.0.1", self.mine.tunnels.get(host, int(port))), timeout=10
            )
        except OSError:
            self.send_error(502)
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        self.close_connection = True
        with goal:
            there = threading.Thread(target=_pump, args=(self.connection, goal), daemon=True)
            there.start()
            _pump(goal, self.connection)
            there.join(5)

    def _may_use_the_proxy(self) -> bool:
        expected = base64.b64encode(self.mine.password.encode()).decode()
        if not self.mine.password or self.headers.get("Proxy-Authorization") == f"Basic {expected}":
            return True
        self.send(Answer(407, HTML, b"", (("Proxy-Authenticate", 'Basic realm="house"'),)))
        return False

    def begin(self, answer: Answer, length: int, **headers: str) -> None:
        """Send the head of an answer that states this length."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        if length >= 0:
            self.send_header("Content-Length", str(length))
        for name, value in (*answer.headers, *headers.items()):
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def part(self, answer: Answer) -> tuple[Answer, bytes, dict[str, str]]:
        """Return the answer's body, or the part of it that was asked for, with its headers."""
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        headers = {"Accept-Ranges": "bytes"} if answer.ranges else {}
        if not asked or not answer.ranges or answer.status != 200:
            return answer, answer.body, headers
        size = len(answer.body)
        first, last = int(asked[1]), min(int(asked[2] or size - 1), size - 1)
        if first >= size:
            headers["Content-Range"] = f"bytes */{size}"
            return Answer(416, answer.type), b"", headers
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        partial = Answer(206, answer.type, answer.body, answer.headers, ranges=True)
        return partial, answer.body[first : last + 1], headers

    def send(self, answer: Answer) -> None:
        """Send an answer as it should be."""
        head, body, headers = self.part(answer)
        self.begin(head, len(body), **headers)
        if self.command != "HEAD":
            self.wfile.write(body)

    def half(self, answer: Answer) -> None:
        """Send the head and half of the body."""
        head, body, headers = self.part(answer)
        self.begin(head, len(body), **headers)
        self.wfile.write(body[: max(1, len(body) // 2)])
        self.wfile.flush()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:  # the client has gone
            self.close_connection = True

    def finish(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


def _pump(source: socket.socket, goal: socket.socket) -> None:
    try:
        while piece := source.recv(1 << 16):
            goal.sendall(piece)
    except OSError:
        pass  # either side has ended the tunnel
    finally:
        with contextlib.suppress(OSError):
            goal.shutdown(socket.SHUT_WR)


# --- The faults ---


def status(code: int, body: bytes = b"", kind: str = HTML, **headers: str) -> Spoiler:
    """Answer with this status."""

    def spoil(handler: Handler, _answer: Answer) -> None:
        handler.send(Answer(code, kind, body, tuple(headers.items())))

    return spoil


def instead(body: bytes, kind: str = HTML, **headers: str) -> Spoiler:
    """Answer well, with this instead."""
    return status(200, body, kind, **headers)


def silent(handler: Handler, _answer: Answer) -> None:
    """Take the request, and never answer."""
    handler.mine.over.wait(WAIT)
    handler.close_connection = True


def stalls(handler: Handler, answer: Answer) -> None:
    """Send half, and then nothing more."""
    handler.half(answer)
    silent(handler, answer)


def slow(handler: Handler, answer: Answer) -> None:
    """Send 1 kB a second."""
    head, body, headers = handler.part(answer)
    handler.begin(head, len(body), **headers)
    for begin in range(0, len(body), 100):
        handler.wfile.write(body[begin : begin + 100])
        if handler.mine.over.wait(0.1):
            return


def cut(handler: Handler, answer: Answer) -> None:
    """Send half of what was announced, and end the connection."""
    handler.half(answer)
    handler.close_connection = True


def resets(handler: Handler, answer: Answer) -> None:
    """Send half of what was announced, and reset the connection."""
    handler.half(answer)
    time.sleep(0.2)  # a reset would otherwise overtake what was sent
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.close_connection = True


def cut_chunks(handler: Handler, answer: Answer) -> None:
    """Send half in chunks, without the last one, and end the connection."""
    head, body, headers = handler.part(answer)
    handler.begin(head, -1, Transfer_Encoding="chunked", **headers)
    half = body[: max(1, len(body) // 2)]
    handler.wfile.write(b"%x\r\n%b\r\n" % (len(half), half))
    handler.close_connection = True


def no_ranges(handler: Handler, answer: Answer) -> None:
    """Ignore the range, and send half of all."""
    cut(handler, Answer(answer.status, answer.type, answer.body, answer.headers))


def wrong_range(handler: Handler, answer: Answer) -> None:
    """Answer a range with another one; end a whole answer in the middle."""
    if not handler.headers.get("Range"):
        cut(handler, answer)
        return
    size = len(answer.body)
    answered = Answer(206, answer.type, ranges=True)
    handler.begin(answered, size - 1, Content_Range=f"bytes 1-{size - 1}/{size}")
    handler.wfile.write(answer.body[1:])


def loops(handler: Handler, _answer: Answer) -> None:
    """Redirect to the same address."""
    handler.begin(Answer(302, HTML), 0, Location=handler.path)


def redirects(goal: Callable[[str], str]) -> Spoiler:
    """Redirect to where ``goal`` says for a path."""

    def spoil(handler: Handler, _answer: Answer) -> None:
        handler.begin(Answer(302, HTML), 0, Location=goal(handler.path))

    return spoil


def changed(handler: Handler, answer: Answer) -> None:
    """Send another file of the same length. A checksum remains one, but of something else."""
    middle = len(answer.body) // 2
    other = b"0123456" if answer.body[middle : middle + 1] != b"0" else b"1234567"
    body = answer.body[:middle] + other + answer.body[middle + len(other) :]
    handler.send(Answer(answer.status, answer.type, body, answer.headers))


def replaced(handler: Handler, answer: Answer) -> None:
    """Send another wheel, which is whole: it has one more file."""
    changed = io.BytesIO(answer.body)
    with zipfile.ZipFile(changed, "a") as wheel:
        wheel.writestr("more.py", "")
    handler.send(Answer(answer.status, answer.type, changed.getvalue(), answer.headers))


def bad_gzip(handler: Handler, answer: Answer) -> None:
    """Say that the body is compressed, and send something else."""
    head = (*answer.headers, ("Content-Encoding", "gzip"))
    handler.send(Answer(200, answer.type, b"\x1f\x8b garbage" * 50, head))


Spoiler = Callable[[Handler, Answer], None]


# --- The server ---


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def shutdown_request(self, request: Any) -> None:
        linger = struct.unpack("ii", request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8))
        if linger == (1, 0):
            self.close_request(request)  # with a reset
        else:
            super().shutdown_request(request)


@contextlib.contextmanager
def serving(server: Server, context: Optional[ssl.SSLContext] = None) -> Iterator[Server]:
    """Serve on this machine alone; with a context over https."""
    handler = type("One", (Handler,), {"mine": server})
    http = _Http(("127.0.0.1", 0), handler)
    if context is not None:
        http.socket = context.wrap_socket(
            http.socket, server_side=True, do_handshake_on_connect=False
        )
    server.port = http.server_address[1]
    if server.behind is not None:
        with serving(*server.behind):
            yield from _serve(server, http)
    else:
        yield from _serve(server, http)


def _serve(server: Server, http: _Http) -> Iterator[Server]:
    thread = threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        http.shutdown()
        http.server_close()
        thread.join(5)


def index(wheels: Mapping[str, bytes], address: str = "") -> dict[str, Answer]:
    """Return the pages and the files of an index with these files, in JSON and with ranges.

    ``address`` is where the files are; empty for beside the pages.
    """
    pages: dict[str, list[dict[str, Any]]] = {}
    answers: dict[str, Answer] = {}
    for name, body in wheels.items():
        project = name.split("-")[0].replace("_", "-").lower()
        row = {
            "filename": name,
            "url": f"{address}/files/{name}",
            "hashes": {"sha256": hashlib.sha256(body).hexdigest()},
            "size": len(body),
            "yanked": False,
        }
        pages.setdefault(project, []).append(row)
        answers[f"/files/{name}"] = Answer(body=body, ranges=True)
    for project, rows in pages.items():
        page = {"meta": {"api-version": "1.0"}, "name": project, "files": rows}
        answers[f"/simple/{project}/"] = Answer(type=JSON, body=json.dumps(page).encode())
    return answers
