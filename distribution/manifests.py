"""Fills in Homebrew's formula and winget's manifests, and makes the programs that winget installs.

A program for Windows is the launcher that pip also uses for its scripts, from distlib, with the one
file behind it: it starts Python, which reads the zip file from its end.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from distribution.pyz import CHECKOUT, SHEBANG
from wizard import __version__

TEMPLATES = CHECKOUT / "packaging"
FILLED = ("homebrew", "winget")
"""The folders of templates. The files of the others are part of a release as they are."""
SCRIPTS = ("install.sh", "install.ps1")
LAUNCHERS = {"x64": "t64.exe", "arm64": "t64-arm.exe"}
"""distlib's launcher for a terminal, by winget's names of architectures."""
LAUNCHED_BY = b"#!/usr/bin/env py\n"
"""What the launcher looks for in PATH: the launcher of python.org, which finds a Python."""
_PLACE = re.compile(r"@([A-Z0-9_]+)@")


@dataclass(frozen=True)
class Release:
    """What the templates say about a release: its version, and the SHA-256 of its programs."""

    version: str
    pyz_sha256: str
    x64_sha256: str
    arm64_sha256: str

    def filled(self, template: str) -> str:
        """Return the template with its words in ``@…@`` replaced. Raises KeyError for another."""
        values = {name.upper(): value for name, value in vars(self).items()}
        return _PLACE.sub(lambda match: values[match[1]], template)


def write(folder: Path, program: Path) -> None:
    """Add everything to a release that follows from the one file, ``program``."""
    launched = {name: launcher(folder, program, name) for name in LAUNCHERS}
    sums = {f"{name}_sha256": _sum(path) for name, path in launched.items()}
    release = Release(__version__, _sum(program), **sums)
    for kind in FILLED:
        target = folder / kind
        target.mkdir()
        for template in sorted((TEMPLATES / kind).iterdir()):
            text = release.filled(template.read_text(encoding="utf-8"))
            (target / template.name).write_text(text, encoding="utf-8", newline="\n")
    for script in SCRIPTS:
        shutil.copy(TEMPLATES / script, folder / script)


def launcher(folder: Path, program: Path, architecture: str) -> Path:
    """Make the program for Windows on this architecture, and return its path."""
    code = importlib.resources.files("distlib").joinpath(LAUNCHERS[architecture]).read_bytes()
    zipped = program.read_bytes()
    if not zipped.startswith(SHEBANG):
        raise AssertionError(f"{program} does not begin as distribution.pyz has written it")
    made = folder / f"{program.stem}-{architecture}.exe"
    made.write_bytes(code + LAUNCHED_BY + zipped[len(SHEBANG) :])
    return made


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
