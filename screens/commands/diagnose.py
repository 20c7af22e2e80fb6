"""The command ``diagnose [LOG|-]``: explain the log of a failed installation."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, cast

from screens import fitting, terminal
from screens.arguments import Common
from screens.flags import StoreOnce
from screens.terminal import is_terminal
from wizard import invocation, text_files
from wizard.errors import BadRequest, Exit

if TYPE_CHECKING:
    from wizard.diagnosis.diagnose import Diagnosis

HELP = "explain the log of a failed installation"
ORDER = 40
EXAMPLES = (
    ("diagnose pip.log", "explain a failed installation"),
    ("diagnose --explain glibc-too-old", "what a cause means, and what helps where"),
)
CHUNK = 256 * 1024
MB = 1_000_000
EACH = 1.0
"""After how many seconds the progress is written, and written again."""
MAX_BYTES = 1024 * 1024 * 1024
"""The number of bytes after which reading stops: a stream may be endless."""


MOST_IDS = 10
"""The number of ids that are proposed instead of one that does not exist."""


@dataclass(frozen=True)
class Arguments(Common):
    """``log`` is a file, or ``-`` for standard input. ``all`` also shows the other causes in it.

    ``explain`` is the id of a cause to explain instead.
    """

    log: str = "-"
    all: bool = False
    explain: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the log."""
    parser.add_argument(
        "log", action=StoreOnce, nargs="?", metavar="LOG", help="file, or - for input"
    )
    parser.add_argument("--all", action="store_true", help="show every cause that the log contains")
    parser.add_argument(
        "--explain",
        action=StoreOnce,
        metavar="ID",
        help="explain a cause by its id, such as no-space",
    )


def run(arguments: Arguments) -> int:
    """Write the explanation to standard output."""
    if arguments.explain:
        return explain_command(arguments.explain, stream=sys.stdout)
    return diagnose_command(
        arguments.log, as_json=arguments.json, show_all=arguments.all, stream=sys.stdout
    )


def diagnose_command(log: str, *, as_json: bool, stream: TextIO, show_all: bool = False) -> int:
    """Explain a log file, or standard input (``-``), on ``stream``; return the exit code.

    Returns 0 if the cause is known, or if nothing failed, and 1 otherwise. Raises BadRequest if the
    log cannot be read.
    """
    from wizard.diagnosis.diagnose import diagnose_bytes

    chunks = _read_chunks(log)
    is_pasted = log == "-" and is_terminal(sys.stdin)
    if is_terminal(sys.stderr) and not as_json and not is_pasted:
        once = terminal.detect().spoken
        chunks = _with_progress(chunks, _size(log), sys.stderr, once=once)
    diagnosis = diagnose_bytes(chunks)
    if as_json:
        import json

        stream.write(json.dumps(diagnosis.as_json(), indent=2) + "\n")
    else:
        lines = report_lines(diagnosis)
        if show_all:
            lines += other_lines(diagnosis)
        stream.write(fitting.for_stream("\n".join(lines), stream) + "\n")
    return int(Exit.DONE if diagnosis.known or diagnosis.installed else Exit.FAILED)


def explain_command(name: str, *, stream: TextIO) -> int:
    """Write what is known about a cause. Raises BadRequest if there is no such cause."""
    from wizard.diagnosis.help_pages import page
    from wizard.diagnosis.table import table
    from wizard.wording import did_you_mean

    causes = table().causes
    if name not in causes or causes[name].envelope:
        ids = [each for each in sorted(causes) if not causes[each].envelope]
        raise BadRequest(
            f"There is no cause named {name}{did_you_mean(name, ids)}.", hints=_ids_like(name, ids)
        )
    stream.write(page(causes[name]))
    return int(Exit.DONE)


