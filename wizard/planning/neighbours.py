"""The other packages in an environment: what changes with cryptography, and how to undo it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from backends.action import Prove, RecordPackages
from wizard import installed
from wizard.facts import Installed
from wizard.method import compiles
from wizard.needs import release_limits, requirements
from wizard.needs.case import Case
from wizard.plan import Step
from wizard.target_environment import path_rules
from wizard.wording import joined

RECORD = "packages-before"
"""The id of the step that records which packages work."""
FILE = "cryptography-wizard-before.json"
"""The name of its file, in the folder of the environment."""
_CHANGING = ("install", "build", "project")
"""The roles of the steps that change packages."""
MOST_NOTES = 3
"""How many packages that were already broken are named in the notes."""


@dataclass(frozen=True)
class Before:
    """What an installation may change in an environment.

    ``versions`` are the requirements that put back what was there (``cffi==1.17.1``), ``missing``
    the names of what was not there. cryptography itself is always among the latter, because it is
    removed first.
    """

    versions: tuple[str, ...]
    missing: tuple[str, ...]


def before(case: Case) -> Before:
    """Return what the installation of the chosen release may change.

    That is cryptography and what it needs; if packages are upgraded with it, any package.
    """
    python = case.target.python
    own = (f"cryptography=={python.cryptography}",) if python.cryptography else ()
    if python.packages is None:  # not known: an older file of facts
        return Before(own, ("cryptography",))
    packages = {
        installed.normalized(package.name): package
        for package in python.packages
        if package.origin != "outside"  # they are seen again when the others are removed
    }
    if "cryptography" not in packages:
        own = ()
    moved = _moved(case)
    kept = packages if case.upgraded else {name: packages[name] for name in moved & packages.keys()}
    versions = tuple(
        f"{package.name}=={package.version}"
        for name, package in kept.items()
        if package.origin == "index" and name not in ("cryptography", "pip")
    )
    missing = tuple(sorted(moved - packages.keys() - {"cryptography"}))
    return Before((*own, *versions), ("cryptography", *missing))


def upgrades(case: Case) -> tuple[str, ...]:
    """Return the requirements that are installed together with cryptography.

    For each package that does not allow the release, a newer version. Those that need one of them,
    or cryptography, are named too, so that the installer only chooses what they allow. What is
    already broken is not named: no version might be possible.
    """
    packages = case.target.python.packages or ()
    names = {installed.normalized(limit.package) for limit in case.upgraded}
    if not names:
        return ()
    broken = {conflict.key[0] for conflict in installed.conflicts(packages)}
    newer = [_requirement(p, ">") for p in packages if installed.normalized(p.name) in names]
    others = [
        _requirement(package, ">=")
        for package in installed.dependents(packages, names | _moved(case))
        if installed.normalized(package.name) not in names | broken | _moved(case)
    ]
    return (*newer, *others)


def reinstalls(case: Case) -> bool:
    """Return whether the same version is replaced. Without an option, pip would do nothing.

    For a project, nothing needs to be done if it is already there.
    """
    choices, python = case.choices, case.target.python
    now = "" if case.target.new else python.cryptography
    incomplete = requirements.is_incomplete(python.packages or ())
    if now == choices.release and python.is_damaged and not case.upgraded:
        return True
    if now != choices.release or case.upgraded or incomplete:
        return False
    return case.project is None or bool(choices.reinstall) or compiles(choices.method)


def repaired(case: Case) -> tuple[str, ...]:
    """Return what is replaced with cryptography if it is installed again, in its version.

    That is cffi, which cryptography cannot work without, if the user wants it, and what is damaged.
    What is missing is installed with it.
    """
    if not reinstalls(case) or case.choices.from_wheelhouse:
        return ()
    names = ("cffi",) if case.choices.reinstall else ()
    packages = case.target.python.packages or ()
    owners = ("cryptography", "cffi") if case.target.python.is_damaged else ()
    missing = (
        conflict.requirement
        for conflict in installed.conflicts(packages)
        if conflict.key[0] in owners and not conflict.found
    )
    again = (
        f"{package.name}=={package.version}"
        for package in packages
        if (package.damaged or installed.normalized(package.name) in names)
        and installed.normalized(package.name) != "cryptography"
        and package.origin == "index"
    )
    return (*again, *missing)


def watched(case: Case, steps: tuple[Step, ...], proof: Prove) -> tuple[tuple[Step, ...], Prove]:
    """Return the steps and the proof of a plan, so that they also watch the other packages.

    Before anything is changed, a step records which of them work. The proof compares. In a new
    environment, all packages of a project must work.
    """
    target = case.target
    if target.new:
        return steps, replace(proof, whole=case.project is not None)
    packages = target.python.packages or ()
    others = [
        package
        for package in installed.dependents(packages, _moved(case))
        if installed.normalized(package.name) not in _moved(case)
    ]
    if not others and case.project is None:
        return steps, proof
    file = path_rules(case.facts).join(target.folder, FILE)
    modules = tuple((p.name, module) for p in packages for module in p.modules)
    record = Step(
        RECORD,
        "Record which other packages work now",
        f"{_named(others)}The proof compares with this.",
        RecordPackages(target.interpreter, file, modules),
        role="preparation",
    )
    steps = tuple(
        replace(step, needs=(*step.needs, RECORD)) if step.role in _CHANGING else step
        for step in steps
    )
    broken = case.broken_by(case.release) if case.choices.dependents == "ignore" else ()
    accepted = tuple(dict.fromkeys(installed.normalized(limit.package) for limit in broken))
    return (record, *steps), replace(proof, packages=file, accepted=accepted)


def notes(case: Case) -> tuple[str, ...]:
    """Return the notes about the other packages."""
    target = case.target
    if target.new or case.choices.wheelhouse:
        return ()
    found = []
    damaged = [package.name for package in target.python.packages or () if package.damaged]
    if damaged:
        found.append(
            f"Files of {joined(damaged)} are missing there: an installation was cut off. They are "
            "installed again."
        )
    if case.is_there:
        found.append(
            f"cryptography {case.choices.release} is already installed there, so it is only "
            "proved. To install it again: --reinstall"
        )
    broken = case.broken_by(case.release)
    sentences = " ".join(dict.fromkeys(map(release_limits.sentence, case.upgraded or broken)))
    affected = tuple(dict.fromkeys(limit.package for limit in case.upgraded or broken))
    if case.upgraded:
        are = "are" if len(affected) > 1 else "is"
        found.append(f"{sentences} Therefore {joined(affected)} {are} upgraded too.")
    elif broken:
        found.append(f"{sentences} This breaks {joined(affected)}, as you requested.")
    conflicts = installed.conflicts(target.python.packages or ())
    now = [conflict.sentence for conflict in conflicts]
    if now:
        more = f" There are {len(now) - MOST_NOTES} more." if len(now) > MOST_NOTES else ""
        found.append(f"Already broken there: {' '.join(now[:MOST_NOTES])}{more}")
    return tuple(found)


def _moved(case: Case) -> set[str]:
    """Return the normalized names of what installing cryptography itself may change."""
    needed = requirements.of_release(case.release_row(case.release), case.target.python)
    names = (installed.split(requirement)[0] for requirement in needed)
    return {requirements.CRYPTOGRAPHY, *names, *requirements.FURTHER}


def _requirement(package: Installed, operator: str) -> str:
    from packaging.version import InvalidVersion, Version  # slow to import

    version = package.version.partition("+")[0]  # a comparison allows no local version
    try:
        Version(version)
    except InvalidVersion:  # an old installer accepted it, and nothing can be compared with it
        return package.name
    return f"{package.name}{operator}{version}"


def _named(packages: Iterable[Installed]) -> str:
    """Return who depends on what changes, as a sentence; empty if no package does."""
    labels = [package.label for package in packages]
    named, count = labels[:MOST_NOTES], len(labels) - MOST_NOTES
    verb = "depends" if len(labels) == 1 else "depend"
    names = joined([*named, *([f"{count} more"] if count > 0 else [])])
    return names and f"{names} {verb} on cryptography, or on what it needs. "
