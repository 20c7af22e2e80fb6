"""The room's server on a real port, also with clients that mean no good."""

from __future__ import annotations

import http.client
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.simulated_room import envelopes
from tests.wizard.room.test_board import signed
from tests.wizard.room.test_codes import code
from tests.wizard.room.test_message import KEY, PROVED
from wizard.room import server as servers
from wizard.room.board import Board
from wizard.room.joining import joining
from wizard.room.keys import RoomAddress
from wizard.room.message import Envelope
from wizard.room.sender import Refused, Sender, WrongKey, post
from wizard.room.server import BOUNDS, MOST_BYTES, RoomServer, page_address

OWN = "a-token"


@dataclass
class Room:
    """A running room."""

    server: RoomServer
    complaints: list[str] = field(default_factory=list)

    @property
    def board(self) -> Board:
        return self.server.board

    @property
    def address(self) -> RoomAddress:
        return RoomAddress("127.0.0.1", self.server.port, KEY)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        finally:
            connection.close()

    def raw(self, data: bytes) -> bytes:
        """Send bytes, and return what comes until the server closes the connection."""
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as connection:
            connection.sendall(data)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            return answer


@pytest.fixture
def room() -> Iterator[Room]:
    complaints: list[str] = []
    server = RoomServer(
        ("127.0.0.1", 0),
        Board(KEY),
        OWN,
        title="Room <7>",
        complain=complaints.append,
    )
    server.joining = joining(RoomAddress("127.0.0.1", server.port, KEY))
    server.start()
    yield Room(server, complaints)
    server.stop()
    assert complaints == []


def test_a_report_arrives(room: Room) -> None:
    assert post(room.address, signed().as_bytes()) == ""
    assert room.board.rows[PROVED.laptop].signature == "hmac"


def test_the_whole_way_from_a_sender(room: Room) -> None:
    sending = Sender(room.address)
    sending.send(signed)
    assert sending.wait(20)
    assert PROVED.laptop in room.board.rows
    sending.close()


def test_another_key_is_refused_for_good(room: Room) -> None:
    with pytest.raises(Refused, match="not that of this room"):
        post(room.address, Envelope.sealed(PROVED, "0" * 16).as_bytes())
    with pytest.raises(Refused, match="not JSON"):
        post(room.address, b"hello")
    assert room.board.rows == {}


def test_the_page_loads_nothing_from_elsewhere(room: Room) -> None:
    status, text, headers = room.ask("GET", f"/room/{OWN}/")
    assert status == 200
    assert "Room &lt;7&gt;" in text
    assert "{{" not in text
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    loaded = re.findall(r'(?:src|href)="([^"]*)"', text)
    assert loaded == ["data:,", "/assets/room.css", "/assets/room.js", "#laptops", "laptops.csv"]
    for path in ("/assets/room.css", "/assets/room.js"):
        status, text, _ = room.ask("GET", path)
        assert status == 200
        assert "http://" not in text
        assert "https://" not in text
        assert "innerHTML" not in text
    assert room.ask("HEAD", f"/room/{OWN}/")[:2] == (200, "")


def test_the_page_for_joining_needs_the_key(room: Room) -> None:
    status, text, _ = room.ask("GET", "/abcd-efgh-1234-5678")
    assert status == 200
    assert str(room.address) in text
    status, text, _ = room.ask("GET", "/ABCD-EFGH-1234-5679")
    assert status == 404
    assert KEY[:4] not in text


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/room/", "/room//", "/room/wrong-token/", "/room/wrong-token/events"),
        *(f"/room/{OWN}", f"/room/{OWN}/../room.html", f"/room/{OWN}/room.html"),
        *("/assets/", "/assets/room.html", "/assets/../room/room.html", "/assets/releases.toml"),
        *("/assets/%2e%2e/releases.toml", "/assets//etc/passwd", "//etc/passwd", "/%00", "/é"),
        *("/assets/x/room.css", "*", "http://127.0.0.1/assets/room.css"),
    ],
)
def test_nothing_else_is_there(room: Room, path: str) -> None:
    answer = room.raw(b"GET " + path.encode() + b" HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 404 ")
    assert OWN.encode() not in answer


def test_a_code_is_entered(room: Room) -> None:
    body = json.dumps({"code": code(PROVED), "name": "Ada"}).encode()
    status, text, _ = room.ask("POST", f"/room/{OWN}/code", body)
    assert (status, json.loads(text)["name"]) == (200, "Ada")
    assert room.board.rows
    status, text, _ = room.ask("POST", f"/room/{OWN}/code", b'{"code": "ABCDE"}')
    assert status == 422
    assert "5 characters instead of 25" in text
    assert room.ask("POST", "/room/wrong/code", body)[0] == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'{"code": 7}', b"[" * 9999, b"\xff"])
def test_a_wrong_request_of_the_page_is_refused(room: Room, body: bytes) -> None:
    assert room.ask("POST", f"/room/{OWN}/code", body)[0] == 400


