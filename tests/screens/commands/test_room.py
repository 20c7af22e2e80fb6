"""The command room: what it opens, what it writes, and how it ends."""

from __future__ import annotations

import errno
import io
import json
import socket
import threading
import time
from pathlib import Path

import pytest

from screens.cli import main
from screens.commands import room
from screens.commands.room import Arguments, room_command
from tests.simulated_room import envelopes
from tests.wizard.room.test_board import signed
from wizard.errors import WizardError
from wizard.room.board import Board, Saved
from wizard.room.server import RoomServer
from wizard.room.store import Store


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path))


def opened(arguments: Arguments, *, laptops: bool = False) -> tuple[str, RoomServer]:
    """Open a room, let laptops report, press Ctrl-C; return what it wrote, and the server."""
    stream, seen = io.StringIO(), []

    def report(server: RoomServer) -> None:
        seen.append(server)
        if laptops:
            for envelope in envelopes(server.board.key):
                server.board.receive(envelope)
        raise KeyboardInterrupt

    assert room_command(arguments, stream=stream, err=io.StringIO(), opened=report) == 0
    (server,) = seen
    return stream.getvalue(), server


def test_it_says_how_to_join_and_how_to_end() -> None:
    text, server = opened(Arguments())
    assert f"http://127.0.0.1:{server.port}/room/{server.token}/" in text
    assert "cryptography-wizard --room 127.0.0.1:" in text
    assert "Only this machine can reach it." in text
    assert "Ctrl-C closes the room" in text
    assert text.endswith("The room is closed; no laptop yet.\n")


def test_a_restart_has_the_same_laptops_key_and_port() -> None:
    _, first = opened(Arguments(name="Workshop 7"), laptops=True)
    text, second = opened(Arguments(name="Workshop 7"))
    assert second.board.rows == first.board.rows
    assert len(second.board.rows) == 30
    assert (second.token, second.board.key) == (first.token, first.board.key)
    assert second.port == first.port
    assert "Laptops from before: 30." in text
    text, third = opened(Arguments(name="Workshop 7", new=True))
    assert (third.board.rows, third.board.key == first.board.key) == ({}, False)


def test_its_hints_open_the_same_room(capfd: pytest.CaptureFixture[str]) -> None:
    text, server = opened(Arguments(name="Workshop 7"))
    assert "cryptography-wizard room --name 'Workshop 7' --address " in text
    text, _ = opened(Arguments(name="Workshop 7", port=str(server.port)))
    assert f"room --name 'Workshop 7' --port {server.port} --address " in text
    assert main(["room", "--name", "Workshop 7", "--address", "192.0.2.7"]) == 2
    assert "room --name 'Workshop 7' --yes --address 192.0.2.7" in capfd.readouterr().err


def test_a_port_that_is_taken_now_is_replaced() -> None:
    _, first = opened(Arguments())
    with socket.socket() as other:
        other.bind(("127.0.0.1", first.port))
        other.listen()
        _, second = opened(Arguments())
        assert second.port != first.port
        with pytest.raises(WizardError, match="cannot listen"):
            opened(Arguments(port=str(first.port)))


def followed(monkeypatch: pytest.MonkeyPatch, err: io.StringIO) -> str:
    """Open a room, let laptops report at once, and close it when the terminal has shown them."""
    stream = io.StringIO()
    monkeypatch.setattr(room, "GLANCE_SECONDS", 0.05)

    def close_later(board: Board) -> None:
        end = time.monotonic() + 20
        while "  30 laptops: " not in stream.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
        board.close()

    def report(server: RoomServer) -> None:
        for envelope in envelopes(server.board.key):
            server.board.receive(envelope)
        threading.Thread(target=close_later, args=(server.board,), daemon=True).start()

    assert room_command(Arguments(), stream=stream, err=err, opened=report) == 0
    return stream.getvalue()


def test_each_laptop_that_ends_is_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = followed(monkeypatch, io.StringIO()).splitlines()
    assert "  30 laptops: 15 proved, 8 working, 4 failed" in "\n".join(lines[:-1])
    assert sum(": Proved. cryptography " in line for line in lines) == 15
    assert sum(": Failed. " in line for line in lines) == 4
    assert lines[-1].startswith("The room is closed; 30 laptops: ")


def test_a_full_disk_does_not_end_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    saved: list[Board] = []

    def save(_store: Store, board: Board, _saved: Saved) -> None:
        saved.append(board)
        if len(saved) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Store, "save", save)
    err = io.StringIO()
    assert "The room is closed; 30 laptops: " in followed(monkeypatch, err)
    assert "The room cannot be kept: No space left on device." in err.getvalue()


def test_json_lines(capfd: pytest.CaptureFixture[str]) -> None:
    text, server = opened(Arguments(json=True))
    first, last = map(json.loads, text.splitlines())
    assert first["kind"] == "room"
    assert first["page"].endswith(f"/room/{server.token}/")
    assert first["address"].startswith(f"127.0.0.1:{server.port}/")
    assert last == {"kind": "closed", "counts": {}}


def test_changes_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    from screens.commands import room as command

    monkeypatch.setattr(command, "GLANCE_SECONDS", 0.01)
    for as_json in (False, True):
        stream = io.StringIO()

        def report(server: RoomServer) -> None:
            server.board.key = "ABCDEFGH12345678"
            real = server.board.wait

            def wait(version: int, seconds: float) -> bool:
                if not server.board.rows:
                    server.board.receive(signed())
                elif not real(version, 0):
                    server.board.close()
                return real(version, seconds)

            monkeypatch.setattr(server.board, "wait", wait)

        arguments = Arguments(json=as_json, new=True)
        assert room_command(arguments, stream=stream, err=io.StringIO(), opened=report) == 0
        text = stream.getvalue()
        if as_json:
            lines = [json.loads(line) for line in text.splitlines()]
            assert [line["kind"] for line in lines] == ["room", "laptop", "closed"]
            assert lines[1]["name"] == "Évariste"
        else:
            assert "Évariste: Proved. cryptography 50.0.2, OpenSSL 4.0.3 (static)." in text
            assert "1 laptop: 1 proved" in text


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--address", "laptop"], "'laptop' is not an IP address."),
        (["--address", "0.0.0.0"], "every network"),  # noqa: S104 - it is refused
        (["--address", "::"], "every network"),
        (["--port", "x"], "'x' is not a port."),
        (["--port", "65536"], "'65536' is not a port."),
        (["--name", "../x"], "not a name for a room"),
        (["--address", "192.0.2.7"], "no terminal to ask in"),
        (["--address", "192.0.2.7", "--json"], "no terminal to ask in"),
    ],
)
def test_a_wrong_request_is_explained(
    arguments: list[str], what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["room", *arguments]) == 2
    told = capfd.readouterr()
    assert what in told.err + told.out


def test_an_address_of_another_machine_is_explained(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["room", "--yes", "--address", "192.0.2.7"]) == 2
    assert "--address: 192.0.2.7 is not an address of this machine." in capfd.readouterr().err


@pytest.mark.parametrize(("answer", "code"), [("n\n", 130), ("\n", 130), ("y\n", 2)])
def test_it_asks_before_it_opens_for_others(
    answer: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screens.text import confirm

    monkeypatch.setattr(confirm, "is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    err = io.StringIO()
    try:
        ended = room_command(Arguments(address="192.0.2.7"), stream=io.StringIO(), err=err)
    except WizardError as error:
        ended = int(error.code)
    assert ended == code
    assert "Open it? [y/N]" in err.getvalue()
