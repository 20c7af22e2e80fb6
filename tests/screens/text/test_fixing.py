"""``doctor --fix``: what is shown, asked, done, and said afterwards."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import pytest

from screens.text import confirm, fixing
from tests.machines import machine
from tests.simulate import simulated
from tests.wizard.advice.test_doctor import GOOD
from wizard.choices import Choices
from wizard.engine import Engine, Run
from wizard.errors import BadRequest, Exit
from wizard.facts import Facts, Privilege
from wizard.history import leftovers
from wizard.running.events import RunEnded

ROOT = Privilege("root")
LACKING = replace(machine("debian-13"), privilege=ROOT)
BARE = replace(machine("debian-13-bare"), privilege=ROOT)


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "read", lambda _facts: leftovers.Leftovers())


def fixed(
    monkeypatch: pytest.MonkeyPatch,
    *machines: Facts,
    yes: bool = True,
    as_json: bool = False,
    run: Run = simulated(),  # noqa: B008 - it does not change
) -> tuple[int, str]:
    """Fix a machine that is seen in these states, in sequence."""
    seen = list(machines)

    def probe(_choices: Choices, *, everything: bool = False, after: Facts | None = None) -> Facts:
        assert everything
        return seen.pop(0) if len(seen) > 1 else seen[0]

    engine = Engine(probe=probe, run=run, unlock=lambda _facts: True)
    out = io.StringIO()
    code = fixing.fix(engine, yes=yes, as_json=as_json, stream=out, err=io.StringIO())
    return code, out.getvalue()


def test_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = fixed(monkeypatch, GOOD)
    assert (code, text) == (Exit.DONE, fixing.NOTHING + "\n")


def test_what_it_cannot_do_is_said_with_the_command_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, text = fixed(monkeypatch, machine("windows-64-bare"))
    assert code == Exit.DONE
    assert text.startswith(fixing.NOTHING)
    assert "What is left for you:" in text
    assert "    - " in text


def test_the_plan_is_shown_and_what_is_better_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = fixed(monkeypatch, LACKING, LACKING, GOOD)
    assert code == Exit.DONE
    assert text.startswith("Put right what the doctor found\n")
    assert "(as root)" in text
    assert "Better now:\n  Source: 50.0.2 can be built: nothing is missing.\n" in text


def test_after_empty_lists_were_fetched_the_rest_is_planned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, text = fixed(monkeypatch, BARE, BARE, LACKING, LACKING, GOOD)
    assert code == Exit.DONE
    assert text.count("Put right what the doctor found") == 2
    assert "Better now:" in text


def test_lists_that_stay_empty_are_not_fetched_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    _, text = fixed(monkeypatch, BARE)
    assert text.count("Put right what the doctor found") == 1
    assert "Nothing is better now." in text


def test_without_a_terminal_it_only_changes_with_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "is_terminal", lambda _stream: False)
    with pytest.raises(BadRequest, match="asks before it changes anything"):
        fixed(monkeypatch, LACKING, yes=False)


def test_no_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(confirm, "is_terminal", lambda _stream: True)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    code, text = fixed(monkeypatch, LACKING, yes=False)
    assert code == Exit.CANCELLED
    assert "Better now" not in text
    assert fixing.NOTHING not in text


@pytest.mark.parametrize("as_json", [False, True])
def test_after_a_cancellation_it_does_not_look_again(
    as_json: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What ended the run would also end the programs that look."""

    def cancelled(*given: Any, **_more: Any) -> RunEnded:
        ended = RunEnded(int(Exit.CANCELLED), 1.0)
        given[3](ended)
        return ended

    code, text = fixed(monkeypatch, LACKING, LACKING, GOOD, as_json=as_json, run=cancelled)
    assert code == Exit.CANCELLED
    if as_json:
        assert json.loads(text)["better"] == []
    else:
        assert "Better" not in text
        assert "What is left" not in text


def test_the_answer_for_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    code, text = fixed(monkeypatch, LACKING, LACKING, replace(GOOD, pythons=()), as_json=True)
    answer = json.loads(text)
    assert answer["code"] == code == Exit.IMPOSSIBLE
    assert [step["state"] for step in answer["steps"]] == ["done", "done"]
    assert "Source" in [finding["title"] for finding in answer["better"]]
    assert [finding["mark"] for finding in answer["left"]].count("bad") == 1
