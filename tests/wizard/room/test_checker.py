"""The Ed25519 signatures are checked when somebody can; the page says why nobody can."""

from __future__ import annotations

from collections.abc import Sequence

from tests.wizard.room.test_board import only, signed
from tests.wizard.room.test_message import KEY, PROVED
from wizard.errors import BadRequest
from wizard.room.board import Board
from wizard.room.checker import Checker
from wizard.room.signing import NotSigned


def board() -> Board:
    board = Board(KEY)
    board.receive(signed(ed25519="00" * 64))
    return board


def right(python: str, key: str, pairs: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    assert (python, key, pairs) == ("/python", KEY, [(PROVED.text(), "00" * 64)])
    return (True,)


def test_what_waits_is_checked() -> None:
    checked = board()
    checker = Checker(checked, lambda: "/python", right)
    assert checker.check_once()
    assert only(checked).signature == "ed25519"
    assert checker.notes() == ()
    assert checker.check_once()  # nothing waits


def test_the_thread_checks_what_comes_and_ends_with_the_room() -> None:
    checked = Board(KEY)
    checker = Checker(checked, lambda: "/python", right)
    checker.start()
    checked.receive(signed(ed25519="00" * 64))
    assert checked.wait(1, 10)
    assert only(checked).signature == "ed25519"
    checked.close()
    checker._thread.join(10)
    assert not checker._thread.is_alive()


def test_without_a_cryptography_the_page_says_so() -> None:
    def cannot(_python: str, _key: str, _pairs: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
        raise NotSigned("ModuleNotFoundError: No module named 'cryptography'")

    def missing() -> str:
        raise BadRequest("No Python was found.")

    for checker in (Checker(board(), lambda: "/python", cannot), Checker(board(), missing, right)):
        assert not checker.check_once()
        (note,) = checker.notes()
        assert "not checked yet" in note
