"""The steps with which a package manager installs missing packages."""

from __future__ import annotations

from dataclasses import replace

from backends.action import Command
from backends.manager import (
    caveat,
    changes_to_others,
    finishing,
    managers,
    permanent_install,
    replacing_install,
    with_program_path,
)
from wizard.facts import Facts, Manager
from wizard.needs import architecture
from wizard.plan import PackagesInstalled, Step
from wizard.refused import Refused
from wizard.wording import joined, quoted_command

INSTALL_STEP = "packages"
"""The id of the step after which the packages are installed."""


def refresh_step(facts: Facts, manager: str, machine: str = "") -> Step:
    """Return the step that updates the manager's package lists.

    ``machine`` is the architecture of the packages, if there may be two managers of this name.
    """
    return Step(
        "packages-refresh",
        f"Update {manager_name(manager)}'s package lists",
        "Old lists may name packages that are no longer available.",
        _with_program(facts, manager, machine, managers()[manager].refresh()),
        lock=manager,
        role="packages",
    )


def manager_name(manager: str) -> str:
    """Return the display name of a package manager: ``Homebrew``."""
    return managers()[manager].label.partition(" (")[0]


def install_steps(
    facts: Facts, manager: str, names: tuple[str, ...], why: str, machine: str = ""
) -> tuple[Step, ...]:
    """Return the steps that update the package lists and install ``names`` in one call.

    Empty if the manager cannot install or remove them. Packages that are removed for them are
    installed again by the undo. ``machine`` is the architecture of the packages, if there may be
    two managers of this name.
    """
    backend = managers()[manager]
    found = facts.manager(manager, machine)
    removed = found.removed_for(names) if found else ()
    install = replacing_install(backend, names) if removed else backend.install(names)
    remove = backend.remove(names)
    if install is None or remove is None:
        return ()
    if removed:
        why = f"{why} This removes the installed {packages_named(removed)}.".strip()
    said = caveat_of(facts, found or Manager(manager, "", machine=machine))
    more = (changes_to_others(backend), said)
    why = " ".join(filter(None, (why, *more)))
    restore = permanent_install(backend, removed)
    undo = (remove, *((restore,) if restore else ()))
    finished = _finish_steps(facts, found)
    first = replace(refresh_step(facts, manager, machine), needs=tuple(s.id for s in finished))
    several = len([m for m in facts.managers if m.name == manager]) > 1
    return (
        *finished,
        first,
        Step(
            INSTALL_STEP,
            f"Install {names[0]}" if len(names) == 1 else f"Install {len(names)} missing packages",
            why,
            _with_program(facts, manager, machine, install),
            needs=(first.id,),
            undo=tuple(_with_program(facts, manager, machine, command) for command in undo),
            check=PackagesInstalled(manager, names, found.program if found and several else ""),
            lock=manager,
            role="packages",
        ),
    )


def _finish_steps(facts: Facts, manager: Manager | None) -> tuple[Step, ...]:
    """Return the step that finishes an interrupted installation; none if there is nothing to do."""
    how = finishing(managers()[manager.name]) if manager and manager.unfinished else None
    if manager is None or how is None:
        return ()
    step = Step(
        "packages-finish",
        "Finish an interrupted installation",
        f"{manager_name(manager.name)} was interrupted, and installs nothing before that.",
        command_here(facts, manager, how.command),
        lock=manager.name,
        role="packages",
    )
    return (step,)


def finish_command(facts: Facts, manager: Manager) -> str:
    """Return the command that a user types here to finish an interrupted installation; or empty."""
    how = finishing(managers()[manager.name]) if manager.unfinished else None
    if how is None:
        return ""
    return quoted_command((*_root_prefix(facts, how.command), *how.command.argv), facts.system.name)


def caveat_of(facts: Facts, manager: Manager) -> str:
    """Return what users must know before they install its packages: `backends.manager.caveat`."""
    machine = manager.machine or facts.system.machine
    return caveat(managers()[manager.name], facts.system.name, machine)


def packages_named(names: tuple[str, ...]) -> str:
    """Return these packages as part of a sentence: ``packages cargo and rustc``."""
    return f"{'package' if len(names) == 1 else 'packages'} {joined(names)}"


def refused_removal(facts: Facts, manager: Manager, names: tuple[str, ...]) -> Refused:
    """Return why the wizard does not install ``names``: other packages would be removed for them.

    The user can do it, and start again.
    """
    needed = dict.fromkeys(
        name
        for removal in manager.removals
        if set(names).issuperset(removal.packages)
        for name in removal.packages
    )
    return Refused(
        f"To install {joined(needed)}, {manager_name(manager.name)} removes the installed "
        f"{packages_named(manager.removed_for(names))}.",
        (
            "If you want this, run the following command, then start again: "
            f"{manual_command(facts, manager.name, tuple(needed))}",
        ),
    )


def manual_command(facts: Facts, manager: str, names: tuple[str, ...]) -> str:
    """Return the command that a user types here to install packages."""
    backend = managers()[manager]
    install = backend.install(names)
    prefix = _root_prefix(facts, install) if install is not None else ()
    return quoted_command((*prefix, *backend.manual_install, *names), facts.system.name)


def _root_prefix(facts: Facts, command: Command) -> tuple[str, ...]:
    """Return the word that a user types here before a command that needs root rights."""
    if not command.root or facts.privilege.method == "root":
        return ()
    return (facts.privilege.method if facts.privilege.method != "none" else "sudo",)


def command_here(facts: Facts, manager: Manager, command: Command) -> Command:
    """Return a manager's command as this machine must call it: with its path and architecture."""
    before = architecture.prefix(facts, manager.machine)
    return with_program_path(managers()[manager.name], command, manager.program, before)


def _with_program(facts: Facts, manager: str, machine: str, command: Command) -> Command:
    found = facts.manager(manager, machine)
    return command_here(facts, found, command) if found else command
