"""Which OpenSSL a source build is asked to use: the meaning of the choice ``openssl``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

SYSTEM = "system"
VERSION = re.compile(r"\d+\.\d+\.\d+[a-z]*", re.ASCII)
"""The pattern of OpenSSL versions: ``3.5.7``, ``1.1.1w``."""


@dataclass(frozen=True)
class SystemOpenSSL:
    """The OpenSSL of the system or of its package manager."""


@dataclass(frozen=True)
class OpenSSLVersion:
    """An OpenSSL of the version ``text`` that the wizard builds."""

    text: str

    @property
    def well_formed(self) -> bool:
        """Whether it looks like a version; no other can be built."""
        return VERSION.fullmatch(self.text) is not None


@dataclass(frozen=True)
class OpenSSLFolder:
    """An OpenSSL that the user built, in the folder ``path``."""

    path: str


OwnOpenSSL = Union[OpenSSLVersion, OpenSSLFolder]
OpenSSLChoice = Union[SystemOpenSSL, OwnOpenSSL]


def parse(text: str) -> OpenSSLChoice | None:
    """The meaning of what was typed, or None if nothing was.

    A word without a slash or backslash is taken for a version, even one that is not well-formed.
    """
    if not text:
        return None
    if text == SYSTEM:
        return SystemOpenSSL()
    return OpenSSLFolder(text) if "/" in text or "\\" in text else OpenSSLVersion(text)


def is_version(text: str) -> bool:
    """Whether what was typed is a version that looks like one."""
    chosen = parse(text)
    return isinstance(chosen, OpenSSLVersion) and chosen.well_formed
