"""Where the source archive of an OpenSSL is to come from: a file, or a mirror of them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from wizard.addresses import has_password, is_address, masked
from wizard.errors import BadRequest
from wizard.openssl_choice import VERSION

VARIABLE = "CRYPTOGRAPHY_WIZARD_OPENSSL_SOURCE"
"""The variable that counts where neither a flag nor an answers file says where it comes from."""
FLAG = "--openssl-source"
SIGNATURE = ".asc"
"""What stands behind an archive's name in that of its signature, as the OpenSSL project names it.
"""
_SUM = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_NAMES = re.compile(rf"openssl-{VERSION.pattern}\.tar\.gz({re.escape(SIGNATURE)})?", re.ASCII)


def file_name(version: str) -> str:
    """The usual name of the archive of this version."""
    return f"openssl-{version}.tar.gz"


def cached_name(version: str, own_sum: str = "") -> str:
    """Its name in the cache. One with a checksum of the user's own has that in its name."""
    return file_name(f"{version}-sha256-{own_sum}" if own_sum else version)


def url_for(place: str, version: str) -> str:
    """The address of this version's archive: ``place`` itself, or in it where it ends in "/"."""
    return f"{place}{file_name(version)}" if place.endswith("/") else place


def check_sha256(text: str, *, place: str = "") -> None:
    """Raise BadRequest if this is no SHA-256 checksum. ``place`` says where it stands."""
    if not _SUM.fullmatch(text):
        raise BadRequest(
            f"{text!r} is not a SHA-256 checksum.",
            shown=place,
            why=f"It has {len(text)} characters. A checksum has 64 characters from 0-9 and a-f.",
            hints=("It is published beside the archive: openssl-VERSION.tar.gz.sha256",),
        )


def address(text: str, version: str = "", *, said_by: str = FLAG) -> str:
    """The address of an archive, or of a folder of them, which ends in "/".

    ``text`` is the path of a file or folder, or such an address; ``said_by`` names the flag or the
    variable that it comes from. Raises BadRequest if there is nothing of the kind, a folder lacks
    the archive of ``version`` (empty: any), or a password would be shown.
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
    """The address in the variable, empty if it is not set.

    One that cannot be is returned as it stands, but for a password: whoever plans with it says so.
    """
    text = os.environ.get(VARIABLE, "")
    try:
        return address(text, said_by=VARIABLE) if text else ""
    except BadRequest:
        return masked(text)


def local_files(place: str) -> tuple[str, ...]:
    """The addresses of the archives and signatures at a place on this machine.

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
