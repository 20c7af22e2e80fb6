"""What works before an installation must work after it: real environments, made packages."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Prove, RecordPackages
from wizard.errors import BadRequest, Exit, WizardError
from wizard.facts import Privilege
from wizard.plan import Plan, Step
from wizard.proof import packages, verify
from wizard.proof.verify import Report
from wizard.running.events import Event, Lines
from wizard.running.new_environment import NewEnvironment
from wizard.running.step_runner import StepRunner

REPORT = Report("py", True, "50.0.2")
MODULES = (("pyOpenSSL", "OpenSSL"), ("Other", "other"))


class Environment:
    """An environment without pip, with packages that are only metadata and a module."""

    def __init__(self, folder: Path) -> None:
        base = getattr(sys, "_base_executable", sys.executable)
        subprocess.run([base, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
        self.folder, self.python = folder, str(folder / "bin" / "python")
        (self.place,) = folder.glob("lib/python3*/site-packages")

    def put(
        self, name: str, version: str, *requires: str, module: str = "", code: str = ""
    ) -> None:
        """Install a package in place of an earlier version."""
        for old in self.place.glob(f"{name}-*.dist-info"):
            (old / "METADATA").unlink()
            old.rmdir()
        folder = self.place / f"{name}-{version}.dist-info"
        folder.mkdir()
        lines = [f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {r}" for r in requires)]
        (folder / "METADATA").write_text("\n".join(lines) + "\n", encoding="utf-8")
        if module:
            (self.place / f"{module}.py").write_text(code, encoding="utf-8")


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    found = Environment(tmp_path / "env")
    found.put("cryptography", "43.0.3")
    found.put("pyOpenSSL", "24.2.1", "cryptography<44", module="OpenSSL")
    found.put("Other", "1.0", "cryptography", module="other")
    return found


def recorded(environment: Environment) -> packages.Recorded:
    return packages.record(environment.python, MODULES, 60.0)


def details(report: Report) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in report.checks:
        found.setdefault(check.name, []).append(check.detail)
    return found


def test_what_stays_whole_is_named(environment: Environment) -> None:
    before = recorded(environment)
    assert before.release == "43.0.3"
    assert before.faults == ()
    assert before.sentences == ("pyOpenSSL works.", "Other works.")
    environment.put("cryptography", "43.0.4")
    report = packages.compared(REPORT, before, ())
    assert report.ok
    assert details(report)["packages"] == [
        "pyOpenSSL, Other can be imported, and no package is broken by it"
    ]


def test_a_requirement_that_is_broken_is_a_problem_with_names(environment: Environment) -> None:
    before = recorded(environment)
    environment.put("cryptography", "50.0.2")
    report = packages.compared(REPORT, before, ())
    assert not report.ok
    text = "packages: pyOpenSSL 24.2.1 requires cryptography<44, but 50.0.2 is installed."
    assert report.problems == (text,)
    lines = [sentence for _mark, sentence in verify.sentences(report)]
    assert lines.count(text) == 1
    assert packages.hints(before)[-1].endswith("--release 43.0.3")


def test_a_module_that_cannot_be_imported_any_more_is_a_problem(environment: Environment) -> None:
    before = recorded(environment)
    environment.put("Other", "1.0", "cryptography", module="other", code="import gone")
    report = packages.compared(REPORT, before, ())
    (problem,) = report.problems
    assert problem.startswith("packages: Other 1.0 does not work: import other: ModuleNotFound")


def test_what_the_user_accepted_is_a_warning(environment: Environment) -> None:
    before = recorded(environment)
    environment.put("cryptography", "50.0.2")
    environment.put("Other", "1.0", "cryptography<44", module="other")
    report = packages.compared(REPORT, before, ("pyopenssl",))
    assert [problem.partition(" requires")[0] for problem in report.problems] == [
        "packages: Other 1.0"
    ]
    assert details(report)["warning"] == [
        "pyOpenSSL 24.2.1 requires cryptography<44, but 50.0.2 is installed."
    ]


def test_what_was_broken_before_is_a_warning_even_in_another_version(
    environment: Environment,
) -> None:
    environment.put("cryptography", "49.0.0")
    environment.put("Other", "1.0", "cryptography", module="other", code="import gone")
    before = recorded(environment)
    assert len(before.faults) == 2
    environment.put("pyOpenSSL", "24.3.0", "cryptography<45")
    environment.put("cryptography", "50.0.2")
    report = packages.compared(REPORT, before, ())
    assert report.ok
    assert len(details(report)["warning"]) == 2
    assert all(text.startswith("It was broken before: ") for text in details(report)["warning"])


def test_a_package_that_disappears_is_a_problem(environment: Environment) -> None:
    before = recorded(environment)
    for file in environment.place.glob("Other-*.dist-info/METADATA"):
        file.unlink()
    report = packages.compared(REPORT, before, ())
    assert report.problems == ("packages: Other is not installed any more.",)


def test_without_time_nothing_is_imported_and_nothing_is_claimed(environment: Environment) -> None:
    environment.put("Other", "1.0", "cryptography", module="other", code="import gone")
    before = packages.record(environment.python, MODULES, 0.0)
    assert before.skipped == ("pyOpenSSL", "Other")
    assert before.faults == ()
    report = packages.compared(REPORT, replace(before, timeout=60.0), ())
    assert report.ok
    assert any("Other 1.0 does not work" in text for text in details(report)["warning"])


def test_what_was_recorded_survives_a_file(environment: Environment, tmp_path: Path) -> None:
    environment.put("cryptography", "50.0.2")
    before = recorded(environment)
    packages.save(before, tmp_path / "before.json")
    assert packages.load(tmp_path / "before.json") == before
    (tmp_path / "before.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadRequest):
        packages.load(tmp_path / "before.json")


def test_a_python_that_cannot_describe_itself_is_an_error(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho no such thing >&2\n", encoding="utf-8")
    program.chmod(0o755)
    with pytest.raises(WizardError) as caught:
        packages.read(str(program))
    assert caught.value.shown == "no such thing"


def ran(environment: Environment, folder: Path, action: Prove | RecordPackages) -> tuple[str, int]:
    """Perform an action as a step of a plan: how it ended, and the exit code."""
    events: list[Event] = []
    step = Step("only", "Do it", "Because.", action)
    other = Step("install", "Install it", "Because.", RecordPackages("p", "f"))
    plan = Plan("1", "wheel", "", environment.python, str(environment.folder), False, (other, step))
    run = StepRunner(
        plan, Privilege("root"), events.append, threading.Event(), NewEnvironment(plan)
    )
    result = run(step, folder / "log")
    if isinstance(action, RecordPackages):
        assert any(isinstance(event, Lines) for event in events)
    return f"{result.ended.state}: {result.ended.cause} {' '.join(result.ended.hints)}", result.code


def test_the_steps_of_a_plan_end_with_4_and_names(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(environment.folder / "before.json")
    state, code = ran(environment, tmp_path, RecordPackages(environment.python, file, MODULES))
    assert (state.split(":")[0], code) == ("done", Exit.DONE)
    environment.put("cryptography", "50.0.2")
    monkeypatch.setattr(verify, "verify", lambda *_args, **_more: REPORT)
    prove = Prove(environment.python, "50.0.2", packages=file)
    state, code = ran(environment, tmp_path, prove)
    assert code == Exit.UNPROVED
    assert state.startswith("failed: It was installed, but does not fit together with another")
    assert "packages: pyOpenSSL 24.2.1 requires cryptography<44" in state
    assert "--release 43.0.3" in state
    assert Path(file).exists()  # for another attempt
    environment.put("pyOpenSSL", "26.0", "cryptography<51")
    state, code = ran(environment, tmp_path, prove)
    assert (state.split(":")[0], code) == ("done", Exit.DONE)
    assert not Path(file).exists()


def test_in_a_new_environment_every_package_must_work(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "verify", lambda *_args, **_more: REPORT)
    prove = Prove(environment.python, "50.0.2", whole=True)
    listed = environment.place / "Other-1.0.dist-info" / "top_level.txt"
    listed.write_text("other\n", encoding="utf-8")
    state, code = ran(environment, tmp_path, prove)
    assert (state.split(":")[0], code) == ("done", Exit.DONE)
    (environment.place / "other.py").write_text("raise AttributeError('X509Req')")
    state, code = ran(environment, tmp_path, prove)
    assert code == Exit.UNPROVED
    assert "Other 1.0 does not work" in state
    assert "X509Req" in state
    assert "in the project's requirements" in state
    (environment.place / "other.py").write_text("")
    environment.put("cryptography", "50.0.2")
    state, code = ran(environment, tmp_path, prove)
    assert "pyOpenSSL 24.2.1 requires cryptography<44" in state
    assert code == Exit.UNPROVED
