"""The archive from which OpenSSL is built, and how it is checked: by checksum and signature."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from urllib.parse import urlsplit

from backends import gpg
from wizard import addresses, openssl_archive, openssl_choice
from wizard.facts import Facts
from wizard.knowledge import Knowledge
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.tables import OpenSSLSource
from wizard.versions import at_least, openssl_order


def find_source(request: BuildRequest) -> OpenSSLSource | Refused:
    """Return the source of the chosen version, with its actual address and checksum.

    The checksum is the one that the user gave, or that of the table. If both are missing, it is
    empty: then the one that is published beside the archive is used. A version that was not
    published needs a checksum and an address. The address is checked by `source_blocked_by`,
    because it does not matter if that OpenSSL is already built.
    """
    choices, knowledge = request.choices, request.knowledge
    version, checksum = choices.openssl, choices.openssl_sha256.lower()
    location = choices.openssl_source or request.facts.variable(openssl_archive.VARIABLE)
    if not openssl_choice.is_version(version):
        return Refused(
            f"The wizard cannot build OpenSSL {version}: that is not a version.",
            (f"A version looks like {knowledge.openssls[0].version}.",),
        )
    source = next((s for s in knowledge.openssls if s.version == version), None)
    if source is None:
        unpublished = _not_published(request, version)
        if unpublished and not (checksum and location):
            return unpublished
        source = _unlisted_source(knowledge, version)
    url = openssl_archive.url_for(location, version) if location else source.url
    return replace(source, url=url, sha256=checksum or source.sha256)


def _unlisted_source(knowledge: Knowledge, version: str) -> OpenSSLSource:
    """Return the source of a version that is not in the table: what its series says about it.

    A version that is newer than the newest one in the table was signed with the same key. Who
    signed an older one is unknown.
    """
    series = knowledge.openssl_series(version)
    listed = (s for s in knowledge.openssls if knowledge.openssl_series(s.version) == series)
    newest = next(listed, None)
    is_newer = newest is not None and openssl_order(version) > openssl_order(newest.version)
    return OpenSSLSource(
        version,
        openssl_archive.documented_address(version),
        sha256="",
        ends=series.ends if series else "",
        signer=newest.signer if newest and is_newer else "",
        known=series.known if series else (),
    )


def _not_published(request: BuildRequest, version: str) -> Refused | None:
    """Return why this version cannot be downloaded, or None if it may be published.

    A version that is newer than the table may be published, unless its series has ended.
    """
    knowledge = request.knowledge
    series = knowledge.openssl_series(version)
    order = openssl_order(version)
    newest = openssl_order(knowledge.series[0].last)
    if series is None and newest < order < (newest[0] + 2, 0, 0, ""):
        return None
    if series is None:
        return _no_such_version(knowledge, version)
    if version in series.withdrew:
        return Refused(
            f"The OpenSSL project withdrew OpenSSL {version}.",
            (f"The newest of that series: --openssl {series.last}",),
        )
    if order < openssl_order(series.first) or (order[0] > 1 and order[3]):
        return _no_such_version(knowledge, version)
    if order > openssl_order(series.last) and request.facts.taken[:10] > series.ends:
        return Refused(
            f"OpenSSL {version} is not public: public fixes of {series.name} ended on "
            f"{series.ends}, with {series.last}.",
            (
                f"The newest public one of that series: --openssl {series.last}",
                "The OpenSSL project gives later ones to customers with a support contract. To "
                "build one: --openssl VERSION --openssl-source FILE|URL --openssl-sha256 SUM",
            ),
        )
    return None


def _no_such_version(knowledge: Knowledge, version: str) -> Refused:
    newest = ", ".join(series.last for series in knowledge.series)
    return Refused(
        f"There is no OpenSSL {version}.", (f"The newest public version of each series: {newest}.",)
    )


def source_blocked_by(request: BuildRequest, source: OpenSSLSource) -> Refused | None:
    """Return why the archive cannot be downloaded, or None if no reason is known in advance."""
    facts = request.facts
    if request.choices.openssl_source:  # `wizard.questions.validation` has checked it
        return _checksum_blocked_by(facts, source)
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
    return _checksum_blocked_by(facts, source)


def published_checksum(source: OpenSSLSource) -> str:
    """Return the address of the checksum that is published beside the archive."""
    return f"{source.url}{openssl_archive.CHECKSUM}"


def _checksum_blocked_by(facts: Facts, source: OpenSSLSource) -> Refused | None:
    """Return why the archive cannot be compared with any checksum, or None if it can."""
    address = published_checksum(source)
    beside = not urlsplit(source.url).query
    if source.url.startswith("file:"):
        beside = address in facts.archives
    if source.sha256 or beside:
        return None
    name = posixpath.basename(urlsplit(source.url).path)
    return Refused(
        f"The wizard does not know the checksum of OpenSSL {source.version}, and "
        f"{name}{openssl_archive.CHECKSUM} is not beside the archive.",
        (
            "Give the checksum: --openssl-sha256 SUM",
            f"Or put {name}{openssl_archive.CHECKSUM}, which the OpenSSL project publishes, beside "
            "the archive.",
        ),
    )


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
    version = source.version
    reasons = why_unsigned(facts, source) if source.signer else ()
    if not source.sha256:
        start = (
            f"The wizard does not know the checksum of OpenSSL {version}. It compares the source "
            f"with the checksum that is published beside it ({openssl_archive.CHECKSUM})."
        )
        if source.signer and not reasons:
            return f"{start} The signature shows who made it."
        why = f": {' and '.join(reasons)}" if reasons else ""
        return (
            f"{start} That does not show who made it, and its signature is not checked{why}. "
            "To use a checksum from elsewhere: --openssl-sha256 SUM"
        )
    if not source.signer:
        return (
            f"The source of OpenSSL {version} will be compared with your checksum. "
            "Its signature will not be checked: the wizard does not know who signs this version."
        )
    if not reasons:
        return ""
    return (
        f"The checksum of the source of OpenSSL {version} will be checked. "
        f"The signature will not: {' and '.join(reasons)}."
    )


def newer_note(knowledge: Knowledge, version: str) -> str:
    """Return a note if the wizard does not know whether this version exists, otherwise empty."""
    series = knowledge.openssl_series(version)
    known = series.last if series else knowledge.series[0].last
    if openssl_order(version) <= openssl_order(known):
        return ""
    return (
        f"OpenSSL {version} is newer than {known}, the newest that this wizard knows. If it does "
        "not exist, its download fails."
    )


def _archive_name(source: OpenSSLSource) -> str:
    return posixpath.basename(urlsplit(source.url).path)
