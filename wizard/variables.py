"""The variables that a command runs with, on top of those that are there."""

from __future__ import annotations

import os
from collections.abc import Mapping

from backends.action import Command


def lists(command: Command) -> dict[str, tuple[str, ...]]:
    """The folders that the command puts in front of each variable's own, PATH among them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, folder in (*(("PATH", folder) for folder in command.path), *command.lists):
        found[name] = (*found.get(name, ()), folder)
    return found


def given(command: Command, around: Mapping[str, str]) -> dict[str, str]:
    """What the command sets, where ``around`` are the caller's variables.

    Folders come in front of what the command itself sets, else of what the caller has, unless
    the command must not see that. What it must not see at all is ``command.unset``.
    """
    values = dict(command.env)
    for name, folders in lists(command).items():
        usual = os.defpath if name == "PATH" else ""
        there = "" if name in command.unset else around.get(name, usual)
        behind = values.get(name, there)
        values[name] = os.pathsep.join((*folders, *((behind,) if behind else ())))
    return values
