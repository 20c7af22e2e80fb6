"""Which OpenSSL a source build uses, and in which words a release is told of it."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace

from backends import openssl as backend
from wizard import archive
from wizard.choices import Choices
from wizard.environment import paths
from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Manager, Python
from wizard.knowledge import Knowledge, OpenSSLSource, Packages, Release
from wizard.knowledge import OpenSSL as Way
from wizard.needs import origin
from wizard.refused import Refused
from wizard.versions import at_least, upstream

STEERING = (
    *("OPENSSL_DIR", "OPENSSL_LIB_DIR", "OPENSSL_INCLUDE_DIR", "OPENSSL_STATIC", "OPENSSL_LIBS"),
    *("OPENSSL_NO_PKG_CONFIG", "OPENSSL_NO_VENDOR", "CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS"),
    *("CRYPTOGRAPHY_WINDOWS_LINK_LEGACY_OPENSSL", "CRYPTOGRAPHY_DONT_BUILD_RUST"),
)
"""Variables that send a build to another OpenSSL, or do without parts of it: a plan sets those that
it needs, and the build sees none of the others (docs/installation.rst; the crate openssl-sys)."""
WHEEL = "Install the wheel instead: it has its own OpenSSL inside."


def supported(facts: Facts, source: OpenSSLSource) -> str:
    """How long the OpenSSL project supports a version, as part of a sentence."""
    if ended(facts, source):
        return f"out of support since {source.ends}: it gets no more fixes"
    return f"supported until {source.ends}"


def ended(facts: Facts, source: OpenSSLSource) -> bool:
    """Whether the support of a version has ended; ``facts.taken`` says which day it is."""
    return facts.taken[:10] > source.ends


def is_folder(asked: str) -> bool:
    """Whether the choice ``openssl`` names a folder, not a version nor the system's."""
    return "/" in asked or "\\" in asked


def buildable(knowledge: Knowledge, row: Release) -> tuple[OpenSSLSource, ...]:
    """The versions that the wizard can build and a release of this row takes, newest first."""
    return tuple(each for each in knowledge.openssls if unfit(row, each.version) is None)


def longest(sources: Iterable[OpenSSLSource]) -> OpenSSLSource | None:
    """The one that is supported the longest, so the newest long-term one if there are such."""
    return max(sources, key=lambda each: each.ends, default=None)


@dataclass(frozen=True)
class Own:
    """An OpenSSL that the wizard builds: where from, where, and how.

    ``source`` has the address and the checksum that count here, and ``archive`` is the file that
    it becomes. ``signed`` says that its signature is checked. ``name`` is that of its folder
    ``prefix`` in the cache: another version, architecture, checksum or set of ``options`` has
    another name. ``target`` and ``options`` are those of `backends.openssl`. ``built`` says that
    it is there already. ``place`` is where a shared one is put for good; empty for a static one,
    which is not needed after the build.
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

    ``prefix`` is the folder that holds its ``include`` and ``lib``; else ``include`` and ``lib``
    are named. All are empty where a compiler looks anyway. ``own`` says how the wizard builds it.
    """

    version: str
    packages: tuple[str, ...] = ()
    prefix: str = ""
    include: str = ""
    lib: str = ""
    own: Own | None = None

    @property
    def folders(self) -> tuple[str, str]:
        """The folders of the headers and of the libraries; empty where a compiler looks anyway."""
        if not self.prefix:
            return self.include, self.lib
        slash = "\\" if "\\" in self.prefix else "/"
        return f"{self.prefix}{slash}include", f"{self.prefix}{slash}lib"


@dataclass(frozen=True)
class Linking:
    """What makes a build link as it was asked: see `backends.action.Command` for the fields."""

    env: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str], ...] = ()


def packaged(
    facts: Facts, row: Release, manager: Manager, names: Packages, link: str
) -> Library | Refused:
    """The OpenSSL that ``manager`` has, or would install, for a release of this row."""
    known = {package.name: package for package in manager.packages}
    refused: Refused | None = None
    hints: tuple[str, ...] = ()
    for way in names.openssl:
        package, own = known.get(way.package), known.get(way.version_of or way.package)
        version = upstream(own.installed or own.candidate) if own else ""
        if not package or not version:
            hints += (way.hint,) if way.hint else ()
            continue
        problem = unfit(row, version)
        if problem:
            refused = refused or problem
            continue
        if link == "static" and way.static not in known:
            return Refused(
                f"{manager.name} has no static libraries of OpenSSL.", (_own_hint(row), WHEEL)
            )
        if link == "static" and row.linking == "flags" and facts.system.name == "linux":
            return Refused(
                f"cryptography {row.name} can be linked statically on Linux only with an OpenSSL "
                "that has no shared libraries, and the system's has.",
                (_own_hint(row),),
            )
        if link == "static" and "{multiarch}" in way.static_lib and not facts.multiarch:
            return Refused(f"Where {way.static} puts its libraries cannot be told here.")
        if "{folder}" in way.prefix and not package.folder:
            return Refused(f"{manager.name} did not say in which folder {way.package} is.")
        wanted = (way.package, *((way.static,) if link == "static" else ()))
        return Library(
            version,
            tuple(dict.fromkeys(wanted)),
            *_places(facts, way, manager, package.folder, link),
        )
    refused = refused or Refused(f"{manager.name} does not have: {names.openssl[0].package}.")
    return replace(refused, hints=(*hints, *refused.hints))


