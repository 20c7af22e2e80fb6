"""The target: which environment gets cryptography, and which Python is in it."""

from __future__ import annotations

import hashlib
import ntpath
import posixpath
from dataclasses import dataclass

from wizard import installed
from wizard.choices import Choices
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Python
from wizard.refused import Refused
from wizard.tables import Release
from wizard.versions import allows, at_least, key

NAME = "cryptography-env"
"""The default name of the folder of a new environment."""
OLDEST_PYTHON = "3.6"
"""The oldest Python that a release since 3.4 runs on (``assets/releases.toml``)."""


@dataclass(frozen=True)
class Target:
    """Where cryptography goes.

    ``python`` describes the interpreter: the environment's own, or for a ``new`` environment the
    one from which it is made. ``folder`` is the environment's folder and ``interpreter`` the path
    of the Python in it.
    """

    python: Python
    folder: str
    new: bool
    interpreter: str


def usable(python: Python) -> bool:
    """Return whether this Python runs and is new enough for any release."""
    return unusable(python) is None


def unusable(python: Python) -> Refused | None:
    """Return why this Python cannot be used, or None if it can."""
    if python.problem:
        return Refused(python.problem)
    if not at_least(python.version, OLDEST_PYTHON):
        return Refused(
            f"Python {python.version} is too old: releases since 3.4 need Python 3.6 or newer."
        )
    return None


def environments(facts: Facts) -> tuple[Python, ...]:
    """Return the Pythons of environments that the user might mean: active, here, or requested."""
    origins = ("asked", "active", "folder")
    return tuple(p for p in facts.pythons if p.environment and p.origin in origins)


def environment_in(facts: Facts, folder: str) -> Python | None:
    """Return the Python of the environment in a folder; None if no environment is there."""
    return next(
        (p for p in facts.pythons if p.environment and same_folder(facts, p.environment, folder)),
        None,
    )


def bases(facts: Facts) -> tuple[Python, ...]:
    """Return the Pythons from which a new environment can be made, best first."""
    outside = tuple(p for p in facts.pythons if not p.environment)
    return outside if any(usable(p) for p in outside) else facts.pythons


def base_of(facts: Facts, python: Python) -> Python | None:
    """Return the Python that the environment of ``python`` was made from; itself if it is in none.

    It may be known by another name (``python3`` for ``python3.11``). None if no new environment can
    be made from it.
    """
    if not python.environment:
        return python if usable(python) else None
    wanted = (python.installation, python.version)
    return next(
        (
            each
            for each in facts.pythons
            if not each.environment
            and usable(each)
            and (each.path == python.base or (each.installation, each.version) == wanted)
        ),
        None,
    )


def recommended_base(facts: Facts, choices: Choices) -> Python | None:
    """Return the Python for a new environment if the user names none; None if none works.

    It is the best one that the project allows. If no Python is allowed, it is the best one, and the
    project is refused.
    """
    working = [python for python in bases(facts) if usable(python)]
    allowed = (python for python in working if project_allows(facts, choices, python))
    return next(allowed, working[0] if working else None)


def project_allows(facts: Facts, choices: Choices, python: Python) -> bool:
    """Return whether the chosen project allows a Python; True without a project."""
    project = facts.project
    if project is None or project.path != choices.project:
        return True
    return allows(project.pythons, python.version)


def default_folder(facts: Facts) -> str:
    """Return the default folder of a new environment.

    It is in the working folder or, if that is a clone of the wizard or a service such as iCloud
    keeps it, in the home folder. If something else has its name, it gets a number.
    """
    kept = any(space.cloud for space in facts.spaces if space.folder == facts.folder)
    outside = (kept or facts.in_wizards_clone) and facts.home
    folder = facts.home if outside else facts.folder
    first = path_rules(facts).join(folder, NAME) if folder else NAME
    found, number = first, 1
    while any(same_folder(facts, found, other) for other in facts.occupied):
        number += 1
        found = f"{first}-{number}"
    return found


