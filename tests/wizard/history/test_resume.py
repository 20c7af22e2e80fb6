"""A run that goes on with an earlier one does not do again what is done, if it is still there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from tests.wizard.history.runs import done, ended, environment_plan, keep, started
from wizard import unfinished
from wizard.errors import BadRequest
from wizard.history import resume
from wizard.plan import FileExists, Plan
from wizard.running.events import Event, RunEnded, RunStarted

CUT = "20260102T030405Z-7"


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """The plan of a run that was cut off after it had made the environment."""
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    plan = environment_plan(tmp_path / "env")
    (tmp_path / "env").mkdir()
    with unfinished.mark(tmp_path / "env") as mark:
        unfinished.note_contents(mark, tmp_path / "env")
    begun = RunStarted((), ended("").time, "/w")
    keep(CUT, plan, [begun, started("environment"), ended("environment"), started("install")])
    return plan


def test_the_environment_is_not_made_again(plan: Plan) -> None:
    assert resume.continued_by(plan) == (CUT, frozenset(("environment",))), (
        "somebody repeats the command"
    )
    resumed = replace(plan, resumes=CUT)
    assert resume.continued_by(resumed) == (CUT, frozenset(("environment",)))


def test_another_command_is_not_done(plan: Plan) -> None:
    first, *others = plan.steps
    changed = replace(plan, steps=(replace(first, action=Command(("false",))), *others))
    assert resume.continued_by(changed) == (CUT, frozenset())


def test_a_result_that_is_gone_is_made_again(plan: Plan, tmp_path: Path) -> None:
    first, *others = plan.steps
    check = FileExists(str(tmp_path / "env" / "bin" / "python"))
    checked = replace(plan, steps=(replace(first, check=check), *others))
    assert resume.continued_by(checked) == (CUT, frozenset())
    (tmp_path / "env" / unfinished.FILE).unlink()
    (tmp_path / "env").rmdir()
    assert resume.continued_by(plan) == (CUT, frozenset())


def test_a_half_written_environment_is_made_again(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "env" / "half of pip").touch()
    assert resume.continued_by(plan) == (CUT, frozenset())


def test_a_command_that_continued_a_run_can_be_repeated(plan: Plan) -> None:
    keep("20260103T030405Z-8", plan, done("environment", code=130, earlier=CUT))
    assert resume.find(CUT).name == resume.find("20260103T030405Z-8").name == "20260103T030405Z-8"
    keep("20260104T030405Z-9", plan, done("install", earlier="20260103T030405Z-8"))
    assert resume.find(CUT).name == CUT
    with pytest.raises(BadRequest) as caught:
        resume.choices_of(resume.find(CUT))
    assert caught.value.why == "The run 20260104T030405Z-9 has resumed it."


@pytest.mark.parametrize("end", ["interrupted", "cancelled"])
def test_what_may_be_half_installed_is_installed_again(plan: Plan, end: str) -> None:
    install = replace(plan.steps[1], role="install", needs=())
    events: list[Event] = [RunStarted(), started("install")]
    if end == "cancelled":
        events += [ended("install", "cancelled"), RunEnded(130, 1.0)]
    keep("20260103T030405Z-8", replace(plan, new=False, steps=(install,)), events)
    assert resume.choices_of(resume.find("20260103T030405Z-8")).reinstall == "yes"
    assert resume.choices_of(resume.find(CUT)).reinstall == "", "that environment is made again"


def test_a_whole_run_is_not_continued(plan: Plan) -> None:
    keep("20260102T030405Z-8", plan, done("environment", "install"))
    assert resume.continued_by(plan) == ("", frozenset())
    assert resume.continued_by(replace(plan, resumes="20260102T030405Z-9"))[1] == frozenset()
