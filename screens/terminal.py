"""What the terminal can do: which interface fits, and which colours and characters it shows."""

from __future__ import annotations

import codecs
import contextlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Literal, TextIO

from screens import letters
from screens.letters import Letters
from wizard import invocation
from wizard.errors import BadRequest

ColorMode = Literal["auto", "always", "never"]

SMALLEST_SIZE = (60, 16)
"""The smallest number of columns and lines for the full screen."""

C_LOCALES = ("C", "POSIX")


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
    user asked for output that a screen reader reads well. ``web``: a browser shows the full screen
    (`screens.web`), through pipes.
    """

    stdin: bool
    stdout: bool
    stderr: bool
    open: bool = True
    columns: int = 0
    lines: int = 0
    dumb: bool = False
    spoken: bool = False
    web: bool = False


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
        web=environ.get("TEXTUAL_DRIVER", "").endswith(":WebDriver"),
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
    if abilities.web:
        return Interface.FULL
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
    full = abilities.stderr and not prompts and not is_too_small(abilities)
    return Interface.FULL if full else Interface.PROMPTS


def is_too_small(abilities: Abilities) -> bool:
    """Return whether the terminal is too small for the full screen. An unknown size is not."""
    known = abilities.columns > 0 and abilities.lines > 0
    return known and (abilities.columns < SMALLEST_SIZE[0] or abilities.lines < SMALLEST_SIZE[1])


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
    """Discard what was typed before a question appeared: it cannot be an answer."""
    if not is_terminal(sys.stdin):
        return
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
    else:
        import termios

        with contextlib.suppress(termios.error):  # the terminal is gone: reading says so
            termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


@dataclass(frozen=True)
class Look:
    """How the full screen may draw.

    ``letters`` are the characters that it may use. ``moves`` allows animations. ``light`` says that
    the terminal has a light background; None if nobody knows. ``late`` says that the terminal was
    asked for it and has not answered yet.
    """

    letters: Letters = Letters()  # noqa: RUF009 - it does not change
    colours: bool = True
    moves: bool = True
    light: bool | None = None
    late: bool = False


def detect_look(
    mode: ColorMode = "auto",
    *,
    light: bool | None = None,
    late: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> Look:
    """Return how the full screen may draw in this terminal; `Look` says what the rest means."""
    stream = sys.__stdout__ if os.name == "nt" else sys.__stderr__  # where Textual writes
    encoding = (stream.encoding if stream is not None else "") or "ascii"
    return Look(
        Letters(encoding, console=environ.get("TERM") == "linux"),
        colours=mode == "always" or (mode == "auto" and has_colours(environ)),
        moves=not environ.get("NO_MOTION") and environ.get("TEXTUAL_ANIMATIONS") != "none",
        light=light,
        late=late,
    )


def has_colours(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the terminal has colours, and the user wants them."""
    kind = environ.get("TERM", "")
    if environ.get("NO_COLOR"):
        return False
    if os.name == "nt" or environ.get("COLORTERM") or "color" in kind:
        return True
    try:
        import curses  # a Python can be built without it

        curses.setupterm(kind, 1)
        return curses.tigetnum("colors") > 0
    except (ImportError, curses.error):  # a terminal that the system does not know
        return not kind.startswith("vt")


def is_ascii_locale(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the user asked for the locale C, which has only ASCII.

    Python writes UTF-8 there, because many have no locale without wanting that. With ``LANG=C``, it
    sets ``LC_CTYPE`` to C.UTF-8 (PEP 538), so this is about ``LC_ALL=C``.
    """
    if environ.get("PYTHONIOENCODING") or environ.get("PYTHONUTF8"):
        return False
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next(filter(None, names), "") in C_LOCALES


def make_streams_safe(*, ascii_only: bool = False) -> None:
    """Make the standard streams replace characters that their encoding lacks, instead of
    failing. A terminal in the locale C gets ASCII.
    """
    codecs.register_error("look-alike", _replace_characters)
    # A stream that the caller closed is None here. Standard output gets the result, which must not
    # get lost without a word: writing fails, as into any file that is only open for reading.
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a test may use another kind of stream
            if ascii_only or (is_terminal(stream) and os.name != "nt" and is_ascii_locale()):
                stream.reconfigure(encoding="ascii")
            stream.reconfigure(errors="look-alike")


def showable(text: str) -> str:
    """Return a text with look-alikes for the characters that standard output lacks.

    For what is written by others, who ask its encoding but do not replace characters as it does.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(
            each if Letters(encoding).shows(each) else letters.in_line(each, encoding)
            for each in text
        )
    return text


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
    return letters.in_line(error.object[error.start : error.end], error.encoding), error.end


def _terminal_size() -> tuple[int, int]:
    for stream in (sys.__stderr__, sys.__stdout__):
        if stream is not None and is_terminal(stream):
            try:
                size = os.get_terminal_size(stream.fileno())
            except OSError:  # a terminal without a size, such as a serial line
                return 0, 0
            return size.columns, size.lines
    return 0, 0
