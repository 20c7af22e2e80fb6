"""The variables that a command gets in addition to the existing ones."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from backends.action import Command

PASSED = (
    *("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"),
)
"""Variables that a program needs behind a company's proxy. sudo removes them by default."""
PROXIES = ("https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY")
"""Variables that name the user's own proxy for what a plan downloads."""
TEMPORARY = ("TMPDIR", "TEMP", "TMP")
"""Variables that name the folder for temporary files; Windows reads the last two."""
AUTHORITIES = ("CARGO_HTTP_CAINFO", "SSL_CERT_FILE", "PIP_CERT")
"""Variables that name a file of certificate authorities."""
REMOVED = (
    *("PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__", "VIRTUAL_ENV", "CONDA_PREFIX"),
    *("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"),
)
"""Variables that would make pip install elsewhere than the plan says."""


@dataclass(frozen=True)
class Group:
    """Variables of a plan with one purpose: see `wizard.plan.Plan`.

    ``what`` they are for, as a noun phrase. They do not count if one of ``own`` is set; without
    ``own``, they always count.
    """

    what: str
    own: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]


def groups(pairs: Iterable[tuple[str, str]]) -> tuple[Group, ...]:
    """Return the variables of a plan by purpose, if it has any."""
    pairs = tuple(pairs)
    temporary = tuple((name, value) for name, value in pairs if name in TEMPORARY)
    proxies = tuple((name, value) for name, value in pairs if name.endswith("_proxy"))
    found = (
        Group("The proxy of the system's settings", PROXIES, proxies),
        Group(
            "The certificate authorities of this Mac's keychain",
            AUTHORITIES,
            tuple(pair for pair in pairs if pair not in (*proxies, *temporary)),
        ),
        Group("The folder for temporary files that was chosen", (), temporary),
    )
    return tuple(group for group in found if group.pairs)


def defaults(pairs: Iterable[tuple[str, str]], inherited: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a plan that its programs get, if ``inherited`` are the caller's.

    What names a file of authorities that does not exist is omitted: a program would trust nobody.
    """
    return {
        name: value
        for group in groups(pairs)
        if not any(inherited.get(own) for own in group.own)
        for name, value in group.pairs
        if name not in AUTHORITIES or Path(value).is_file()
    }


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
