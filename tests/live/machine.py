"""What this machine has for the live tests: its Pythons, and PATHs that lack something."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
"""The folder that the wizard itself is run from."""
VERSIONS = ("3.6", "3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
"""The Pythons that the wizard has to serve, as far as they are here."""


def find(version: str) -> str:
    """The program of this Python (``3.11``), no shim; empty if there is none."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    if found:
        return str(found[-1])
    on_path = shutil.which(f"python{version}") or ""
    return "" if "shims" in Path(on_path).parts else on_path


def need(version: str) -> str:
    """The program of this Python; skips the test if there is none."""
    found = find(version)
    if not found:
        pytest.skip(f"Python {version} is not on this machine")
    return found


def newest() -> str:
    """The program of the newest Python here; skips the test if there is none."""
    found = next(filter(None, map(find, reversed(VERSIONS))), "")
    if not found:
        pytest.skip(f"none of Python {', '.join(VERSIONS)} is on this machine")
    return found


def uv() -> str:
    """The program uv: the one on PATH, else the one that the tests install."""
    return shutil.which("uv") or str(Path(sys.executable).with_name("uv"))


def index() -> str:
    """The address of the index that pip uses."""
    done = subprocess.run(
        (
            *(newest(), "-c"),
            "from pip._internal.models.index import PyPI; print(PyPI.simple_url)",
        ),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout.strip() + "/"


def path_with(program: str, folder: Path) -> str:
    """PATH with this program and nothing else from its folder in front."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / Path(program).name
    if not link.exists():
        link.symlink_to(program)
    return os.pathsep.join((str(folder), *os.get_exec_path()))


def path_without(program: str, folder: Path) -> str:
    """PATH without this program: each folder that has it is stood for by links to all else.

    The links are made below ``folder``.
    """
    places = []
    for number, place in enumerate(os.get_exec_path()):
        if not Path(place, program).exists():
            places.append(place)
            continue
        others = folder / f"without-{program}-{number}"
        others.mkdir(parents=True)
        for entry in Path(place).iterdir():
            # uv has a brother, uvx; a shim is a link to what it stands for and works by its name.
            if not entry.name.startswith(program):
                (others / entry.name).symlink_to(entry)
        places.append(str(others))
    return os.pathsep.join(places)


def carrying(variable: str) -> tuple[int, ...]:
    """The processes that inherited this ``NAME=value`` in their environment, apart from zombies."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            if variable.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:  # it ended since, or it is the kernel's
            continue
    return tuple(found)


def left_of(variable: str, but: Collection[int] = (), seconds: float = 3.0) -> tuple[int, ...]:
    """Return those of `carrying` that still run after ``seconds``, apart from ``but``.

    The guardian ends a moment after the wizard.
    """
    limit = time.monotonic() + seconds
    while (left := tuple(set(carrying(variable)) - set(but))) and time.monotonic() < limit:
        time.sleep(0.05)
    return left


def name_of(pid: int) -> str:
    """What program a process runs; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    except OSError:
        return ""
