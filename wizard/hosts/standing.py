"""How each host stands, from what the driver and the wizard on the host report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal, Optional

from wizard.room.message import Envelope, Message, Unreadable, read_envelope, read_message

Phase = Literal["waiting", "connected", "copying", "working", "proved", "failed"]
STAGES = {
    "connect": "It could not be reached",
    "prepare": "It could not be prepared",
    "copy": "The wizard could not be copied to it",
    "run": "The wizard could not be run on it",
}
MOST_OUTPUT = 8 * 1024 * 1024
"""Characters of the output of a host that are kept."""
MOST_LINES = 20_000
"""Lines of it: a report or a plan has some hundreds."""


@dataclass(frozen=True)
class HostState:
    """How one host stands. ``message`` is the newest one of its wizard, and ``code`` the exit code
    of that; None while it runs, or if it never ran. ``problem`` and ``hints`` say why it failed.
    ``output`` is its standard output so far, of ``size`` characters, and ``last`` the last other
    line."""

    name: str
    phase: Phase = "waiting"
    message: Optional[Message] = None
    code: Optional[int] = None
    problem: str = ""
    hints: tuple[str, ...] = ()
    output: tuple[str, ...] = ()
    size: int = 0
    last: str = ""
    plan: Optional[dict[str, Any]] = None

    @property
    def over(self) -> bool:
        """Whether nothing more comes from it."""
        return self.phase in ("proved", "failed")

    @property
    def report(self) -> dict[str, Any]:
        """The report of its wizard; empty if there is none."""
        try:
            values = json.loads("\n".join(self.output))
        except (ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}


@dataclass(frozen=True)
class Told:
    """A state after an event, and the envelope that came with it, if it is for a room."""

    state: HostState
    envelope: Optional[Envelope] = None


def after(state: HostState, event: dict[str, Any], key: str) -> Told:
    """Return the state after an event of the driver; ``key`` is that of the messages."""
    kind = event.get("kind")
    if kind in ("connected", "copying"):
        return Told(replace(state, phase=kind))
    if kind == "ended":
        return Told(_ended(state, event))
    if kind != "line":
        return Told(state)
    line = str(event.get("line", ""))
    if event.get("stream") == "stdout":
        if state.size > MOST_OUTPUT or len(state.output) >= MOST_LINES:
            return Told(state)
        output, size = (*state.output, line), state.size + len(line)
        return Told(replace(state, phase="working", output=output, size=size))
    return _line(state, line, key)


def _line(state: HostState, line: str, key: str) -> Told:
    envelope = _envelope(line)
    if envelope is None:
        kept = state.last if line.startswith("{") or not line.strip() else line
        return Told(replace(state, phase="working", last=kept))
    try:
        if not envelope.is_genuine(key):
            return Told(state)
        message = read_message(envelope.text)
    except Unreadable:
        return Told(state)
    return Told(replace(state, phase="working", message=message), envelope)


def _envelope(line: str) -> Optional[Envelope]:
    if not line.startswith('{"kind": "room"'):
        return None
    try:
        values = json.loads(line)
        return read_envelope(json.dumps(values["envelope"]).encode())
    except (ValueError, KeyError, RecursionError, Unreadable):
        return None


def _ended(state: HostState, event: dict[str, Any]) -> HostState:
    stage, problem = str(event.get("stage", "")), str(event.get("problem", ""))
    report = state.report
    if "steps" in report and "code" not in report:  # a plan
        return replace(state, phase="proved", code=0, plan=report)
    if stage == "run" and report:
        code = int(report.get("code", 0 if event.get("ok") else 1))
        error = report.get("error") or {}
        what = " ".join(filter(None, (error.get("what"), error.get("why"))))
        return replace(
            state,
            phase="proved" if event.get("ok") else "failed",
            code=code,
            problem=what,
            hints=tuple(error.get("hints") or ()),
            plan=report.get("plan"),
        )
    if event.get("ok"):
        return replace(state, phase="proved", code=0)
    reason = STAGES.get(stage, "It failed")
    return replace(state, phase="failed", problem=f"{reason}: {state.last or problem}")


def failed(states: Iterable[HostState]) -> tuple[str, ...]:
    """Return the names of the hosts that are not proved."""
    return tuple(state.name for state in states if state.phase != "proved")