def built(
    facts: Facts,
    knowledge: Knowledge,
    python: Python,
    row: Release,
    choices: Choices,
    folder: str,
) -> Library | Refused:
    """The OpenSSL of the version that was chosen, built for the environment in ``folder``."""
    version, link = choices.openssl, choices.link
    found = origin.source(facts, knowledge, choices)
    if isinstance(found, Refused):
        return found
    problem = unfit(row, version)
    if problem:
        return Refused(f"cryptography {row.name} does not take OpenSSL {version}.", problem.hints)
    if facts.system.name not in ("linux", "macos"):
        return Refused("The wizard builds OpenSSL on Linux and macOS only.")
    if not facts.cache:
        return Refused("These facts do not say where the wizard may keep an OpenSSL.")
    if facts.system.temporary_noexec:
        return Refused(f"Programs may not run from {facts.system.temporary}, as a build must.")
    target = backend.target(link, facts.system.name, python.machine)
    if target is None:
        return Refused(
            f"OpenSSL cannot be built shared for {python.machine} by the wizard.",
            ("Put it inside: --link static",),
        )
    options = backend.options(version, link, facts.system.name, found.known)
    machine = f"{python.machine}-{python.libc or facts.system.name}"
    usual = {each.sha256 for each in knowledge.openssls}
    own_sum = () if found.sha256 in usual else (found.sha256,)
    asked = (target, *options, facts.certificates, *own_sum)
    telling = hashlib.sha256(" ".join(asked).encode()).hexdigest()[:8]
    name = f"{version}-{'static' if link == 'static' else 'shared'}-{machine}-{telling}"
    rules = paths(facts)
    place = rules.join(folder, "openssl") if link != "static" else ""
    prefix = rules.join(facts.cache, "openssl", name)
    file = rules.join(facts.cache, "openssl", "src", archive.kept(version, *own_sum))
    objects = found.static if link == "static" else found.shared
    signed = bool(found.signer) and not origin.lacking(facts, found)
    there = name in facts.built
    own = Own(found, file, signed, name, prefix, target, options, objects, there, place)
    trouble = None if own.built else origin.trouble(facts, choices, found)
    return trouble or Library(version, prefix=place or prefix, own=own)


def named(facts: Facts, row: Release, python: Python, folder: str, link: str) -> Library | Refused:
    """The OpenSSL in a folder that the user named, if headers and libraries fit each other."""
    rules = paths(facts)
    include = rules.normpath(rules.join(folder, "include"))
    found = next((h for h in facts.openssl if rules.normpath(h.folder) == include), None)
    if found is None:
        return Refused(
            f"{folder} is no folder of an OpenSSL.",
            (f"There has to be {rules.join(include, 'openssl', 'opensslv.h')}.",),
        )
    if not found.libraries:
        return Refused(f"{folder} has headers, but no libraries (libssl and libcrypto).")
    if found.library and upstream(found.library) != upstream(found.version):
        return Refused(
            f"The headers in {folder} are of OpenSSL {found.version}, but its libraries are of "
            f"{found.library}.",
            ("They have to come from one build: install that OpenSSL again.",),
        )
    wanted = _MACHINES.get(python.machine, python.machine)
    if found.machine and found.machine != wanted and python.bits == 64:
        return Refused(
            f"The OpenSSL in {folder} is for {found.machine}, and this Python is for "
            f"{python.machine}."
        )
    problem = unfit(row, found.version) or _unfit_folder(facts, found, python, link)
    if problem:
        return problem
    prefix = folder if found.libraries == rules.join(folder, "lib") else ""
    if prefix:
        return Library(found.version, prefix=prefix)
    return Library(found.version, include=include, lib=found.libraries)


_MACHINES = {"AMD64": "x86_64", "armv7l": "arm", "armv6l": "arm", "ppc64le": "ppc64"}
"""What a library file calls the architecture of such a Python."""


def present(facts: Facts, row: Release, python: Python, link: str) -> Library | Refused:
    """The OpenSSL that lies on this machine, where no package manager is asked."""
    if not facts.openssl:
        return Refused("OpenSSL's header files are not here.")
    refused: Refused | None = None
    for headers in facts.openssl:
        problem = unfit(row, headers.version) or _unfit_folder(facts, headers, python, link)
        if not problem:
            return _library(facts, headers)
        refused = refused or problem
    return refused or Refused("OpenSSL's header files are not here.")


