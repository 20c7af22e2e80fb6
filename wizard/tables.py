"""The rows of the tables in ``assets/``: what is known about releases, packages and OpenSSL.

`wizard.knowledge` reads them; each fact is there with its source.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from packaging.version import Version

from wizard import versions
from wizard.facts import Python, System
from wizard.versions import openssl_order


@lru_cache(maxsize=512)
def _published(first: str, last: str, absent: tuple[str, ...]) -> tuple[str, ...]:
    """Return the versions from ``first`` to ``last``, which differ in their third number only."""
    oldest, newest = Version(first), Version(last)
    numbered = (
        first if micro == oldest.micro else f"{oldest.major}.{oldest.minor}.{micro}"
        for micro in range(oldest.micro, newest.micro + 1)
    )
    return tuple(version for version in numbered if version not in absent)


@lru_cache(maxsize=512)
def _numbers(published: tuple[str, ...]) -> frozenset[Version]:
    return frozenset(map(Version, published))


@dataclass(frozen=True)
class Release:
    """One row of ``assets/releases.toml``: a line of releases with the same rules.

    The row applies to versions from ``first`` up to the next row. Versions are text. ``python`` is
    a PEP 440 specifier. ``msrv`` is the minimum supported Rust version; ``rust`` says whether the
    build needs Rust. ``openssl`` is the oldest OpenSSL that a source build supports,
    ``openssl_below`` the first that it no longer supports (empty: none known). ``linking`` says how
    the build learns about OpenSSL: ``flags`` (CFLAGS and LDFLAGS) or ``openssl-sys`` (OPENSSL_DIR
    and related variables). ``lock`` is the version of the sdist's Cargo.lock (0: none),
    ``newest_python`` the newest Python minor version that its PyO3 supports (empty: no limit). A
    build today needs ``constraints`` (for the build environment) and ``build_env``; it also needs
    ``newer_python_env`` if the target is newer than ``newest_python``: see `env_for`. ``requires``
    are the packages that it needs to run, as in its metadata. ``yanked`` are the withdrawn
    versions, ``absent`` the numbers between ``first`` and ``last`` that were never published.
    ``sources`` names the source of each fact.
    """

    line: str
    first: str
    last: str
    date: str
    python: str
    msrv: str
    rust: Literal["required", "optional"]
    openssl: str
    build_backend: Literal["setuptools", "maturin"]
    linking: Literal["flags", "openssl-sys"]
    openssl_below: str = ""
    libressl: str = ""
    lock: int = 0
    newest_python: str = ""
    constraints: tuple[str, ...] = ()
    build_env: tuple[tuple[str, str], ...] = ()
    newer_python_env: tuple[tuple[str, str], ...] = ()
    requires: tuple[str, ...] = ()
    yanked: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """Every published version of this row, including yanked ones, oldest first."""
        return _published(self.first, self.last, self.absent)

    @property
    def numbers(self) -> frozenset[Version]:
        """The same versions as `versions`, in the form in which 46.0 and 46.0.0 are one."""
        return _numbers(self.versions)

    @property
    def name(self) -> str:
        """The display name of the line: ``46`` or ``3.4``, also for a part of that line."""
        major = self.line.partition(".")[0]
        return versions.minor(self.line) if major == "3" else major

    def env_for(self, python: str) -> tuple[tuple[str, str], ...]:
        """Return the variables that a build for this Python (``3.13`` or ``3.13.1``) needs."""
        newest = self.newest_python
        if newest and Version(python).release[:2] > Version(newest).release[:2]:
            return self.build_env + self.newer_python_env
        return self.build_env

    def supports_openssl(self, version: str) -> bool:
        """Return whether a source build supports this OpenSSL: ``1.1.1w``, or a package's
        ``1:3.0.2-1``.

        Raises BadRequest if the text contains no version of OpenSSL.
        """
        order = openssl_order(version)
        below = self.openssl_below
        return openssl_order(self.openssl) <= order and not (
            below and order >= openssl_order(below)
        )


@dataclass(frozen=True)
class Pythons:
    """Which Pythons some releases can be compiled for: a row of ``assets/pythons.toml``.

    The row applies to releases from ``first`` up to the next row. ``pyo3`` is the version of PyO3
    that they use (empty: a build needs none). The other fields are the oldest and newest minor
    version (``3.11``) of that kind of Python; an empty text is no limit, and an empty tuple means
    that no such Python is supported. ``sources`` names the source of each fact.
    """

    first: str
    pyo3: str = ""
    free_threaded: tuple[str, ...] = ()
    pypy: tuple[str, ...] = ()
    graalpy: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Flaw:
    """A published security flaw: a row of ``[[flaw]]``.

    Every release before ``fixed`` has it. ``wheels`` says that it is in the OpenSSL inside the
    wheels: a source build uses another OpenSSL. ``text`` is a sentence for people.
    """

    fixed: str
    text: str
    source: str
    wheels: bool = False


@dataclass(frozen=True)
class Removal:
    """The end of support for a kind of computer: a row of ``[[removal]]``.

    ``release`` is the first release without support for ``computers``, which
    `wizard.needs.wheels.computer` also uses as a name.
    """

    release: str
    computers: str
    source: str


@dataclass(frozen=True)
class Dependent:
    """Versions of a package that do not work with every release that their metadata allows.

    A row of ``assets/dependents.toml``. ``package`` is its normalized name; its ``versions`` (a
    PEP 440 specifier) only work with the releases that ``allows`` contains. ``reason`` says in a
    few words what happens with others.
    """

    package: str
    versions: str
    allows: str
    reason: str
    source: str


@dataclass(frozen=True)
class Platform:
    """Which releases have wheels for a platform: a row of ``[[platform]]``.

    ``tags`` are platform tags as `fnmatch` patterns; ``interpreters`` patterns of the interpreter
    tags (empty: the releases' own abi3 ones). ``first`` and ``last`` are the first and last release
    with such wheels; both are empty if no release had one. ``pip`` is the oldest pip that accepts
    them (empty: any that runs there). ``note`` is a sentence for people about the end of these
    wheels.
    """

    name: str
    tags: tuple[str, ...]
    first: str
    last: str
    pip: str
    interpreters: tuple[str, ...] = ()
    note: str = ""
    source: str = ""


@dataclass(frozen=True)
class LoaderNeed:
    """What the loader must understand for some wheels to be imported: a row of ``[[loader]]``.

    The wheels with one of ``tags`` (platform tags) contain, since the release ``first``, a library
    with DT_RELR, which musl understands since the version ``musl``; see `wizard.facts.Python.relr`.
    ``why`` is a clause for people.
    """

    tags: tuple[str, ...]
    first: str
    musl: str
    why: str
    source: str


@dataclass(frozen=True)
class Baseline:
    """The oldest processors that some wheels run on: a row of ``[[baseline]]``.

    ``tags`` are patterns of platform tags, ``first`` is the first release to which it applies, and
    ``level`` is that of `wizard.facts.Processor`.
    """

    tags: tuple[str, ...]
    level: str
    first: str
    source: str


@dataclass(frozen=True)
class RustPackage:
    """One way to get Rust from a package manager: its two packages, and where they put ``cargo``.

    ``version_of`` is the package whose version is Rust's own. ``bin`` is a folder to put at the
    front of PATH, or empty if the programs are on PATH anyway.
    """

    packages: tuple[str, ...]
    version_of: str
    bin: str = ""
    source: str = ""


@dataclass(frozen=True)
class OpenSSLPackage:
    """One way to get OpenSSL's headers and libraries from a package manager.

    The version of the package ``version_of`` (or ``package``, if empty) is that of OpenSSL.
    ``prefix`` is the folder with its ``include`` and ``lib``, or ``include`` and ``lib`` are set;
    all are empty if a compiler finds it without settings. They may contain ``{folder}``
    (`wizard.facts.Package.folder`) and ``{root}`` (the folder above the one that the manager's
    program is in). ``static`` is the package with the static libraries, or empty.
    ``static_include`` and ``static_lib`` are used for a static build if the others are empty; they
    may contain ``{multiarch}`` (`wizard.facts.Facts.multiarch`). ``static_below`` is the first
    OpenSSL whose static libraries need other libraries (empty: no version does). ``engine`` is the
    package with ``openssl/engine.h``, if that is a separate one; releases before 44 include that
    header. ``hint`` says how to make the package available; its OpenSSL is ``hint_version`` (empty:
    any).
    """

    package: str
    version_of: str = ""
    prefix: str = ""
    include: str = ""
    lib: str = ""
    static: str = ""
    static_include: str = ""
    static_lib: str = ""
    static_below: str = ""
    engine: str = ""
    hint: str = ""
    hint_version: str = ""
    source: str = ""


@dataclass(frozen=True)
class Packages:
    """One package manager's names for what a source build needs.

    ``distributions`` are the systems that use it, by the ``ID`` or ``ID_LIKE`` of os-release.
    ``compiler`` is the package of ``build`` that installs ``cc`` (empty: none of them does).
    ``python_headers`` and ``venv`` may contain ``{minor}`` for the target's version (``3.11``), or
    ``{digits}`` (``311``); empty: nothing to install. The headers of a Python have one of several
    names; a name without a version counts if the package has the target's version.
    ``openssl_build`` is needed to build an OpenSSL. ``pypy_headers`` are those of a PyPy.
    ``libffi`` is only needed where cffi has no wheel (see `wizard.needs.build_needs`). ``openssl``
    and ``rust`` are the packages for each, the simplest first. ``cryptography`` are the possible
    names of the manager's package of cryptography, best first. ``architectures`` maps the prefix of
    the manager's program to the architecture of its packages.
    """

    manager: str
    build: tuple[str, ...]
    python_headers: tuple[str, ...]
    venv: str
    openssl: tuple[OpenSSLPackage, ...]
    rust: tuple[RustPackage, ...]
    compiler: str = ""
    libffi: str = ""
    openssl_build: tuple[str, ...] = ()
    pypy_headers: str = ""
    cryptography: tuple[str, ...] = ()
    architectures: tuple[tuple[str, str], ...] = ()
    distributions: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class SystemPackage:
    """A row of ``assets/system_packages.toml``: a package of cryptography that is only named.

    ``manager`` is the manager's name for people, and ``install`` what users type before the name of
    a package; ``root`` says that it needs root rights. ``package`` may contain ``{minor}`` or
    ``{digits}`` (see `Packages`). ``systems`` are those that have it, by the ``ID`` or ``ID_LIKE``
    of os-release, or by the name in `wizard.facts.System` for a system without os-release
    (``freebsd``, ``termux``). If ``minors`` is not empty, the row applies only to these versions of
    Python.
    """

    manager: str
    install: tuple[str, ...]
    package: str
    source: str
    systems: tuple[str, ...]
    minors: tuple[str, ...] = ()
    root: bool = True

    def belongs_to(self, system: System, python: Python) -> bool:
        """Return whether this is a package for this Python of this system."""
        if self.minors and python.minor not in self.minors:
            return False
        return not {system.distribution, *system.like}.isdisjoint(self.systems)


@dataclass(frozen=True)
class Host:
    """A system that rustup supports: its name there, and the Pythons that run on it."""

    triple: str
    system: str
    machine: tuple[str, ...]
    libc: str = ""
    bits: int = 64


@dataclass(frozen=True)
class Rustup:
    """``assets/rustup.toml``: the documented server, and the systems it supports."""

    server: str
    hosts: tuple[Host, ...]


@dataclass(frozen=True)
class OpenSSLSource:
    """A row of ``assets/openssl.toml``: a version of OpenSSL that the wizard can build.

    ``url`` is the documented address of its source archive and ``sha256`` the archive's checksum;
    ``signer`` is the fingerprint of the key with which the OpenSSL project signed it (empty:
    unknown). ``ends`` is the day (ISO 8601) on which the project stops supporting it (empty:
    unknown). ``known`` are options that only some versions of ``config`` accept; ``static`` and
    ``shared`` are how many files are compiled for each (0: not counted). ``sources`` names the
    source of each fact.
    """

    version: str
    url: str
    sha256: str
    ends: str
    signer: str = ""
    known: tuple[str, ...] = ()
    static: int = 0
    shared: int = 0
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class OpenSSLSeries:
    """A row of ``[[series]]``: the versions of OpenSSL with the same first numbers.

    They are published from ``first`` to ``last``, except those that the project ``withdrew``.
    ``last`` is the newest public one when the row was written; ``ends`` is the day (ISO 8601) on
    which the public fixes of the series end. ``known`` are the options that ``config`` accepts in
    every version of the series: see `OpenSSLSource`. ``sources`` names the source of each fact.
    """

    name: str
    first: str
    last: str
    ends: str
    withdrew: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
