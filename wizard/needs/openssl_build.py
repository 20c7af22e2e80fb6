"""Building OpenSSL: whether the wizard can do it here, and how."""

from __future__ import annotations

import hashlib

from backends import openssl as backend
from wizard import openssl_archive
from wizard.needs import deployment, openssl_sources
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import (
    CAN_BUILD_ON,
    USE_THE_WHEEL,
    Library,
    OpenSSLBuild,
    build_hint,
    supported_versions,
    version_blocked_by,
)
from wizard.openssl_choice import is_version
from wizard.refused import Refused
from wizard.target_environment import path_rules


def plan_build(request: BuildRequest) -> Library | Refused:
    """Return the OpenSSL to build: the chosen version, for the environment of this request.

    If an identical build is in the cache, the result describes it. Returns why not, if the wizard
    cannot build it here.
    """
    facts, python, release_row = request.facts, request.python, request.release_row
    version, link = request.choices.openssl, request.link
    if facts.system.name not in CAN_BUILD_ON:
        return Refused("The wizard can build OpenSSL only on Linux and macOS.")
    if is_version(version) and version_blocked_by(release_row, version):
        return Refused(
            f"cryptography {release_row.name} does not work with OpenSSL {version}: it needs "
            f"{supported_versions(release_row)}.",
            (*build_hint(request), USE_THE_WHEEL),
        )
    source = openssl_sources.find_source(request)
    if isinstance(source, Refused):
        return source
    if not facts.cache:
        return Refused("These facts do not name a cache folder for OpenSSL.")
    target = backend.target(link, facts.system.name, python.machine)
    if target is None:
        return _no_target(request)
    native_machine = python.machine if python.bits == 64 else ""
    options = backend.options(
        version,
        link,
        facts.system.name,
        native_machine,
        source.known,
        macos=deployment.own_version(python),
    )
    machine = f"{python.machine}-{python.libc or facts.system.name}"
    known_sums = {known.sha256 for known in request.knowledge.openssls}
    custom_sum = () if source.sha256 in ("", *known_sums) else (source.sha256,)
    # A later table may have a checksum for the same version: that is a different build.
    checked_by = custom_sum if source.sha256 else ("published checksum",)
    inputs = (target, *options, facts.certificates, *checked_by)
    digest = hashlib.sha256(" ".join(inputs).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    name = f"{version}-{'static' if link == 'static' else 'shared'}-{machine}-{digest}"
    rules = path_rules(facts)
    install_folder = rules.join(request.folder, "openssl") if link != "static" else ""
    prefix = rules.join(facts.cache, "openssl", name)
    archive = rules.join(
        facts.cache, "openssl", "src", openssl_archive.cached_name(version, *custom_sum)
    )
    objects = source.static if link == "static" else source.shared
    signed = bool(source.signer) and not openssl_sources.why_unsigned(facts, source)
    cached = name in facts.built
    if not cached and any(letter.isspace() for letter in prefix):
        return Refused(
            f"OpenSSL cannot be built in {facts.cache}: make splits paths at spaces.",
            ("Set CRYPTOGRAPHY_WIZARD_CACHE to a folder without spaces in its path.",),
        )
    build = OpenSSLBuild(
        source, archive, signed, name, prefix, target, options, objects, cached, install_folder
    )
    problem = None if build.cached else openssl_sources.source_blocked_by(request, source)
    return problem or Library(version, prefix=install_folder or prefix, build=build)


def _no_target(request: BuildRequest) -> Refused:
    machine = request.python.machine
    if request.link == "static":
        return Refused(f"The wizard cannot build an OpenSSL for {machine}.")
    hint = ("Copy OpenSSL into cryptography: --link static",)
    if request.facts.system.name == "macos":
        return Refused(
            "On macOS, a shared library contains the path of the folder that it was built for, "
            "here the wizard's cache. cryptography would not find a copy elsewhere.",
            hint,
        )
    return Refused(f"The wizard cannot build a shared OpenSSL for {machine}.", hint)
