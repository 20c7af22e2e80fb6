"""The errors that reach a user, each with the exit code that it means."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from wizard.wording import visible


class Exit(IntEnum):
    """The wizard's exit codes."""

    DONE = 0
    FAILED = 1
    WRONG = 2
    IMPOSSIBLE = 3
    UNPROVED = 4
    CANCELLED = 130


@dataclass(frozen=True)
class Alternative:
    """Something that is possible if the request is not.

    ``title`` names it in a few words, ``detail`` says what the user gets and what it costs, and
    ``command`` is what to type; empty if no single command does it. ``choices`` are those with
    which the wizard does it, as (name, value) pairs; empty if it cannot.
    """

    title: str
    detail: str
    command: str = ""
    choices: tuple[tuple[str, str], ...] = ()


class WizardError(Exception):
    """Something a user must know: what happened, the evidence, why, and what to do next.

    ``what`` is one sentence. ``shown`` is the line that shows it (with its location), ``why``
    the reason, ``hints`` the next actions. All of these except the first may be empty. They may
    quote a file or a name that contains control characters: these are written as escapes.
    ``failure`` is the id of the cause (docs/diagnosis.md), if it is known.
    """

    code = Exit.FAILED
    failure = ""

    def __init__(
        self,
        what: str,
        *,
        shown: str = "",
        why: str = "",
        hints: tuple[str, ...] = (),
        failure: str = "",
    ):
        super().__init__(what)
        self.failure = failure or self.failure
        self.what = visible(what)
        self.shown = visible(shown)
        self.why = visible(why)
        self.hints = tuple(map(visible, hints))

    @property
    def explained(self) -> str:
        """What happened, the line that shows it and why, each in a separate line."""
        return "\n".join(part for part in (self.what, self.shown, self.why) if part)


class BadRequest(WizardError):
    """The request is wrong: an unknown key, an impossible value, contradictory flags."""

    code = Exit.WRONG


class Impossible(WizardError):
    """This machine cannot do what was requested; ``hints`` are the nearest alternatives.

    ``alternatives`` are all of them, best first, if the wizard looked for them
    (`wizard.advice.alternatives`).
    """

    code = Exit.IMPOSSIBLE
    alternatives: tuple[Alternative, ...] = ()
