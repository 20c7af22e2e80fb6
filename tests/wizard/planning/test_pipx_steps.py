"""An application with pipx: its steps, its notes, and when it is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.action import Command, Prove
from tests.machines import machine
from tests.wizard.planned import plan
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.facts import Facts, Pipx, Project, Setting, Tool
from wizard.knowledge import load
from wizard.plan import Plan

ANSIBLE = Project(
    "ansible-core>=2.15",
    "requirement",
    "ansible-core>=2.15",
    requirements=("ansible-core>=2.15",),
    resolver="uv",
    uses_cryptography=True,
    commands=("ansible", "ansible-playbook"),
)
PIPX = Tool("pipx", "/usr/bin/pipx", "1.4.3")
FOLDERS = Pipx("/home/user/.local/pipx/venvs", "/home/user/.local/bin", on_path=True)


def facts(project: Project = ANSIBLE, *tools: Tool, pipx: Pipx | None = FOLDERS) -> Facts:
    found = machine("debian-12")
    return replace(found, project=project, pipx=pipx, tools=(*found.tools, *(tools or (PIPX,))))


def planned(found: Facts, **choices: str) -> Plan:
    assert found.project is not None
    wanted = {"installer": "pipx", "method": "wheel", **choices}
    return plan(found, load(), Choices(project=found.project.path, **wanted))  # type: ignore[arg-type]


def commands(found: Plan) -> list[Command]:
    return [step.action for step in found.steps if isinstance(step.action, Command)]


def test_pipx_installs_keeps_the_release_and_checks() -> None:
    found = planned(facts(), release="45.0.7")
    install, keep, check = commands(found)
    assert install.argv[:2] == ("/usr/bin/pipx", "install")
    assert install.argv[-1] == "ansible-core>=2.15"
    assert keep.argv[2:4] == ("ansible-core", "install")
    assert keep.argv[-1] == "cryptography==45.0.7"
    assert check.argv[1:] == ("runpip", "ansible-core", "check")
    (undo,) = found.steps[0].undo
    assert isinstance(undo, Command)
    assert undo.argv == ("/usr/bin/pipx", "uninstall", "ansible-core")


def test_the_proof_is_about_the_environment_of_pipx() -> None:
    found = planned(facts())
    assert found.environment == "/home/user/.local/pipx/venvs/ansible-core"
    proof = found.steps[-1].action
    assert isinstance(proof, Prove)
    assert proof.python == "/home/user/.local/pipx/venvs/ansible-core/bin/python"
    assert proof.whole


def test_the_plan_says_where_the_commands_are_and_how_to_remove_them() -> None:
    found = planned(facts())
    assert found.usage == (
        "The commands of ansible-core>=2.15 (ansible and ansible-playbook) are in "
        "/home/user/.local/bin, which is on your PATH."
    )
    assert found.usage in found.notes
    assert "To remove ansible-core later: pipx uninstall ansible-core" in found.notes
    away = planned(facts(pipx=replace(FOLDERS, on_path=False)))
    assert away.usage.endswith("which is not on your PATH. To add it: pipx ensurepath")


def test_commands_of_other_packages_are_not_added_and_the_plan_says_so() -> None:
    found = planned(
        facts(
            replace(
                ANSIBLE,
                path="ansible",
                name="ansible",
                requirements=("ansible",),
                commands=("ansible-community",),
            )
        )
    )
    assert any("pipx install --include-deps ansible" in note for note in found.notes)
    assert not any("--include-deps" in note for note in planned(facts()).notes)


def test_pipx_is_offered_but_not_used_unless_it_is_asked_for() -> None:
    found = planned(facts(), installer="")
    assert not any("pipx" in command.argv[0] for command in commands(found))
    assert found.usage == ""
    assert any(note.endswith("pipx can install it: --installer pipx") for note in found.notes)
    library = planned(facts(replace(ANSIBLE, commands=())), installer="")
    unread = planned(facts(replace(ANSIBLE, commands=None)), installer="")
    assert not any("pipx" in note for note in (*library.notes, *unread.notes))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (replace(facts(), tools=()), "pipx is not on your PATH."),
        (facts(ANSIBLE, replace(PIPX, problem="It is broken.")), "does not work: It is broken."),
        (facts(pipx=None), "does not say where it installs applications"),
        (facts(pipx=replace(FOLDERS, installed=("ansible-core",))), "already installed ansible"),
        (facts(replace(ANSIBLE, commands=())), "has no commands"),
        (facts(replace(ANSIBLE, kind="requirements", requirements=())), "is a file"),
    ],
)
def test_what_pipx_cannot_do_is_refused_with_advice(found: Facts, reason: str) -> None:
    with pytest.raises(Impossible) as caught:
        planned(found)
    assert reason in caught.value.what
    assert caught.value.hints


def test_settings_that_uv_cannot_follow_make_pipx_use_pip() -> None:
    found = facts(ANSIBLE, PIPX, Tool("uv", "/usr/bin/uv", "0.9.0"))
    assert all("PIPX_DEFAULT_BACKEND" not in dict(c.env) for c in commands(planned(found)))
    broken = Setting("uv", "config-file", "uv.toml", "uv.toml", problem="it is empty")
    for command in commands(planned(replace(found, settings=(broken,)))):
        assert dict(command.env)["PIPX_DEFAULT_BACKEND"] == "pip"
