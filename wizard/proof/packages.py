"""Whether the other packages of an environment work: before an installation, and after it.

A package works if its requirements are satisfied, as ``pip check`` sees it, and, if it depends
directly on cryptography, if its modules can be imported. Each is imported in a separate process.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wizard import installed
from wizard.codec import from_json, to_json
from wizard.errors import WizardError
from wizard.facts import Installed
from wizard.programs.processes import ProgramTimeout, ask
from wizard.programs.target_scripts import target_script
from wizard.proof.verify import Check, Report

IMPORT_SECONDS = 30.0
"""The longest time that the modules of one package may take. certbot's need 0.5."""
READ_SECONDS = 60.0
"""The longest time that reading the metadata may take. 300 packages need 0.2."""
CHECK = "packages"
"""The name of the checks of this module."""
PROJECT_HINTS = (
    "Limit the package that does not work to a version that does, in the project's requirements.",
)
"""What a user can do about packages of a project that do not work together."""
_UNREADABLE = "The packages in the environment could not be read."


@dataclass(frozen=True)
class Fault:
    """Something about a package that does not work.

    ``package`` is its normalized name, ``about`` the name of a requirement, or empty for an import;
    together they identify it, because versions change. ``text`` is a sentence.
    """

    package: str
    about: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """What stays the same if the package is upgraded."""
        return self.package, self.about


@dataclass(frozen=True)
class Recorded:
    """What was found in the environment of ``python``.

    ``release`` is the installed cryptography, or empty. ``modules`` are the (package, module) pairs
    that were imported, ``faults`` what does not work, and ``skipped`` the packages for which there
    was no time.
    """

    python: str
    release: str
    modules: tuple[tuple[str, str], ...]
    faults: tuple[Fault, ...]
    skipped: tuple[str, ...] = ()
    timeout: float = 120.0

    @property
    def sentences(self) -> tuple[str, ...]:
        """What was found, as sentences."""
        names = dict.fromkeys(package for package, _module in self.modules)
        skipped = tuple(f"There was no time to import {name}." for name in self.skipped)
        faulty = {fault.package for fault in self.faults}
        working = [name for name in names if installed.normalized(name) not in faulty]
        works = tuple(f"{name} works." for name in working if name not in self.skipped)
        return (*works, *(fault.text for fault in self.faults), *skipped)


def record(python: str, modules: tuple[tuple[str, str], ...], timeout: float) -> Recorded:
    """Find out what works in the environment of ``python``: ``modules`` are imported.

    ``timeout`` is in seconds, for all imports. Raises the errors of `read`.
    """
    packages = read(python)
    faults = [Fault(*conflict.key, conflict.sentence) for conflict in installed.conflicts(packages)]
    versions = installed.versions(packages)
    skipped: list[str] = []
    deadline = time.monotonic() + timeout
    for package in dict.fromkeys(name for name, _module in modules):
        name = installed.normalized(package)
        if name not in versions:
            faults.append(Fault(name, "", f"{package} is not installed any more."))
            continue
        seconds = min(IMPORT_SECONDS, deadline - time.monotonic())
        if seconds <= 0:
            skipped.append(package)
            continue
        wanted = tuple(module for owner, module in modules if owner == package)
        problem = _import(python, wanted, seconds)
        if problem:
            faults.append(Fault(name, "", f"{package} {versions[name]} does not work: {problem}"))
    release = versions.get("cryptography", "")
    return Recorded(python, release, modules, tuple(faults), tuple(skipped), timeout)


def read(python: str) -> tuple[Installed, ...]:
    """Return the packages in the environment of ``python``.

    Raises OSError if it cannot be started, and WizardError if it cannot describe its packages.
    """
    with target_script("describe.py") as script:
        try:
            output = ask((python, "-B", str(script), "packages"), timeout=READ_SECONDS)
        except ProgramTimeout as error:
            raise WizardError(_UNREADABLE, shown=str(error)) from None
    for line in reversed(output.stdout.splitlines()):
        if line.startswith("{"):
            described = json.loads(line)
            if described.get("packages"):
                return installed.parse(described["packages"])
            raise WizardError(_UNREADABLE, shown=str(described.get("errors")))
    raise WizardError(_UNREADABLE, shown=output.stderr.strip())


def save(recorded: Recorded, file: Path) -> None:
    """Write what was found. Raises OSError."""
    file.write_text(to_json(recorded), encoding="utf-8")


def load(file: Path) -> Recorded:
    """Read what `save` wrote. Raises OSError, and BadRequest if it is something else."""
    return from_json(Recorded, file.read_text(encoding="utf-8"), source=str(file))


def compared(report: Report, before: Recorded, accepted: tuple[str, ...]) -> Report:
    """Return the report with what became of the other packages.

    What does not work now is a problem, unless it is one of the ``accepted`` packages (normalized
    names), or did not work before: that is a warning. Packages that are new and depend on
    cryptography must work too. Raises the errors of `record`.
    """
    new = ((p.name, module) for p in read(before.python) for module in p.modules)
    modules = tuple(dict.fromkeys((*before.modules, *new)))
    after = record(before.python, modules, before.timeout)
    broken = {fault.key for fault in before.faults}
    unknown = {installed.normalized(name) for name in before.skipped}
    problems: list[str] = []
    checks: list[Check] = []
    for fault in after.faults:
        is_import_of_unknown = fault.package in unknown and not fault.about
        if fault.key in broken:
            checks.append(Check("warning", True, f"It was broken before: {fault.text}"))
        elif fault.package in accepted or is_import_of_unknown:
            checks.append(Check("warning", True, fault.text))
        else:
            checks.append(Check(CHECK, False, fault.text))
            problems.append(f"{CHECK}: {fault.text}")
    if not problems:
        checks.append(Check(CHECK, True, _still_working(after)))
    return replace(
        report,
        ok=report.ok and not problems,
        checks=(*report.checks, *checks),
        problems=(*report.problems, *problems),
    )


def checked(report: Report, python: str) -> Report:
    """Return the report with every package of a new environment: all of them must work."""
    return compared(report, Recorded(python, "", (), ()), ())


def hints(before: Recorded) -> tuple[str, ...]:
    """Return what a user can do about packages that an installation broke."""
    upgrade = "Upgrade these packages, or remove them if you do not need them."
    if not before.release:
        return (upgrade,)
    return (upgrade, f"Or install the earlier release again: --release {before.release}")


def _still_working(after: Recorded) -> str:
    faulty = {fault.package for fault in after.faults}
    names = dict.fromkeys(package for package, _module in after.modules)
    working = [name for name in names if installed.normalized(name) not in faulty]
    if not working:
        return "no other package is broken by it"
    return f"{', '.join(working)} can be imported, and no package is broken by it"


def _import(python: str, modules: tuple[str, ...], seconds: float) -> str:
    """Import modules in one process; return why that fails, or empty."""
    with target_script("imports.py") as script:
        try:
            argv = (python, "-B", str(script), str(seconds * 0.9), *modules)
            output = ask(argv, timeout=seconds)
        except ProgramTimeout:
            return f"import {', '.join(modules)} did not end within {seconds:.0f} s."
    if output.exit == 0:
        return ""
    return next(_reasons(output.stderr), f"import {modules[0]} ended with {output.exit}.")


def _reasons(stderr: str) -> Iterator[str]:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    yield from (line for line in reversed(lines) if line.startswith("import "))
    if any(line.startswith("Timeout (") for line in lines):
        yield "its import hung and was stopped."
    yield from reversed(lines[-1:])