def _ids_like(name: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return how to find the right id: those with a word of the name, and where a log shows its."""
    words = {word for word in name.lower().split("-") if len(word) > 1}
    like = [one for one in ids if words & set(one.split("-"))]
    like.sort(key=lambda one: -len(words & set(one.split("-"))))
    log = f"To see the id of the cause in a log: {invocation.command('diagnose', '--json', 'LOG')}"
    return (*([f"Causes with such a name: {', '.join(like[:MOST_IDS])}"] if like else []), log)


def report_lines(diagnosis: Diagnosis) -> list[str]:
    """Return the explanation for people."""
    from screens.text.messages import excerpt_lines

    if not diagnosis.line_number and not diagnosis.installed:
        return [
            "The log is empty, so there is nothing to explain.",
            "What to do:",
            "  - Copy all that the failed command printed, from its first line on.",
            f"  - Or name the file of the log: {invocation.command('diagnose', 'LOG')}",
        ]
    if diagnosis.installed:
        lines = [diagnosis.cause]
    elif diagnosis.known:
        probably = "Probably: " if diagnosis.certainty == "probable" else ""
        lines = [f"What happened: {probably}{diagnosis.cause}"]
        if diagnosis.package is None:
            lines.append(
                "The log does not say which package this is about. If it is cryptography, add the "
                "lines above, which name it: the advice is then for it."
            )
        elif diagnosis.package != "cryptography":
            lines.append(f"This is about the package {diagnosis.package}, not about cryptography.")
    else:
        lines = [diagnosis.cause]
    shown = excerpt_lines(diagnosis.excerpt, diagnosis.evidence)
    if diagnosis.line_number:
        place = f"{'Line' if diagnosis.known else 'Around line'} {diagnosis.line_number} of the log"
        marked = any(line.startswith(">") for line in shown)
        lines.append(f"{place}, marked with >:" if marked else f"{place}:")
    lines += shown
    if diagnosis.hints:
        lines += ["What to do:", *(f"  - {hint}" for hint in diagnosis.hints)]
    return lines


def other_lines(diagnosis: Diagnosis) -> list[str]:
    """Return the other causes in the log."""
    if not diagnosis.others:
        return ["The log contains no other cause."]
    return [
        "Other causes in the log:",
        *(f"  - line {one.line}: {one.cause} ({one.id})" for one in diagnosis.others),
    ]


def _read_chunks(log: str) -> Iterator[bytes]:
    if log == "-":
        if sys.stdin is None:
            raise BadRequest("Standard input is closed, so there is no log to read.")
        if is_terminal(sys.stdin):
            end = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D on a new line"
            print(f"Paste the log, then press {end}.", file=sys.stderr)
        yield from _chunks(cast(BufferedIOBase, sys.stdin.buffer))
        return
    with text_files.open_file(log, "a log file") as file:
        yield from _chunks(file)


def _chunks(file: BufferedIOBase) -> Iterator[bytes]:
    """Yield what there is: one end of file, which somebody types, is enough."""
    left = MAX_BYTES
    while left > 0:
        chunk = file.read1(CHUNK)
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def _size(log: str) -> int:
    """Return the number of bytes of a log file; 0 if that is unknown."""
    if log == "-":
        return 0
    try:
        return Path(log).stat().st_size
    except OSError:
        return 0  # opening it says why


def _with_progress(
    chunks: Iterator[bytes], size: int, stream: TextIO, *, once: bool = False
) -> Iterator[bytes]:
    """Yield the chunks of a log of ``size`` bytes; after a second, say how much of it is read.

    It is one line, which is written again each second, and removed at the end; or, for a screen
    reader, written ``once``.
    """
    done, said, shown = 0, time.monotonic(), ""
    try:
        for chunk in chunks:
            yield chunk
            done += len(chunk)
            if time.monotonic() - said >= EACH and not (once and shown):
                said = time.monotonic()
                whole = f" of {size / MB:.0f}" if size else ""
                shown = f"Reading the log: {done / MB:.0f}{whole} MB"
                stream.write(f"{shown}\n" if once else f"\r{shown}")
                stream.flush()
    finally:
        if shown and not once:
            stream.write(f"\r{' ' * len(shown)}\r")
            stream.flush()
