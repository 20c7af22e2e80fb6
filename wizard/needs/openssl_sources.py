"""The archive from which OpenSSL is built, and how it is checked: by checksum and signature."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from urllib.parse import urlsplit

from backends import gpg
from wizard import addresses, openssl_archive, openssl_choice
from wizard.facts import Facts
from wizard.knowledge import OpenSSLSource
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.versions import at_least


def find_source(request: BuildRequest) -> OpenSSLSource | Refused:
    """Return the chosen version, with its actual address and checksum.

    For a version that the table lacks, the user must provide both. The ``signer`` is empty if the
    signature is not checked: `missing_for_signature` says why. A wrong address does not matter
    where that OpenSSL is built already, so it is left to `source_problem`.
    """
    choices, knowledge = request.choices, request.knowledge
    version, given = choices.openssl, choices.openssl_sha256.lower()
    found = next((each for each in knowledge.openssls if each.version == version), None)
    if found is None and not (given and openssl_choice.is_version(version)):
        known = ", ".join(each.version for each in knowledge.openssls)
        return Refused(
            f"The wizard cannot build OpenSSL {version}.",
            (
                f"It can build: {known}.",
                "To build another version, provide its source and checksum: --openssl VERSION "
                "--openssl-source FILE|URL --openssl-sha256 SUM",
            ),
        )
    row = found or OpenSSLSource(version, "", "", "")
    place = choices.openssl_source or request.facts.variable(openssl_archive.VARIABLE)
    url = openssl_archive.url_for(place, version) if place else row.url
    return replace(row, url=url, sha256=given or row.sha256)


def source_problem(request: BuildRequest, row: OpenSSLSource) -> Refused | None:
    """Why the archive of ``row`` cannot be fetched; None if nothing is known against it."""
    facts = request.facts
    if not row.url:
        return Refused(
            f"The wizard does not know where to download OpenSSL {row.version}.",
            (
                f"Name the place with {openssl_archive.FLAG} FILE|URL, or with "
                f"{openssl_archive.VARIABLE}.",
            ),
        )
    if request.choices.openssl_source:
        return None  # it was checked when the user named it
    value = facts.variable(openssl_archive.VARIABLE)
    if addresses.has_password(value):
        return Refused(
            f"The address in {openssl_archive.VARIABLE} contains a password, which a plan would "
            "show.",
            ("Put the password into ~/.netrc, and the address without it into the variable.",),
        )
    if value and not addresses.is_address(value):
        return Refused(
            f"{openssl_archive.VARIABLE} names {value}, which does not exist.",
            (f"Correct it, or name the archive with {openssl_archive.FLAG} FILE|URL.",),
        )
    if value and row.url.startswith("file:") and row.url not in facts.archives:
        return Refused(
            f"{openssl_archive.VARIABLE} names {value}, which does not contain {_name(row)}.",
            (f"Put the archive there, or name it with {openssl_archive.FLAG} FILE|URL.",),
        )
    return None


def missing_for_signature(facts: Facts, row: OpenSSLSource) -> tuple[str, ...]:
    """Why the archive's signature cannot be checked, one reason each; empty if it can."""
    tool = facts.tool("gpg")
    lacks = []
    if tool is None or not at_least(tool.version, gpg.OLDEST):
        lacks.append(f"gpg {gpg.OLDEST} or newer is not installed")
    if row.signer not in facts.signers:
        lacks.append(f"gpg lacks the key {row.signer}")
    signature = f"{row.url}{openssl_archive.SIGNATURE}"
    if row.url.startswith("file:") and signature not in facts.archives:
        lacks.append(f"{_name(row)}{openssl_archive.SIGNATURE} is not beside the archive")
    return tuple(lacks)


def note(facts: Facts, row: OpenSSLSource) -> str:
    """Return a note if only the checksum of the archive can be checked; else an empty text."""
    if not row.signer:
        return (
            f"The source of OpenSSL {row.version} will be compared with your checksum. "
            "Its signature will not be checked: the wizard does not know who signs this version."
        )
    lacks = missing_for_signature(facts, row)
    if not lacks:
        return ""
    return (
        f"The checksum of the source of OpenSSL {row.version} will be checked. "
        f"The signature will not: {' and '.join(lacks)}."
    )


def _name(row: OpenSSLSource) -> str:
    return posixpath.basename(urlsplit(row.url).path)
