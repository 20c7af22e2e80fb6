"""Why something is not possible on a machine: an answer, not an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Refused:
    """The reason in one sentence, and what would help.

    It is the only form of a refusal below the interfaces: a function returns its result or a
    `Refused`; a pure check returns a `Refused`, or None if nothing prevents it. ``why`` is the
    evidence, if the sentence does not contain it. ``manager`` is the name of the package manager
    that refused, or empty. ``failure`` is the id of the cause (docs/diagnosis.md), if there is one.
    """

    reason: str
    hints: tuple[str, ...] = ()
    why: str = ""
    manager: str = ""
    failure: str = ""


def together(refusals: Sequence[Refused]) -> Refused | None:
    """Return one refusal for several ways that are all refused; None if there are none.

    Advice to use a wheel or another method is omitted if there is more than one: they are refused.
    """
    if len(refusals) < 2:
        return refusals[0] if refusals else None
    hints = dict.fromkeys(
        hint
        for refused in refusals
        for hint in without_wheel(refused.hints)
        if "--method " not in hint
    )
    return Refused(
        " ".join(dict.fromkeys(refused.reason for refused in refusals)),
        tuple(hints),
        " ".join(filter(None, (refused.why for refused in refusals))),
        next((refused.manager for refused in refusals if refused.manager), ""),
        next((refused.failure for refused in refusals if refused.failure), ""),
    )


def without_wheel(hints: Iterable[str]) -> tuple[str, ...]:
    """Return the hints that do not advise to use a wheel.

    A wheelhouse is another matter, and so is a folder whose name contains the word.
    """
    return tuple(hint for hint in hints if not re.search(r"(?<![\w/\\.-])wheels?\b(?!/|\\)", hint))
