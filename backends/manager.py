"""What every package manager's backend offers, and how the backends are found.

A backend is a module of this folder with an object named ``MANAGER`` that has these methods. All
are pure: a command comes out, or text goes in and facts come out. The wizard runs the commands.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

from backends.action import Command, Output

ProblemKind = Literal[
    "unknown-package", "offline", "locked", "denied", "aborted", "broken", "other"
]


@dataclass(frozen=True)
class Problem:
    """Why a manager's command failed: what kind of failure, and the line that shows it."""

    kind: ProblemKind
    line: str


class PackageManager(Protocol):
    """One package manager."""

    name: str
    """The name in flags and tables: ``apt``."""
    label: str
    """The name for people: ``APT (Debian, Ubuntu)``."""
    programs: tuple[str, ...]
    """Where its program is looked for: names on PATH, or absolute paths, best first."""

    def query(self, names: Sequence[str]) -> Command:
        """Ask which of these packages are installed."""

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        """Read the answer to `query`: the installed ones among ``names``, with versions."""

    def ask_candidates(self, names: Sequence[str]) -> Command:
        """Ask which version of each package would be installed now."""

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        """Read the answer to `ask_candidates`; packages it cannot install are left out."""

    def refresh(self) -> Command:
        """Fetch the newest package lists."""

    def install(self, names: Sequence[str]) -> Command | None:
        """Install all these packages in one call; None where there is nothing to do."""

    def remove(self, names: Sequence[str]) -> Command | None:
        """Remove these packages again; None where there is nothing to do."""

    def explain(self, output: Output) -> Problem | None:
        """Say why a command of this manager failed; None where it did not fail."""


@cache
def managers() -> dict[str, PackageManager]:
    """Every package manager that has a backend in this folder, by name."""
    found: dict[str, PackageManager] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        manager = getattr(importlib.import_module(f"backends.{module.name}"), "MANAGER", None)
        if manager is not None:
            found[manager.name] = manager
    return found
