"""What was installed before and after a step: the record with which undo removes only that.

The files are beside the log of the step (``03-packages.before``), so that they are there even if
the run is cut off in the middle of the step.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal, Optional

from backends.action import Command, Output
from backends.manager import inventory, managers, with_program_path
from wizard import locations
from wizard.machine import packages
from wizard.plan import PackagesInstalled, Step
from wizard.programs.processes import ProgramTimeout, ask

When = Literal["before", "after"]
DISTRIBUTIONS_FILE = "distributions.txt"
"""The file in a run's folder with the packages and files that its environment had in the end."""
IDENTITY_FILE = "environment.txt"
"""The file in a run's folder with the `identity` of its environment."""
TIMEOUT = 15.0
"""The time limit of each question to a package manager, in seconds."""


def record(step: Step, log: Path, when: When) -> None:
    """Record all system packages, if the step installs such packages and its manager can list them.

    What cannot be listed is not recorded. Raises OSError if the file cannot be written.
    """
    if not isinstance(step.check, PackagesInstalled):
        return
    if when == "after" and recorded(log, "before") is None:
        return  # it could not be listed before either
    names = installed(step.check.manager)
    if names is not None:
        locations.write_private(_path(log, when), "\n".join(sorted(names)))


def recorded(log: Path, when: When) -> Optional[frozenset[str]]:
    """Return the packages that `record` found, or None if there is no record."""
    try:
        return frozenset(_path(log, when).read_text(encoding="utf-8").split())
    except OSError:
        return None


def installed(manager: str) -> Optional[frozenset[str]]:
    """Return the names of all packages that are installed now, or None if they are unknown."""
    backend = inventory(managers()[manager])
    output = None if backend is None else _ask(manager, backend.ask_all())
    return None if backend is None or output is None else backend.all_installed(output)


def removed_with(manager: str, names: Iterable[str]) -> Optional[frozenset[str]]:
    """Return what would be removed if these packages were removed, or None if it is unknown."""
    backend = managers()[manager]
    can_say = inventory(backend)
    output = None if can_say is None else _ask(manager, can_say.ask_removed_with(sorted(names)))
    return None if output is None else frozenset(backend.removals(output))


def record_begin(environment: Path, run: Path) -> None:
    """Record which environment a run changes now, so that undo recognizes it if the run is killed.

    What is in it is not known until `record_environment`. Raises OSError if it cannot be written.
    """
    found = identity(environment)
    if found:
        (run / DISTRIBUTIONS_FILE).unlink(missing_ok=True)
        locations.write_private(run / IDENTITY_FILE, found)


def record_environment(environment: Path, run: Path) -> None:
    """Record what is in the environment of a run, so that undo recognizes it.

    Does nothing if it does not exist. Raises OSError if the record cannot be written.
    """
    found = identity(environment)
    if found:
        locations.write_private(run / IDENTITY_FILE, found)
        lines = sorted({*distributions(environment), *entries(environment)})
        locations.write_private(run / DISTRIBUTIONS_FILE, "\n".join(lines))


def identity(environment: Path) -> str:
    """Return what distinguishes this environment from another one at its path; empty if none is
    there.

    A copy, a new one and one that a link leads to have other file numbers.
    """
    try:
        folder, file = environment.stat(), (environment / "pyvenv.cfg").stat()
    except OSError:
        return ""
    return f"{folder.st_dev}:{folder.st_ino}:{file.st_ino}:{file.st_mtime_ns}"


def entries(environment: Path) -> frozenset[str]:
    """Return the names in the folder of an environment, each with a slash in front."""
    try:
        return frozenset(f"/{path.name}" for path in environment.iterdir())
    except OSError:
        return frozenset()


def distributions(environment: Path) -> frozenset[str]:
    """Return the Python packages in an environment with their versions: ``cffi-2.0.0``.

    Empty if the folder is no environment.
    """
    return frozenset(
        path.stem
        for folder in site_packages(environment)
        for pattern in ("*.dist-info", "*.egg-info")
        for path in folder.glob(pattern)
    )


def old_files(environment: Path) -> tuple[Path, ...]:
    """Return the folders where pip had put the old files of packages when it was killed."""
    folders = site_packages(environment)
    return tuple(sorted(path for folder in folders for path in folder.glob("~*")))


def site_packages(environment: Path) -> tuple[Path, ...]:
    """Return the folders where an environment may have its packages."""
    found = environment.glob("lib*/*/site-packages")
    # lib64 is often a link to lib.
    own = tuple(path for path in found if not path.parent.parent.is_symlink())
    return (*own, environment / "Lib" / "site-packages")


def _path(log: Path, when: When) -> Path:
    return log.with_suffix(f".{when}")


def _ask(manager: str, command: Command) -> Optional[Output]:
    backend = managers()[manager]
    query = with_program_path(backend, command, packages.program(backend))
    try:
        output = ask(query.argv, env=dict(query.env), timeout=TIMEOUT)
    except (OSError, ProgramTimeout):
        return None  # undo then removes only the packages that the plan names
    return output if output.exit in query.ok else None
