"""Building OpenSSL: whether the wizard can do it here, and how."""

from __future__ import annotations

import hashlib

from backends import openssl as backend
from wizard import openssl_archive
from wizard.needs import openssl_sources
from wizard.needs.build_request import BuildRequest
from wizard.needs.openssl import BUILDS, WHEEL, Library, OpenSSLBuild, own_hint, unfit, wanted
from wizard.refused import Refused
from wizard.target_environment import path_rules


def plan_build(request: BuildRequest) -> Library | Refused:
    """The OpenSSL of the version that was chosen, built for the environment of this request."""
    facts, python, row = request.facts, request.python, request.row
    version, link = request.choices.openssl, request.link
    found = openssl_sources.find_source(request)
    if isinstance(found, Refused):
        return found
    if facts.system.name not in BUILDS:
        return Refused("The wizard can build OpenSSL only on Linux and macOS.")
    if unfit(row, version):
        return Refused(
            f"cryptography {row.name} does not work with OpenSSL {version}: it needs "
            f"{wanted(row)}.",
            (*own_hint(request), WHEEL),
        )
    if not facts.cache:
        return Refused("These facts do not name a cache folder for OpenSSL.")
    if facts.system.temporary_noexec:
        return Refused(
            f"Programs cannot run from {facts.system.temporary} (noexec), but a build needs that."
        )
    target = backend.target(link, facts.system.name, python.machine)
    if target is None:
        return _no_target(request)
    wide = python.machine if python.bits == 64 else ""
    options = backend.options(version, link, facts.system.name, wide, found.known)
    machine = f"{python.machine}-{python.libc or facts.system.name}"
    usual = {each.sha256 for each in request.knowledge.openssls}
    own_sum = () if found.sha256 in usual else (found.sha256,)
    asked = (target, *options, facts.certificates, *own_sum)
    telling = hashlib.sha256(" ".join(asked).encode()).hexdigest()[:8]
    name = f"{version}-{'static' if link == 'static' else 'shared'}-{machine}-{telling}"
    rules = path_rules(facts)
    place = rules.join(request.folder, "openssl") if link != "static" else ""
    prefix = rules.join(facts.cache, "openssl", name)
    file = rules.join(facts.cache, "openssl", "src", openssl_archive.cached_name(version, *own_sum))
    objects = found.static if link == "static" else found.shared
    signed = bool(found.signer) and not openssl_sources.missing_for_signature(facts, found)
    there = name in facts.built
    if not there and any(letter.isspace() for letter in prefix):
        return Refused(
            f"OpenSSL cannot be built in {facts.cache}: make splits paths at spaces.",
            ("Set CRYPTOGRAPHY_WIZARD_CACHE to a folder without spaces in its path.",),
        )
    own = OpenSSLBuild(found, file, signed, name, prefix, target, options, objects, there, place)
    trouble = None if own.built else openssl_sources.source_problem(request, found)
    return trouble or Library(version, prefix=place or prefix, own=own)


def _no_target(request: BuildRequest) -> Refused:
    machine = request.python.machine
    if request.link == "static":
        return Refused(f"The wizard cannot build an OpenSSL for {machine}.")
    inside = ("Copy OpenSSL into cryptography: --link static",)
    if request.facts.system.name == "macos":
        return Refused(
            "On macOS, a shared library contains the path of the folder that it was built for, "
            "here the wizard's cache. cryptography would not find a copy elsewhere.",
            inside,
        )
    return Refused(f"The wizard cannot build a shared OpenSSL for {machine}.", inside)
