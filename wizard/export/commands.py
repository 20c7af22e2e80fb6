"""One action as a command that a user can type. It does not depend on planning."""

from __future__ import annotations

from backends.action import Action, Command, SystemUpdate
from wizard.export import powershell, shell
from wizard.facts import Privilege

PREFIXES = ("sudo", "doas")
"""The methods of `Privilege` whose name, before a command, runs it as root."""


def command_text(action: Action, system: str = "linux", privilege: Privilege | None = None) -> str:
    """Return an action as one command to type: on Windows for PowerShell, otherwise for a shell.

    With the user's ``privilege``, a command that needs root begins with ``sudo`` or ``doas`` if the
    user becomes root that way. Without it, the command is what the program gets.
    """
    if system == "windows":
        return powershell.action_text(action)
    if privilege and privilege.method in PREFIXES:
        if isinstance(action, Command) and action.root:
            return shell.command_text(action, root=(privilege.method,))
        if isinstance(action, SystemUpdate):
            return shell.update_text(action, root=(privilege.method,))
    return shell.action_text(action, system)


def prompt(system: str) -> str:
    """Return the prompt that is shown before a command on this system."""
    return "PS>" if system == "windows" else "$"
