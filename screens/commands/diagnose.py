"""The command ``diagnose [LOG|-]``: explain the log of a failed installation."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TextIO

from screens.arguments import Common
from screens.flags import StoreOnce
from screens.terminal import is_terminal
from wizard import text_files
from wizard.errors import BadRequest, Exit
from wizard.programs.lines import HEAD, TAIL, LineDecoder

if TYPE_CHECKING:
    from wizard.advice.diagnose import Diagnosis

HELP = "explain the log of a failed installation"
ORDER = 40
EXAMPLES = (("diagnose pip.log", "explain a failed installation"),)
CHUNK = 64 * 1024
MAX_BYTES = 1024 * 1024 * 1024
"""The number of bytes after which reading stops: a stream may be endless."""


@dataclass(frozen=True)
class Arguments(Common):
    """``log`` is a file, or ``-`` for standard input."""

    log: str = "-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log."""
    parser.add_argument(
        "log", action=StoreOnce, nargs="?", metavar="LOG", help="file, or - for input"
    )


def run(arguments: Arguments) -> int:
    """Write the explanation to standard output."""
    return diagnose_command(arguments.log, as_json=arguments.json, stream=sys.stdout)


def diagnose_command(log: str, *, as_json: bool, stream: TextIO) -> int:
    """Explain a log file, or standard input (``-``), on ``stream``; return the exit code.

    Returns 0 if the cause is known and 1 otherwise. For a huge log, only its beginning and its end
    are read. Raises BadRequest if it cannot be read.
    """
    from wizard.advice.diagnose import DiagnosisReport, diagnose

    diagnosis = diagnose(_read_lines(log))
    if as_json:
        from wizard.codec import to_json

        stream.write(to_json(DiagnosisReport(diagnosis.known, diagnosis)) + "\n")
    else:
        stream.write("\n".join(report_lines(diagnosis)) + "\n")
    return int(Exit.DONE if diagnosis.known else Exit.FAILED)


def report_lines(diagnosis: Diagnosis) -> list[str]:
    """Return the explanation for people."""
    if diagnosis.known:
        lines = [f"What happened: {diagnosis.cause}"]
    else:
        lines = ["This log contains no failure that the wizard knows.", diagnosis.cause]
    if diagnosis.line_number:
        lines.append(
            f"Line {diagnosis.line_number} of the log:"
            if diagnosis.known
            else f"Around line {diagnosis.line_number}:"
        )
    lines += [f"  | {line}" for line in diagnosis.excerpt]
    if diagnosis.hints:
        lines += ["What to do:", *(f"  - {hint}" for hint in diagnosis.hints)]
    return lines


def _read_lines(log: str) -> Iterator[str]:
    if log == "-":
        if sys.stdin is None:
            raise BadRequest("Standard input is closed, so there is no log to read.")
        if is_terminal(sys.stdin):
            print("Paste the log, then press Ctrl-D.", file=sys.stderr)
        yield from _limited_lines(sys.stdin.buffer)
        return
    with text_files.open_file(log, "a log file") as file:
        yield from _limited_lines(file)


def _limited_lines(file: BinaryIO) -> Iterator[str]:
    """Return the lines of the first HEAD bytes and of the last TAIL bytes, without the rest."""
    decoder = LineDecoder()
    tail: deque[bytes] = deque(maxlen=TAIL // CHUNK)
    for number in range(MAX_BYTES // CHUNK):
        chunk = file.read(CHUNK)
        if not chunk:
            break
        if number == 0 and text_files.encoding_of(chunk) == "utf-16":
            decoder = LineDecoder("utf-16")
        if number < HEAD // CHUNK:
            yield from decoder.feed(chunk)
        else:
            if len(tail) == tail.maxlen:
                yield from decoder.finish()  # the next bytes are not the next line
            tail.append(chunk)
    for chunk in tail:
        yield from decoder.feed(chunk)
    yield from decoder.finish()
