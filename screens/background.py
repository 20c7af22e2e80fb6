"""Ask the terminal for the colour of its background: is it light or dark?

The question is xterm's OSC 11. Terminals that do not know it say nothing, so a second question
follows that every terminal answers (DA1, "what are you"): then nothing more will come.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from screens.terminal import is_terminal

QUESTION = b"\x1b]11;?\x1b\\\x1b[c"
PATIENCE = 0.2
"""Seconds from the question to the last moment for its answer; slow imports happen meanwhile."""
_COLOUR = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)")
_END = re.compile(rb"\x1b\[\?[0-9;]*c")
_SILENT = re.compile(r"dumb|linux|vt\d|ansi|cons|sun|eterm")
"""Kinds of terminals that know no OSC 11, and may show it instead."""


@dataclass
class Answer:
    """What the terminal has said: whether its background is ``light``, or None if it said nothing.

    ``late`` says that it was asked, and may still answer.
    """

    light: bool | None = None
    late: bool = False


@contextlib.contextmanager
def asked(environ: Mapping[str, str] = os.environ) -> Iterator[Answer]:
    """Ask before the block, and fill in the answer when the block is left.

    Within the block, the terminal does not echo. What was typed in that time is discarded: it
    cannot be an answer to a page that nobody has seen.
    """
    answer = Answer(light=_light_in(environ.get("COLORFGBG", "")))
    kind = environ.get("TERM", "")
    if sys.platform == "win32" or not kind or _SILENT.match(kind) or not is_terminal(sys.__stdin__):
        yield answer
        return
    import termios

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    quiet = list(before)
    quiet[3] &= ~(termios.ECHO | termios.ICANON)
    try:
        termios.tcsetattr(keyboard, termios.TCSANOW, quiet)
        os.write(_output(), QUESTION)
        deadline = time.monotonic() + PATIENCE
        yield answer
        said = _read(keyboard, deadline)
        answer.late = not _END.search(said)
        answer.light = _light(said) if _COLOUR.search(said) else answer.light
    finally:
        termios.tcsetattr(keyboard, termios.TCSAFLUSH, before)


def _output() -> int:
    """Return where the full screen is written to."""
    return sys.stderr.fileno()


def _read(keyboard: int, deadline: float) -> bytes:
    """Return what the terminal sends until its last answer, or until the deadline."""
    import select

    said = b""
    while not _END.search(said):
        left = deadline - time.monotonic()
        if not select.select([keyboard], [], [], max(0.0, left))[0]:
            break
        chunk = os.read(keyboard, 4096)
        if not chunk:
            break
        said += chunk
    return said


def _light(said: bytes) -> bool | None:
    """Return whether the colour in an answer is light, as the eye sees it; None without one."""
    found = _COLOUR.search(said)
    if found is None:
        return None
    red, green, blue = (int(part, 16) / (16 ** len(part) - 1) for part in found.groups())
    return bool(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)


def _light_in(colours: str) -> bool | None:
    """Return whether rxvt's and Konsole's COLORFGBG names a light background; None without it."""
    number = colours.rpartition(";")[2]
    return number in ("7", "15") if number.isdigit() else None
