"""The interface of every package manager's backend, and how the backends are found.

A backend is a module in this folder with an object named ``MANAGER`` that has these methods. All
are pure: they return a command, or read text and return facts. The wizard runs the commands.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Protocol, cast

import backends
from backends.action import Command, Output

ProblemKind = Literal[
    "unknown-package", "offline", "locked", "denied", "aborted", "removes", "broken", "other"
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
    """The display name: ``APT (Debian, Ubuntu)``."""
    programs: tuple[str, ...]
    """Where to look for its program: names on PATH, or absolute paths, best first.

    The first is the name with which its commands begin; see `with_program_path`.
    """
    aliases: tuple[str, ...]
    """Other names that users may type for it: ``aptitude``."""
    manual_install: tuple[str, ...]
    """The command that users type before a package's name to install it: ``apt-get install``."""
    yields_to: str
    """The name of the manager that is used instead if both are installed; or empty."""
    prefixes: tuple[str, ...]
    """The folders that it installs into, each with a ``bin``; empty: the system's own."""
    owned: tuple[str, ...]
    """The beginnings of all paths that belong to it, each with a slash at the end."""
    openssl_headers: tuple[str, ...]
    """The header folders of its OpenSSLs outside the system's folders, as patterns for ``glob``."""

    def query(self, names: Sequence[str]) -> Command:
        """Ask which of these packages are installed."""

    def installed(self, names: Sequence[str], output: Output) -> dict[str, str]:
        """Read the output of `query`: the installed packages among ``names``, with versions."""

    def ask_candidates(self, names: Sequence[str]) -> Command:
        """Ask which version of each package would be installed now."""

    def candidates(self, names: Sequence[str], output: Output) -> dict[str, str]:
        """Read the output of `ask_candidates`; packages that it cannot install are omitted."""

    def ask_removals(self, names: Sequence[str]) -> Command | None:
        """Ask which installed packages would be removed if these were installed.

        It changes nothing and needs no root rights. None if this manager never removes a package to
        install another one.
        """

    def removals(self, output: Output) -> tuple[str, ...]:
        """Read the output of `ask_removals`: the names of the packages that would be removed."""

    def ask_folder(self, name: str) -> Command | None:
        """Ask for the folder of a package, installed or not: it is printed on a separate line.

        None if all packages share the system's folders.
        """

    def refresh(self) -> Command:
        """Update the package lists."""

    def install(self, names: Sequence[str]) -> Command | None:
        """Install all these packages in one call; None if there is nothing to do.

        If the manager has an option for it, it removes no package.
        """

    def remove(self, names: Sequence[str]) -> Command | None:
        """Remove these packages again; None if there is nothing to do."""

    def explain(self, output: Output) -> Problem | None:
        """Return why a command of this manager failed; None if it did not fail."""


def permanent_install(manager: PackageManager, names: Sequence[str]) -> Command | None:
    """Install packages permanently; None if there is nothing to do.

    A backend that marks what it installs, so that `PackageManager.remove` finds it, also has a
    method ``install_permanently``, which marks nothing.
    """
    install: Callable[[Sequence[str]], Command | None]
    install = getattr(manager, "install_permanently", manager.install)
    return install(names)


def replacing_install(manager: PackageManager, names: Sequence[str]) -> Command | None:
    """Install packages, even if others are removed for them; None if there is nothing to do.

    A backend whose `PackageManager.install` refuses that has a method ``install_replacing``.
    """
    install: Callable[[Sequence[str]], Command | None]
    install = getattr(manager, "install_replacing", manager.install)
    return install(names)


def caveat(manager: PackageManager, system: str, machine: str) -> str:
    """Return what users of such a machine must know before they install packages, as sentences.

    Usually empty. A backend that has some to say has a method ``caveat`` with the same arguments:
    ``system`` and ``machine`` are those of `wizard.facts.System`, for the packages.
    """
    say: Callable[[str, str], str] | None = getattr(manager, "caveat", None)
    return say(system, machine) if say else ""


class Inventory(Protocol):
    """A backend that can say what an installation has added, and what a removal would take along.

    Optional: a manager that removes exactly what it added (apk), or refuses to remove what another
    package needs (Homebrew, MacPorts), has no need of it.
    """

    def ask_all(self) -> Command:
        """Ask for the names of all installed packages."""

    def all_installed(self, output: Output) -> frozenset[str]:
        """Read the output of `ask_all`."""

    def ask_removed_with(self, names: Sequence[str]) -> Command:
        """Ask which installed packages would be removed if these were removed.

        It changes nothing and needs no root rights. `PackageManager.removals` reads the output.
        """

    def remove_added(self, names: Sequence[str]) -> Command:
        """Remove packages that were not there before, with their configuration."""


def inventory(manager: PackageManager) -> Inventory | None:
    """Return the manager as an `Inventory`, or None if it is not one."""
    return cast(Inventory, manager) if hasattr(manager, "ask_removed_with") else None


def changes_to_others(manager: PackageManager) -> str:
    """Return what an installation may do to other installed packages, as a sentence for the plan.

    Empty if it only adds packages. A backend whose manager does more has an attribute
    ``changes_to_others``.
    """
    return str(getattr(manager, "changes_to_others", ""))


@dataclass(frozen=True)
class Finishing:
    """How an interrupted installation is found and finished.

    ``journal`` is a folder in which files whose names are numbers are left by it.
    """

    journal: str
    command: Command


def finishing(manager: PackageManager) -> Finishing | None:
    """Return how an interrupted installation is finished; None if that is not needed.

    A backend whose manager installs nothing before that has an attribute ``journal``, and a method
    ``finish``.
    """
    finish: Callable[[], Command] | None = getattr(manager, "finish", None)
    return Finishing(str(getattr(manager, "journal", "")), finish()) if finish else None


SYSTEM_FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
"""Folders that are on every PATH, including root's."""


def with_program_path(
    manager: PackageManager, command: Command, program: str, before: tuple[str, ...] = ()
) -> Command:
    """Return ``command`` with the path where the manager's program was found (``program``).

    Homebrew and MacPorts may not be on PATH, especially not on root's. If every PATH has the
    program, the plain name is kept, because it is easier to read. ``before`` are words that start
    it as one of its architectures.
    """
    name = manager.programs[0]
    if command.argv[0] != name or program in ("", *(f"{f}/{name}" for f in SYSTEM_FOLDERS)):
        return command
    return replace(command, argv=(*before, program, *command.argv[1:]))


def find_problem(
    output: Output,
    kinds: Sequence[tuple[ProblemKind, re.Pattern[str]]],
    error: str,
    program: str,
) -> Problem | None:
    """Return the first of ``kinds`` whose pattern is in the output, with its line.

    None if the command did not fail. If no pattern is found, the kind is ``other``, and the line is
    the first one that begins with ``error``.
    """
    if output.exit == 0:
        return None
    text = f"{output.stdout}\n{output.stderr}"
    for kind, pattern in kinds:
        match = pattern.search(text)
        if match:
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.start())
            return Problem(kind, text[start : end if end >= 0 else None].strip())
    lines = [line for line in text.splitlines() if line.startswith(error)]
    return Problem("other", lines[0] if lines else f"{program} ended with exit {output.exit}")


@cache
def managers() -> dict[str, PackageManager]:
    """Return every package manager that has a backend in this folder, by name."""
    found: dict[str, PackageManager] = {}
    for module in pkgutil.iter_modules(backends.__path__):
        manager = getattr(importlib.import_module(f"backends.{module.name}"), "MANAGER", None)
        if manager is not None:
            found[manager.name] = manager
    return found
