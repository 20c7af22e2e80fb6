"""The names of package managers, as people type them, and the errors for wrong names."""

from __future__ import annotations

from pathlib import PurePath

from backends.manager import managers
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.facts import Facts
from wizard.method import compiles
from wizard.wording import did_you_mean

_LEAVE_OUT = "Omit --manager, and the wizard uses the right one."


def canonical_name(name: str, *, location: str = "") -> str:
    """Return the wizard's name of the package manager that ``name`` means.

    The name of its program means it too (``brew``, ``port``, ``apt-get``), in any case. Raises
    BadRequest for any other name, as `check_name` does.
    """
    plain = name.lower()
    for supported, manager in managers().items():
        if plain in (supported, *(PurePath(program).name for program in manager.programs)):
            return supported
    check_name(name, location=location)
    return name


def check_name(name: str, *, location: str = "") -> None:
    """Raise BadRequest if the wizard does not support a package manager ``name``.

    The error names the nearest supported one. A program that the wizard does not start, such as
    ``aptitude``, gets the name of the manager whose packages it installs. ``location`` is where the
    name was given.
    """
    known = managers()
    if not name or name in known:
        return
    supported = f"The wizard supports: {', '.join(sorted(known))}."
    canonical = _supported_name(name)
    if canonical:
        raise BadRequest(
            f"The wizard calls this package manager {canonical!r}, not {name!r}.",
            shown=location,
            hints=(f"Write {canonical} instead.", supported, _LEAVE_OUT),
        )
    raise BadRequest(
        f"{name!r} is not a package manager that the wizard supports"
        f"{did_you_mean(name.lower(), known, quoted=True)}.",
        shown=location,
        hints=(supported, _LEAVE_OUT),
    )


def check_for_machine(facts: Facts, choices: Choices) -> None:
    """Raise BadRequest if this machine does not use the requested manager.

    Nothing is checked for a method that compiles nothing.
    """
    requested = choices.manager
    installed = sorted({manager.name for manager in facts.managers})
    compiles_nothing = choices.method and not compiles(choices.method)
    if not requested or requested in installed or compiles_nothing:
        return
    check_name(requested)
    sentence = f"This machine does not use the package manager {requested!r}."
    if not installed:
        raise BadRequest(
            sentence,
            why="The wizard found no package manager that it supports.",
            hints=(
                "Omit --manager, or use the wheel, which needs no package manager: --method wheel",
            ),
        )
    other = managers()[requested].yields_to
    instead = other if other in installed else installed[0]
    raise BadRequest(
        sentence,
        why=f"On systems with {other}, {requested} is only another name for it."
        if other in installed
        else "",
        hints=(
            f"Found here: {', '.join(installed)}. Write --manager {instead} instead.",
            _LEAVE_OUT,
        ),
    )


def _supported_name(name: str) -> str:
    """Return the manager with this other program, or empty if there is no such manager."""
    return next((n for n, m in managers().items() if name.lower() in m.aliases), "")
