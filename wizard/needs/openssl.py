"""Which OpenSSL a source build uses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Manager
from wizard.knowledge import Knowledge, OpenSSLPackage, OpenSSLSource, Packages, Release
from wizard.needs.build_request import BuildRequest
from wizard.refused import Refused
from wizard.target_environment import path_rules
from wizard.versions import at_least, upstream

STEERING = (
    *("OPENSSL_DIR", "OPENSSL_LIB_DIR", "OPENSSL_INCLUDE_DIR", "OPENSSL_STATIC", "OPENSSL_LIBS"),
    *("OPENSSL_NO_PKG_CONFIG", "OPENSSL_NO_VENDOR", "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS"),
    *("CRYPTOGRAPHY_WINDOWS_LINK_LEGACY_OPENSSL", "CRYPTOGRAPHY_DONT_BUILD_RUST"),
)
"""Variables that make a build use another OpenSSL, or omit parts of it. A plan sets those that it
needs, and the build sees none of the others (docs/installation.rst; the crate openssl-sys)."""
BUILDS = ("linux", "macos")
"""The systems on which the wizard can build OpenSSL."""
WHEEL = "Install the wheel instead, which includes its own OpenSSL."


def supported(facts: Facts, source: OpenSSLSource) -> str:
    """Return how long the OpenSSL project supports a version, as part of a sentence."""
    if ended(facts, source):
        return f"no longer supported: fixes ended on {source.ends}"
    return f"supported until {source.ends}"


def ended(facts: Facts, source: OpenSSLSource) -> bool:
    """Return whether the support of a version has ended on the day ``facts.taken``."""
    return facts.taken[:10] > source.ends


def buildable(knowledge: Knowledge, row: Release) -> tuple[OpenSSLSource, ...]:
    """Return the versions that the wizard can build and this row supports, newest first."""
    return tuple(each for each in knowledge.openssls if unfit(row, each.version) is None)


def longest(sources: Iterable[OpenSSLSource]) -> OpenSSLSource | None:
    """Return the version with the longest support: the newest long-term one, if there is one."""
    return max(sources, key=lambda each: each.ends, default=None)


@dataclass(frozen=True)
class OpenSSLBuild:
    """An OpenSSL that the wizard builds: from which source, in which folder, and how.

    ``source`` has the actual address and checksum, and ``archive`` is the path of the downloaded
    file. ``signed`` says that its signature is checked. ``name`` is the name of its folder
    ``prefix`` in the cache: another version, architecture, checksum or set of ``options`` has
    another name. ``target`` and ``options`` are those of `backends.openssl`. ``built`` says that it
    is already built. ``place`` is the final folder of a shared one; empty for a static one, which
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
    built: bool
    place: str = ""


@dataclass(frozen=True)
class Library:
    """An OpenSSL: its version, and the packages to install for it.

    ``prefix`` is the folder with its ``include`` and ``lib``; otherwise ``include`` and ``lib`` are
    set. All are empty if a compiler finds it without settings. ``own`` says how the wizard builds
    it.
    """

    version: str
    packages: tuple[str, ...] = ()
    prefix: str = ""
    include: str = ""
    lib: str = ""
    own: OpenSSLBuild | None = None

    @property
    def folders(self) -> tuple[str, str]:
        """Return the folders of the headers and libraries; empty if a compiler finds them
        anyway.
        """
        if not self.prefix:
            return self.include, self.lib
        slash = "\\" if "\\" in self.prefix else "/"
        return f"{self.prefix}{slash}include", f"{self.prefix}{slash}lib"


def own_hint(request: BuildRequest) -> tuple[str, ...]:
    """That the wizard can build one for this release; nothing if it cannot."""
    best = longest(buildable(request.knowledge, request.row))
    system = request.facts.system.name
    if best is None or system not in BUILDS:
        return ()
    inside = request.link == "static" or system == "macos"  # see `wizard.needs.openssl_build`
    static = " --link static" if inside else ""
    return (f"Or let the wizard build OpenSSL: --openssl {best.version}{static}",)


def packaged(request: BuildRequest, manager: Manager, names: Packages) -> Library | Refused:
    """The OpenSSL that ``manager`` has, or would install, for this build."""
    facts, row, link = request.facts, request.row, request.link
    own = own_hint(request)
    refused: Refused | None = None
    hints: tuple[str, ...] = ()
    for way in names.openssl:
        package = manager.package(way.package)
        numbered = manager.package(way.version_of) if way.version_of else package
        version = upstream(numbered.installed or numbered.candidate) if numbered else ""
        if not package or not version:
            helps = way.hint and (way.static or link != "static")
            hints += (way.hint,) if helps else ()
            continue
        problem = unfit(row, version)
        if problem:
            refused = refused or problem
            continue
        if link == "static" and manager.package(way.static) is None:
            return Refused(
                f"{manager.name} does not offer static OpenSSL libraries.", (*own, WHEEL)
            )
        if link == "static" and _entangled(way, version):
            return _not_alone(version, own)
        if link == "static" and row.linking == "flags" and facts.system.name == "linux":
            return Refused(
                f"cryptography {row.name} can be linked statically on Linux only with an OpenSSL "
                "without shared libraries, but the system's OpenSSL has them.",
                own,
            )
        if link == "static" and "{multiarch}" in way.static_lib and not facts.multiarch:
            return Refused(f"The wizard does not know where {way.static} installs its libraries.")
        if "{folder}" in way.prefix and not package.folder:
            return Refused(f"{manager.name} did not report the folder of {way.package}.")
        with_engine = manager.package(way.engine) and not at_least(row.first, NO_ENGINE)
        engine = (way.engine,) if with_engine else ()
        packages = (way.package, *((way.static,) if link == "static" else ()), *engine)
        return Library(
            version,
            tuple(dict.fromkeys(packages)),
            *_folders(request, way, manager, package.folder),
        )
    if refused:
        return Refused(refused.reason, (*hints, *own, *refused.hints))
    return Refused(f"{manager.name} does not have: {names.openssl[0].package}.", (*hints, *own))


