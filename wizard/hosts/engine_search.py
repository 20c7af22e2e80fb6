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
    """Return the Python of a script; empty if it is not known.

    Its first line names it. If its path is long or has a blank in it, that line names sh, which
    starts the Python beside the script.
    """
    try:
        with program.open("rb") as file:
            first = file.readline(500)
        beside = program.resolve().with_name("python")
    except OSError:
        return ""
    if not first.startswith(_SHEBANG):
        return ""
    named = Path((first[len(_SHEBANG) :].decode("utf-8", "replace").split() or ("",))[0])
    is_python = named.name.startswith(("python", "pypy"))
    found = (place for place in (named if is_python else beside, beside) if place.is_file())
    return str(next(found, ""))
