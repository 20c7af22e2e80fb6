"""Undo a run, line by line: show what will be removed, ask, and remove it."""

from __future__ import annotations

import sys
from typing import TextIO

from screens import terminal
from screens.terminal import is_terminal
from screens.text import unattended
from wizard import engine
from wizard.errors import BadRequest, Exit


def undo_run(
    name: str = "", *, yes: bool = False, as_json: bool = False, stream: TextIO, err: TextIO
) -> int:
    """Undo the run of this name, or the last one.

    ``yes`` says not to ask. Returns the exit code of the run that undoes it; 0 if there is nothing
    to undo, 130 if the user says no. Raises BadRequest if there is no such run, if it cannot be
    undone, or if there is no terminal to ask in.
    """
    from wizard.export import formats
    from wizard.history import past_runs, undo

    past = past_runs.find(name)
    plan = undo.make_plan(past)
    if not plan.steps:
        lines = ("Nothing is left to undo.", *plan.notes)
        (err if as_json else stream).write("\n".join(lines) + "\n")
        return int(Exit.DONE)
    if not as_json:
        stream.write(formats.to_text(plan) + "\n")
    if not yes and not _confirm(past.name, err, as_json=as_json):
        err.write("Nothing was removed.\n")
        return int(Exit.CANCELLED)
    abilities = terminal.detect()
    can_ask = abilities.stdin and abilities.stderr
    return unattended.carry_out(engine.real(), plan, stream, err, can_ask=can_ask, as_json=as_json)


def _confirm(name: str, err: TextIO, *, as_json: bool) -> bool:
    if as_json or sys.stdin is None or not is_terminal(sys.stdin):
        raise BadRequest(
            "'undo' asks before it removes anything, but there is no terminal to ask in.",
            hints=(f"cryptography-wizard undo {name} --yes removes without asking.",),
        )
    err.write("Undo this run? [y/N] ")
    err.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
