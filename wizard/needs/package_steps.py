"""The steps with which a package manager installs missing packages."""

from __future__ import annotations

from backends.action import Command
from backends.manager import managers, with_program_path
from wizard.facts import Facts
from wizard.plan import PackagesInstalled, Step

INSTALL_STEP = "packages"
"""The id of the step after which the packages are installed."""


def refresh_step(facts: Facts, manager: str) -> Step:
    """Return the step that updates the manager's package lists."""
    return Step(
        "packages-refresh",
        f"Update {manager_name(manager)}'s package lists",
        "Old lists may name packages that are no longer available.",
        _with_program(facts, manager, managers()[manager].refresh()),
        lock=manager,
        role="packages",
    )


def manager_name(manager: str) -> str:
    """Return the display name of a package manager: ``Homebrew``."""
    return managers()[manager].label.partition(" (")[0]


def install_steps(facts: Facts, manager: str, names: tuple[str, ...], why: str) -> tuple[Step, ...]:
    """Return the steps that update the package lists and install ``names`` in one call.

    Empty if the manager cannot install or remove them.
    """
    backend = managers()[manager]
    install, remove = backend.install(names), backend.remove(names)
    if install is None or remove is None:
        return ()
    first = refresh_step(facts, manager)
    return (
        first,
        Step(
            INSTALL_STEP,
            f"Install {names[0]}" if len(names) == 1 else f"Install {len(names)} missing packages",
            why,
            _with_program(facts, manager, install),
            needs=(first.id,),
            undo=(_with_program(facts, manager, remove),),
            check=PackagesInstalled(manager, names),
            lock=manager,
            role="packages",
        ),
    )


def _with_program(facts: Facts, manager: str, command: Command) -> Command:
    """Return the command with the path that the manager's program has on this machine."""
    found = facts.manager(manager)
    return with_program_path(managers()[manager], command, found.program if found else "")
