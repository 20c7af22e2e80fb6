"""The C compiler of a source build, where no package manager brings it."""

from __future__ import annotations

from backends import msvc, xcode
from wizard.facts import Facts, Python
from wizard.plan import Step
from wizard.refused import Refused

STEP = "compiler"
"""The id of the step after which the compiler is there."""


def needed(facts: Facts, python: Python) -> tuple[Step, ...] | Refused:
    """The steps that bring the system's own compiler; none where it is there or is a package."""
    if facts.system.name == "macos":
        return () if facts.tool("xcode") else _command_line_tools()
    if facts.system.name == "windows":
        return _microsoft(facts, python)
    return ()


def _command_line_tools() -> tuple[Step, ...]:
    return (
        Step(
            "compiler-ask",
            "Ask macOS for the Command Line Tools",
            "They are Apple's compiler. A window opens: click Install, and agree.",
            xcode.install(),
            role="compiler",
        ),
        Step(
            STEP,
            "Wait until they are installed",
            "Apple's installer takes some minutes after you have clicked.",
            xcode.wait(),
            needs=("compiler-ask",),
            role="compiler",
        ),
    )


def _microsoft(facts: Facts, python: Python) -> tuple[Step, ...] | Refused:
    name = msvc.tool(python.machine)
    if facts.tool(name):
        return ()
    component = " (the part for ARM64)" if name != "msvc" else ""
    return Refused(
        "Microsoft's C++ compiler is not here, and only its own installer can bring it.",
        hints=(
            f"Install the Build Tools for Visual Studio with “{msvc.WORKLOAD}”{component}, then "
            "start again.",
            "Or take the wheel: it needs no compiler.",
        ),
    )
