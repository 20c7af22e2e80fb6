"""Architectures on one machine: of Rust, of package managers, of the terminal.

The names are those of Pythons (``x86_64``, ``arm64``, ``aarch64``, ``x86``). On a Mac with Apple
silicon, programs for both architectures may be installed side by side, and Rosetta runs those for
Intel. Everything that is linked together must have one architecture.
"""

from __future__ import annotations

import posixpath
import re

from wizard import invocation
from wizard.facts import Facts, Manager, Python
from wizard.tables import Packages

ARCH = "/usr/bin/arch"
"""The program of macOS that starts another program as one of its architectures: ``man arch``."""


def of_triple(triple: str) -> str:
    """Return the architecture of a Rust triple: ``arm64`` for ``aarch64-apple-darwin``.

    Rust names processors as Linux does; Python has other names for some on macOS and Windows.
    """
    machine, _, rest = triple.partition("-")
    if machine == "aarch64" and ("apple" in rest or "windows" in rest):
        return "arm64"
    if "windows" in rest and re.fullmatch(r"i[3-6]86", machine):
        return "x86"
    return machine


def of_folder(names: Packages, program: str) -> str:
    """Return the architecture of a manager's packages on a Mac, from the path of its program.

    Empty if its folder does not show it.
    """
    root = posixpath.dirname(posixpath.dirname(program))
    return dict(names.architectures).get(root, "")


def of_manager(facts: Facts, manager: Manager) -> str:
    """Return the architecture of a manager's packages: the machine's if nothing else is known."""
    return manager.machine or facts.system.machine


def differs(facts: Facts, python: Python, machine: str) -> bool:
    """Return whether ``machine`` is known to be another architecture than that of this Python.

    Only macOS and Windows run programs of several architectures. Elsewhere, the names differ even
    for one: Rust's ``armv7`` is ``armv7l``, and its ``aarch64`` is ``arm64`` on FreeBSD.
    """
    own = {"AMD64": "x86_64"}.get(python.machine, python.machine)
    return facts.system.name in ("macos", "windows") and bool(machine and own) and machine != own


def start_as(facts: Facts, python: Python, machine: str) -> str:
    """Return the command that starts the wizard with this Python as ``machine``; empty if it
    cannot run so.

    A universal Python has both architectures. It runs as that of the terminal, which ``arch``
    changes for one command (``man arch``).
    """
    both = python.platform.endswith("universal2") and facts.system.machine == "arm64"
    return f"{ARCH} -{machine} {invocation.command()}" if both and python.machine != machine else ""


def prefix(facts: Facts, machine: str) -> tuple[str, ...]:
    """Return the words before a program that must run as ``machine`` here; empty if it does anyway.

    Homebrew installs nothing if its folder is for the other architecture (``check_prefix`` in
    ``Library/Homebrew/extend/os/mac/install.rb`` of Homebrew/brew): “Cannot install under Rosetta 2
    in ARM default prefix (/opt/homebrew)! To rerun under ARM use: arch -arm64 brew install ...”,
    “Cannot install in Homebrew on ARM processor in Intel default prefix (/usr/local)!”.
    """
    system, terminal = facts.system, facts.terminal.machine or facts.system.machine
    if (system.name, system.machine) != ("macos", "arm64"):
        return ()  # only Apple silicon runs both
    return () if machine in ("", terminal) else (ARCH, f"-{machine}")
