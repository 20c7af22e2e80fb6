"""How each host stands, from what the driver and the wizard on the host report."""

from __future__ import annotations

import json
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
LOCKED_KEY = "Add --ask-password: it asks for the password of the key."
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
    report, ok = state.report, bool(event.get("ok"))
    if "code" not in report and (plan := _plan(report)):
        return replace(state, phase="proved", code=0, plan=plan)
    if stage == "run" and report:
        code, error = report.get("code"), report.get("error")
        error = error if isinstance(error, dict) else {}
        return replace(
            state,
            phase="proved" if ok else "failed",
            code=code if type(code) is int else int(not ok),
            problem=" ".join(filter(None, _texts([error.get("what"), error.get("why")]))),
            hints=_texts(error.get("hints")),
            plan=_plan(report.get("plan")),
        )
    if ok:
        return replace(state, phase="proved", code=0)
    hints: tuple[str, ...] = ()
    if "ssh_key_password" in problem:  # pyinfra's own name for what is missing
        problem, hints = "its key is encrypted", (LOCKED_KEY,)
    said = f"{STAGES.get(stage, 'It failed')}: {state.last or problem}"
    return replace(state, phase="failed", problem=said, hints=hints)


def _plan(values: Any) -> Optional[dict[str, Any]]:
    """Return a plan, if that is what a host has sent."""
    is_plan = isinstance(values, dict) and isinstance(values.get("steps"), list)
    return values if is_plan else None


def _texts(values: Any) -> tuple[str, ...]:
    """Return the texts in what should be a list of them."""
    found = values if isinstance(values, list) else []
    return tuple(value for value in found if isinstance(value, str))
