"""Sending never hinders: the newest message counts, and a room that does not answer is given up."""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial

import pytest

from tests.wizard.room.test_message import KEY, PROVED
from wizard.room import sender
from wizard.room.keys import RoomAddress
from wizard.room.message import Envelope, read_envelope, read_message
from wizard.room.sender import Refused, Sender, WrongKey

ADDRESS = RoomAddress("127.0.0.1", 9, KEY)


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(sender, "AGAIN_SECONDS", 0.02)


class Room:
    """A room that takes messages, says these problems first, or refuses everything."""

    def __init__(self, *problems: str, refuses: str = "", hold: bool = False) -> None:
        self.problems = list(problems)
        self.refuses = refuses
        self.numbers: list[int] = []
        self.asked = threading.Event()
        self.go_on = threading.Event()
        if not hold:
            self.go_on.set()

    def post(self, _address: RoomAddress, data: bytes) -> str:
        self.asked.set()
        self.go_on.wait(10)
        if self.refuses:
            raise Refused(self.refuses)
        if self.problems:
            return self.problems.pop(0)
        self.numbers.append(read_message(read_envelope(data).text).number)
        return ""


def sends(sending: Sender, number: int) -> None:
    sending.send(partial(Envelope.sealed, replace(PROVED, number=number), KEY))


def test_the_newest_message_arrives() -> None:
    room = Room(hold=True)
    sending = Sender(ADDRESS, room.post)
    sends(sending, 1)
    assert room.asked.wait(10)
    for number in range(2, 10):  # while the first one is on its way
        sends(sending, number)
    assert not sending.delivered
    room.go_on.set()
    assert sending.wait(10)
    assert room.numbers == [1, 9]
    assert (sending.delivered, sending.problem) == (True, "")
    sending.close()


def test_it_tries_again() -> None:
    room = Room("Connection refused")
    sending = Sender(ADDRESS, room.post)
    sends(sending, 1)
    assert sending.wait(10)
    assert room.numbers == [1]
    sending.close()


def test_a_room_that_is_not_there_is_given_up_after_a_few_tries() -> None:
    room = Room(*["Connection refused"] * 1000)
    sending = Sender(ADDRESS, room.post)
    sends(sending, 1)
    assert not sending.wait(10)
    assert (sending.delivered, sending.problem) == (False, "Connection refused")
    sending.close()


def test_a_room_that_refuses_is_not_asked_again() -> None:
    room = Room(refuses="The key is not that of this room.")
    sending = Sender(ADDRESS, room.post)
    sends(sending, 1)
    assert not sending.wait(10)
    assert sending.problem == "it refused the message: The key is not that of this room."
    assert not sending.wrong_key
    sending.close()


def test_another_key_is_a_reason_of_its_own() -> None:
    def refuse(_address: RoomAddress, _data: bytes) -> str:
        raise WrongKey("the key is another one")

    sending = Sender(ADDRESS, refuse)
    sends(sending, 1)
    assert not sending.wait(10)
    assert sending.wrong_key
    sending.close()


def test_a_room_that_does_not_answer_hinders_nobody() -> None:
    room = Room(hold=True)
    sending = Sender(ADDRESS, room.post)
    sends(sending, 1)
    assert not sending.wait(0.05)
    assert not sending.delivered
    sending.close()
    room.go_on.set()


def test_a_port_without_a_server_is_a_problem_and_not_an_error() -> None:
    assert "efused" in sender.post(ADDRESS, b"{}")


def test_a_name_that_no_server_has_is_a_problem_and_not_an_error() -> None:
    assert sender.post(RoomAddress("room.invalid", 9, KEY), b"{}")
    assert sender.post(RoomAddress("x" * 300, 9, KEY), b"{}")


def test_nothing_was_sent_yet() -> None:
    sending = Sender(ADDRESS, Room().post)
    assert sending.wait(0)
    sending.close()