def unfit(row: Release, version: str) -> Refused | None:
    """Why a source build of this row does not take this OpenSSL; None where it does."""
    name, _, number = version.rpartition(" ")
    if name:  # LibreSSL's headers name themselves
        if row.libressl and at_least(number, row.libressl):
            return None
        return Refused(
            f"cryptography {row.name} needs LibreSSL {row.libressl} or newer, or OpenSSL "
            f"{row.openssl} or newer; this machine's is {version}.",
            hints=(WHEEL,),
        )
    try:
        if row.takes_openssl(version):
            return None
    except BadRequest as error:
        return Refused(f"Which OpenSSL there is cannot be told: {error.what}")
    old = not at_least(version, row.openssl)
    wanted = f"{row.openssl} or newer" if old else f"older than {row.openssl_below}"
    return Refused(
        f"cryptography {row.name} needs an OpenSSL {wanted}; this machine's is {version}.",
        hints=(WHEEL,),
    )


def linking(facts: Facts, row: Release, python: Python, library: Library, link: str) -> Linking:
    """How a build of this row is told of ``library``: by flags before 40, by openssl-sys since."""
    include, lib = library.folders
    env: list[tuple[str, str]] = []
    if facts.system.name == "macos" and python.platform.endswith("universal2"):
        # Such a Python asks for both architectures, and no OpenSSL here has both.
        env.append(("ARCHFLAGS", f"-arch {python.machine}"))
    if row.linking == "flags" and facts.system.name == "windows":
        return Linking(tuple(env), (("INCLUDE", include), ("LIB", lib)))
    if row.linking == "flags":
        return Linking((*env, *_flags(facts, include, lib, link)))
    if library.prefix:
        env.append(("OPENSSL_DIR", library.prefix))
    elif include:
        env += [("OPENSSL_INCLUDE_DIR", include), ("OPENSSL_LIB_DIR", lib)]
    if link == "static":
        env.append(("OPENSSL_STATIC", "1"))
    elif needs_run_path(facts, lib, link):
        env.append(("RUSTFLAGS", f"-C link-arg=-Wl,-rpath,{lib}"))
    return Linking(tuple(env))


def _flags(facts: Facts, include: str, lib: str, link: str) -> tuple[tuple[str, str], ...]:
    if link == "static" and facts.system.name == "macos":
        archives = " ".join(f"{lib}/{name}" for name in ("libssl.a", "libcrypto.a"))
        return (
            ("CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS", "1"),
            ("CFLAGS", f"-I{include}"),
            ("LDFLAGS", archives),
        )
    if not include:
        return ()
    if link == "static":  # in that folder there are no shared ones
        return (("CFLAGS", f"-I{include}"), ("LDFLAGS", f"-L{lib}"))
    run_path = f" -Wl,-rpath,{lib}" if needs_run_path(facts, lib, link) else ""
    return (("CFLAGS", f"-I{include}"), ("LDFLAGS", f"-L{lib}{run_path}"))


def needs_run_path(facts: Facts, lib: str, link: str) -> bool:
    """Whether the libraries in ``lib`` would not be found when cryptography is used.

    Linux looks in its own folders only; a library of a Mac knows its own place.
    """
    elsewhere = bool(lib) and not lib.startswith(("/usr/lib", "/lib"))
    return facts.system.name == "linux" and link != "static" and elsewhere


def _places(
    facts: Facts, way: Way, manager: Manager, folder: str, link: str
) -> tuple[str, str, str]:
    root = posixpath.dirname(posixpath.dirname(manager.program))
    include, lib = way.include, way.lib
    if link == "static" and not way.prefix:
        include, lib = include or way.static_include, lib or way.static_lib
    prefix, include, lib = (
        text.format(folder=folder, root=root, multiarch=facts.multiarch)
        for text in (way.prefix, include, lib)
    )
    return prefix, include, lib


def _own_hint(row: Release) -> str:
    old = bool(row.openssl_below) and not row.takes_openssl("3.0")
    return f"Or let the wizard build one: --openssl {'1.1.1w' if old else 'VERSION'}"


def _unfit_folder(facts: Facts, headers: Headers, python: Python, link: str) -> Refused | None:
    if facts.system.name == "windows" and not headers.libraries:
        return Refused(
            f"The OpenSSL in {headers.folder} has headers, but its libraries were not found."
        )
    if link == "static" and not headers.static:
        return Refused(f"The OpenSSL in {headers.folder} has no static libraries.", (WHEEL,))
    if facts.system.name == "macos" and headers.folder.startswith(_OTHER.get(python.machine, "-")):
        return Refused(
            f"The OpenSSL in {headers.folder} is for the other kind of Mac, not for "
            f"{python.machine}."
        )
    return None


_OTHER = {"x86_64": "/opt/homebrew/", "arm64": "/usr/local/"}
"""Where Homebrew keeps things for the other architecture (Homebrew's documentation)."""


def _library(facts: Facts, headers: Headers) -> Library:
    if headers.folder == "/usr/include":
        return Library(headers.version)
    rules = paths(facts)
    above, last = rules.split(headers.folder)
    if last == "include" and headers.libraries in ("", rules.join(above, "lib")):
        return Library(headers.version, prefix=above)
    return Library(headers.version, include=headers.folder, lib=headers.libraries)
