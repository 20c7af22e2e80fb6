"""The variables that a command gets in addition to the existing ones."""

from __future__ import annotations

import os
from collections.abc import Mapping

from backends.action import Command

PASSED = (
    *("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"),
)
"""What a program needs behind a company's proxy; sudo drops it unless it is passed explicitly."""
REMOVED = (
    *("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
)
"""Variables that would install to another place than the plan says."""


def lists(command: Command) -> dict[str, tuple[str, ...]]:
    """Return the folders that the command puts at the front of each list variable, including
    PATH.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name, folder in (*(("PATH", folder) for folder in command.path), *command.lists):
        found[name] = (*found.get(name, ()), folder)
    return found


def given(command: Command, around: Mapping[str, str]) -> dict[str, str]:
    """Return what the command sets, if ``around`` are the caller's variables.

    Folders are put before the command's own value, or else before the caller's value, unless the
    command must not see it. ``command.unset`` are the variables that it must not see.
    """
    values = dict(command.env)
    for name, folders in lists(command).items():
        usual = os.defpath if name == "PATH" else ""
        there = "" if name in command.unset else around.get(name, usual)
        behind = values.get(name, there)
        values[name] = os.pathsep.join((*folders, *((behind,) if behind else ())))
    return values
