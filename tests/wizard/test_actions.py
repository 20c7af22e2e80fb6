"""Every place that handles actions has a rule for each kind, and refuses one that it lacks."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import threading
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Callable, get_args, get_type_hints

import pytest

import backends
import wizard
from backends import action as module
from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    UnknownAction,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from tests.machines import machine
from wizard import codec
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.export import dockerfile, in_words, powershell, shell
from wizard.export.commands import command_text
from wizard.export.container import Container, make_container
from wizard.export.formats import to_powershell, to_shell, to_text
from wizard.facts import Privilege
from wizard.plan import SCHEMA, Plan, Step
from wizard.running import runner, step_checks, step_runner
from wizard.running.new_environment import NewEnvironment
from wizard.running.schedule import startable
from wizard.running.step_runner import StepRunner

KINDS: tuple[type, ...] = get_args(Action)
SAMPLES: dict[type, Action] = {
    Command: Command(("true",), root=True),
    Wait: Wait("click Install", (("true",), ("xcrun", "clang")), 60.0, ("pgrep", "-f", "A b")),
    SystemUpdate: SystemUpdate("Command Line Tools", "/tmp/marker", ("clang", "--version")),
    Download: Download("https://files.example/x", "/d/x", sha256="0" * 64),
    CheckSignature: CheckSignature("https://files.example/x.asc", "/d/x", "A" * 40, "/usr/bin/gpg"),
    Unpack: Unpack("/d/x", "/d/folder"),
    Seal: Seal("/d/folder", "OpenSSL 3.5.7, static"),
    WriteManifest: WriteManifest("/d/w", "/w", "50.0.2", "wheel", ("cpython 3.11.7",), "/p"),
    WriteFile: WriteFile("/d/file", "text\n"),
    ExportAuthorities: ExportAuthorities("/d/authorities/ca.pem"),
    RecordPackages: RecordPackages("/e/bin/python", "/e/before.json", (("pyOpenSSL", "OpenSSL"),)),
    Prove: Prove("/e/bin/python", "50.0.2", packages="/e/before.json"),
    RemoveFolder: RemoveFolder("/d/folder"),
}
DISPATCHERS: dict[str, Any] = {
    "needs root": module.needs_root,
    "shell command": shell.action_text,
    "shell script": shell.script_text,
    "PowerShell command": powershell.action_text,
    "PowerShell script": powershell.script_lines,
    "Dockerfile": dockerfile.instruction,
    "sentence": in_words.sentence,
    "performed": step_runner.perform,
}


@dataclass(frozen=True)
class Polish:
    """A kind of action that no place has been taught. Its fields invite every wrong guess."""

    path: str
    folder: str = "/d/folder"
    title: str = "Polish it"
    argv: tuple[str, ...] = ("true",)
    root: bool = True
    kind: str = "polish"


def plan_of(action: Any, system: str = "linux") -> Plan:
    step = Step("only", "Do it", "Because.", action)
    return Plan("50.0.2", "wheel", "static", "/e/bin/python", "/e", True, (step,), system=system)


@cache
def fresh() -> Container:
    return make_container(machine("debian-12"), Choices())


def dockerfile_of(action: Any) -> str:
    """A Dockerfile with this action; the environment's step says which Python it has."""
    made = Step("e", "Make it", "Why.", Command(("/usr/bin/python3", "-m", "venv")))
    plan = plan_of(action)
    steps = (replace(made, role="environment"), *plan.steps)
    return dockerfile.to_dockerfile(replace(plan, steps=steps), fresh())


CONSUMERS: dict[str, Callable[[Any], str]] = {
    "shell command": lambda action: command_text(action, "linux"),
    "shell command on macOS": lambda action: command_text(action, "macos"),
    "shell script": lambda action: to_shell(plan_of(action)),
    "PowerShell command": lambda action: command_text(action, "windows"),
    "PowerShell script": lambda action: to_powershell(plan_of(action, "windows")),
    "text": lambda action: to_text(plan_of(action), to_type=True),
    "text for Windows": lambda action: to_text(plan_of(action, "windows"), to_type=True),
    "Dockerfile": dockerfile_of,
    "step needs root": lambda action: str(plan_of(action).steps[0].needs_root),
    "plan needs root": lambda action: str(plan_of(action).needs_root),
}
DELETES = re.compile(r"\brm -\w*r|-Recurse|rmtree|\brmdir\b")


def test_there_is_a_sample_of_each_kind() -> None:
    assert SAMPLES.keys() == set(KINDS)
    assert all(type(sample) is kind for kind, sample in SAMPLES.items())


