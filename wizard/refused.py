"""Why something is not possible on a machine: an answer, not an error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """The reason in one sentence, and what would help.

    It is the only form of a refusal below the faces: a function returns what was asked of it or a
    `Refused`; a pure check returns a `Refused`, or None if nothing is in the way. ``why`` is the
    evidence, if it is not in the sentence; ``manager`` is the package manager that was asked, if
    one was.
    """

    reason: str
    hints: tuple[str, ...] = ()
    why: str = ""
    manager: str = ""
