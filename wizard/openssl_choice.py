"""The types of the choice ``openssl``: which OpenSSL a source build uses. And its variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Union

SYSTEM = "system"
_NUMBER = r"(?:0|[1-9]\d*)"
VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}[a-z]*", re.ASCII)
"""The pattern of OpenSSL versions: ``3.5.7``, ``1.1.1w``."""
OPENSSL_VARIABLES = (
    *("OPENSSL_DIR", "OPENSSL_LIB_DIR", "OPENSSL_INCLUDE_DIR", "OPENSSL_STATIC", "OPENSSL_LIBS"),
    *("OPENSSL_NO_PKG_CONFIG", "OPENSSL_NO_VENDOR", "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS"),
    *("CRYPTOGRAPHY_WINDOWS_LINK_LEGACY_OPENSSL", "CRYPTOGRAPHY_DONT_BUILD_RUST"),
)
"""Variables that make a build use another OpenSSL, or omit parts of it. A plan sets those that it
needs; the build does not see the others (docs/installation.rst; the crate openssl-sys)."""


@dataclass(frozen=True)
class SystemOpenSSL:
    """The OpenSSL of the system or of its package manager."""


@dataclass(frozen=True)
class OpenSSLVersion:
    """An OpenSSL of the version ``text`` that the wizard builds."""

    text: str

    @property
    def well_formed(self) -> bool:
        """Whether it has the form of a version. Otherwise it cannot be built."""
        return VERSION.fullmatch(self.text) is not None


@dataclass(frozen=True)
class OpenSSLFolder:
    """An OpenSSL that the user built, in the folder ``path``."""

    path: str


CustomOpenSSL = Union[OpenSSLVersion, OpenSSLFolder]
OpenSSLChoice = Union[SystemOpenSSL, CustomOpenSSL]


def parse(text: str) -> OpenSSLChoice | None:
    """Parse the text of the choice; None if it is empty.

    A text without a slash or backslash is a version, even if it is not well-formed.
    """
    if not text:
        return None
    if text == SYSTEM:
        return SystemOpenSSL()
    return OpenSSLFolder(text) if names_folder(text) else OpenSSLVersion(text)


def names_folder(text: str) -> bool:
    """Return whether the text of the choice names a folder."""
    return "/" in text or "\\" in text


def is_version(text: str) -> bool:
    """Return whether the text is a well-formed version."""
    chosen = parse(text)
    return isinstance(chosen, OpenSSLVersion) and chosen.well_formed
