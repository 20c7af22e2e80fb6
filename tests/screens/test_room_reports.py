"""The wizard with --room: the result arrives in a real room, or a code is shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Static

from screens.cli import main
from screens.tui.app import WizardApp
from screens.tui.room_note import RoomNote, RoomTrouble
from tests.screens.pretend import BROKEN, Pretended
from tests.simulate import Script, simulated
from tests.wizard.room.test_message import KEY
from wizard import engine
from wizard.choices import Choices
from wizard.engine import Engine
from wizard.facts import Facts, Listing
from wizard.room import codes, sender, signing
from wizard.room.board import Board, standing
from wizard.room.keys import RoomAddress, authentication_code
from wizard.room.message import Signatures, read_envelope, read_message
from wizard.room.reporter import Reporter, reporting
from wizard.room.server import RoomServer
from wizard.room.view import line

NOWHERE = RoomAddress("127.0.0.1", 9, KEY)
REQUEST = ("--yes", "--method", "wheel", "--venv", "./env")


@pytest.fixture(autouse=True)
def _signed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def sign(_python: str, key: str, text: str, inside: str) -> Signatures:
        made = [authentication_code(key, "proof", one) for one in (text, inside)]
        return Signatures(made[0], "", made[1])

    monkeypatch.setattr(signing, "sign", sign)
    monkeypatch.setattr(sender, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(sender, "AGAIN_SECONDS", 0.02)
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    monkeypatch.chdir(tmp_path)


def pretend(monkeypatch: pytest.MonkeyPatch, script: Script | None = None) -> Engine:
    pretended = Pretended().engine(simulated(script or {}))
    monkeypatch.setattr(engine, "real", lambda: pretended)
    return pretended


@pytest.fixture
def room() -> Iterator[tuple[Board, RoomAddress]]:
    board = Board(KEY)
    server = RoomServer(("127.0.0.1", 0), board, "token")
    server.start()
    yield board, RoomAddress("127.0.0.1", server.port, KEY)
    server.stop()


def test_the_result_arrives(
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    room: tuple[Board, RoomAddress],
) -> None:
    pretend(monkeypatch)
    board, address = room
    assert main([*REQUEST, "--room", str(address), "--name", "Ada"]) == 0
    (row,) = board.rows.values()
    assert (row.message.name, standing(row)) == ("Ada", "proved")
    assert f"The room at {address.place} has the result." in capfd.readouterr().out


def test_a_failure_arrives_and_the_exit_code_stays(
    monkeypatch: pytest.MonkeyPatch, room: tuple[Board, RoomAddress]
) -> None:
    pretend(monkeypatch, {"install": BROKEN})
    board, address = room
    assert main([*REQUEST, "--room", str(address)]) == 1
    (row,) = board.rows.values()
    assert (row.message.name, standing(row)) == ("", "failed")


def test_a_plan_that_is_not_possible_arrives(
    monkeypatch: pytest.MonkeyPatch, room: tuple[Board, RoomAddress]
) -> None:
    pretend(monkeypatch)
    board, address = room
    assert main([*REQUEST, "--release", "1.0", "--room", str(address)]) in (2, 3)
    (row,) = board.rows.values()
    assert standing(row) == "failed"


def test_without_a_way_to_the_room_the_installation_goes_on_and_a_code_is_shown(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch)
    assert main([*REQUEST, "--room", str(NOWHERE)]) == 0
    out = capfd.readouterr().out
    assert "was not reached: " in out
    code = out.split("Read this code out, so that it is entered there:")[1].strip()
    assert codes.read(code, KEY).message.state == "proved"


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_with_a_mistyped_key_the_user_compares_it_and_reads_out_nothing(
    more: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    room: tuple[Board, RoomAddress],
) -> None:
    pretend(monkeypatch)
    board, address = room
    mistyped = RoomAddress(address.host, address.port, "0" * 16)
    assert main([*REQUEST, *more, "--room", str(mistyped)]) == 0
    told = capfd.readouterr()
    assert not board.rows
    assert "Read this code out" not in told.out
    if more:
        last = json.loads(told.err.splitlines()[-1])
        assert (last["delivered"], last["wrong_key"], last["code"]) == (False, True, "")
        return
    assert "the key that was typed is not its key. Compare it with the room's screen." in told.out
    assert f"cryptography-wizard --room {address.place}/KEY" in told.out


@pytest.mark.parametrize(
    ("cause", "helps"),
    [
        ("index-unreachable", "online"),
        ("index-password", "~/.netrc"),
        ("index-refuses-file", "Ask the operator"),
        ("not-the-file", "sign in"),
        ("proxy-authentication", "HTTPS_PROXY"),
    ],
)
def test_an_index_that_cannot_be_read_is_a_known_cause_in_the_room(
    monkeypatch: pytest.MonkeyPatch,
    room: tuple[Board, RoomAddress],
    cause: str,
    helps: str,
) -> None:
    pretended = pretend(monkeypatch)
    listing = Listing(problem="The index cannot be reached.", failure=cause)

    def probe(choices: Choices, *, everything: bool = False, after: Facts | None = None) -> Facts:
        return replace(pretended.probe(choices, everything=everything), listing=listing)

    monkeypatch.setattr(engine, "real", lambda: replace(pretended, probe=probe))
    board, address = room
    assert main(["--yes", "--venv", "./env", "--room", str(address)]) == 3
    (row,) = board.rows.values()
    assert (row.message.state, row.message.cause) == ("failed", cause)
    assert helps in " ".join(line(row).remedies)


def test_a_request_that_is_refused_has_no_cause(
    monkeypatch: pytest.MonkeyPatch,
    room: tuple[Board, RoomAddress],
) -> None:
    pretend(monkeypatch)
    board, address = room
    assert main(["--yes", "--release", "49.9.9", "--room", str(address)]) == 2
    (row,) = board.rows.values()
    assert line(row).detail == "It was refused before it began."


def test_for_scripts_it_is_a_line_of_json(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch)
    assert main([*REQUEST, "--json", "--room", str(NOWHERE)]) == 0
    told = capfd.readouterr()
    assert json.loads(told.out)["code"] == 0
    last = json.loads(told.err.splitlines()[-1])
    assert (last["kind"], last["delivered"]) == ("room", False)
    assert codes.read(last["code"], KEY)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--name", "Ada"], "--name only works with --room."),
        (["--room", "here"], "'here' is not the address of a room."),
        (["--room", str(NOWHERE), "--name", "x" * 61], "cannot be shown as a name"),
        (["--room", str(NOWHERE), "--name", "a\x1b[2J"], "cannot be shown as a name"),
    ],
)
def test_a_wrong_request_is_explained(
    arguments: list[str], what: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["--yes", *arguments]) == 2
    assert what in capfd.readouterr().err


async def test_the_first_page_says_that_the_room_has_another_key(
    monkeypatch: pytest.MonkeyPatch, room: tuple[Board, RoomAddress]
) -> None:
    _, address = room
    laptop = Reporter(RoomAddress(address.host, address.port, "0" * 16))
    app = WizardApp(reporting(pretend(monkeypatch), laptop), Choices(method="wheel", venv="./env"))
    async with app.run_test(size=(80, 24)) as pilot:
        trouble = app.screen.query_one(RoomTrouble)
        assert not trouble.display
        laptop.tell("looking")
        for _ in range(200):
            await pilot.pause(0.05)
            if trouble.display:
                break
        assert "the key that was typed is not its key" in str(trouble.content)
    laptop.finish(0)


async def test_the_full_screen_shows_what_has_become_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    laptop = Reporter(NOWHERE)
    app = WizardApp(reporting(pretend(monkeypatch), laptop), Choices(method="wheel", venv="./env"))
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(200):
            await pilot.pause(0.05)
            if app.screen.query(RoomNote):
                break
            await pilot.press("enter")
        note = app.screen.query_one(RoomNote).query_one(".block", Static)
        for _ in range(200):
            await pilot.pause(0.05)
            if "Read this code out" in str(note.content):
                break
    laptop.finish()
    assert "was not reached" in str(note.content)
    assert "Read this code out" in str(note.content)


def test_another_program_can_send_the_messages_on(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{KEY} 0123456789abcdef\n"))
    assert main([*REQUEST, "--json", "--room", "-", "--name", "seat 1"]) == 0
    told = capfd.readouterr()
    assert json.loads(told.out)["code"] == 0
    lines = [json.loads(line) for line in told.err.splitlines()]
    sent = [line["envelope"] for line in lines if line.get("kind") == "room"]
    last = read_envelope(json.dumps(sent[-1]).encode())
    assert last.is_genuine(KEY)
    message = read_message(last.text)
    assert (message.state, message.laptop) == ("proved", "0123456789abcdef")
    assert last.signatures.hmac


@pytest.mark.parametrize(
    ("given", "what"), [("", "not the key of a room"), (f"{KEY} x\n", "not the id of a laptop")]
)
def test_without_a_key_on_standard_input_nothing_is_done(
    given: str,
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(given))
    assert main([*REQUEST, "--room", "-"]) == 2
    assert what in capfd.readouterr().err
