"""Run the wizard, report to a room how far it is, and say what has become of the result."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Callable

from screens import fitting
from wizard import engine, invocation
from wizard.engine import Engine
from wizard.errors import BadRequest, Exit, WizardError

if TYPE_CHECKING:
    from wizard.room.reporter import Reporter

LINES = "-"
"""Instead of an address: a program sends the messages on, and gives the key."""


def reported(install: Callable[[Engine], int], room: str, name: str, *, as_json: bool) -> int:
    """Run ``install`` with an engine that reports to ``room``; return its exit code.

    At the end, it says whether the result has arrived; with ``as_json`` as one line of JSON on
    standard error. If ``room`` is `LINES`, all messages are written there instead.
    Raises BadRequest for a wrong address or name, and what ``install`` raises.
    """
    if not room:
        raise BadRequest(
            "--name only works with --room.",
            hints=(invocation.command("--room", "ADDRESS", "--name", name),),
        )
    from wizard.room.keys import RoomAddress, parse_address
    from wizard.room.message import LONGEST_NAME, clean_name
    from wizard.room.reporter import Reporter, reporting
    from wizard.room.sender import Written

    if room == LINES:
        key, laptop = _from_input()
        address, sender = RoomAddress("", 0, key), Written(_write_error)
    else:
        address, laptop, sender = parse_address(room), "", None
    if clean_name(name) != name.strip():
        raise BadRequest(
            f"{name!r} cannot be shown as a name.",
            why=f"A name is one line of at most {LONGEST_NAME} characters.",
        )
    reporter = Reporter(address, clean_name(name), laptop=laptop, sender=sender)
    reporter.tell("looking")
    try:
        code = install(reporting(engine.real(), reporter))
        reporter.give_up(code)
    except WizardError as error:
        reporter.give_up(int(error.code), error.failure)
        raise
    except BaseException as error:
        stopped = isinstance(error, KeyboardInterrupt)
        reporter.give_up(int(Exit.CANCELLED if stopped else Exit.FAILED))
        raise
    finally:
        if sender is None:
            _say(reporter, as_json=as_json)
    return code


def _from_input() -> tuple[str, str]:
    """Return the key of a room, and what this laptop is called there (empty: as usual).

    They are the words of the first line of standard input. Raises BadRequest.
    """
    from wizard.room.keys import key_of
    from wizard.room.message import is_id

    line = sys.stdin.readline(100) if sys.stdin is not None else ""
    key, _, laptop = line.strip().partition(" ")
    if laptop and not is_id(laptop):
        raise BadRequest("The second word on standard input is not the id of a laptop.")
    return key_of(key), laptop


def _write_error(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()


def _say(reporter: Reporter, *, as_json: bool) -> None:
    ending = reporter.finish()
    if ending is None:
        return
    if as_json:
        values = {
            "kind": "room",
            "delivered": ending.delivered,
            "problem": ending.problem,
            "code": ending.code,
            "wrong_key": ending.wrong_key,
        }
        print(json.dumps(values), file=sys.stderr, flush=True)
        return
    text = "\n".join(("", *ending.lines()))
    print(fitting.for_stream(text, sys.stdout), flush=True)
