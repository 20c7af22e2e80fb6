"""What a terminal must get if the wizard is killed while it shows its full screen.

The wizard itself can then write nothing more: `wizard.programs.guardian` does it. This module is
small, because it is needed before the first page is shown.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Terminal:
    """The file of a terminal, and the text that it must get."""

    path: str
    text: str


_wanted: Terminal | None = None


def wanted() -> Terminal | None:
    """Return what must be written after the wizard was killed, or None."""
    return _wanted


def want(terminal: Terminal | None) -> None:
    """Set what must be written after the wizard was killed; None: nothing any more."""
    global _wanted
    _wanted = terminal
    # Without it, nobody watches yet: it asks for this when it starts.
    processes = sys.modules.get("wizard.programs.processes")
    if processes is not None:
        processes.tell_guardian_about_terminal()
