"""The rows of a room: the newest message of each laptop, and whose proof is signed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.simulated_room import envelopes, messages
from tests.wizard.room.test_codes import code
from tests.wizard.room.test_message import KEY, PROVED
from wizard.codec import from_json, to_json
from wizard.errors import BadRequest
from wizard.room import board as boards
from wizard.room.board import Board, Full, Row, Saved, WrongKey, standing
from wizard.room.keys import authentication_code, derived
from wizard.room.message import Envelope, Message, Signatures, Unreadable

WORKING = replace(PROVED, state="installing", step=1, steps=3, role="install", number=5)


def signed(message: Message = PROVED, *, ed25519: str = "") -> Envelope:
    made = authentication_code(KEY, "proof", message.text())
    return Envelope.sealed(message, KEY, Signatures(made, ed25519))


def only(board: Board) -> Row:
    (row,) = board.rows.values()
    return row


def test_the_newest_message_counts() -> None:
    board = Board(KEY, clock=lambda: "now")
    board.receive(Envelope.sealed(WORKING, KEY))
    assert (standing(only(board)), only(board).time, only(board).version) == ("working", "now", 1)
    board.receive(signed())
    board.receive(Envelope.sealed(WORKING, KEY))  # it was on its way for longer
    assert standing(only(board)) == "proved"
    assert board.version == 2


def test_a_new_run_of_a_laptop_counts_and_an_old_one_does_not_come_back() -> None:
    board = Board(KEY)
    board.receive(signed())
    again = replace(WORKING, session="0" * 16, number=1)
    board.receive(Envelope.sealed(again, KEY))
    assert only(board).message == again
    board.receive(signed(replace(PROVED, number=999)))
    assert only(board).message == again


@pytest.mark.parametrize(
    ("envelope", "signature", "where"),
    [
        (signed(), "hmac", "proved"),
        (Envelope.sealed(PROVED, KEY), "unsigned", "doubtful"),
        (Envelope.sealed(PROVED, KEY, Signatures(hmac="00" * 32)), "invalid", "doubtful"),
        (Envelope.sealed(PROVED, KEY, Signatures(ed25519="00" * 64)), "invalid", "doubtful"),
        (signed(ed25519="00"), "invalid", "doubtful"),
        (Envelope.sealed(WORKING, KEY), "", "working"),
        (Envelope.sealed(replace(WORKING, state="failed"), KEY), "", "failed"),
    ],
)
def test_a_proof_needs_a_signature(envelope: Envelope, signature: str, where: str) -> None:
    board = Board(KEY)
    board.receive(envelope)
    assert (only(board).signature, standing(only(board))) == (signature, where)


@pytest.mark.parametrize(
    ("text", "signature", "where"),
    [(PROVED.text(), "ed25519", "proved"), ("another text", "invalid", "doubtful")],
)
def test_an_ed25519_signature_is_checked(text: str, signature: str, where: str) -> None:
    private = Ed25519PrivateKey.from_private_bytes(derived(KEY, "seed"))
    board = Board(KEY)
    board.receive(signed(ed25519=private.sign(text.encode()).hex()))
    assert (only(board).signature, standing(only(board))) == (signature, where)


def test_a_message_with_another_key_is_counted_and_changes_no_row() -> None:
    board = Board(KEY)
    board.receive(Envelope.sealed(WORKING, KEY))
    with pytest.raises(WrongKey):
        board.receive(Envelope.sealed(PROVED, "0" * 16))
    assert board.refused == 1
    assert standing(only(board)) == "working"


def test_a_genuine_text_that_is_no_message_is_refused() -> None:
    board = Board(KEY)
    with pytest.raises(Unreadable):
        board.receive(Envelope("{}", authentication_code(KEY, "message", "{}")))
    assert not board.rows


def test_a_full_room_takes_only_those_that_it_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boards, "MOST_LAPTOPS", 1)
    board = Board(KEY)
    board.receive(Envelope.sealed(WORKING, KEY))
    board.receive(signed())
    with pytest.raises(Full):
        board.receive(signed(replace(PROVED, laptop="f" * 16)))
    with pytest.raises(Full):
        board.enter(code(replace(PROVED, laptop="f" * 16)), "", ())


def test_a_code_completes_the_row_of_its_laptop() -> None:
    board = Board(KEY)
    board.receive(Envelope.sealed(WORKING, KEY))
    row = board.enter(code(PROVED), "", ())
    assert row == only(board)
    assert (row.message.name, row.signature, standing(row)) == ("Évariste", "code", "proved")
    assert row.id == PROVED.laptop
    board.receive(signed(replace(PROVED, number=1000)))  # the network has come back
    assert only(board).signature == "hmac"


def test_a_code_of_an_unknown_laptop_makes_a_row() -> None:
    board = Board(KEY)
    row = board.enter(code(PROVED), " Ada\n", ())
    assert (row.message.name, row.id) == ("Ada", "0123" + "0" * 12)
    board.enter(code(PROVED), "", ())
    assert len(board.rows) == 1
    board.receive(signed(replace(PROVED, laptop="0123" + "0" * 12)))
    assert only(board).signature == "hmac"


def test_a_row_can_be_removed() -> None:
    board = Board(KEY)
    board.receive(signed())
    before = board.version
    board.remove(PROVED.laptop)
    assert board.since(before) == (before + 1, (), ())
    with pytest.raises(BadRequest):
        board.remove(PROVED.laptop)


def test_thirty_laptops_survive_a_restart() -> None:
    board = Board(KEY)
    for envelope in envelopes(KEY):
        board.receive(envelope)
    assert len(board.rows) == 30
    assert {standing(row) for row in board.rows.values()} == {
        *("proved", "working", "failed", "stopped", "doubtful"),
    }
    saved = Saved(KEY, "token", 80, tuple(board.rows.values()))
    read = from_json(Saved, to_json(saved), source="rooms", schema=1)
    again = Board.of(read)
    assert again.rows == board.rows
    assert again.version == board.version
    version, rows, laptops = again.since(29)
    assert (version, len(rows), len(laptops)) == (30, 1, 30)
    assert sum(again.counts().values()) == 30


def test_waiting_ends_with_a_change_or_the_room() -> None:
    board = Board(KEY)
    assert not board.wait(0, 0.01)
    board.receive(signed())
    assert board.wait(0, 10)
    board.close()
    assert not board.wait(board.version, 10)


def test_the_simulated_laptops_are_in_all_states() -> None:
    assert {message.state for message in messages()} == {
        *("looking", "installing", "proved", "failed", "stopped"),
    }