def same_folder(facts: Facts, one: str, other: str) -> bool:
    """Return whether two paths name the same folder, judging only by their text."""
    rules = path_rules(facts)
    names = [rules.normcase(rules.normpath(path)) for path in (one, other)]
    if facts.spaces and all(space.ignores_case for space in facts.spaces):
        names = [name.casefold() for name in names]
    return bool(names[0] == names[1])


def find_target(facts: Facts, choices: Choices) -> Target:
    """Return the target of these choices; for a wheelhouse, the first of `find_targets`.

    Raises BadRequest if a requested Python cannot be used, and Impossible if this machine has no
    usable Python.
    """
    if choices.wheelhouse:
        return find_targets(facts, choices)[0]
    target = _find_environment(facts, choices)
    return _beside(facts, target) if choices.dependents == "new" and not target.new else target


def application(facts: Facts) -> str:
    """Return the name under which pipx installs what the project names; empty without one."""
    project = facts.project
    if project is None or project.kind != "requirement" or not project.requirements:
        return ""
    return installed.split(project.requirements[0])[0]


def _find_environment(facts: Facts, choices: Choices) -> Target:
    if choices.installer == "pipx":
        name = application(facts)
        where = path_rules(facts).join(facts.pipx.environments, name) if facts.pipx else ""
        return _new_environment(facts, choices, where if name else "")
    if choices.venv:
        python = environment_in(facts, choices.venv)
        if python is not None:
            return _existing_target(_require_usable(python))
        return _new_environment(facts, choices, choices.venv)
    if choices.python:
        python = _requested_python(facts, choices.python)
        return (
            _existing_target(python) if python.environment else _new_environment(facts, choices, "")
        )
    for python in environments(facts):
        if usable(python) and (
            python.origin == "active"
            or same_folder(facts, python.environment, default_folder(facts))
        ):
            return _existing_target(python)
    return _new_environment(facts, choices, "")


def _beside(facts: Facts, target: Target) -> Target:
    """Return a new environment beside an existing one, with the same Python."""
    taken = [python.environment for python in facts.pythons if python.environment]
    number = 2
    while any(same_folder(facts, f"{target.folder}-{number}", folder) for folder in taken):
        number += 1
    base = facts.python(target.python.base)
    python = base if base is not None and usable(base) else target.python
    return _new_target(facts, python, f"{target.folder}-{number}")


def find_targets(facts: Facts, choices: Choices) -> tuple[Target, ...]:
    """Return the Pythons of a wheelhouse, the oldest first, each with a working folder.

    Raises the errors of `find_target`, and BadRequest if one wheelhouse cannot support all of them.
    """
    names = choices.targets.split(",") if choices.targets else []
    requested = [_find_python(facts, name) for name in names] or [_base_python(facts, choices)]
    pythons = {python.label: python for python in requested}
    kinds = {(p.machine, p.bits, p.libc) for p in pythons.values()}
    if len(kinds) > 1:
        kind = ", ".join(sorted(f"{p.path} is for {_computer_kind(p)}" for p in pythons.values()))
        raise BadRequest(
            "The targets are for different kinds of computers.",
            shown=kind,
            hints=("Make a wheelhouse for each kind.",),
        )
    ordered = sorted(
        pythons.values(),
        key=lambda p: (p.implementation != "cpython", p.free_threaded, key(p.version)),
    )
    folder = work_folder(facts, choices)
    return tuple(
        _new_target(facts, python, path_rules(facts).join(folder, python.label))
        for python in ordered
    )


