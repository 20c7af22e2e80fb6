"""pyinfra, which works on many hosts over SSH: found where it is installed, never imported here."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

from wizard.errors import Impossible

REQUIREMENT = "pyinfra>=3.5,<4"
_SHEBANG = b"#!"


def words() -> tuple[str, ...]:
    """Return the words that start a Python with pyinfra; a script follows them.

    It is in the wizard's own environment (the extra ``hosts``), in that of a ``pyinfra`` on PATH,
    or uv puts it into one that it keeps. Raises Impossible if none of them is there.
    """
    if importlib.util.find_spec("pyinfra") is not None:
        return (sys.executable,)
    program = shutil.which("pyinfra")
    python = _interpreter(Path(program)) if program else ""
    if python:
        return (python,)
    uv = shutil.which("uv")
    if uv:
        return (uv, "run", "--no-project", "--quiet", "--with", REQUIREMENT, "python")
    raise Impossible(
        "Machines cannot be reached over SSH: pyinfra is not installed.",
        why="It is an extra, because some of its libraries are compiled.",
        hints=(
            "pipx install pyinfra, or uv tool install pyinfra, puts it into an environment",
            "With uv on PATH, nothing has to be installed.",
        ),
    )


def _interpreter(program: Path) -> str:
    """Return the Python that a script names in its first line; empty if it names none."""
    try:
        with program.open("rb") as file:
            first = file.readline(500)
    except OSError:
        return ""
    python = first[len(_SHEBANG) :].strip().decode("utf-8", "replace")
    return python if first.startswith(_SHEBANG) and Path(python).is_file() else ""
