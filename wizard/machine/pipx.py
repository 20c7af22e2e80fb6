"""Reads where pipx installs applications, and which ones it has installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

from backends import pipx
from wizard.facts import Pipx, Tool
from wizard.programs.processes import ProgramTimeout, ask


def read(tool: Optional[Tool]) -> Optional[Pipx]:
    """Ask pipx for its folders. None without pipx, or if it does not answer (before 1.1)."""
    if tool is None:
        return None
    command = pipx.environment(tool.path)
    try:
        output = ask(command.argv, env={"LC_ALL": "C"}, timeout=command.timeout)
    except (OSError, ProgramTimeout):
        return None
    folders = pipx.read_environment(output.stdout)
    if output.exit or len(folders) < len(pipx.FOLDERS):
        return None
    environments = Path(folders["environments"])
    return Pipx(
        environments=str(environments),
        commands=folders["commands"],
        on_path=_on_path(folders["commands"]),
        installed=_names(environments),
    )


def _on_path(folder: str) -> bool:
    wanted = os.path.normcase(os.path.realpath(folder))
    return any(
        os.path.normcase(os.path.realpath(entry)) == wanted for entry in os.get_exec_path() if entry
    )


def _names(environments: Path) -> tuple[str, ...]:
    try:
        return tuple(sorted(path.name for path in environments.iterdir() if path.is_dir()))
    except OSError:  # nothing was installed yet, or the folder is not for this user
        return ()
