"""The command ``verify [PYTHON]``: prove an existing installation."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from screens import fitting
from screens.arguments import Common
from screens.flags import StoreOnce
from wizard import invocation
from wizard.errors import BadRequest, Exit

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


def find_python(python: str) -> tuple[str, str]:
    """Return the requested interpreter, and where it comes from, in a few words.

    Raises BadRequest if it finds no interpreter.
    """
    from wizard import target_environment

    if python:
        return _resolve(python)
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        active = os.environ.get(variable)
        if active:
            return _environment_python(Path(active)), f"the active environment, {variable}"
    for folder in (Path(".venv"), Path(target_environment.NAME)):
        own = os.path.realpath(folder) == os.path.realpath(sys.prefix)  # in a clone of the wizard
        if folder.is_dir() and not own:
            return _environment_python(folder), f"the environment {folder} in this folder"
    in_home = Path.home() / target_environment.NAME
    if in_home.is_dir():
        return _environment_python(in_home), "the environment in your home folder"
    for name in ("python3", "python"):
        found = shutil.which(name)
        if found:
            return found, f"{name} on PATH; no environment is active, and this folder contains none"
    raise BadRequest(
        "No Python was found.",
        why="No environment is active, this folder contains none, and no python3 is on PATH.",
        hints=(f"Name a Python: {invocation.command('verify', 'PATH')}",),
    )


def _resolve(python: str) -> tuple[str, str]:
    if os.path.isdir(python):  # noqa: PTH112 - unlike Path, it says no to a NUL in the name
        return _environment_python(Path(python)), "the environment's interpreter"
    if not os.path.lexists(python) and python == os.path.basename(python):  # noqa: PTH119
        found = shutil.which(python)
        if found:
            return found, f"{python} on PATH"
    return python, "as named"


def _environment_python(folder: Path) -> str:
    """Return the interpreter of an environment's folder. Raises BadRequest if it has none."""
    candidates = (
        folder / "bin" / "python",
        folder / "bin" / "python3",
        folder / "Scripts" / "python.exe",
        folder / "python.exe",  # a conda environment on Windows
    )
    for candidate in candidates:
        if os.path.lexists(candidate):  # even a broken link: verify explains it
            return str(candidate)
    raise BadRequest(
        f"The folder {folder} is not a Python environment.",
        why="It contains neither bin/python nor Scripts/python.exe.",
        hints=("Give the folder of an environment, or the path of an interpreter.",),
    )


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
