"""How a host stands, from what comes from it; also from a host that means no good."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.wizard.room.test_message import KEY, PROVED
from wizard.hosts.standing import MOST_LINES, HostState, after
from wizard.room.message import Envelope

START = HostState("seat-1")
WORKING = replace(PROVED, state="installing", step=2, steps=3)


def line(text: str, stream: str = "stderr") -> dict[str, Any]:
    return {"host": "seat-1", "kind": "line", "stream": stream, "line": text}


def room(envelope: Envelope) -> dict[str, Any]:
    values = {"kind": "room", "envelope": json.loads(envelope.as_bytes())}
    return line(json.dumps(values))


def told(*events: dict[str, Any]) -> HostState:
    state = START
    for event in events:
        state = after(state, event, KEY).state
    return state


def ended(*, ok: bool, stage: str = "run", problem: str = "") -> dict[str, Any]:
    return {"host": "seat-1", "kind": "ended", "ok": ok, "stage": stage, "problem": problem}


def test_a_host_that_is_proved() -> None:
    assert told({"kind": "connected"}).phase == "connected"
    assert told({"kind": "copying"}).phase == "copying"
    told_now = after(START, room(Envelope.sealed(WORKING, KEY)), KEY)
    assert told_now.state.message == WORKING
    assert told_now.envelope == Envelope.sealed(WORKING, KEY)
    summary = json.dumps({"code": 0, "error": None, "plan": None}, indent=2).split("\n")
    lines = [line(text, "stdout") for text in summary]
    state = told(room(Envelope.sealed(PROVED, KEY)), *lines, ended(ok=True))
    assert (state.phase, state.code, state.message) == ("proved", 0, PROVED)
    assert state.over


def test_a_host_that_fails_says_why() -> None:
    error = {"what": "“Install” failed.", "why": "No space.", "hints": ["Free some."]}
    summary = json.dumps({"code": 1, "error": error})
    state = told(line(summary, "stdout"), ended(ok=False))
    assert (state.phase, state.code) == ("failed", 1)
    assert state.problem == "“Install” failed. No space."
    assert state.hints == ("Free some.",)


def test_a_host_that_is_not_reached_or_has_no_python() -> None:
    state = told(ended(ok=False, stage="connect", problem="Connection refused"))
    assert state.problem == "It could not be reached: Connection refused"
    encrypted = "Private key file (/k) is encrypted, set ssh_key_password to use this key"
    state = told(ended(ok=False, stage="connect", problem=encrypted))
    assert state.problem == "It could not be reached: its key is encrypted"
    assert "--ask-password" in state.hints[0]
    state = told(line("there is no Python 3.9 or newer"), ended(ok=False))
    assert state.problem == "The wizard could not be run on it: there is no Python 3.9 or newer"


def test_a_plan() -> None:
    plan = json.dumps({"release": "50.0.2", "steps": [{}, {}], "schema": 1})
    state = told(line(plan, "stdout"), ended(ok=True))
    assert state.plan is not None
    assert (state.phase, len(state.plan["steps"])) == ("proved", 2)


def test_lines_that_mean_no_good_change_nothing() -> None:
    wrong = Envelope.sealed(PROVED, "0" * 16)
    for event in (
        room(wrong),
        line('{"kind": "room"'),
        line('{"kind": "room", "envelope": 7}'),
        line('{"kind": "room", "envelope": {"text": "{}", "code": "00"}}'),
        line("[" * 9999),
        line("7", "stdout"),
        {"kind": "odd"},
        {},
    ):
        result = after(START, event, KEY)
        assert result.envelope is None
        assert result.state.message is None
        assert result.state.report == {}


def test_endless_output_is_cut() -> None:
    state = told(line("x" * 9_000_000, "stdout"))
    assert after(state, line("more", "stdout"), KEY).state == state
    state = replace(START, output=("",) * MOST_LINES)
    assert after(state, line("more", "stdout"), KEY).state == state


@pytest.mark.parametrize(
    "report",
    [
        {"code": "none", "error": ["x"], "plan": {"steps": 7}},
        {"code": None, "error": {"what": 5, "why": None, "hints": 7}, "plan": "x"},
        {"code": 1, "error": {"hints": [{}, 3]}},
        {"steps": 3},
    ],
)
@pytest.mark.parametrize("ok", [True, False])
def test_a_report_that_means_no_good_ends_only_its_own_host(report: object, *, ok: bool) -> None:
    state = told(line(json.dumps(report), "stdout"), ended(ok=ok))
    assert state.phase == ("proved" if ok else "failed")
    assert (state.problem, state.hints, state.plan) == ("", (), None)
    assert type(state.code) is int
