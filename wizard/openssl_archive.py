"""Where the source archive of OpenSSL comes from: a file, or a mirror."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from wizard.addresses import has_password, is_address, masked
from wizard.errors import BadRequest
from wizard.openssl_choice import VERSION

VARIABLE = "CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE"
"""The variable that says where archives are, if neither a flag nor an answers file does."""
FLAG = "--openssl-source"
SIGNATURE = ".asc"
"""The suffix that the OpenSSL project adds to an archive's name for the file of its signature."""
CHECKSUM = ".sha256"
"""The suffix for the file that begins with the archive's SHA-256."""
_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_NAMES = re.compile(
    rf"openssl-{VERSION.pattern}\.tar\.gz({re.escape(SIGNATURE)}|{re.escape(CHECKSUM)})?", re.ASCII
)
_RELEASES = "https://github.com/openssl/openssl/releases/download"
"""Where the OpenSSL project publishes every version since 0.9 (openssl-library.org: Downloads, and
Old Releases)."""


def file_name(version: str) -> str:
    """Return the usual name of the archive of this version."""
    return f"openssl-{version}.tar.gz"


def cached_name(version: str, custom_sum: str = "") -> str:
    """Return the archive's name in the cache. It contains the checksum if the user gave one."""
    return file_name(f"{version}-sha256-{custom_sum}" if custom_sum else version)


def documented_address(version: str) -> str:
    """Return the address at which the OpenSSL project publishes this version's archive."""
    tag = (
        f"OpenSSL_{version.replace('.', '_')}"
        if version[:2] in ("0.", "1.")
        else f"openssl-{version}"
    )
    return f"{_RELEASES}/{tag}/{file_name(version)}"


def url_for(location: str, version: str) -> str:
    """Return the address of this version's archive.

    It is ``location`` itself or, if that ends in "/", a file in it.
    """
    return f"{location}{file_name(version)}" if location.endswith("/") else location


def check_sha256(text: str, *, location: str = "") -> None:
    """Raise BadRequest if this is not a SHA-256 checksum. ``location`` says where it was found."""
    if not _SHA256.fullmatch(text):
        raise BadRequest(
            f"{text!r} is not a SHA-256 checksum.",
            shown=location,
            why=f"It has {len(text)} characters. A checksum has 64 characters from 0-9 and a-f.",
            hints=(f"It is published beside the archive: openssl-VERSION.tar.gz{CHECKSUM}",),
        )


def find_address(text: str, version: str = "", *, source: str = FLAG) -> str:
    """Return the address of an archive, or of a folder of archives, which ends in "/".

    ``text`` is the path of a file or folder, or such an address; ``source`` names the flag or the
    variable that it comes from. Raises BadRequest if it does not exist, if a folder lacks the
    archive of ``version`` (empty: any), or if a password would be shown.
    """
    if has_password(text):
        raise BadRequest(
            f"The address in {source} contains a password.",
            shown=masked(text),
            why="The plan and the log would show it.",
            hints=(
                "Put the user name and password into ~/.netrc, and remove them from the address.",
            ),
        )
    if is_address(text):
        return text
    path = Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100,PTH111 - no links
    try:
        if path.is_file():
            return path.as_uri()
        if path.is_dir() and not version:
            return f"{path.as_uri()}/"
        if path.is_dir() and (path / file_name(version)).is_file():
            return f"{path.as_uri()}/"
    except OSError as error:
        raise BadRequest(
            f"{source} names {text}, which cannot be read.",
            shown=error.strerror or str(error),
        ) from None
    if path.is_dir():
        raise BadRequest(
            f"{source} names the folder {text}, which does not contain {file_name(version)}.",
            hints=("To use an archive with another name, give the path of the file.",),
        )
    raise BadRequest(
        f"{source} names {text}, which does not exist.",
        hints=(
            f"{source} can be the file of a source archive (openssl-VERSION.tar.gz), a folder "
            'with such files, or the address of one of these. The address of a folder ends in "/".',
        ),
    )


def from_variable() -> str:
    """Return the address in the variable, or empty if it is not set.

    An invalid address is returned unchanged, except for a password; planning reports the error.
    """
    text = os.environ.get(VARIABLE, "")
    try:
        return find_address(text, source=VARIABLE) if text else ""
    except BadRequest:
        return masked(text)


def local_files(location: str) -> tuple[str, ...]:
    """Return the addresses of the archives in a location on this machine, and of the signatures and
    checksums beside them.

    ``location`` is an address from `find_address`. Raises OSError if a folder cannot be read.
    """
    if not location.startswith("file:"):
        return ()
    from urllib.request import url2pathname  # slow to import

    path = Path(url2pathname(urlsplit(location).path))
    if location.endswith("/"):
        files = [file for file in path.iterdir() if _NAMES.fullmatch(file.name)]
    else:
        beside = (path.with_name(f"{path.name}{suffix}") for suffix in (SIGNATURE, CHECKSUM))
        files = [path, *beside]
    return tuple(sorted(file.as_uri() for file in files if file.is_file()))
