"""The command ``diagnose [LOG|-]``: explain the log of a failed installation."""

from __future__ import annotations

import stat
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from screens.terminal import is_terminal
from wizard.aftermath import HEAD, TAIL
from wizard.codec import to_json
from wizard.errors import BadRequest, Exit
from wizard.lines import LineDecoder

CHUNK = 64 * 1024
LARGEST = 1024 * 1024 * 1024
"""After so many bytes nothing more is read: a stream may have no end."""


@dataclass(frozen=True)
class Explained:
    """The answer as JSON. ``known`` says whether the log shows a failure that is known."""

    known: bool
    cause: str = ""
    excerpt: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    schema: int = 1


def diagnose_command(log: str, *, as_json: bool, stream: TextIO) -> int:
    """Explain a log file, or standard input (``-``), on ``stream``; return the exit code.

    Returns 0 when the cause is known and 1 when nothing known was found. Of a huge log its
    beginning and its end are read. Raises BadRequest where it cannot be read.
    """
    from wizard.diagnose import diagnose

    found = diagnose(list(_lines(log)))
    if found is None:
        answer = Explained(known=False)
    else:
        answer = Explained(True, found.cause, tuple(found.excerpt), tuple(found.hints))
    stream.write(to_json(answer) + "\n" if as_json else "\n".join(_told(answer)) + "\n")
    return int(Exit.DONE if answer.known else Exit.FAILED)


def _told(answer: Explained) -> list[str]:
    if not answer.known:
        return [
            "No failure that this wizard knows is in this log.",
            "What to do:",
            "  - Give the whole log, from its first line. For a build: pip install -v …",
            "  - Or let the wizard try: cryptography-wizard",
        ]
    lines = ["What happened: " + answer.cause]
    lines += [f"  | {line}" for line in answer.excerpt]
    if answer.hints:
        lines += ["What to do:", *(f"  - {hint}" for hint in answer.hints)]
    return lines


def _lines(log: str) -> Iterator[str]:
    if log == "-":
        if sys.stdin is None:
            raise BadRequest("Standard input is closed, so there is no log to read.")
        if is_terminal(sys.stdin):
            print("Paste the log, then press Ctrl-D.", file=sys.stderr)
        yield from _bounded(sys.stdin.buffer)
        return
    try:
        path = Path(log)
        if stat.S_ISDIR(path.stat().st_mode):
            raise BadRequest(f"{log} is a folder, not a log file.")
        with path.open("rb") as file:
            yield from _bounded(file)
    except OSError as error:
        raise BadRequest(f"{log} cannot be read.", shown=error.strerror or str(error)) from None
    except ValueError:
        raise BadRequest(f"{log!r} is not the name of a file.") from None


def _bounded(file: BinaryIO) -> Iterator[str]:
    """The lines of the first HEAD bytes and of the last TAIL bytes, however long the rest is."""
    decoder = LineDecoder()
    tail: deque[bytes] = deque(maxlen=TAIL // CHUNK)
    for number in range(LARGEST // CHUNK):
        chunk = file.read(CHUNK)
        if not chunk:
            break
        if number < HEAD // CHUNK:
            yield from decoder.feed(chunk)
        else:
            if len(tail) == tail.maxlen:
                yield from decoder.finish()  # what follows is not the next line
            tail.append(chunk)
    for chunk in tail:
        yield from decoder.feed(chunk)
    yield from decoder.finish()