def test_a_row_is_removed(room: Room) -> None:
    post(room.address, signed().as_bytes())
    body = json.dumps({"id": PROVED.laptop}).encode()
    assert room.ask("POST", f"/room/{OWN}/remove", body)[0] == 204
    assert room.ask("POST", f"/room/{OWN}/remove", body)[0] == 422
    assert room.board.rows == {}


def test_the_table_is_exported(room: Room) -> None:
    for envelope in envelopes(KEY):
        post(room.address, envelope.as_bytes())
    status, text, headers = room.ask("GET", f"/room/{OWN}/laptops.csv")
    assert status == 200
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert len(text.splitlines()) == 31


def test_the_stream_sends_all_rows_and_then_each_change(room: Room) -> None:
    post(room.address, signed().as_bytes())
    connection = http.client.HTTPConnection("127.0.0.1", room.server.port, timeout=20)
    connection.request("GET", f"/room/{OWN}/events")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"

    def event() -> dict[str, list[object]]:
        while True:
            line = answer.readline()
            assert line, "the stream has ended"
            if line.startswith(b"data: "):
                return dict(json.loads(line[6:]))

    first = event()
    assert [line["name"] for line in first["lines"]] == ["Évariste"]  # type: ignore[index]
    assert first["notes"] == []
    room.board.remove(PROVED.laptop)
    assert event() == {"lines": [], "laptops": [], "notes": []}
    with pytest.raises(WrongKey, match=r"^The key is not that of this room$"):
        post(room.address, Envelope.sealed(PROVED, "0" * 16).as_bytes())
    assert "1 message with another key" in str(event()["notes"])
    room.board.close()
    while answer.readline():
        pass
    connection.close()


def test_a_stream_outlives_the_limits_of_a_request(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "BEAT_SECONDS", 0.2)
    short = replace(BOUNDS, idle=0.3, head=0.3, stalled=0.3, patience=0.0)
    monkeypatch.setattr(room.server, "bounds", short)
    connection = http.client.HTTPConnection("127.0.0.1", room.server.port, timeout=20)
    connection.request("GET", f"/room/{OWN}/events")
    answer = connection.getresponse()
    beats = 0
    while beats < 5:
        line = answer.readline()
        assert line, "the stream has ended"
        beats += line == b": still here\n"
    connection.close()


def test_too_many_streams_are_refused(room: Room) -> None:
    for _ in range(servers.MOST_STREAMS):
        assert room.server.streams.acquire(blocking=False)
    assert room.ask("GET", f"/room/{OWN}/events")[0] == 503
    for _ in range(servers.MOST_STREAMS):
        room.server.streams.release()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"", b"411"),
        (b"Content-Length: x\r\n", b"411"),
        (b"Content-Length: -1\r\n", b"411"),
        (b"Content-Length: \xc2\xb2\r\n", b"411"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n", b"411"),
        (b"Content-Length: %d\r\n" % (MOST_BYTES + 1), b"413"),
        (b"Content-Length: " + b"9" * 99 + b"\r\n", b"413"),
    ],
)
def test_a_body_of_no_length_or_too_long_is_not_read(
    room: Room, headers: bytes, status: bytes
) -> None:
    answer = room.raw(b"POST /report HTTP/1.0\r\n" + headers + b"\r\n")
    assert answer.split()[1] == status


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW / HTTP/1.0\r\n\r\n",
        b"GET /" + b"x" * 70000 + b" HTTP/1.0\r\n\r\n",
        b"GET / HTTP/1.0\r\n" + b"x: y\r\n" * 200 + b"\r\n",
        b"GET / HTTP/1.0\r\nx: " + b"y" * 70000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(room: Room, data: bytes) -> None:
    try:
        answer = room.raw(data)
    except ConnectionError:  # it was closed while much was still on its way
        answer = b""
    assert b"HTTP/1.0 200" not in answer
    assert room.ask("GET", "/assets/room.css")[0] == 200


def test_slow_clients_are_ended(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.server, "bounds", replace(BOUNDS, head=0.3))
    with socket.create_connection(("127.0.0.1", room.server.port), timeout=20) as connection:
        connection.sendall(b"POST /report HTTP/1.0\r\nContent-Length: 9\r\n\r\n1")
        assert connection.recv(100) == b""


def test_too_many_connections_are_closed_and_the_next_ones_served(room: Room) -> None:
    slots = [room.server._slots.acquire(blocking=False) for _ in range(BOUNDS.connections)]
    assert all(slots)
    assert room.raw(b"").startswith(b"HTTP/1.1 503 ")
    for _ in slots:
        room.server._slots.release()
    assert room.ask("GET", "/assets/room.css")[0] == 200


def test_a_client_that_goes_away_is_no_complaint(room: Room) -> None:
    with socket.create_connection(("127.0.0.1", room.server.port), timeout=20) as connection:
        connection.sendall(b"POST /report HTTP/1.0\r\nContent-Length: 999\r\n\r\n1")
    assert room.ask("GET", "/assets/room.css")[0] == 200


def test_the_address_of_the_page() -> None:
    assert page_address("127.0.0.1", 80, "x-y_z") == "http://127.0.0.1:80/room/x-y_z/"
    assert page_address("::1", 80, "x") == "http://[::1]:80/room/x/"
