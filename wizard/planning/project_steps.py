"""The steps that install the rest of a project, after cryptography."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath

from backends import poetry, uv
from backends.action import Command, WriteFile
from wizard import constraint_file
from wizard.errors import Impossible
from wizard.facts import Facts, Project
from wizard.method import compiles
from wizard.needs import tool_settings
from wizard.needs.case import Case
from wizard.plan import Step
from wizard.planning import installer, pipx_steps
from wizard.planning.installer import Installer
from wizard.target_environment import Target, path_rules

REQUIREMENTS = "cryptography-wizard-requirements.txt"
"""The name of the file, in the environment, with the packages of a lock file."""


def project_steps(case: Case, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the steps that install what the project requires; none without a project.

    ``needs`` are the ids of the steps after which cryptography is installed.
    """
    project = case.project
    if project is None or pipx_steps.uses_pipx(case):
        return ()
    tool = installer.choose_installer(case, case.target)
    before: tuple[Step, ...] = ()
    if project.kind == "uv.lock":
        action = _uv_sync(case.facts, project, case.target)
    elif project.installer:
        action = poetry.install(project.installer, project.folder, case.target.folder)
    else:
        before, action = _with_installer(case, project, tool, needs)
    install = Step(
        "project",
        f"Install {project.contents}",
        f"cryptography stays at {case.choices.release}.{_unchanged(project)}",
        action,
        needs=tuple(step.id for step in before) or needs,
        role="project",
    )
    return (*before, install)


def _unchanged(project: Project) -> str:
    return f" {project.name} itself is not changed." if project.file else ""


def constraint_steps(case: Case, needs: tuple[str, ...]) -> tuple[Step, ...]:
    """Return the step that writes the constraint file, if one was requested."""
    path = case.choices.write_constraint
    if not path:
        return ()
    return (
        Step(
            "constraint",
            "Write the constraint file",
            f"With it, pip and uv keep this release: pip install --constraint {_name(path)} …",
            WriteFile(path, constraint_file.text(case.choices.release)),
            needs=needs,
            role="project",
        ),
    )


def installs_cryptography(case: Case) -> bool:
    """Return whether the project's own step installs cryptography.

    An installer that checks checksums must get cryptography from the same list as the rest: what is
    installed before is not checked. A build has no checksum.
    """
    project = case.project
    return project is not None and project.checked and not compiles(case.choices.method)


def _uv_sync(facts: Facts, project: Project, target: Target) -> Command:
    tool = facts.tool("uv")
    if tool is None:
        raise Impossible(
            f"{project.name} is a lock file of uv, and uv is not installed on this machine.",
            hints=("Install uv, or name the project's pyproject.toml: --for pyproject.toml",),
        )
    broken = tool_settings.unused(facts.settings)
    if broken:
        raise Impossible(f"uv cannot install {project.name}.", why=broken.reason)
    return uv.sync(tool.path, project.folder, target.folder)


def _with_installer(
    case: Case, project: Project, tool: Installer, needs: tuple[str, ...]
) -> tuple[tuple[Step, ...], Command]:
    """Return the call of pip or uv, and the step that writes the list for it, if it needs one."""
    release = f"cryptography=={case.choices.release}"
    pinned = () if project.checked else (release,)
    if project.resolver == "lock":
        path = path_rules(case.facts).join(case.target.folder, REQUIREMENTS)
        write = Step(
            "project-list",
            f"List the packages of {project.name}",
            "pip and uv cannot read every lock file; the list has the same versions.",
            WriteFile(path, "".join(f"{line}\n" for line in project.requirements)),
            needs=needs,
            role="project",
        )
        return (write,), tool.install(("--no-deps", "--requirement", path), binary=True)
    words = project.requirements or ("--requirement", project.file)
    command = tool.install((*words, *pinned), binary=True)
    return (), replace(command, cwd=project.folder)


def _name(path: str) -> str:
    return (PureWindowsPath if "\\" in path else PurePosixPath)(path).name
