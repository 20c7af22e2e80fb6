"""The package with the part of Python that makes virtual environments, where a distribution split
it off. Pure, from the facts."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Manager, Python
from wizard.needs import build_needs, package_steps
from wizard.needs.case import Case
from wizard.refused import Refused


@dataclass(frozen=True)
class VenvPackage:
    """The package ``name`` of ``manager`` makes ``python -m venv`` work."""

    manager: Manager
    name: str


def venv_package(case: Case, python: Python) -> VenvPackage | Refused | None:
    """Return the package that this Python needs before it can make an environment with pip.

    None if it needs none, and a `Refused` if there is no such package, or it cannot be installed.
    """
    if python.ensurepip:
        return None
    without = f"{python.path} cannot make virtual environments"
    for manager, names in build_needs.available(case.facts, case.knowledge):
        if case.choices.manager not in ("", manager.name):
            continue  # one call installs everything, so there is one manager
        name = names.venv.format(minor=python.minor)
        offered = {p.name for p in manager.packages if p.candidate and not p.installed}
        # If the lists are empty, nothing is offered yet: they are updated first in any case.
        if not name or python.installation != "/usr" or (offered and name not in offered):
            continue
        if manager.removed_for((name,)):
            blocked = package_steps.refused_removal(case.facts, manager, (name,))
            return Refused(f"{without}: {name} is missing.", blocked.hints, blocked.reason)
        if case.facts.privilege.method == "none":
            return Refused(
                f"{without}: {name} is missing.",
                (
                    f"Ask the administrator of this machine to install {name}.",
                    "Or install uv (docs.astral.sh/uv): it needs no root rights, and makes "
                    "environments itself.",
                ),
                "Installing it needs root rights, and this user cannot become root.",
            )
        return VenvPackage(manager, name)
    return Refused(
        f"{without}: it has no ensurepip.",
        ("Install the package that provides it (on Debian and Ubuntu: python3-venv), or uv.",),
    )