NO_ENGINE = "44"
"""The first release that does not need ``openssl/engine.h`` (pyca/cryptography, issue 11690)."""


def _entangled(way: OpenSSLPackage, version: str) -> bool:
    """Return whether these static libraries need others, which a build does not link."""
    return bool(way.static_below) and at_least(version, way.static_below)


def _not_alone(version: str, own: tuple[str, ...]) -> Refused:
    return Refused(
        f"The system's static OpenSSL {version} also needs zlib and zstd, which a build of "
        "cryptography does not link. The result could not be imported.",
        (*own, WHEEL),
    )


def named(request: BuildRequest) -> Library | Refused:
    """Return the OpenSSL in a folder that the user named, if headers and libraries match."""
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
    wanted = _MACHINES.get(python.machine, python.machine)
    if found.machine and found.machine != wanted and python.bits == 64:
        return Refused(
            f"The OpenSSL in {folder} is for {found.machine}, but this Python is for "
            f"{python.machine}."
        )
    problem = _unfit_here(request, found)
    if problem:
        return problem
    prefix = folder if found.libraries == rules.join(folder, "lib") else ""
    if prefix:
        return Library(found.version, prefix=prefix)
    return Library(found.version, include=include, lib=found.libraries)


_MACHINES = {"AMD64": "x86_64", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64"}
"""A library file's names for the architectures of Pythons."""


def present(request: BuildRequest) -> Library | Refused:
    """The OpenSSL that is on this machine, where no package manager is asked."""
    facts = request.facts
    if not facts.openssl:
        return Refused("OpenSSL's header files are not installed.")
    refused: Refused | None = None
    for headers in facts.openssl:
        problem = _unfit_here(request, headers)
        if not problem:
            return _library(facts, headers, request.link)
        refused = refused or problem
    return refused or Refused("OpenSSL's header files are not installed.")


def unfit(row: Release, version: str) -> Refused | None:
    """Return why a source build of this row does not support this OpenSSL; None if it does."""
    name, _, number = version.rpartition(" ")
    if name:  # LibreSSL's headers contain its name
        if row.libressl and at_least(number, row.libressl):
            return None
        return Refused(
            f"cryptography {row.name} needs LibreSSL {row.libressl} or newer, or OpenSSL "
            f"{row.openssl} or newer; this machine has {version}.",
            hints=(WHEEL,),
        )
    try:
        if row.takes_openssl(version):
            return None
    except BadRequest as error:
        return Refused(f"The wizard cannot find out which OpenSSL is available: {error.what}")
    return Refused(
        f"cryptography {row.name} needs OpenSSL {wanted(row)}; this machine has {version}.",
        hints=(WHEEL,),
    )


def wanted(row: Release) -> str:
    """Return which OpenSSL a source build of this row supports, as part of a sentence."""
    below = f", but older than {row.openssl_below}" if row.openssl_below else ""
    return f"{row.openssl} or newer{below}"


def _folders(
    request: BuildRequest, way: OpenSSLPackage, manager: Manager, folder: str
) -> tuple[str, str, str]:
    """The prefix, and the folders of headers and libraries, of a package in ``folder``."""
    root = posixpath.dirname(posixpath.dirname(manager.program))
    include, lib = way.include, way.lib
    if request.link == "static" and not way.prefix:
        include, lib = include or way.static_include, lib or way.static_lib
    prefix, include, lib = (
        text.format(folder=folder, root=root, multiarch=request.facts.multiarch)
        for text in (way.prefix, include, lib)
    )
    return prefix, include, lib


def _unfit_here(request: BuildRequest, headers: Headers) -> Refused | None:
    facts, row, python, link = request.facts, request.row, request.python, request.link
    own = own_hint(request)
    problem = unfit(row, headers.version)
    if problem:
        return Refused(problem.reason, (*own, *problem.hints))
    if facts.system.name == "windows" and not headers.libraries:
        return Refused(
            f"The OpenSSL in {headers.folder} has headers, but its libraries were not found."
        )
    if link == "static" and not headers.static:
        return Refused(f"The OpenSSL in {headers.folder} has no static libraries.", (*own, WHEEL))
    if link == "static" and any(
        way.static_include == headers.folder and _entangled(way, headers.version)
        for way in _native_packages(facts, request.knowledge)
    ):
        return _not_alone(headers.version, own)
    by_folder = row.linking == "flags" and facts.system.name == "linux"
    if link == "static" and by_folder and headers.shared:
        return Refused(
            f"cryptography {row.name} can be linked statically on Linux only with an OpenSSL "
            f"without shared libraries, but {headers.libraries} contains some.",
            own,
        )
    if facts.system.name == "macos" and _other_architecture(request, headers):
        return Refused(
            f"The OpenSSL in {headers.folder} is for the other kind of Mac processor, not for "
            f"{python.machine}."
        )
    return None


def _native_packages(facts: Facts, knowledge: Knowledge) -> list[OpenSSLPackage]:
    """Return the OpenSSL packages of this system's own package managers."""
    mine = {facts.system.distribution, *facts.system.like}
    tables = (table for table in knowledge.packages if not mine.isdisjoint(table.distributions))
    return [way for table in tables for way in table.openssl]


def _other_architecture(request: BuildRequest, headers: Headers) -> bool:
    """Whether a package manager keeps things for another architecture in this folder."""
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
