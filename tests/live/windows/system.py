"""Windows, as far as Wine is Windows, with the wizard."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.live.command import Done
from tests.live.roots import Root
from tests.live.windows.wine import DRIVE, PYTHON, VARIABLES, WINE

WORK = "C:\\work"
"""The folder in which programs run."""
WIZARD = (PYTHON, "-m", "cryptography_wizard")


@dataclass(frozen=True)
class Windows:
    """Such a system, in a root.

    Nothing outlives a program here, Wine's server included: each one has a separate namespace.
    """

    root: Root

    def argv(self, *argv: str, env: Mapping[str, str] | None = None) -> list[str]:
        """The command of this machine that runs a program of Linux in there, in `WORK`."""
        there = ("env", "-C", str(self.place()))
        return self.root.argv(*there, *argv, env={**VARIABLES, **(env or {})})

    def run(self, *argv: str, timeout: float = 120, env: Mapping[str, str] | None = None) -> Done:
        """Run a program of Windows to its end, for at most ``timeout`` seconds."""
        there = ("env", "-C", str(self.place()))
        variables = {**VARIABLES, **(env or {})}
        return self.root.run(*there, WINE, *argv, timeout=timeout, env=variables)

    def wizard(
        self, *arguments: str, timeout: float = 300, env: Mapping[str, str] | None = None
    ) -> Done:
        """Run the wizard."""
        return self.run(*WIZARD, *arguments, timeout=timeout, env=env)

    @staticmethod
    def place(name: str = "") -> Path:
        """Where a file of `WORK` is, seen from inside the root."""
        return Path(DRIVE, "work", name)

    def path(self, name: str) -> Path:
        """Where a file of `WORK` is, seen from this machine."""
        return self.root.path(str(self.place(name)))

    def install_wizard(self, wheel: Path) -> None:
        """Install it with pip, as on any Windows: the index has all that it needs."""
        self.path("").mkdir()
        shutil.copyfile(wheel, self.path(wheel.name))
        argv = ("-m", "pip", "install", "--quiet", "--no-warn-script-location", wheel.name)
        done = self.run(PYTHON, *argv, timeout=300)
        assert done.code == 0, done.said
        self.path(wheel.name).unlink()
