"""One action as a command that a user can type. It does not depend on planning."""

from __future__ import annotations

from backends.action import Action
from wizard.export import powershell, shell


def command_text(action: Action, system: str = "linux") -> str:
    """Return an action as one command to type: on Windows for PowerShell, otherwise for a shell."""
    if system == "windows":
        return powershell.action_text(action)
    return shell.action_text(action, system)


def prompt(system: str) -> str:
    """Return the prompt that is shown before a command on this system."""
    return "PS>" if system == "windows" else "$"
