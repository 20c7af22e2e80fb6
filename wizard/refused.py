"""Why something cannot be had on a machine: an answer, and no error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """One sentence why, and what would help."""

    reason: str
    hints: tuple[str, ...] = ()
