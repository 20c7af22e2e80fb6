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
"""The variable that names the place if neither a flag nor an answers file does."""
FLAG = "--openssl-source"
SIGNATURE = ".asc"
"""The suffix of a signature's name after the name of its archive, as the OpenSSL project uses
it.
"""
_SUM = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_NAMES = re.compile(rf"openssl-{VERSION.pattern}\.tar\.gz({re.escape(SIGNATURE)})?", re.ASCII)


def file_name(version: str) -> str:
    """Return the usual name of the archive of this version."""
    return f"openssl-{version}.tar.gz"


def cached_name(version: str, own_sum: str = "") -> str:
    """Return the archive's name in the cache. It contains the checksum if the user gave one."""
    return file_name(f"{version}-sha256-{own_sum}" if own_sum else version)


def url_for(place: str, version: str) -> str:
    """Return the address of this version's archive: ``place`` itself, or a file in it if it ends in
    "/"."""
    return f"{place}{file_name(version)}" if place.endswith("/") else place


def check_sha256(text: str, *, place: str = "") -> None:
    """Raise BadRequest if this is not a SHA-256 checksum. ``place`` says where it was found."""
    if not _SUM.fullmatch(text):
        raise BadRequest(
            f"{text!r} is not a SHA-256 checksum.",
            shown=place,
            why=f"It has {len(text)} characters. A checksum has 64 characters from 0-9 and a-f.",
            hints=("It is published beside the archive: openssl-VERSION.tar.gz.sha256",),
        )


def address(text: str, version: str = "", *, said_by: str = FLAG) -> str:
    """Return the address of an archive, or of a folder of archives, which ends in "/".

    ``text`` is the path of a file or folder, or such an address; ``said_by`` names the flag or the
    variable that it comes from. Raises BadRequest if it does not exist, if a folder lacks the
    archive of ``version`` (empty: any), or if a password would be shown.
    """
    if has_password(text):
        raise BadRequest(
            f"The address in {said_by} contains a password.",
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
            f"{said_by} names {text}, which cannot be read.",
            shown=error.strerror or str(error),
        ) from None
    if path.is_dir():
        raise BadRequest(
            f"{said_by} names the folder {text}, which does not contain {file_name(version)}.",
            hints=("To use an archive with another name, give the path of the file.",),
        )
    raise BadRequest(
        f"{said_by} names {text}, which does not exist.",
        hints=(
            f"{said_by} can be the file of a source archive (openssl-VERSION.tar.gz), a folder "
            'with such files, or the address of one of these. The address of a folder ends in "/".',
        ),
    )


def from_variable() -> str:
    """Return the address in the variable, or empty if it is not set.

    An invalid address is returned unchanged, except for a password; planning reports the error.
    """
    text = os.environ.get(VARIABLE, "")
    try:
        return address(text, said_by=VARIABLE) if text else ""
    except BadRequest:
        return masked(text)


def local_files(place: str) -> tuple[str, ...]:
    """Return the addresses of the archives and signatures in a place on this machine.

    ``place`` is an address as `address` returns it. Raises OSError if a folder cannot be read.
    """
    if not place.startswith("file:"):
        return ()
    from urllib.request import url2pathname  # slow to import

    path = Path(url2pathname(urlsplit(place).path))
    if place.endswith("/"):
        found = [each for each in path.iterdir() if _NAMES.fullmatch(each.name)]
    else:
        found = [path, path.with_name(f"{path.name}{SIGNATURE}")]
    return tuple(sorted(each.as_uri() for each in found if each.is_file()))
