"""What the faces say of a wheelhouse: before it is made, when it is there, and when it is not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from screens import cli, commands
from screens.command_line import parse
from screens.text import messages
from screens.tui import review
from tests.wizard import wheel_files
from wizard.choices import Choices
from wizard.errors import BadRequest, Exit
from wizard.export import formats
from wizard.plan import Plan
from wizard.proof import manifest
from wizard.proof.verify import Report
from wizard.running.events import RunEnded


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """Return the plan of a wheelhouse in the working folder."""
    monkeypatch.chdir(tmp_path)
    folder = str(tmp_path / "my wheels")
    return Plan("50.0.2", "wheel", "static", "/c/bin/python", "", False, (), wheelhouse=folder)


def make(plan: Plan, tmp_path: Path) -> None:
    wheel_files.make(tmp_path / "stage", tags=wheel_files.LINUX)
    order = wheel_files.order(tmp_path / "stage", Path(plan.wheelhouse), python=sys.executable)
    manifest.write(order)


def test_before_it_is_made(plan: Plan) -> None:
    where = "./my wheels"
    assert (
        messages.plan_sentence(plan) == f"cryptography 50.0.2 from a wheel, into the folder {where}"
    )
    assert review.headline(plan, Choices()).endswith(
        f"with its own OpenSSL inside, into the folder {where}"
    )
    assert formats.to_text(plan).startswith(
        "Put cryptography 50.0.2 from a wheel, with its dependencies,"
    )


def test_when_it_is_there(plan: Plan, tmp_path: Path) -> None:
    make(plan, tmp_path)
    lines = messages.end_of_run(plan, RunEnded(0, 1.0, Report("/c/bin/python", True)))
    text = "\n".join(lines)
    assert "ok: cryptography 50.0.2 for Python 3.9.18 and Python 3.12.1." in text
    assert "note: cryptography-50.0.2-cp39-abi3-linux_x86_64.whl: It installs only on" in text
    assert lines[-1] == "  cryptography-wizard --yes --from-wheelhouse './my wheels'"
    assert "activate" not in text


def test_the_command_that_is_told_is_one(plan: Plan, tmp_path: Path) -> None:
    make(plan, tmp_path)
    request = parse(["--yes", "--from-wheelhouse", "./my wheels"])
    assert request.arguments.choices == Choices(from_wheelhouse="./my wheels")


def test_when_the_proof_failed(plan: Plan) -> None:
    report = Report("/c/bin/python", False, problems=("It does not work.",))
    text = "\n".join(messages.end_of_run(plan, RunEnded(4, 1.0, report)))
    assert "It does not work." in text
    assert text.endswith("Nothing was written to ./my wheels.")


def test_a_failed_step_and_a_cancel_are_told_as_always(plan: Plan) -> None:
    for code, word in ((1, "Stopped"), (130, "Cancelled")):
        assert messages.end_of_run(plan, RunEnded(code, 1.0))[0].startswith(word)


def test_repair_is_a_flag_without_a_value() -> None:
    request = parse(["--wheelhouse", "w", "--repair", "plan"])
    assert request.command is commands.load("plan")
    assert request.arguments.choices.repair == "yes"


def test_a_saved_machine_has_no_folders_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["plan", "--facts", str(tmp_path / "x.json"), "--from-wheelhouse", str(tmp_path)]
    assert cli.main(words) == 2
    assert "its folders do not exist here" in capsys.readouterr().err


def test_a_damaged_one_ends_before_any_look_at_the_machine(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert cli.main(["--yes", "--from-wheelhouse", str(tmp_path / "empty")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"The folder {tmp_path / 'empty'} is empty." in said.err
    with pytest.raises(BadRequest):
        manifest.load(tmp_path / "empty")


def test_a_cancelled_run_names_the_command_that_continues_it(plan: Plan) -> None:
    cancelled = RunEnded(Exit.CANCELLED, 1.0)
    assert "cryptography-wizard resume" in messages.end_of_run(plan, cancelled)[-1]
    for other in (replace(plan, undoes="20261103-120000"), replace(plan, repairs=True)):
        assert "resume" not in " ".join(messages.end_of_run(other, cancelled)), "it cannot"
