"""The C compiler of a source build: what is missing of it, and what installs it."""

from __future__ import annotations

import posixpath

from backends import msvc
from wizard.facts import Facts, Manager, Python, Tool
from wizard.needs import apple_tools
from wizard.plan import Step
from wizard.refused import Refused
from wizard.tables import Packages

PROGRAMS = ("cc", "gcc")
"""The C compilers that builds call, by name."""


def install_steps(facts: Facts, python: Python) -> tuple[Step, ...] | Refused:
    """Return the steps that install the system's compiler, or why the wizard cannot install it.

    Empty if it runs, or if a package manager installs it.
    """
    if facts.system.name == "macos":
        return apple_tools.install_steps(facts)
    if facts.system.name == "windows":
        return _microsoft(facts, python)
    return ()


def blocked_by(facts: Facts, manager: Manager, names: Packages) -> Refused | None:
    """Return why the compiler cannot be used although it is there, or ``manager`` has installed it.

    None if it is not installed, or if it runs. A build calls it ``cc`` (Rust, for linking) or
    ``gcc``, and starts the first one on PATH.
    """
    if facts.system.name != "linux":
        return None
    first, works = facts.started("cc"), next(filter(None, map(facts.tool, PROGRAMS)), None)
    if works:
        return _broken(first, works) if first and first.problem else None
    package = manager.package(names.compiler)
    if not (package and package.installed):
        return None
    broken = (f" {t.path}: {t.problem}" for t in facts.tools if t.name in PROGRAMS)
    return Refused(
        f"The C compiler is missing: the package {package.name} is installed, but neither cc "
        f"nor gcc runs.{''.join(broken)}",
        hints=(
            "Check that PATH contains /usr/bin, then start again.",
            f"Or reinstall the compiler with {manager.name}.",
        ),
    )


def _broken(first: Tool, works: Tool) -> Refused:
    folder = posixpath.dirname(first.path)
    return Refused(
        f"The C compiler that a build starts does not run. {first.path}: {first.problem}",
        hints=(
            f"{works.path} works: remove {folder} from PATH, or that program, then start again.",
        ),
    )


def _microsoft(facts: Facts, python: Python) -> tuple[Step, ...] | Refused:
    name = msvc.tool(python.machine)
    if facts.tool(name):
        return ()
    component = " (the part for ARM64)" if name != "msvc" else ""
    return Refused(
        "Microsoft's C++ compiler is not installed, and only Microsoft's installer can install it.",
        hints=(
            f"Install the Build Tools for Visual Studio with “{msvc.WORKLOAD}”{component}, then "
            "start again.",
            "Or use the wheel, which needs no compiler.",
        ),
    )