def test_no_place_is_forgotten_here_or_in_the_instructions() -> None:
    """A function with a rule for some kind of action is among those that are tested for all."""
    found = {}
    for package in (backends, wizard):
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not each.name.startswith("wizard.target."):  # those run in other Pythons
                for value in vars(importlib.import_module(each.name)).values():
                    if not set(KINDS).isdisjoint(getattr(value, "registry", ())):
                        found[id(value)] = value
    assert found.keys() == {id(place) for place in DISPATCHERS.values()}
    root = Path(wizard.__file__).parents[1]
    text = (root / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("## Add a kind of action\n")[2].partition("\n## ")[0]
    told = {path for path in re.findall(r"`(\w+/.*?\.py)`", section) if "test" not in path}
    assert told == {f"{place.__module__.replace('.', '/')}.py" for place in found.values()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", DISPATCHERS)
def test_each_place_has_a_rule_for_each_kind(name: str, kind: type) -> None:
    place = DISPATCHERS[name]
    assert kind in place.registry
    assert place.dispatch(kind) is not place.dispatch(object)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", CONSUMERS)
def test_only_removing_a_folder_deletes_one(name: str, kind: type) -> None:
    text = CONSUMERS[name](SAMPLES[kind])
    deletes = DELETES.search(text) is not None
    speaks = name not in ("Dockerfile", "step needs root", "plan needs root", "logged")
    assert deletes is (kind is RemoveFolder and speaks)


@pytest.mark.parametrize("name", CONSUMERS)
def test_an_unknown_kind_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownAction, match="of the kind Polish"):
        CONSUMERS[name](Polish("/d/folder"))


@pytest.mark.parametrize("name", DISPATCHERS)
def test_an_unknown_kind_has_no_rule_anywhere(name: str) -> None:
    place = DISPATCHERS[name]
    assert place.dispatch(Polish) is place.dispatch(object)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_can_need_root_says_so(kind: type) -> None:
    sample = SAMPLES[kind]
    always = kind is SystemUpdate
    assert plan_of(sample).needs_root is getattr(sample, "root", always)
    assert ("root" in get_type_hints(kind)) is (kind is Command)


def performed(action: Any, folder: Path) -> step_runner.Result:
    plan = plan_of(action)
    performer = StepRunner(
        plan, Privilege("root"), lambda _event: None, threading.Event(), NewEnvironment(plan)
    )
    return performer(plan.steps[0], folder / "log")


def test_an_unknown_kind_is_not_performed(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "pyvenv.cfg").touch()  # the folder of an environment may be removed
    with pytest.raises(UnknownAction, match="of the kind Polish"):
        performed(Polish(str(kept), folder=str(kept)), tmp_path)
    assert (kept / "pyvenv.cfg").exists()


def test_a_run_with_an_unknown_kind_ends_with_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "pyvenv.cfg").touch()
    plan = plan_of(Polish(str(kept), folder=str(kept)))
    with pytest.raises(UnknownAction, match="of the kind Polish"):
        runner.run(plan, Choices(), machine("debian-12"), lambda _event: None, threading.Event())
    assert (kept / "pyvenv.cfg").exists()


def test_the_kinds_that_touch_only_files_are_performed(tmp_path: Path) -> None:
    file = tmp_path / "new" / "file"
    assert performed(WriteFile(str(file), "text\n"), tmp_path).ended.state == "done"
    assert file.read_text() == "text\n"
    assert performed(Seal(str(file.parent), "It"), tmp_path).ended.state == "done"
    (file.parent / "pyvenv.cfg").touch()
    assert performed(RemoveFolder(str(file.parent)), tmp_path).ended.state == "done"
    assert not file.parent.exists()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_survives_a_file(kind: type) -> None:
    plan = plan_of(SAMPLES[kind])
    plan = replace(plan, steps=(replace(plan.steps[0], undo=(SAMPLES[kind],)),))
    text = codec.to_json(plan)
    assert codec.from_json(Plan, text, source="plan", schema=SCHEMA) == plan


@pytest.mark.parametrize("place", ["action", "undo"])
@pytest.mark.parametrize("kind", ["polish", None, 7, ["remove-folder"]])
def test_a_file_with_an_unknown_kind_is_refused(place: str, kind: Any) -> None:
    data = json.loads(codec.to_json(plan_of(SAMPLES[RemoveFolder])))
    unknown = {"path": "/d/folder", "kind": kind}
    data["steps"][0][place] = [unknown] if place == "undo" else unknown
    with pytest.raises(BadRequest) as caught:
        codec.from_json(Plan, json.dumps(data), source="plan", schema=SCHEMA)
    assert f"not {kind!r} @ plan.steps[0].{place}" in caught.value.shown


def test_a_file_without_a_kind_is_refused() -> None:
    data = json.loads(codec.to_json(plan_of(SAMPLES[RemoveFolder])))
    del data["steps"][0]["action"]["kind"]
    with pytest.raises(BadRequest) as caught:
        codec.from_json(Plan, json.dumps(data), source="plan", schema=SCHEMA)
    assert "plan.steps[0].action" in caught.value.shown


def test_each_kind_has_a_name_of_its_own() -> None:
    names = [sample.kind for sample in SAMPLES.values()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_can_be_scheduled(kind: type) -> None:
    steps = plan_of(SAMPLES[kind]).steps
    assert startable(steps, (), ()) == steps
    assert steps[0].proves is (kind is Prove)


def test_an_unknown_check_is_refused() -> None:
    step = replace(plan_of(SAMPLES[Command]).steps[0], check=Polish("/d"))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="of the kind Polish"):
        step_checks.missing_result(step)
