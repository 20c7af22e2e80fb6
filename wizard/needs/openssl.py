"""Which OpenSSL a source build uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Manager
from wizard.knowledge import Knowledge
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.tables import OpenSSLPackage, OpenSSLSource, Packages, Release
from wizard.target_environment import path_rules
from wizard.versions import at_least, upstream
from wizard.wording import joined

CAN_BUILD_ON = ("linux", "macos")
"""The systems on which the wizard can build OpenSSL."""
USE_THE_WHEEL = "Install the wheel instead, which includes its own OpenSSL."


def support_period(facts: Facts, source: OpenSSLSource) -> str:
    """Return how long the OpenSSL project supports a version, as part of a sentence."""
    if not source.ends:
        return "the wizard does not know how long it is supported"
    if support_ended(facts, source):
        return f"no longer supported: fixes ended on {source.ends}"
    return f"supported until {source.ends}"


def support_ended(facts: Facts, source: OpenSSLSource) -> bool:
    """Return whether the support of a version has ended on the day ``facts.taken``."""
    return bool(source.ends) and facts.taken[:10] > source.ends


def buildable(knowledge: Knowledge, release_row: Release) -> tuple[OpenSSLSource, ...]:
    """Return the versions that the wizard can build and these releases support, newest first."""
    return tuple(
        s for s in knowledge.openssls if version_blocked_by(release_row, s.version) is None
    )


def longest_supported(sources: Iterable[OpenSSLSource]) -> OpenSSLSource | None:
    """Return the version with the longest support: the newest long-term one, if there is one."""
    return max(sources, key=lambda source: source.ends, default=None)


@dataclass(frozen=True)
class OpenSSLBuild:
    """An OpenSSL that the wizard builds: from which source, in which folder, and how.

    ``source`` has the actual address and checksum, and ``archive`` is the path of the downloaded
    file. ``signed`` says that its signature is checked. ``prefix`` is its folder in the cache, and
    ``name`` the name of that folder, which differs for each version, architecture, checksum and
    set of ``options``. ``target`` and ``options`` are those of `backends.openssl`. ``objects`` is
    the number of files to compile. ``cached`` says that an earlier run already built it.
    ``install_folder`` is the final folder of a shared OpenSSL; it is empty for a static one, which
    is not needed after the build.
    """

    source: OpenSSLSource
    archive: str
    signed: bool
    name: str
    prefix: str
    target: str
    options: tuple[str, ...]
    objects: int
    cached: bool
    install_folder: str = ""


@dataclass(frozen=True)
class Library:
    """An OpenSSL for a build: its version, and the packages to install for it.

    ``prefix`` is the folder that contains ``include`` and ``lib``. If they are elsewhere,
    ``include`` and ``lib`` are set instead. All are empty if a compiler finds it without settings.
    ``build`` says how the wizard builds it, or is None if it exists already.
    """

    version: str
    packages: tuple[str, ...] = ()
    prefix: str = ""
    include: str = ""
    lib: str = ""
    build: OpenSSLBuild | None = None

    @property
    def folders(self) -> tuple[str, str]:
        """The folders of headers and libraries; empty if a compiler finds them anyway."""
        if not self.prefix:
            return self.include, self.lib
        slash = "\\" if "\\" in self.prefix else "/"
        return f"{self.prefix}{slash}include", f"{self.prefix}{slash}lib"


def build_hint(request: BuildRequest) -> tuple[str, ...]:
    """Return the hint that the wizard can build OpenSSL for this release; empty if it cannot."""
    best = longest_supported(buildable(request.knowledge, request.release_row))
    system = request.facts.system.name
    if best is None or system not in CAN_BUILD_ON:
        return ()
    static_only = request.link == "static" or system == "macos"  # see `wizard.needs.openssl_build`
    static = " --link static" if static_only else ""
    return (f"Or let the wizard build OpenSSL: --openssl {best.version}{static}",)


def packaged_library(request: BuildRequest, manager: Manager, names: Packages) -> Library | Refused:
    """Return the OpenSSL that ``manager`` has installed or can install for this build."""
    facts, release_row, link = request.facts, request.release_row, request.link
    hint = build_hint(request)
    refused: Refused | None = None
    other_hints: tuple[str, ...] = ()
    for entry in names.openssl:
        package = manager.package(entry.package)
        numbered = manager.package(entry.version_of) if entry.version_of else package
        version = upstream(numbered.installed or numbered.candidate) if numbered else ""
        if not package or not version:
            offers = entry.hint_version
            fits = not offers or version_blocked_by(release_row, offers) is None
            applies = entry.hint and fits and (entry.static or link != "static")
            other_hints += (entry.hint,) if applies else ()
            continue
        named = "" if package.installed else f"{entry.package} of {manager.name}"
        blocked = version_blocked_by(release_row, version, package=named)
        if blocked:
            refused = refused or blocked
            continue
        if link == "static" and manager.package(entry.static) is None:
            return Refused(
                f"{manager.name} does not offer static OpenSSL libraries.", (*hint, USE_THE_WHEEL)
            )
        if link == "static" and _needs_other_archives(entry, version):
            return _needs_zlib(version, hint)
        if link == "static" and release_row.linking == "flags" and facts.system.name == "linux":
            return Refused(
                f"cryptography {release_row.name} can be linked statically on Linux only with an "
                "OpenSSL without shared libraries, but the system's OpenSSL has them.",
                hint,
            )
        if link == "static" and "{multiarch}" in entry.static_lib and not facts.multiarch:
            return Refused(f"The wizard does not know where {entry.static} installs its libraries.")
        if "{folder}" in entry.prefix and not package.folder:
            return Refused(f"{manager.name} did not report the folder of {entry.package}.")
        with_engine = manager.package(entry.engine) and not at_least(release_row.first, NO_ENGINE)
        engine = (entry.engine,) if with_engine else ()
        packages = (entry.package, *((entry.static,) if link == "static" else ()), *engine)
        return Library(
            version,
            tuple(dict.fromkeys(packages)),
            *_folders(request, entry, manager, package.folder),
        )
    if refused:
        return Refused(refused.reason, (*other_hints, *hint, *refused.hints))
    return Refused(
        f"{manager.name} does not have: {names.openssl[0].package}.", (*other_hints, *hint)
    )


NO_ENGINE = "44"
"""The first release that does not need ``openssl/engine.h`` (pyca/cryptography, issue 11690)."""


def _needs_other_archives(entry: OpenSSLPackage, version: str) -> bool:
    """Return whether these static libraries need more libraries, which a build does not link."""
    return bool(entry.static_below) and at_least(version, entry.static_below)


def _needs_zlib(version: str, hint: tuple[str, ...]) -> Refused:
    return Refused(
        f"The system's static OpenSSL {version} also needs zlib and zstd, which a build of "
        "cryptography does not link. The result could not be imported.",
        (*hint, USE_THE_WHEEL),
    )


def library_in_folder(request: BuildRequest) -> Library | Refused:
    """Return the OpenSSL in a folder that the user named, or why it cannot be used."""
    facts, python, folder = request.facts, request.python, request.choices.openssl
    rules = path_rules(facts)
    include = rules.normpath(rules.join(folder, "include"))
    found = next((h for h in facts.openssl if rules.normpath(h.folder) == include), None)
    if found is None:
        return Refused(
            f"{folder} does not contain an OpenSSL.",
            (f"The file {rules.join(include, 'openssl', 'opensslv.h')} is missing.",),
        )
    if not found.libraries:
        return Refused(f"{folder} has headers, but no libraries (libssl and libcrypto).")
    if found.library and upstream(found.library) != upstream(found.version):
        return Refused(
            f"The headers in {folder} are for OpenSSL {found.version}, but its libraries are "
            f"version {found.library}.",
            ("Both must come from one build. Reinstall that OpenSSL.",),
        )
    expected = _LIBRARY_MACHINES.get(python.machine, python.machine)
    if found.machines and expected not in found.machines and python.bits == 64:
        return Refused(
            f"The OpenSSL in {folder} is for {joined(found.machines)}, but this Python is for "
            f"{python.machine}."
        )
    blocked = _headers_blocked_by(request, found, folder)
    if blocked:
        return blocked
    prefix = folder if found.libraries == rules.join(folder, "lib") else ""
    if prefix:
        return Library(found.version, prefix=prefix)
    return Library(found.version, include=include, lib=found.libraries)


_LIBRARY_MACHINES = {"AMD64": "x86_64", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64"}
"""What library files call an architecture, by the name that Python has for it."""


def installed_library(request: BuildRequest) -> Library | Refused:
    """Return an OpenSSL that is already installed. No package manager is asked."""
    facts = request.facts
    if not facts.openssl:
        return Refused("OpenSSL's header files are not installed.")
    refused: Refused | None = None
    for headers in facts.openssl:
        blocked = _headers_blocked_by(request, headers)
        if not blocked:
            return _library(facts, headers, request.link)
        refused = refused or blocked
    return refused or Refused("OpenSSL's header files are not installed.")


def version_blocked_by(
    release_row: Release, version: str, folder: str = "", package: str = ""
) -> Refused | None:
    """Return why these releases do not work with this version of OpenSSL, or None if they do.

    ``folder`` is the folder that the user named for it, ``package`` the package that is not
    installed; both are empty for the system's OpenSSL.
    """
    name, _, number = version.rpartition(" ")
    found = f"the OpenSSL in {folder} is {version}" if folder else f"this machine has {version}"
    if package:
        found = f"{package} is {version}"
    if name:  # LibreSSL's headers contain its name
        if release_row.libressl and at_least(number, release_row.libressl):
            return None
        return Refused(
            f"cryptography {release_row.name} needs LibreSSL {release_row.libressl} or newer, or "
            f"OpenSSL {release_row.openssl} or newer; {found}.",
            hints=(USE_THE_WHEEL,),
        )
    try:
        if release_row.supports_openssl(version):
            return None
    except BadRequest as error:
        return Refused(f"The wizard cannot find out which OpenSSL is available: {error.what}")
    return Refused(
        f"cryptography {release_row.name} needs OpenSSL {supported_versions(release_row)}; "
        f"{found}.",
        hints=(USE_THE_WHEEL,),
    )


def supported_versions(release_row: Release) -> str:
    """Return which versions of OpenSSL these releases support, as part of a sentence."""
    below = f", but older than {release_row.openssl_below}" if release_row.openssl_below else ""
    return f"{release_row.openssl} or newer{below}"


def _folders(
    request: BuildRequest, entry: OpenSSLPackage, manager: Manager, folder: str
) -> tuple[str, str, str]:
    """Return prefix, header folder and library folder of a package installed in ``folder``."""
    root = posixpath.dirname(posixpath.dirname(manager.program))
    include, lib = entry.include, entry.lib
    if request.link == "static" and not entry.prefix:
        include, lib = include or entry.static_include, lib or entry.static_lib
    prefix, include, lib = (
        text.format(folder=folder, root=root, multiarch=request.facts.multiarch)
        for text in (entry.prefix, include, lib)
    )
    return prefix, include, lib


def _headers_blocked_by(
    request: BuildRequest, headers: Headers, folder: str = ""
) -> Refused | None:
    facts, release_row, python, link = (
        request.facts,
        request.release_row,
        request.python,
        request.link,
    )
    hint = build_hint(request)
    blocked = version_blocked_by(release_row, headers.version, folder)
    if blocked:
        return Refused(blocked.reason, (*hint, *blocked.hints))
    if facts.system.name == "windows" and not headers.libraries:
        return Refused(
            f"The OpenSSL in {headers.folder} has headers, but its libraries were not found."
        )
    if link == "static" and not headers.static:
        return Refused(
            f"The OpenSSL in {headers.folder} has no static libraries.", (*hint, USE_THE_WHEEL)
        )
    if link == "static" and any(
        entry.static_include == headers.folder and _needs_other_archives(entry, headers.version)
        for entry in _native_packages(facts, request.knowledge)
    ):
        return _needs_zlib(headers.version, hint)
    by_folder = release_row.linking == "flags" and facts.system.name == "linux"
    if link == "static" and by_folder and headers.shared:
        return Refused(
            f"cryptography {release_row.name} can be linked statically on Linux only with an "
            f"OpenSSL without shared libraries, but {headers.libraries} contains some.",
            hint,
        )
    if facts.system.name == "macos" and _for_other_architecture(request, headers):
        return Refused(
            f"The OpenSSL in {headers.folder} is for the other kind of Mac processor, not for "
            f"{python.machine}."
        )
    return None


def _native_packages(facts: Facts, knowledge: Knowledge) -> list[OpenSSLPackage]:
    """Return the OpenSSL packages of this system's own package managers."""
    names = {facts.system.distribution, *facts.system.like}
    tables = (table for table in knowledge.packages if not names.isdisjoint(table.distributions))
    return [entry for table in tables for entry in table.openssl]


def _for_other_architecture(request: BuildRequest, headers: Headers) -> bool:
    """Return whether these libraries are for another architecture than this Python.

    The files themselves say it. If they cannot be read, a folder in which a package manager keeps
    files for one architecture does.
    """
    if headers.machines:
        return request.python.machine not in headers.machines
    roots = (root for names in request.knowledge.packages for root in names.architectures)
    return any(
        headers.folder.startswith(f"{root}/") and machine != request.python.machine
        for root, machine in roots
    )


def _library(facts: Facts, headers: Headers, link: str) -> Library:
    if headers.folder == "/usr/include":
        if link != "static":
            return Library(headers.version)
        # If no folder is named, pkg-config decides, and the linker uses the shared libraries.
        return Library(headers.version, include=headers.folder, lib=headers.libraries)
    rules = path_rules(facts)
    above, last = rules.split(headers.folder)
    if last == "include" and headers.libraries in ("", rules.join(above, "lib")):
        return Library(headers.version, prefix=above)
    return Library(headers.version, include=headers.folder, lib=headers.libraries)
