"""Undo a run, line by line: show what will be removed, ask, and remove it."""

from __future__ import annotations

from typing import TextIO

from screens import fitting, terminal
from screens.text import confirm, unattended
from screens.text.summary import Planned, Summary
from wizard import engine, invocation
from wizard.codec import to_json
from wizard.errors import Exit


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
        nothing = Summary(code=int(Exit.DONE), plan=Planned.of(plan))
        lines = ("Nothing is removed." if plan.notes else "Nothing is left to undo.", *plan.notes)
        text = fitting.for_stream("\n".join(lines), stream)
        stream.write((to_json(nothing) if as_json else text) + "\n")
        return int(Exit.DONE)
    if not as_json:
        stream.write(fitting.for_stream(formats.to_text(plan), stream) + "\n")
    if not yes:
        own = invocation.command("undo", past.name, "--yes")
        without = f"To undo it without being asked: {own}"
        confirm.require_terminal("undo", "removes anything", without, as_json=as_json)
        if not confirm.confirm("Undo this run?", err):
            err.write("Nothing was removed.\n")
            return int(Exit.CANCELLED)
    abilities = terminal.detect()
    can_ask = abilities.stdin and abilities.stderr
    return unattended.carry_out(engine.real(), plan, stream, err, can_ask=can_ask, as_json=as_json)