def work_folder(facts: Facts, choices: Choices) -> str:
    """Return the folder in the wizard's cache in which a wheelhouse is made and tested."""
    name = hashlib.sha256(choices.wheelhouse.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return str(path_rules(facts).join(facts.cache or facts.folder, "wheelhouse", name))


def shares_wheel(one: Python, other: Python, row: Release) -> bool:
    """Return whether a wheel built with ``one`` also works with ``other``.

    maturin tags it with Python's stable ABI (abi3), which newer Pythons keep; PyPy and
    free-threaded Pythons have their own ABI. setuptools tags it with the Python that built it
    (measured: ``cp311-cp311``), whatever it contains.
    """
    stable_abi = all(p.implementation == "cpython" and not p.free_threaded for p in (one, other))
    return row.build_backend == "maturin" and stable_abi and at_least(other.version, one.version)


def _computer_kind(python: Python) -> str:
    return " ".join(filter(None, (f"{python.bits}-bit {python.machine}", python.libc)))


def _find_python(facts: Facts, name: str) -> Python:
    """Return the Python with this version or path. Raises BadRequest if there is none."""
    if path_rules(facts).isabs(name):
        return _requested_python(facts, name, "--targets")
    working = [python for python in bases(facts) if usable(python)]
    for python in working:
        full = python.label.replace(python.minor, python.version)
        if name in (python.label, full):
            return python
    raise BadRequest(
        f"This machine has no working Python {name}.",
        shown=", ".join(f"{python.version} ({python.path})" for python in working),
        why="A wheelhouse is tested with each of its Pythons.",
        hints=("Remove it from --targets, or install that Python first.",),
    )


def _new_environment(facts: Facts, choices: Choices, folder: str) -> Target:
    return _new_target(facts, _base_python(facts, choices), folder or default_folder(facts))


def _new_target(facts: Facts, python: Python, folder: str) -> Target:
    inside = ("Scripts", "python.exe") if facts.system.name == "windows" else ("bin", "python")
    return Target(python, folder, True, path_rules(facts).join(folder, *inside))


def _base_python(facts: Facts, choices: Choices) -> Python:
    if choices.python:
        return _requested_python(facts, choices.python)
    found = recommended_base(facts, choices)
    if found is None:
        refused = ((python, unusable(python)) for python in facts.pythons)
        reasons = [f"{python.path}: {why.reason}" for python, why in refused if why]
        raise Impossible(
            "No Python on this machine can be used.",
            shown="\n".join(reasons[:5]),
            why=f"Releases of cryptography since 3.4 need Python {OLDEST_PYTHON} or newer.",
            hints=("Install a Python from your system's packages, then start again.",),
        )
    return found


def _requested_python(facts: Facts, path: str, flag: str = "--python") -> Python:
    python = facts.python(path)
    if python is None:
        raise BadRequest(
            f"The wizard did not find the Python {path}.",
            shown=f"{flag} {path}",
            hints=tuple(f"Found: {p.path} ({p.version})" for p in facts.pythons if usable(p)),
        )
    return _require_usable(python, flag)


def _require_usable(python: Python, flag: str = "--python") -> Python:
    refused = unusable(python)
    if refused:
        raise BadRequest(
            f"The Python {python.path} cannot be used.",
            why=refused.reason,
            hints=(f"Choose another: {flag} PATH",),
        )
    return python


def _existing_target(python: Python) -> Target:
    return Target(python, python.environment, False, python.path)


def short_name(facts: Facts, path: str) -> str:
    """Return a path as a sentence names it: relative to the current folder or the home folder.

    It stays whole elsewhere, and on Windows, whose cmd has no name for the home folder.
    """
    separator = path_rules(facts).sep
    starts = [(facts.folder, "."), (facts.home, "~")]
    if facts.system.name == "windows":
        starts.pop()
    elif facts.folder == facts.home:
        starts.reverse()
    for folder, sign in starts:
        start = f"{folder.rstrip(separator)}{separator}"
        if start != separator and path.startswith(start):
            return f"{sign}{separator}{path[len(start) :]}"
    return path


def path_rules(facts: Facts):  # type: ignore[no-untyped-def] # posixpath and ntpath share no type
    """Return the path rules of that machine: `posixpath` or `ntpath`."""
    return ntpath if facts.system.name == "windows" else posixpath
