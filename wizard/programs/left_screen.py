"""What a terminal must get if the wizard is killed while it shows its full screen, or a prompt.

The wizard itself can then write nothing more: `wizard.programs.guardian` does it. This module is
small, because it is needed before the first page is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Terminal:
    """The file of a terminal, the text that it must get, and its settings from before.

    These are what `termios.tcgetattr` returns, with the control characters as text, for JSON.
    """

    path: str
    text: str
    settings: tuple[object, ...]


def as_text(settings: list[Any]) -> tuple[object, ...]:
    """Return what `termios.tcgetattr` returns with its control characters as text."""
    *modes, keys = settings
    return (*modes, [key.decode("latin-1") if isinstance(key, bytes) else key for key in keys])


def from_text(settings: Sequence[Any]) -> list[Any]:
    """Return what `termios.tcsetattr` takes: the reverse of `as_text`."""
    *modes, keys = settings
    return [*modes, [key.encode("latin-1") if isinstance(key, str) else key for key in keys]]


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
