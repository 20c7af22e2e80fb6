"""Whether pipx can install what the user named as an application."""

from __future__ import annotations

from wizard import invocation, target_environment
from wizard.needs.case import Case
from wizard.refused import Refused

WITHOUT = "Without pipx, into an environment: omit --installer pipx."


def refusal(case: Case) -> Refused | None:
    """Return why pipx cannot install the application, or None if it can or was not chosen."""
    facts, project = case.facts, case.project
    if case.choices.installer != "pipx" or project is None:
        return None
    tool = facts.tool("pipx")
    if tool is None:
        broken = next((t for t in facts.tools if t.name == "pipx"), None)
        return Refused(
            f"pipx does not work: {broken.problem}" if broken else "pipx is not on your PATH.",
            hints=("Install pipx from your system's packages, or with pip.", WITHOUT),
        )
    if facts.pipx is None:
        return Refused(
            f"pipx {tool.version} ({tool.path}) does not say where it installs applications.",
            hints=("Update pipx: the wizard needs pipx 1.1 or newer.", WITHOUT),
        )
    name = target_environment.application(facts)
    if not name:
        return Refused(
            f"pipx installs an application by its name, but {project.name} is a file.",
            hints=("Name the application, for example --for ansible-core.", WITHOUT),
        )
    if name in facts.pipx.installed:
        return Refused(
            f"pipx has already installed {name} ({case.target.folder}).",
            why="The wizard does not change an application that works.",
            hints=(
                f"Update it: pipx upgrade {name}",
                f"Install it again: pipx uninstall {name}, then repeat this command.",
                f"Test its cryptography: {invocation.command('verify', case.target.interpreter)}",
            ),
        )
    if project.commands == ():
        return Refused(
            f"{project.name} has no commands, so it is not an application for pipx.",
            hints=(WITHOUT,),
        )
    return None
