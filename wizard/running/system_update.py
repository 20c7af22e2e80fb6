"""Installs an update of macOS with ``softwareupdate``, as root and without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Callable

from backends import xcode
from backends.action import Command, SystemUpdate
from wizard.programs.processes import ProgramTimeout, ask
from wizard.running.command_runner import Outcome

LIST_SECONDS = 600.0
"""Seconds that the list may take: ``softwareupdate`` asks Apple's servers."""
_OFFLINE = (
    "Check the network: this Mac must reach Apple's update servers.",
    "See what they offer: `softwareupdate -l`",
)


def install(
    action: SystemUpdate,
    report: Callable[[tuple[str, ...]], None],
    run: Callable[[Command], Outcome],
) -> Outcome:
    """Install the newest update that ``action`` names.

    ``report`` gets lines for the log, and ``run`` runs a command of the step. Raises Cancelled
    inside `wizard.programs.processes.cancellable`, and OSError.
    """
    if action.present and _succeeds(action.present):
        report((f"{action.name} are complete; nothing is installed.",))
        return Outcome("done")
    marker = Path(action.marker)
    marker.touch()
    try:
        try:
            listed = ask(("softwareupdate", "-l"), env={"LC_ALL": "C"}, timeout=LIST_SECONDS)
        except ProgramTimeout as problem:
            return Outcome("failed", None, f"{problem}.", _OFFLINE)
        report(tuple((listed.stdout + listed.stderr).splitlines()))
        label = xcode.newest_label(listed.stdout)
        if not label:
            cause = f"Apple's update servers offer no {action.name} for this macOS."
            return Outcome("failed", listed.exit, cause, _OFFLINE)
        return run(Command(("softwareupdate", "-i", label), root=True, timeout=action.timeout))
    finally:
        marker.unlink(missing_ok=True)


def _succeeds(words: tuple[str, ...]) -> bool:
    try:
        return ask(words, timeout=60.0).exit == 0
    except (FileNotFoundError, ProgramTimeout):
        return False
