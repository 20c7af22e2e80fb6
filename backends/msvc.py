"""Microsoft's C++ compiler, found with vswhere, which is part of every Visual Studio since 2017.

From the documentation of vswhere and of the Build Tools: vswhere is in a fixed folder, ``-products
*`` includes the free Build Tools, and ``-requires`` names the component that compiles for an
architecture. ``vcvarsall.bat`` of that installation sets up a command prompt for it. A build does
not need that: setuptools, rustc and the crate cc find the compiler in the same way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from backends.action import Command, Output

VSWHERE = r"Microsoft Visual Studio\Installer\vswhere.exe"
"""Below the folder of 32-bit programs (``ProgramFiles(x86)``)."""
COMPONENTS = {
    "msvc": "Microsoft.VisualStudio.Component.VC.Tools.x86.x64",
    "msvc-arm64": "Microsoft.VisualStudio.Component.VC.Tools.ARM64",
}
"""The components that compile for a family of processors; the first is for 32- and 64-bit Intel."""
WORKLOAD = "Desktop development with C++"
"""The installer's name for the compiler and Windows' headers."""


@dataclass(frozen=True)
class Studio:
    """An installed Visual Studio (or its Build Tools): ``vcvarsall.bat``, and its version."""

    vcvarsall: str
    version: str


def find(vswhere: str, component: str) -> Command:
    """Ask for the newest installation that has this component."""
    return Command(
        (
            *(vswhere, "-latest", "-products", "*", "-requires", component),
            *("-format", "json", "-utf8", "-nologo"),
        ),
        timeout=20,
    )


def read_answer(output: Output) -> Studio | None:
    """Return the Visual Studio in the output of `find`, or None if the output lists none.

    Raises ValueError if the output is invalid.
    """
    answer = json.loads(output.stdout or "[]")
    if not isinstance(answer, list):
        raise ValueError("vswhere did not print a list")
    for studio in answer:
        folder = str(studio["installationPath"])
        vcvarsall = rf"{folder}\VC\Auxiliary\Build\vcvarsall.bat"
        return Studio(vcvarsall, str(studio["installationVersion"]))
    return None


def tool(machine: str) -> str:
    """Return the name in `COMPONENTS` for this architecture (``x86_64``, ``arm64``)."""
    return "msvc-arm64" if machine in ("arm64", "aarch64") else "msvc"


def architecture(machine: str, bits: int) -> str:
    """Return ``vcvarsall.bat``'s name for the architecture of a Python."""
    if machine in ("arm64", "aarch64"):
        return "arm64"
    return "x86" if bits == 32 else "x64"
