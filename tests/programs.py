"""Pretended programs for tests: small scripts in a folder of the test's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest


def program(folder: Path, name: str, body: str) -> str:
    """Write a shell script and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def silent_apt(folder: Path) -> None:
    """Put an apt into the folder that says nothing: a real one reads its lists for seconds."""
    for name in ("apt-get", "apt-cache", "dpkg-query"):
        program(folder, name, "exit 1")


def python(folder: Path, name: str = "python3", body: str = "") -> str:
    """A Python that runs ``body`` in the shell first, and then is this one."""
    return program(folder, name, f'{body}\nexec "{os.path.realpath(sys.executable)}" "$@"')


def small_machine(folder: Path) -> dict[str, str]:
    """Return the variables with which a wizard finds this Python and the system's, and no apt.

    A developer may have a dozen Pythons, each of which takes half a second to describe itself.
    """
    python(folder)
    silent_apt(folder)
    home = str(folder / "home")
    return {
        "PATH": os.pathsep.join([str(folder), "/usr/bin", "/bin"]),
        "HOME": home,
        "PYENV_ROOT": f"{home}/.pyenv",
    }


def only(monkeypatch: pytest.MonkeyPatch, *folders: Path) -> None:
    """Let nothing of the developer's machine be seen but what a shell script needs."""
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"]))
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "CARGO_HOME", "OPENSSL_DIR", "PYTHONPATH"):
        monkeypatch.delenv(name, raising=False)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
