"""The variables that a command runs with, on top of those that are there."""

from __future__ import annotations

import os
from collections.abc import Mapping

from backends.action import Command

PASSED = (
    *("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"),
)
"""What a program needs behind a company's proxy; sudo drops it unless it is given again."""
REMOVED = (
    *("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
)
"""Variables that would send an installation somewhere else than the plan says."""


def lists(command: Command) -> dict[str, tuple[str, ...]]:
    """The folders that the command puts in front of each variable's own, PATH among them."""
    found: dict[str, tuple[str, ...]] = {}
    for name, folder in (*(("PATH", folder) for folder in command.path), *command.lists):
        found[name] = (*found.get(name, ()), folder)
    return found


def given(command: Command, around: Mapping[str, str]) -> dict[str, str]:
    """What the command sets, where ``around`` are the caller's variables.

    Folders come in front of what the command itself sets, else of what the caller has, unless
    the command must not see that. What it must not see at all is ``command.unset``.
    """
    values = dict(command.env)
    for name, folders in lists(command).items():
        usual = os.defpath if name == "PATH" else ""
        there = "" if name in command.unset else around.get(name, usual)
        behind = values.get(name, there)
        values[name] = os.pathsep.join((*folders, *((behind,) if behind else ())))
    return values
