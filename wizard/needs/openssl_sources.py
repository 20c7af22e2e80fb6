"""Which archive an OpenSSL is built from, and what vouches for it: a checksum, and a signature."""

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
    """The version that was chosen, with the address and the checksum that count here.

    A version that the table lacks needs both from the user. The ``signer`` is empty where the
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
                "Another one is brought along with its checksum: --openssl VERSION "
                "--openssl-source FILE|URL --openssl-sha256 SUM",
            ),
        )
    row = found or OpenSSLSource(version, "", "", "")
    place = choices.openssl_source or request.facts.variable(openssl_archive.VARIABLE)
    url = openssl_archive.url_for(place, version) if place else row.url
    return replace(row, url=url, sha256=given or row.sha256)


def source_problem(request: BuildRequest, row: OpenSSLSource) -> Refused | None:
    """Why the archive of ``row`` cannot be fetched; None where nothing is known against it."""
    facts = request.facts
    if not row.url:
        return Refused(
            f"Where the source of OpenSSL {row.version} is, is not known here.",
            (f"Say so with {openssl_archive.FLAG} FILE|URL, or with {openssl_archive.VARIABLE}.",),
        )
    if request.choices.openssl_source:
        return None  # it was looked at when it was asked for
    value = facts.variable(openssl_archive.VARIABLE)
    if addresses.has_password(value):
        return Refused(
            f"The address in {openssl_archive.VARIABLE} has a password in it, "
            "which a plan would show.",
            ("Put the password into ~/.netrc, and the bare address into the variable.",),
        )
    if value and not addresses.is_address(value):
        return Refused(
            f"{openssl_archive.VARIABLE} names {value}, and there is no such file or folder.",
            (f"Mend it, or say where the archive is with {openssl_archive.FLAG} FILE|URL.",),
        )
    if value and row.url.startswith("file:") and row.url not in facts.archives:
        return Refused(
            f"{openssl_archive.VARIABLE} names {value}, and there is no {_name(row)}.",
            (f"Put it there, or say where it is with {openssl_archive.FLAG} FILE|URL.",),
        )
    return None


def missing_for_signature(facts: Facts, row: OpenSSLSource) -> tuple[str, ...]:
    """What a check of the archive's signature would need and is not here; nothing: it is done."""
    tool = facts.tool("gpg")
    lacks = []
    if tool is None or not at_least(tool.version, gpg.OLDEST):
        lacks.append(f"gpg {gpg.OLDEST} or newer")
    if row.signer not in facts.signers:
        lacks.append(f"the key {row.signer} in your keyring")
    signature = f"{row.url}{openssl_archive.SIGNATURE}"
    if row.url.startswith("file:") and signature not in facts.archives:
        lacks.append(f"{_name(row)}{openssl_archive.SIGNATURE} beside the archive")
    return tuple(lacks)


def note(facts: Facts, row: OpenSSLSource) -> str:
    """What vouches for the archive, where that is its checksum only; else empty."""
    if not row.signer:
        return (
            f"Of the source of OpenSSL {row.version} only the checksum is compared, the one that "
            "you gave: who signs this version is not known here."
        )
    lacks = missing_for_signature(facts, row)
    if not lacks:
        return ""
    return (
        f"Of the source of OpenSSL {row.version} only the checksum is compared; to check its "
        f"signature as well, this would be needed: {', '.join(lacks)}."
    )


def _name(row: OpenSSLSource) -> str:
    return posixpath.basename(urlsplit(row.url).path)
