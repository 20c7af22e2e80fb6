"""Which OpenSSL a source build is asked to use: the meaning of the choice ``openssl``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

SYSTEM = "system"
VERSION = re.compile(r"\d+\.\d+\.\d+[a-z]*", re.ASCII)
"""What the version of an OpenSSL looks like: ``3.5.7``, ``1.1.1w``."""


@dataclass(frozen=True)
class SystemOpenSSL:
    """The OpenSSL of the system or of its package manager."""


@dataclass(frozen=True)
class OpenSSLVersion:
    """An OpenSSL of the version ``text`` that the wizard builds."""

    text: str


@dataclass(frozen=True)
class OpenSSLFolder:
    """An OpenSSL that the user built, in the folder ``path``."""

    path: str


OpenSSLChoice = Union[SystemOpenSSL, OpenSSLVersion, OpenSSLFolder]


def parse(text: str) -> OpenSSLChoice | None:
    """The meaning of what was typed, or None if nothing was."""
    if not text:
        return None
    if text == SYSTEM:
        return SystemOpenSSL()
    return OpenSSLVersion(text) if VERSION.fullmatch(text) else OpenSSLFolder(text)
