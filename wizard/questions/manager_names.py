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


def check_word(word: str, *, place: str = "") -> None:
    """Raise BadRequest if the wizard does not support a package manager ``word``, with the nearest.

    ``place`` is where it was given. Names of programs are understood too: ``brew``, ``apt-get``.
    """
    known = managers()
    if not word or word in known:
        return
    listed = f"The wizard supports: {', '.join(sorted(known))}."
    meant = _meant(word)
    if meant:
        raise BadRequest(
            f"The wizard calls this package manager {meant!r}, not {word!r}.",
            shown=place,
            hints=(f"Write {meant} instead.", listed, _LEAVE_OUT),
        )
    raise BadRequest(
        f"{word!r} is not a package manager that the wizard supports"
        f"{did_you_mean(word.lower(), known, quoted=True)}.",
        shown=place,
        hints=(listed, _LEAVE_OUT),
    )


def check_here(facts: Facts, choices: Choices) -> None:
    """Raise BadRequest if this machine does not use the requested manager.

    Nothing is checked for a method that compiles nothing.
    """
    wanted = choices.manager
    here = sorted(manager.name for manager in facts.managers)
    without = choices.method and not compiles(choices.method)
    if not wanted or wanted in here or without:
        return
    check_word(wanted)
    what = f"This machine does not use the package manager {wanted!r}."
    if not here:
        raise BadRequest(
            what,
            why="The wizard found no package manager that it supports.",
            hints=(
                "Omit --manager, or use the wheel, which needs no package manager: --method wheel",
            ),
        )
    other = managers()[wanted].yields_to
    instead = other if other in here else here[0]
    raise BadRequest(
        what,
        why=f"On systems with {other}, {wanted} is only another name for it."
        if other in here
        else "",
        hints=(f"Found here: {', '.join(here)}. Write --manager {instead} instead.", _LEAVE_OUT),
    )


def _meant(word: str) -> str:
    """Return the manager with this name (in any case), or with this program; empty if none."""
    plain = word.lower()
    for name, manager in managers().items():
        programs = (PurePath(program).name for program in manager.programs)
        if plain in (name, *programs, *manager.aliases):
            return name
    return ""
