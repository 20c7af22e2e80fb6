"""Which OpenSSL a source build uses, and in which words a release is told of it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from wizard.environment import paths
from wizard.errors import BadRequest
from wizard.facts import Facts, Headers, Manager, Python
from wizard.knowledge import OpenSSL as Way
from wizard.knowledge import Packages, Release
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


@dataclass(frozen=True)
class Library:
    """An OpenSSL: its version, and the packages to install for it.

    ``prefix`` is the folder that holds its ``include`` and ``lib``; else ``include`` and ``lib``
    are named. All are empty where a compiler looks anyway.
    """

    version: str
    packages: tuple[str, ...] = ()
    prefix: str = ""
    include: str = ""
    lib: str = ""

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


def packaged(row: Release, manager: Manager, names: Packages, link: str) -> Library | Refused:
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
            return Refused(f"{manager.name} has no static libraries of OpenSSL.", (WHEEL,))
        if "{folder}" in way.prefix and not package.folder:
            return Refused(f"{manager.name} did not say in which folder {way.package} is.")
        wanted = (way.package, *((way.static,) if link == "static" else ()))
        return Library(
            version,
            tuple(dict.fromkeys(wanted)),
            *_places(way, manager, package.folder),
        )
    refused = refused or Refused(f"{manager.name} does not have: {names.openssl[0].package}.")
    return replace(refused, hints=(*hints, *refused.hints))


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
    elif _needs_run_path(facts, lib):
        env.append(("RUSTFLAGS", f"-C link-arg=-Wl,-rpath,{lib}"))
    return Linking(tuple(env))


def _flags(facts: Facts, include: str, lib: str, link: str) -> tuple[tuple[str, str], ...]:
    if link == "static":
        archives = " ".join(f"{lib}/{name}" for name in ("libssl.a", "libcrypto.a"))
        return (
            ("CRYPTOGRAPHY_SUPPRESS_LINK_FLAGS", "1"),
            ("CFLAGS", f"-I{include}"),
            ("LDFLAGS", archives),
        )
    if not include:
        return ()
    run_path = f" -Wl,-rpath,{lib}" if _needs_run_path(facts, lib) else ""
    return (("CFLAGS", f"-I{include}"), ("LDFLAGS", f"-L{lib}{run_path}"))


def _needs_run_path(facts: Facts, lib: str) -> bool:
    """Whether the libraries would not be found when cryptography is used.

    Linux looks in its own folders only; a library of a Mac knows its own place.
    """
    return facts.system.name == "linux" and bool(lib) and not lib.startswith(("/usr/lib", "/lib"))


def _places(way: Way, manager: Manager, folder: str) -> tuple[str, str, str]:
    root = posixpath.dirname(posixpath.dirname(manager.program))
    prefix, include, lib = (
        text.format(folder=folder, root=root) for text in (way.prefix, way.include, way.lib)
    )
    return prefix, include, lib


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
