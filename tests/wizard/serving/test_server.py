"""The bounded server by itself; what it serves has its own tests, with hostile clients."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from wizard.serving.server import TEXT, Bounds, Handler, Response, Server

SHORT = Bounds(connections=4, waiting=0.0, head=0.5, idle=0.6, stalled=0.5, patience=0.5)


class Echo(Handler):
    """Answers with what was sent, with a stream, or not at all."""

    usual = (("X-Usual", "yes"),)

    def do_GET(self) -> None:  # noqa: N802 - as in http.server
        """Send without an end."""
        sender = self.stream(Response(200, (("Content-Type", TEXT),)))
        while True:
            sender.send(b"x" * 65536)

    def do_POST(self) -> None:  # noqa: N802 - as in http.server
        """Answer with the body, and fail if it is `fail`."""
        data = self.body(int(self.headers["Content-Length"]))
        if data == b"fail":
            raise RuntimeError("on purpose")
        if data == "é".encode():
            self.answer(Response(200, (("X", "\u0431"),)))
        self.answer(Response(204 if data == b"nothing" else 200, (), data))


class Counting(Server):
    """Keeps what it learns."""

    def __init__(self) -> None:
        self.learned: list[str] = []
        super().__init__(("127.0.0.1", 0), Echo, SHORT)

    def sent(self, _client: str, number: int) -> None:
        self.learned.append(str(number))

    def failed(self, error: Exception) -> None:
        self.learned.append(type(error).__name__)


@pytest.fixture
def server() -> Iterator[Counting]:
    with Counting() as made:
        made.start()
        yield made
        made.stop(0.2)


def said(server: Counting, data: bytes, declared: int | None = None) -> bytes:
    length = len(data) if declared is None else declared
    head = b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n" % length
    with socket.create_connection((server.host, server.port), timeout=10) as client:
        client.sendall(head + data)
        found = b""
        while chunk := client.recv(65536):
            found += chunk
    return found


def test_a_body_may_be_longer_than_a_head(server: Counting) -> None:
    data = bytes(range(256)) * 256
    answer = said(server, data)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert body == data
    assert b"X-Usual: yes" in head
    assert b"Content-Length: 65536" in head
    assert server.learned == ["65536"]


def test_an_answer_without_a_body_has_no_length(server: Counting) -> None:
    assert said(server, b"nothing") == b"HTTP/1.0 204 No Content\r\nX-Usual: yes\r\n\r\n"


def test_a_body_that_does_not_come_is_not_waited_for(server: Counting) -> None:
    assert said(server, b"half", declared=9) == b""
    assert server.learned == []


@pytest.mark.parametrize(("body", "error"), [("fail", "RuntimeError"), ("é", "UnicodeEncodeError")])
def test_an_unexpected_error_ends_one_connection(server: Counting, body: str, error: str) -> None:
    assert said(server, body.encode()) == b""
    assert said(server, b"again").endswith(b"again")
    assert server.learned == [error, "5"]


def test_a_stream_that_nobody_takes_is_ended(server: Counting) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(SHORT.connections):
            client = socket.create_connection((server.host, server.port), timeout=10)
            stack.enter_context(client)
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b"HTTP/1.1 503"
        while answer.startswith(b"HTTP/1.1 503"):
            with contextlib.suppress(ConnectionError):
                answer = said(server, b"again")
        assert answer.endswith(b"again")


def test_an_address_of_another_machine_is_an_error() -> None:
    with pytest.raises(OSError):  # noqa: PT011 - each system has its own
        Server(("192.0.2.77", 0), Echo)


def test_ipv6_is_another_address() -> None:
    try:
        made = Server(("::1", 0), Echo, SHORT)
    except OSError as error:
        pytest.skip(f"this machine has no IPv6: {error}")
    with made, pytest.raises(OSError):  # noqa: PT011 - refused
        socket.create_connection(("127.0.0.1", made.port), timeout=5)
