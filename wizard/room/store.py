"""A room as a file in the state folder, so that a restart loses nothing."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path

from wizard import file_locks, locations
from wizard.codec import from_json, to_json
from wizard.errors import BadRequest
from wizard.room.board import Board, Saved
from wizard.room.keys import new_key

DEFAULT_NAME = "room"
_NAME = re.compile(r"\w[\w .-]{0,59}")


def folder() -> Path:
    """Return the folder of all rooms."""
    return locations.state() / "rooms"


def fresh() -> Saved:
    """Return a new room, with a new key."""
    return Saved(new_key(), secrets.token_urlsafe(12), 0)


class Store:
    """The file of one room."""

    def __init__(self, name: str) -> None:
        """``name`` is what the teacher calls the room. Raises BadRequest."""
        if not _NAME.fullmatch(name):
            raise BadRequest(
                f"{name!r} is not a name for a room.",
                why="It begins with a letter or a digit, and has at most 60 letters, digits, "
                "spaces, dots and dashes.",
            )
        self._name = name
        self.path = folder() / f"{name.strip(' .').lower().replace(' ', '-')}.json"

    def load(self) -> Saved:
        """Return the room as it was kept, or a new one. Raises BadRequest if it is damaged."""
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return fresh()
        try:
            return from_json(Saved, text, source=str(self.path), schema=1)
        except BadRequest as error:
            raise BadRequest(
                f"What is kept of the room {self._name!r} cannot be read.",
                shown="\n".join(filter(None, (error.what, error.shown))),
                hints=("Start with a new key and no laptops: add --new.",),
            ) from None

    def save(self, board: Board, saved: Saved) -> None:
        """Replace the file in one step. Raises OSError."""
        with board.changed:
            rows = tuple(board.rows.values())
        now = Saved(saved.key, saved.token, saved.port, rows)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        try:
            locations.write_private(part, to_json(now, indent=None))
            part.replace(self.path)
        finally:
            with contextlib.suppress(FileNotFoundError):  # it was renamed
                part.unlink()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Within this block, no other wizard opens this room. Raises BadRequest if one has."""
        folder().mkdir(parents=True, exist_ok=True)
        folder().chmod(0o700)
        with self.path.with_suffix(".lock").open("ab+") as file:
            try:
                file_locks.lock(file, exclusive=True)
            except BlockingIOError:
                raise BadRequest(
                    f"The room {self._name!r} is already open in another terminal.",
                    hints=("Close it there with Ctrl-C, or give this one another --name.",),
                ) from None
            yield
