"""Ask yes or no on the terminal, before something is removed."""

from __future__ import annotations

import sys
from typing import TextIO

from screens.terminal import is_terminal
from wizard.errors import BadRequest


def confirm(
    question: str, err: TextIO, *, command: str, without_asking: str, as_json: bool = False
) -> bool:
    """Return whether the user says yes to ``question``; no is the default.

    Raises BadRequest, with the command ``without_asking``, if there is no terminal, or if the
    output is JSON.
    """
    if as_json or sys.stdin is None or not is_terminal(sys.stdin):
        raise BadRequest(
            f"'{command}' asks before it removes anything, but there is no terminal to ask in.",
            hints=(f"{without_asking} removes without asking.",),
        )
    err.write(f"{question} [y/N] ")
    err.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")
