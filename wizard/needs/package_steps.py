"""The steps with which a package manager installs what is missing."""

from __future__ import annotations

from backends.action import Command
from backends.manager import called, managers
from wizard.facts import Facts
from wizard.plan import PackagesInstalled, Step

STEP = "packages"
"""The id of the step after which the packages are installed."""


def refresh(facts: Facts, manager: str) -> Step:
    """Return the step that updates the manager's package lists."""
    return Step(
        "packages-refresh",
        f"Update {name_of(manager)}'s package lists",
        "Old lists may name packages that are no longer available.",
        _called(facts, manager, managers()[manager].refresh()),
        lock=manager,
        role="packages",
    )


def name_of(manager: str) -> str:
    """Return the manager's name for people: ``Homebrew``."""
    return managers()[manager].label.partition(" (")[0]


def steps(facts: Facts, manager: str, names: tuple[str, ...], why: str) -> tuple[Step, ...]:
    """Return the steps that update the lists and install ``names`` in one call, or nothing if there
    are no names."""
    backend = managers()[manager]
    install, remove = backend.install(names), backend.remove(names)
    if install is None or remove is None:
        return ()
    first = refresh(facts, manager)
    return (
        first,
        Step(
            STEP,
            f"Install {names[0]}" if len(names) == 1 else f"Install {len(names)} missing packages",
            why,
            _called(facts, manager, install),
            needs=(first.id,),
            undo=(_called(facts, manager, remove),),
            check=PackagesInstalled(manager, names),
            lock=manager,
            role="packages",
        ),
    )


def _called(facts: Facts, manager: str, command: Command) -> Command:
    """Return the command with the path of the program on this machine."""
    found = facts.manager(manager)
    return called(managers()[manager], command, found.program if found else "")
