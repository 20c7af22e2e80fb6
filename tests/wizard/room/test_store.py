"""A room is kept in one file, which only one wizard uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.wizard.room.test_board import signed
from wizard.errors import BadRequest
from wizard.room.board import Board
from wizard.room.store import Store, folder, fresh


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path))


def test_a_restart_loses_nothing() -> None:
    store = Store("Workshop 7")
    with store.held():
        saved = store.load()
        assert saved.rows == ()
        board = Board.of(saved)
        store.save(board, saved)
        assert store.load() == saved
        board = Board("ABCDEFGH12345678")
        board.receive(signed())
        store.save(board, saved)
    again = Store("workshop 7").load()
    assert (again.key, again.token) == (saved.key, saved.token)
    assert again.rows == tuple(board.rows.values())
    assert [path.name for path in folder().glob("*.part")] == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has other permissions")
def test_only_this_user_reads_it() -> None:
    store = Store("room")
    with store.held():
        saved = store.load()
        store.save(Board.of(saved), saved)
    assert store.path.stat().st_mode & 0o777 == 0o600
    assert folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["", "../room", "/etc/passwd", ".hidden", "a/b", "x" * 61, "a\n"])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="not a name for a room"):
        Store(name)


def test_a_damaged_file_is_explained() -> None:
    store = Store("room")
    with store.held():
        for damaged in (b"{", b"\xff", b'{"schema": 9}'):
            store.path.write_bytes(damaged)
            with pytest.raises(BadRequest, match="'room' cannot be read") as caught:
                store.load()
            assert str(store.path) in caught.value.shown
            assert "--new" in caught.value.hints[0]


def test_a_second_wizard_is_refused() -> None:
    with (
        Store("room").held(),
        pytest.raises(BadRequest, match="already open"),
        Store("room").held(),
    ):
        pass
    with Store("room").held():
        pass


def test_new_rooms_differ() -> None:
    assert fresh().key != fresh().key
    assert fresh().token != fresh().token
