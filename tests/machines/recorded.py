"""What is set by hand in a recorded machine, and how a machine's file is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from wizard.codec import from_json, to_json
from wizard.facts import SCHEMA, Facts, Manager, Pip, Privilege, Python, Terminal
from wizard.knowledge import load
from wizard.machine import packages

FOLDER = Path(__file__).parent
RECORDED = (
    "debian-11",
    "debian-12",
    "debian-13",
    "debian-13-bare",
    "i686",
    "pep668",
    "pypy",
    "workshop",
)
"""The machines that were recorded; all others are described in ``make.py``."""

INDEX = "https://index.example/simple"
"""Stands for the index that is built into pip, whose name the project does not write."""
KERNELS = {"11": "5.10.0", "12": "6.1.0", "13": "6.12.0"}
"""The kernels that Debian ships; the recordings were made on another."""
SUDO = Privilege("sudo", "/usr/bin/sudo", password=True)
WINDOW = Terminal(interactive=True, type="xterm", columns=80, lines=24, color=True, unicode=True)


def debian_message(minor: str) -> str:
    """What Debian and its children say of their own Python (PEP 668)."""
    return f"""\
To install Python packages system-wide, try apt install
python3-xyz, where xyz is the package you are trying to
install.

If you wish to install a non-Debian-packaged Python package,
create a virtual environment using python3 -m venv path/to/venv.
Then use path/to/venv/bin/python and path/to/venv/bin/pip. Make
sure you have python3-full installed.

If you wish to install a non-Debian packaged Python application,
it may be easiest to use pipx install xyz, which will manage a
virtual environment for you. Make sure you have pipx installed.

See /usr/share/doc/python{minor}/README.venv for more information."""


def tidied(facts: Facts) -> Facts:
    """A recording as it is kept: without the index, at a terminal, with Debian's own kernel."""
    kernel = KERNELS[facts.system.distribution_version]
    return replace(
        facts,
        system=replace(facts.system, release=kernel),
        pythons=tuple(map(_python, facts.pythons)),
        listing=None,
        managers=tuple(_asked(manager, minors(facts.pythons)) for manager in facts.managers),
        privilege=SUDO,
        terminal=WINDOW,
        cache="/home/ada/.cache/cryptography-wizard",
    )


def _python(python: Python) -> Python:
    pip = python.pip
    if pip is None or pip.index is None:
        return python
    return replace(python, pip=Pip(pip.version, pip.tags, replace(pip.index, url=INDEX)))


def _asked(manager: Manager, versions: tuple[str, ...]) -> Manager:
    """Without packages that the manager is no longer asked for."""
    table = next(table for table in load().packages if table.manager == manager.name)
    wanted = packages.package_names(table, versions)
    return replace(manager, packages=tuple(p for p in manager.packages if p.name in wanted))


def minors(pythons: Sequence[Python]) -> tuple[str, ...]:
    """The versions (``3.11``) that a probe would ask a package manager about, newest first."""
    found = {re.match(r"(\d+)\.(\d+)", python.version) for python in pythons}
    numbers = sorted({(int(m[1]), int(m[2])) for m in found if m}, reverse=True)
    return tuple(f"{major}.{minor}" for major, minor in numbers)


def read(name: str) -> Facts:
    """The machine of this name as its file has it."""
    text = (FOLDER / f"{name}.json").read_text(encoding="utf-8")
    return from_json(Facts, text, source=f"{name}.json", schema=SCHEMA)


def text(facts: Facts) -> str:
    """A machine as its file has it."""
    return to_json(facts, indent=1) + "\n"


def write(name: str, facts: Facts) -> None:
    """Write the file of a machine."""
    (FOLDER / f"{name}.json").write_text(text(facts), encoding="utf-8")
