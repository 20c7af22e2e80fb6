"""The command ``verify [PYTHON]``: prove an existing installation."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TextIO

from screens import fitting
from screens.arguments import Common
from screens.chosen_python import find_python
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import Exit

if TYPE_CHECKING:
    from wizard.proof.verify import Mark, Report

HELP = "prove an existing installation"
ORDER = 30
EXAMPLES = (("verify ./env/bin/python", "prove what is installed there"),)
_MARKS: dict[Mark, tuple[str, str]] = {
    "ok": ("✓", "ok"),
    "failed": ("✗", "FAILED"),
    "warning": ("!", "note"),
}


@dataclass(frozen=True)
class Arguments(Common):
    """``target`` is a Python or the folder of an environment; empty: the nearest one."""

    target: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the Python to check."""
    parser.add_argument(
        "target",
        action=StoreOnce,
        nargs="?",
        metavar="PYTHON",
        help="path of the Python to check",
    )


def run(arguments: Arguments) -> int:
    """Write what is proved to standard output."""
    return verify_command(arguments.target, as_json=arguments.json, stream=sys.stdout)


def verify_command(python: str, *, as_json: bool, stream: TextIO) -> int:
    """Prove the cryptography of ``python``, print the result to ``stream``, and return the exit
    code.

    ``python`` is an interpreter (a path, or a name on PATH) or the folder of an environment; empty
    means the active environment, else ``.venv`` or ``cryptography-env`` in the current folder, else
    ``cryptography-env`` in the home folder, else ``python3`` on PATH. With ``as_json`` the report
    is written as JSON and nothing else. Returns 0 if everything is proved, and 4 if not, or if
    nothing is installed. Raises BadRequest if ``python`` is not a Python.
    """
    import json

    from wizard.proof.verify import sentences, verify

    program, source = find_python(python)
    report = verify(program)
    if as_json:
        # In ASCII, so that any path can be printed on any terminal, and read back.
        stream.write(json.dumps(asdict(report), indent=2) + "\n")
    else:
        lines = [f"Python: {program} ({source})", ""]
        lines += [f"  {_format_mark(mark, stream)}  {text}" for mark, text in sentences(report)]
        if not report.ok:
            lines += ["", *_advice(report)]
        lines = fitting.fitted(lines, fitting.columns(stream))
        stream.write(_escape("\n".join(lines) + "\n", stream))
    return int(Exit.DONE if report.ok else Exit.UNPROVED)


def _advice(report: Report) -> list[str]:
    """Return why the proof failed, if that is known, and what to do."""
    from wizard.advice import failed_proof
    from wizard.proof.verify import missing

    found = failed_proof.explain(report)
    if missing(report) and found.id == failed_proof.NOT_INSTALLED:
        return [f"To install it: {invocation.command()}"]
    cause = [f"What happened: {found.cause}"] if found.known else []
    return [*cause, "What to do:", *(f"  - {hint}" for hint in found.hints)]


def _format_mark(mark: Mark, stream: TextIO) -> str:
    """Return a mark as a word, with a sign before it if the stream can show it."""
    sign, word = _MARKS[mark]
    try:
        sign.encode(stream.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return f"{word:<6}"
    return f"{sign} {word:<6}"


def _escape(text: str, stream: TextIO) -> str:
    """Escape what the stream cannot show: a path may contain any character or byte."""
    encoding = stream.encoding or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
