"""pipx: installs an application into a separate environment, and its commands into one folder."""

from __future__ import annotations

import re

from backends.action import Command

FOLDERS = {"PIPX_LOCAL_VENVS": "environments", "PIPX_BIN_DIR": "commands"}
"""The lines of ``pipx environment`` that say where pipx installs (pipx 1.1 and later)."""
_ONLY_WHEEL = ("--only-binary", "cryptography")


WITH_PIP = ("PIPX_DEFAULT_BACKEND", "pip")
"""The variable that makes pipx install with pip. One that is too old for it knows only pip."""


def environment(pipx: str) -> Command:
    """Print the folders of pipx."""
    return Command((pipx, "environment"), timeout=30)


def read_environment(output: str) -> dict[str, str]:
    """Return the folders in the output of `environment`, by the names in `FOLDERS`.

    A variable of the user comes first in the output, and what pipx makes of it last.
    """
    found = dict(re.findall(r"^(PIPX_\w+)=(.+)$", output, re.MULTILINE))
    return {name: found[key].strip() for key, name in FOLDERS.items() if key in found}


def install(pipx: str, python: str, requirement: str) -> Command:
    """Install an application. pipx also remembers for updates that cryptography is not compiled.

    pipx installs with uv if it finds one, and otherwise with pip; both know this option.
    """
    return Command(
        (
            *(pipx, "install", "--python", python),
            *(f"--pip-args={'='.join(_ONLY_WHEEL)}", requirement),
        ),
        env=_ENV,
        timeout=1800,
    )


def keep(pipx: str, application: str, requirements: tuple[str, ...]) -> Command:
    """Install packages into the environment of an application, for now and not for updates."""
    return Command(
        (pipx, "runpip", application, "install", *_ONLY_WHEEL, *requirements),
        env=_ENV,
        timeout=900,
    )


def check(pipx: str, application: str) -> Command:
    """Check that the packages of an application satisfy each other's requirements."""
    return Command((pipx, "runpip", application, "check"), env=_ENV, timeout=120)


def uninstall(pipx: str, application: str) -> Command:
    """Remove an application, its environment and its commands."""
    return Command((pipx, "uninstall", application), timeout=300)


def is_pipx(command: Command, pipx: str) -> bool:
    """Return whether this command runs pipx, whose path is ``pipx``."""
    return bool(pipx) and command.argv[0] == pipx


_ENV = (("PIP_DISABLE_PIP_VERSION_CHECK", "1"), ("PIP_NO_INPUT", "1"), ("USE_EMOJI", "0"))
