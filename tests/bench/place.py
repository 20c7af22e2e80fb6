"""Where the benchmarks run: an installed wizard, PATHs with and without uv, and this machine."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.timing import NotHere, seconds

CHECKOUT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "NO_COLOR", "ACCESSIBLE", "COLUMNS", "LINES")
"""Variables that would give the wizard or the documented way something else to do."""


@dataclass(frozen=True)
class Place:
    """A folder with the wizard installed in a new environment.

    ``python`` is the Python that everything is made from; ``uv`` the program, empty without one.
    """

    folder: Path
    python: str
    uv: str

    @property
    def own_python(self) -> str:
        """The Python of the wizard's environment."""
        return str(self.folder / "wizard" / "bin" / "python")

    @property
    def wizard(self) -> str:
        """The wizard's console script."""
        return str(self.folder / "wizard" / "bin" / "cryptography-wizard")

    def target(self, name: str) -> Path:
        """A folder that does not exist."""
        folder = self.folder / "targets" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(exist_ok=True)
        return folder

    def environment(self, *, uv: bool) -> dict[str, str]:
        """The variables of everything that is measured.

        PATH has the same Python for all, no script that picks one (pyenv's shims cost each call
        a tenth of a second), and uv itself or none.
        """
        if uv and not self.uv:
            raise NotHere("uv is not installed on this machine.")
        kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        links = self.folder / ("with-uv" if uv else "without-uv")
        others = [f for f in _folders() if not (Path(f, "uv").exists() or _in_environment(f))]
        kept["PATH"] = os.pathsep.join((str(links), *others))
        kept["CRYPTOGRAPHY_WIZARD_STATE"] = str(self.folder / "state")
        return kept


def prepare(folder: Path) -> Place:
    """Install the checkout in ``folder``. Raises Broken if that fails."""
    place = Place(folder, os.path.realpath(sys.executable), real_uv())
    for name in ("with-uv", "without-uv"):
        (folder / name).mkdir()
        (folder / name / "python3").symlink_to(place.python)
    if place.uv:
        (folder / "with-uv" / "uv").symlink_to(place.uv)
    env, log = place.environment(uv=False), folder / "set-up.log"
    made = (place.python, "-m", "venv", str(folder / "wizard"))
    installed = (place.own_python, "-m", "pip", "install", str(CHECKOUT))
    for argv in (made, installed):
        seconds(argv, env, cwd=folder, log=log)
    return place


def real_uv() -> str:
    """The program uv itself, no script that starts it; empty if there is none."""
    beside = Path(os.path.realpath(sys.executable)).parent
    for folder in (*_folders(), str(beside)):
        found = shutil.which("uv", path=folder)
        if found and not _is_script(found):
            return found
    pyenv = shutil.which("pyenv")
    return _answer(pyenv, "which", "uv") if pyenv else ""


def _folders() -> Iterator[str]:
    for folder in dict.fromkeys(os.get_exec_path()):
        if folder and Path(folder).name != "shims" and Path(folder).is_dir():
            yield folder


def _in_environment(folder: str) -> bool:
    return (Path(folder).parent / "pyvenv.cfg").is_file()


def _is_script(path: str) -> bool:
    with Path(path).open("rb") as file:
        return file.read(2) == b"#!"


def _answer(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def description(place: Place) -> list[str]:
    """This machine in a few lines: what the times depend on, and nothing that names it."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    pip = _answer(place.python, "-m", "pip", "--version").split()[1:2]
    uv = _answer(place.uv, "--version").split()[1:2] if place.uv else ["none"]
    return [
        f"{platform.system()} on {platform.machine()}, {_cores()} cores, {memory:.0f} GiB",
        f"Python {platform.python_version()}, pip {' '.join(pip)}, uv {' '.join(uv)}",
        f"Load when it began: {os.getloadavg()[0]:.1f}",
    ]


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Linux only
        return os.cpu_count() or 1
