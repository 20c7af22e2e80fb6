"""The command ``room``: a page that shows how far the laptops of a workshop are."""

from __future__ import annotations

import argparse
import json
import sys
import threading
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Callable, TextIO

from screens import fitting, listening
from screens.arguments import Common
from screens.flags import StoreOnce
from wizard.errors import Exit

if TYPE_CHECKING:
    from wizard.room.board import Board, Row
    from wizard.room.joining import Joining
    from wizard.room.server import RoomServer

HELP = "show on one page which laptops of a workshop are proved"
ORDER = 47
EXAMPLES = (
    ("room", "try the page on this machine"),
    ("room --address 192.0.2.7", "open it for the laptops in the network of that address"),
)
GLANCE_SECONDS = 1.0
"""How many seconds are between two looks at the board: for the file, and for the terminal."""


@dataclass(frozen=True)
class Arguments(Common):
    """``address`` and ``port`` say where to listen; port "0" is the one from before, or a free one.

    ``name`` is the name of the room, and of its file. ``new`` forgets the laptops and the key,
    and ``yes`` opens without asking.
    """

    address: str = listening.LOOPBACK
    port: str = "0"
    name: str = ""
    new: bool = False
    yes: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to listen, and which room it is."""
    listening.add_arguments(parser, "that of the last time, or a free one")
    parser.add_argument(
        "--name", action=StoreOnce, metavar="TEXT", help="the room's name; each has its own file"
    )
    parser.add_argument(
        "--new", action="store_true", help="forget the laptops of this room, and make a new key"
    )


def run(arguments: Arguments) -> int:
    """Serve the page until Ctrl-C; return the exit code."""
    return room_command(arguments, stream=sys.stdout, err=sys.stderr)


def room_command(
    arguments: Arguments,
    *,
    stream: TextIO,
    err: TextIO,
    opened: Callable[[RoomServer], None] = lambda _server: None,
) -> int:
    """Serve the page until Ctrl-C, and report on ``stream``. ``opened`` gets the running server.

    Returns 0 after Ctrl-C, and 130 if the user does not want to open it. Raises BadRequest for a
    wrong address, port or name, and WizardError if it cannot listen.
    """
    from wizard.room.board import Board
    from wizard.room.joining import joining
    from wizard.room.keys import RoomAddress
    from wizard.room.server import RoomServer
    from wizard.room.store import DEFAULT_NAME, Store, fresh

    address, port = listening.address(arguments.address), listening.port(arguments.port)
    store = Store(arguments.name or DEFAULT_NAME)
    warning = (
        "It shows the laptops only to those who have the secret address of your page, and it takes "
        "reports only with the room's key."
    )
    if not arguments.yes and not listening.confirmed(
        _words(arguments), address, warning, err, as_json=arguments.json
    ):
        return int(Exit.CANCELLED)
    with store.held():
        saved = fresh() if arguments.new else store.load()
        board = Board.of(saved)
        server = listening.opened(
            lambda number: RoomServer(
                (address, number),
                board,
                saved.token,
                title=arguments.name,
                complain=lambda text: print(text, file=err, flush=True),
            ),
            address,
            *((port,) if port else (saved.port, 0)),
        )
        saved = replace(saved, port=server.port)
        server.joining = joining(RoomAddress(address, server.port, board.key))
        store.save(board, saved)
        known = board.version

        def keep() -> None:
            try:
                store.save(board, saved)
            except OSError as error:  # such as a full disk: the class goes on
                print(f"The room cannot be kept: {error.strerror or error}.", file=err, flush=True)

        server.start()
        show = _Json(stream) if arguments.json else _Text(stream, arguments)
        try:
            show.opened(server, server.joining, len(saved.rows))
            opened(server)
            _follow(board, known, show, keep)
        except KeyboardInterrupt:
            pass  # the usual end
        finally:
            server.stop()
            keep()
        show.closed(board)
    return int(Exit.DONE)


def _words(arguments: Arguments) -> tuple[str, ...]:
    """Return the words that open the same room again."""
    name = ("--name", arguments.name) if arguments.name else ()
    return ("room", *name, *listening.port_option(arguments.port))


def _follow(board: Board, version: int, show: _Text | _Json, keep: Callable[[], None]) -> None:
    """Show and keep each change after ``version``, until Ctrl-C or until the board is closed."""
    while not board.closed:
        if not board.wait(version, GLANCE_SECONDS):
            continue
        version, rows, _ = board.since(version)
        show.changed(board, rows)
        keep()
        threading.Event().wait(GLANCE_SECONDS / 4)


class _Text:
    """Writes for people: how to join, then a line for each laptop that has ended."""

    def __init__(self, stream: TextIO, arguments: Arguments) -> None:
        self._stream = stream
        self._color = arguments.color
        self._again = _words(arguments)
        self._told: dict[str, str] = {}

    def opened(self, server: RoomServer, joining: Joining, known: int) -> None:
        from screens import qr_code
        from wizard.room.server import page_address

        host = joining.address.host
        lines = ["The room is open.", ""]
        lines += ["Your page, for the projector (its address is secret):"]
        lines += [f"  {page_address(host, server.port, server.token)}", ""]
        for join in joining.commands[::2]:
            lines += [f"To join, on a laptop with the wizard – {join.title}:"]
            lines += [f"  {'PS>' if join.quote == 'powershell' else '$'} {join.command}"]
        lines += ["", "Or open this page on a laptop, and copy the line from there:"]
        lines += [f"  {joining.browser}"]
        if joining.only_here:
            lines += ["", *listening.others(self._again)]
        else:
            self._write(lines)
            lines = ["", *qr_code.lines(joining.browser, self._stream, self._color)]
        if known:
            lines += ["", f"Laptops from before: {known}. To start with none: --new"]
        lines += ["", "Ctrl-C closes the room; what it knows is kept.", ""]
        self._write(lines)

    def changed(self, board: Board, rows: tuple[Row, ...]) -> None:
        from wizard.room.view import counted, line

        lines = []
        for row in rows:
            shown = line(row)
            told = f"{shown.standing} {shown.detail} {shown.signature}"
            if shown.standing != "working" and self._told.get(row.id) != told:
                doubt = f" {shown.signed}." if shown.standing == "doubtful" else ""
                detail = shown.detail.rstrip(".")
                lines.append(f"{shown.name}: {shown.status}. {detail}.{doubt}")
            self._told[row.id] = told
        if lines:
            self._write([*lines, f"  {counted(board.counts()).capitalize()}."])

    def closed(self, board: Board) -> None:
        from wizard.room.view import counted

        self._write(["", f"The room is closed; {counted(board.counts())}."])

    def _write(self, lines: list[str]) -> None:
        self._stream.write(fitting.for_stream("\n".join(lines), self._stream) + "\n")
        self._stream.flush()


class _Json:
    """Writes one JSON object in each line, for programs."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def opened(self, server: RoomServer, joining: Joining, known: int) -> None:
        from wizard.room.server import page_address

        self._write(
            kind="room",
            page=page_address(joining.address.host, server.port, server.token),
            address=str(joining.address),
            join=joining.browser,
            lines=[join.command for join in joining.commands],
            known=known,
        )

    def changed(self, _board: Board, rows: tuple[Row, ...]) -> None:
        from wizard.room.view import line

        for row in rows:
            self._write(kind="laptop", **asdict(line(row)))

    def closed(self, board: Board) -> None:
        self._write(kind="closed", counts=dict(board.counts()))

    def _write(self, **values: object) -> None:
        self._stream.write(json.dumps(values) + "\n")
        self._stream.flush()
