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
    """Return the source of the chosen version, with its actual address and checksum.

    For a version that the table lacks, the user must provide both, and ``signer`` is empty. The
    address is checked by `source_blocked_by`, because it does not matter if that OpenSSL is
    already built.
    """
    choices, knowledge = request.choices, request.knowledge
    version, checksum = choices.openssl, choices.openssl_sha256.lower()
    known_source = next((s for s in knowledge.openssls if s.version == version), None)
    if known_source is None and not (checksum and openssl_choice.is_version(version)):
        versions = ", ".join(s.version for s in knowledge.openssls)
        return Refused(
            f"The wizard cannot build OpenSSL {version}.",
            (
                f"It can build: {versions}.",
                "To build another version, provide its source and checksum: --openssl VERSION "
                "--openssl-source FILE|URL --openssl-sha256 SUM",
            ),
        )
    source = known_source or OpenSSLSource(version, "", "", "")
    location = choices.openssl_source or request.facts.variable(openssl_archive.VARIABLE)
    url = openssl_archive.url_for(location, version) if location else source.url
    return replace(source, url=url, sha256=checksum or source.sha256)


def source_blocked_by(request: BuildRequest, source: OpenSSLSource) -> Refused | None:
    """Return why the archive cannot be downloaded, or None if no reason is known in advance."""
    facts = request.facts
    if not source.url:
        return Refused(
            f"The wizard does not know where to download OpenSSL {source.version}.",
            (
                f"Name the place with {openssl_archive.FLAG} FILE|URL, or with "
                f"{openssl_archive.VARIABLE}.",
            ),
        )
    if request.choices.openssl_source:
        return None  # `wizard.questions.validation` has checked it
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
    if value and source.url.startswith("file:") and source.url not in facts.archives:
        return Refused(
            f"{openssl_archive.VARIABLE} names {value}, which does not contain "
            f"{_archive_name(source)}.",
            (f"Put the archive there, or name it with {openssl_archive.FLAG} FILE|URL.",),
        )
    return None


def why_unsigned(facts: Facts, source: OpenSSLSource) -> tuple[str, ...]:
    """Return each reason why the archive's signature cannot be checked; empty if it can."""
    tool = facts.tool("gpg")
    reasons = []
    if tool is None or not at_least(tool.version, gpg.OLDEST):
        reasons.append(f"gpg {gpg.OLDEST} or newer is not installed")
    if source.signer not in facts.signers:
        reasons.append(f"your keyring lacks the key {source.signer}")
    signature = f"{source.url}{openssl_archive.SIGNATURE}"
    if source.url.startswith("file:") and signature not in facts.archives:
        reasons.append(
            f"{_archive_name(source)}{openssl_archive.SIGNATURE} is not beside the archive"
        )
    return tuple(reasons)


def verification_note(facts: Facts, source: OpenSSLSource) -> str:
    """Return a note if only the archive's checksum can be checked, otherwise an empty string."""
    if not source.signer:
        return (
            f"The source of OpenSSL {source.version} will be compared with your checksum. "
            "Its signature will not be checked: the wizard does not know who signs this version."
        )
    reasons = why_unsigned(facts, source)
    if not reasons:
        return ""
    return (
        f"The checksum of the source of OpenSSL {source.version} will be checked. "
        f"The signature will not: {' and '.join(reasons)}."
    )


def _archive_name(source: OpenSSLSource) -> str:
    return posixpath.basename(urlsplit(source.url).path)
