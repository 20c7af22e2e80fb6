"""The steps that install an application with pipx, with the chosen release of cryptography."""

from __future__ import annotations

from backends import pipx
from wizard import target_environment
from wizard.errors import Impossible
from wizard.facts import Pipx, Project
from wizard.needs.case import Case
from wizard.plan import FileExists, Step
from wizard.wording import joined

MOST_COMMANDS = 4
"""How many commands of an application are named."""


def uses_pipx(case: Case) -> bool:
    """Return whether pipx installs an application."""
    return case.choices.installer == "pipx"


def steps(case: Case) -> tuple[Step, ...]:
    """Return the steps that install the application and keep the release.

    Raises Impossible without pipx.
    """
    project, _ = _known(case)
    tool, target = case.facts.tool("pipx"), case.target
    name, release = target_environment.application(case.facts), case.choices.release
    if tool is None:
        raise Impossible("pipx is not installed on this machine.")
    install = Step(
        "install",
        f"Install {project.name} with pipx",
        f"pipx makes the environment {target.folder}, and never compiles cryptography.",
        pipx.install(tool.path, target.python.path, project.requirements[0]),
        undo=(pipx.uninstall(tool.path, name),),
        check=FileExists(target.interpreter),
        role="project",
    )
    keep = Step(
        "keep",
        f"Install cryptography {release} there from its wheel",
        "If pipx chose this release itself, nothing changes. pipx may update it later.",
        pipx.keep(tool.path, name, (f"cryptography=={release}",)),
        needs=(install.id,),
        role="install",
    )
    check = Step(
        "check",
        f"Check that the packages of {name} fit together",
        "Each package must have what it requires.",
        pipx.check(tool.path, name),
        needs=(keep.id,),
        role="project",
    )
    return (install, keep, check)


def usage(case: Case) -> str:
    """Return where the commands are, as sentences."""
    project, found = _known(case)
    names = project.commands or ()
    shown = [*names[:MOST_COMMANDS], *(["others"] if len(names) > MOST_COMMANDS else [])]
    # Without names, they could not be read.
    commands = f"The commands of {project.name}" + (f" ({joined(shown)})" if shown else "")
    verb = "is" if len(names) == 1 else "are"
    if len(names) == 1:
        commands = f"The command {names[0]}"
    if found.on_path:
        return f"{commands} {verb} in {found.commands}, which is on your PATH."
    return (
        f"{commands} {verb} in {found.commands}, which is not on your PATH. To add it: "
        "pipx ensurepath"
    )


def notes(case: Case) -> tuple[str, ...]:
    """Return what to know before pipx installs an application, or that it could."""
    project, tool = case.project, case.facts.tool("pipx")
    if project is None or project.kind != "requirement":
        return ()
    if uses_pipx(case):
        name = target_environment.application(case.facts)
        return (
            usage(case),
            f"To remove {name} later: pipx uninstall {name}",
            *_other_commands(project, name),
        )
    if tool is None or case.facts.pipx is None or not project.commands:
        return ()
    return (
        f"{project.name} has commands, such as {project.commands[0]}. For use from any folder, "
        "pipx can install it: --installer pipx",
    )


def _other_commands(project: Project, name: str) -> tuple[str, ...]:
    """Return a note if the command with the application's name comes from another package.

    The commands ``ansible`` and ``ansible-playbook`` of the package ansible are in ansible-core.
    """
    if not project.commands or {name, name.split("-")[0]} & set(project.commands):
        return ()
    return (
        f"pipx adds only the commands of {name} itself. For those of the packages that it needs, "
        f"install it without the wizard: pipx install --include-deps {name}",
    )


def _known(case: Case) -> tuple[Project, Pipx]:
    project, found = case.project, case.facts.pipx
    if project is None or found is None:
        raise Impossible("pipx does not say where it installs applications.")
    return project, found
