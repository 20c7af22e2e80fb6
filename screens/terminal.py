"""What the terminal can do: which interface fits, and which colours and characters it shows."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, TextIO

from wizard import invocation
from wizard.errors import BadRequest

ColorMode = Literal["auto", "always", "never"]

SMALLEST_SIZE = (60, 16)
"""The smallest number of columns and lines for the full screen."""

ASCII_REPLACEMENTS = {
    "…": "...",
    "—": "-",
    "–": "-",
    "→": "->",
    "←": "<-",
    "×": "x",
    "≥": ">=",
    "≤": "<=",
    "✓": "ok",
    "✗": "x",
    "•": "*",
    "│": "|",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
}
"""The replacements for characters that the terminal cannot show."""


class Interface(Enum):
    """The kinds of interface that ask questions."""

    FULL = "full screen"
    PROMPTS = "prompts"
    PLAIN = "plain"


@dataclass(frozen=True)
class Abilities:
    """What the three streams are connected to.

    ``stdin``, ``stdout`` and ``stderr`` say which are terminals; ``open`` says that something can
    be read. Sizes are in characters; 0 means unknown. ``dumb``: no cursor control. ``spoken``: the
    user asked for output that a screen reader reads well.
    """

    stdin: bool
    stdout: bool
    stderr: bool
    open: bool = True
    columns: int = 0
    lines: int = 0
    dumb: bool = False
    spoken: bool = False


def detect(environ: Mapping[str, str] = os.environ) -> Abilities:
    """Return the abilities of this process's streams."""
    columns, lines = _terminal_size()
    kind = environ.get("TERM", "")
    return Abilities(
        stdin=is_terminal(sys.__stdin__),
        stdout=is_terminal(sys.__stdout__),
        stderr=is_terminal(sys.__stderr__),
        open=sys.__stdin__ is not None and not sys.__stdin__.closed,
        columns=columns,
        lines=lines,
        dumb=kind == "dumb" or (not kind and os.name != "nt"),
        spoken=environ.get("ACCESSIBLE", "") not in ("", "0"),
    )


def choose_interface(
    abilities: Abilities, *, prompts: bool = False, plain: bool = False
) -> Interface:
    """Choose the interface that the terminal supports; ``prompts`` or ``plain`` requests one.

    Raises BadRequest if no question can be answered, so that nothing ever waits for an impossible
    answer. Answers may come through a pipe only if plain questions were requested.
    """
    if plain and abilities.open:
        return Interface.PLAIN
    if not (abilities.stdin and abilities.stdout):
        raise BadRequest(
            "There is no terminal to ask questions in, so nothing was done.",
            why=f"Standard {'output' if abilities.stdin else 'input'} is not a terminal.",
            hints=(
                f"{invocation.command('--yes')}   uses the recommended answers",
                f"{invocation.command('--yes', '--answers', 'FILE')}   uses your answers",
            ),
        )
    if prompts and not abilities.dumb:
        return Interface.PROMPTS
    if abilities.dumb or abilities.spoken or not abilities.columns:
        return Interface.PLAIN
    large_enough = abilities.columns >= SMALLEST_SIZE[0] and abilities.lines >= SMALLEST_SIZE[1]
    return (
        Interface.FULL if large_enough and abilities.stderr and not prompts else Interface.PROMPTS
    )


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether a stream is a terminal. A closed or missing one is not."""
    return stream is not None and not stream.closed and stream.isatty()


def color(
    stream: TextIO | None, mode: ColorMode = "auto", environ: Mapping[str, str] = os.environ
) -> bool:
    """Return whether to write colours to a stream. ``NO_COLOR`` in the environment means no."""
    if mode != "auto":
        return mode == "always"
    return not environ.get("NO_COLOR") and environ.get("TERM", "") != "dumb" and is_terminal(stream)


def discard_typeahead() -> None:
    """Discard what was typed before the first question: it cannot be an answer."""
    if not is_terminal(sys.stdin):
        return
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def make_streams_safe(*, ascii_only: bool = False) -> None:
    """Make the standard streams replace characters that their encoding lacks, instead of
    failing.
    """
    codecs.register_error("look-alike", _replace_characters)
    # A stream that the caller closed is None here; its output is discarded until the end.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test may use another kind of stream
            if ascii_only:
                stream.reconfigure(encoding="ascii")
            stream.reconfigure(errors="look-alike")


def write_file(text: str, stream: TextIO) -> None:
    """Write the text of a file, such as a script, to a stream.

    Where a file or a pipe gets it, it is UTF-8 with plain line feeds, on every system: a shell does
    not read another encoding, nor Windows' line ends. A terminal gets what it can show.
    """
    if is_terminal(stream) or not hasattr(stream, "buffer"):
        stream.write(text)
        return
    stream.flush()
    stream.buffer.write(text.encode("utf-8", "surrogateescape"))
    stream.buffer.flush()


def _replace_characters(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(ASCII_REPLACEMENTS.get(letter, "?") for letter in text), error.end


def _terminal_size() -> tuple[int, int]:
    for stream in (sys.__stderr__, sys.__stdout__):
        if stream is not None and is_terminal(stream):
            try:
                size = os.get_terminal_size(stream.fileno())
            except OSError:  # a terminal without a size, such as a serial line
                return 0, 0
            return size.columns, size.lines
    return 0, 0
