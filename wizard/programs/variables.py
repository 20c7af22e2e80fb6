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
"""Variables that a program needs behind a company's proxy. sudo removes them by default."""
REMOVED = (
    *("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
)
"""Variables that would make pip install elsewhere than the plan says."""


def folder_lists(command: Command) -> dict[str, tuple[str, ...]]:
    """Return the folders that the command puts at the front of each list variable, including
    PATH.
    """
    lists: dict[str, tuple[str, ...]] = {}
    for name, folder in (*(("PATH", folder) for folder in command.path), *command.lists):
        lists[name] = (*lists.get(name, ()), folder)
    return lists


def variables_for(command: Command, inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that the command sets, if ``inherited`` are the caller's.

    Folders are put before the command's own value of a list, or else before the caller's value,
    unless the variable is in ``command.unset``.
    """
    values = dict(command.env)
    for name, folders in folder_lists(command).items():
        default = os.defpath if name == "PATH" else ""
        existing = "" if name in command.unset else inherited.get(name, default)
        rest = values.get(name, existing)
        values[name] = os.pathsep.join((*folders, *((rest,) if rest else ())))
    return values
