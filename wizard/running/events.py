"""What happens during a run: the events that the runner emits.

An event that the journal keeps has a ``time`` (ISO 8601, UTC, milliseconds), empty if unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Literal, Optional, TypeVar, Union

from wizard.addresses import masked
from wizard.proof.verify import Report

State = Literal["done", "failed", "cancelled", "skipped"]


@dataclass(frozen=True)
class RunStarted:
    """An attempt to run a plan begins. It leaves out the steps in ``done`` (ids).

    ``folder`` is the working folder; it is empty in journals of earlier versions. ``earlier`` is
    the name of the run in which those steps were done, or empty.
    """

    done: tuple[str, ...] = ()
    time: str = ""
    folder: str = ""
    earlier: str = ""
    kind: Literal["run-started"] = "run-started"


@dataclass(frozen=True)
class StepStarted:
    """A step begins. ``command`` is its exact command as text, ``log`` its log file."""

    step: str
    command: str
    log: str
    time: str = ""
    kind: Literal["step-started"] = "step-started"


@dataclass(frozen=True)
class Lines:
    """Output of a step, decoded and free of control sequences."""

    step: str
    lines: tuple[str, ...]
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True)
class Progressed:
    """The progress of a step. ``total`` 0 means that the total is unknown.

    ``unit`` says that both are bytes, of one file; then ``what`` is its name.
    """

    step: str
    done: float
    total: float
    what: str = ""
    unit: Literal["", "bytes"] = ""
    kind: Literal["progressed"] = "progressed"


@dataclass(frozen=True)
class Waiting:
    """A step waits: ``what`` names who holds a lock, or what must happen, ``seconds`` the limit."""

    step: str
    what: str
    seconds: float
    time: str = ""
    kind: Literal["waiting"] = "waiting"


@dataclass(frozen=True)
class StepEnded:
    """A step ends after ``seconds``. ``exit`` is its exit code, or None.

    A failure has a ``cause`` (one sentence), the ``excerpt`` of the log around the real error, and
    ``hints``: what to do next. ``failure`` is the id of the cause (docs/diagnosis.md), empty if it
    is unknown, and ``remedies`` are the ids of what helps, the best first. ``evidence`` is the line
    of the excerpt that shows the error, and ``position`` the byte of the log where it begins;
    empty and None if no line shows it.
    """

    step: str
    state: State
    seconds: float
    exit: Optional[int] = None
    cause: str = ""
    excerpt: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    log: str = ""
    time: str = ""
    failure: str = ""
    remedies: tuple[str, ...] = ()
    evidence: str = ""
    position: Optional[int] = None
    kind: Literal["step-ended"] = "step-ended"


@dataclass(frozen=True)
class RunEnded:
    """The run is over. ``code`` is the exit code; ``report`` the proof, if there is one."""

    code: int
    seconds: float
    report: Optional[Report] = None
    time: str = ""
    kind: Literal["run-ended"] = "run-ended"


JournalEvent = Union[RunStarted, StepStarted, Waiting, StepEnded, RunEnded]
"""The events that the journal keeps. Output is in the logs, and old progress is not needed."""
Event = Union[JournalEvent, Lines, Progressed]


E = TypeVar("E", bound=Event)


def without_secrets(event: E) -> E:
    """Return the event without the secrets of addresses: see `wizard.addresses.masked`."""
    if isinstance(event, Lines):
        return replace(event, lines=tuple(map(masked, event.lines)))
    if isinstance(event, StepStarted):
        return replace(event, command=masked(event.command))
    if isinstance(event, StepEnded):
        return replace(
            event,
            cause=masked(event.cause),
            excerpt=tuple(map(masked, event.excerpt)),
            hints=tuple(map(masked, event.hints)),
            evidence=masked(event.evidence),
        )
    return event


def stamped(event: E) -> E:
    """Return the event, with the current time if the journal keeps such events."""
    if isinstance(event, (Lines, Progressed)):
        return event
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    return replace(event, time=now)
