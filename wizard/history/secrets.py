"""The secrets of this user's machine that a log could repeat, so that a report can mask them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from wizard import masking

_SECRET_NAME = re.compile(
    r"PASSW|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIAL", re.IGNORECASE
)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://[^\s\"'<>,]+", re.IGNORECASE)
_NETRC = re.compile(r"\b(?:login|password|account)\s+(\S+)")
_ASSIGNED = re.compile(r"""^\s*["']?([\w.-]+)["']?\s*[=:]\s*["']?([^"'\s]+)""", re.MULTILINE)
FILES = (
    *(".netrc", "_netrc", ".pypirc", ".config/pip/pip.conf", ".pip/pip.conf", "pip/pip.ini"),
    *(".config/uv/uv.toml", ".config/pypoetry/auth.toml", ".cargo/config.toml"),
    *(".cargo/credentials.toml", "Library/Application Support/pip/pip.conf", ".condarc"),
)
"""Files in the home folder that may contain secrets."""
_VARIABLES_WITH_FILES = ("PIP_CONFIG_FILE", "UV_CONFIG_FILE", "NETRC", "CONDARC")
LARGEST = 256 * 1024


def find(home: Path, variables: Mapping[str, str], working_folder: Path) -> set[str]:
    """Return the secrets in these variables, and in the configuration files that they lead to."""
    found = set(_of_variables(variables))
    files = [home / name for name in FILES]
    files += [Path(variables[name]) for name in _VARIABLES_WITH_FILES if variables.get(name)]
    files += [working_folder / name for name in ("pip.conf", "uv.toml", "pyproject.toml")]
    for file in files:
        with contextlib.suppress(OSError, ValueError):  # it is not there, or not text
            if file.stat().st_size <= LARGEST:
                found.update(_of_text(file.read_text(encoding="utf-8")))
    return found


def _of_variables(variables: Mapping[str, str]) -> Iterator[str]:
    for name, value in variables.items():
        if _SECRET_NAME.search(name) and not Path(value).exists():
            yield value
        yield from _of_addresses(value)


def _of_text(text: str) -> Iterable[str]:
    yield from _of_addresses(text)
    yield from _NETRC.findall(text)
    for name, value in _ASSIGNED.findall(text):
        if _SECRET_NAME.search(name) or name == "username":
            yield value


def _of_addresses(text: str) -> Iterator[str]:
    for address in _ADDRESS.findall(text):
        yield from masking.secrets_of_address(address)
