"""Builds the wizard with its real build backend, and installs what was built. Needs no network."""

from __future__ import annotations

import configparser
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("assets", "backends", "screens", "wizard")
DEBIAN = str(CHECKOUT / "tests" / "machines" / "debian-12.json")
"""A recorded machine."""
SCRIPT = """\
#!{python}
import sys
from {module} import {function}
sys.exit({function}())
"""
"""The console script that installers write."""

MODULES = """\
import importlib, json, pkgutil
from cryptography_wizard import finder
finder.install()
found = {}
for top in sorted(finder.PACKAGES):
    package = importlib.import_module(top)
    found[top] = package.__spec__.origin
    for module in pkgutil.walk_packages(package.__path__, f"{top}."):
        if not module.name.startswith("wizard.target."):
            found[module.name] = importlib.import_module(module.name).__spec__.origin
print(json.dumps(found))
"""
"""Imports all modules of the wizard and says where each was found."""


def build(kind: str, folder: Path, checkout: Path = CHECKOUT) -> Path:
    """Build a ``wheel``, ``wheel:editable`` or ``sdist`` in ``folder`` and return its path."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)],
        cwd=checkout,
        capture_output=True,
        timeout=120,
        check=True,
    )
    (made,) = folder.iterdir()
    return made


@dataclass(frozen=True)
class Environment:
    """A virtual environment with the wizard's dependencies, and perhaps with the wizard."""

    folder: Path

    @property
    def python(self) -> str:
        """Its Python."""
        return str(self.folder / "bin" / "python")

    @property
    def script(self) -> Path:
        """The wizard's console script."""
        return self.folder / "bin" / "cryptography-wizard"

    @property
    def packages(self) -> Path:
        """Its site-packages."""
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found

    @classmethod
    def make(cls, folder: Path) -> Environment:
        """Make one that sees the dependencies that are installed for the tests."""
        venv.create(folder, with_pip=False, symlinks=True)
        made = cls(folder)
        # The .pth files in there have no effect: an editable wizard is not seen.
        dependencies = sysconfig.get_path("purelib")
        (made.packages / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
        return made

    def install(self, wheel: Path) -> None:
        """Install a wheel without data files as an installer does."""
        with zipfile.ZipFile(wheel) as file:
            file.extractall(self.packages)
        (metadata,) = self.packages.glob("*.dist-info")
        points = configparser.ConfigParser()
        points.read(metadata / "entry_points.txt", encoding="utf-8")
        module, function = points["console_scripts"]["cryptography-wizard"].split(":")
        text = SCRIPT.format(python=self.python, module=module, function=function)
        self.script.write_text(text, encoding="utf-8")
        self.script.chmod(0o755)


def run(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end with none of this Python's variables but ``env``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        argv,
        cwd=cwd,
        env={**kept, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
