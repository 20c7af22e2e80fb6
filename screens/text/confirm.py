"""Ask yes or no on the terminal."""

from __future__ import annotations

import sys
from typing import TextIO

from screens.terminal import discard_typeahead, is_terminal
from wizard.errors import BadRequest


def require_terminal(command: str, verb: str, *hints: str, as_json: bool = False) -> None:
    """Raise BadRequest, with ``hints``, if ``command`` cannot ask before it does something.

    ``verb`` is what it asks about: ``removes anything``. It cannot ask if there is no terminal, or
    if its output is JSON.
    """
    if as_json or sys.stdin is None or not is_terminal(sys.stdin):
        raise BadRequest(
            f"'{command}' asks before it {verb}, but there is no terminal to ask in.", hints=hints
        )


def confirm(question: str, err: TextIO, *, default: bool = False) -> bool:
    """Ask on ``err``, and return whether the answer is yes; ``default`` is that of Enter.

    What was typed before the question appeared is no answer.
    """
    discard_typeahead()
    err.write(f"{question} [{'Y/n' if default else 'y/N'}] ")
    err.flush()
    answer = sys.stdin.readline()
    if not answer:
        return False  # the input has ended
    return answer.strip().lower() in (("", "y", "yes") if default else ("y", "yes"))
