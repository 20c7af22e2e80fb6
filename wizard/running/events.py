"""What happens during a run, as the runner tells it to whichever face is watching."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional, Union

from wizard.proof.verify import Report

State = Literal["done", "failed", "cancelled", "skipped"]


@dataclass(frozen=True)
class StepStarted:
    """A step begins. ``command`` is its exact command for people, ``log`` its log file."""

    step: str
    command: str
    log: str
    kind: Literal["step-started"] = "step-started"


@dataclass(frozen=True)
class Lines:
    """Output of a step, decoded and free of control sequences."""

    step: str
    lines: tuple[str, ...]
    kind: Literal["lines"] = "lines"


@dataclass(frozen=True)
class Progressed:
    """A step is this far. ``total`` 0 means that nobody knows how far there is to go."""

    step: str
    done: float
    total: float
    what: str = ""
    kind: Literal["progressed"] = "progressed"


@dataclass(frozen=True)
class Waiting:
    """A step waits for somebody else: a lock, named in ``what``. ``seconds`` is the bound."""

    step: str
    what: str
    seconds: float
    kind: Literal["waiting"] = "waiting"


@dataclass(frozen=True)
class StepEnded:
    """A step ends after ``seconds``. ``exit`` is its exit code, None where it has none.

    A failure has a ``cause`` (one sentence), the ``excerpt`` of the log around the true error,
    and ``hints``: what to do next.
    """

    step: str
    state: State
    seconds: float
    exit: Optional[int] = None
    cause: str = ""
    excerpt: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    log: str = ""
    kind: Literal["step-ended"] = "step-ended"


@dataclass(frozen=True)
class RunEnded:
    """The run is over. ``code`` is the exit code; ``report`` the proof, if there is one."""

    code: int
    seconds: float
    report: Optional[Report] = None
    kind: Literal["run-ended"] = "run-ended"


Event = Union[StepStarted, Lines, Progressed, Waiting, StepEnded, RunEnded]
