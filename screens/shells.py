"""The shell that the user types in, and how it activates an environment."""

from __future__ import annotations

import os
import shlex
import sys
from functools import cache
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from wizard.plan import Plan

PS_SECONDS = 3.0
"""The time limit of ``ps``, which looks for a shell if there is no ``/proc``."""
POSIX = ("bash", "zsh", "sh", "dash", "ash", "ksh", "mksh", "busybox")
"""Shells that read the same commands."""
KNOWN = (*POSIX, "fish", "csh", "tcsh", "pwsh", "nu", "xonsh", "elvish")


class Activation(NamedTuple):
    """How to activate an environment in a shell; ``shell`` is what people call it."""

    shell: str
    command: str


@cache
def own_shell() -> str:
    """Return the shell from which this process was started, or empty if that is not known.

    It asks the system which process started which; ``$SHELL`` is only the one for the next login.
    """
    if sys.platform == "win32":
        return ""
    pid = os.getppid()
    names = _names_from_ps() if not Path("/proc/self/stat").exists() else None
    for _ in range(20):
        name, pid = names.get(pid, ("", 0)) if names is not None else _name_from_proc(pid)
        if name in KNOWN:
            return name
        if pid <= 1:
            break
    return ""


def activations(plan: Plan, folder: str, shell: str | None = None) -> tuple[Activation, ...]:
    """Return how to activate the environment of a plan, for the user's ``shell`` first.

    ``folder`` is the environment's path as the user should type it. Empty if there is no
    environment, or it needs no activation. Source: the documentation of Python's ``venv``.
    """
    if not plan.environment or plan.usage:
        return ()
    if plan.system == "windows":
        scripts = PureWindowsPath(folder) / "Scripts"
        quoted = str(scripts / "Activate.ps1").replace("'", "''")
        return (
            Activation("PowerShell", f"& '{quoted}'"),
            Activation("cmd", f'"{scripts / "activate.bat"}"'),
        )
    shell = own_shell() if shell is None else shell
    usual = (_activation("bash", folder), _activation("fish", folder))
    first = _activation(shell, folder) if shell else usual[0]
    return tuple(dict.fromkeys((first, *usual)))


def _activation(shell: str, folder: str) -> Activation:
    script = f"{folder}/bin/activate"
    if shell == "fish":
        return Activation("fish", f"source {_quote_for_fish(script + '.fish')}")
    if shell in ("csh", "tcsh"):
        return Activation("csh, tcsh", f"source {shlex.quote(script + '.csh')}")
    if shell == "pwsh":
        # uv writes the name in small letters, Python's venv does not.
        small = Path(f"{folder}/bin/activate.ps1").exists()
        name = f"{folder}/bin/{'activate' if small else 'Activate'}.ps1"
        return Activation("PowerShell", f"& '{name}'".replace("''", "'"))
    if shell in POSIX and shell not in ("bash", "zsh"):
        return Activation("sh", f". {shlex.quote(script)}")
    return Activation("bash, zsh", f"source {shlex.quote(script)}")


def _quote_for_fish(path: str) -> str:
    """Quote for fish, where a backslash escapes within single quotes."""
    if shlex.quote(path) == path:
        return path
    escaped = path.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _name_from_proc(pid: int) -> tuple[str, int]:
    """Return the name and the parent of a process; empty and 0 if it is not there any more."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", 0
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return name, int(rest.split()[1])


def _names_from_ps() -> dict[int, tuple[str, int]]:
    """Return the name and the parent of every process; nothing if ``ps`` does not answer."""
    from wizard.programs.processes import ProgramTimeout, ask

    try:
        output = ask(("ps", "-A", "-o", "pid=,ppid=,comm="), timeout=PS_SECONDS).stdout
    except (OSError, ProgramTimeout):
        return {}
    rows = (line.split(None, 2) for line in output.splitlines())
    return {
        int(pid): (name.rpartition("/")[2].lstrip("-"), int(parent))
        for pid, parent, name in (row for row in rows if len(row) == 3)
    }
