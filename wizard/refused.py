"""Why something is not possible on a machine: an answer, not an error."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """The reason in one sentence, and what would help.

    It is the only form of a refusal below the interfaces: a function returns its result or a
    `Refused`; a pure check returns a `Refused`, or None if nothing prevents it. ``why`` is the
    evidence, if the sentence does not contain it. ``manager`` is the name of the package manager
    that refused, or empty.
    """

    reason: str
    hints: tuple[str, ...] = ()
    why: str = ""
    manager: str = ""
