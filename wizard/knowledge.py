"""Knowledge: what each release of cryptography needs, and the names of packages.

The data, each fact with its source, are in ``assets/releases.toml``, ``assets/packages.toml`` and
other tables. This module reads them into frozen dataclasses.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from packaging.version import InvalidVersion, Version

import assets
from wizard import versions
from wizard.errors import BadRequest
from wizard.wording import joined

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from wizard.facts import Python, System

Row = TypeVar("Row", bound="DataclassInstance")


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
        first, last = Version(self.first), Version(self.last)
        numbered = (
            self.first if micro == first.micro else f"{first.major}.{first.minor}.{micro}"
            for micro in range(first.micro, last.micro + 1)
        )
        return tuple(version for version in numbered if version not in self.absent)

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


@dataclass(frozen=True)
class Knowledge:
    """The contents of the assets.

    ``releases``, ``openssls``, ``series`` and ``pythons`` are newest first.
    """

    releases: tuple[Release, ...]
    platforms: tuple[Platform, ...]
    packages: tuple[Packages, ...]
    rustup: Rustup = Rustup("", ())
    openssls: tuple[OpenSSLSource, ...] = ()
    series: tuple[OpenSSLSeries, ...] = ()
    loaders: tuple[LoaderNeed, ...] = ()
    flaws: tuple[Flaw, ...] = ()
    system_packages: tuple[SystemPackage, ...] = ()
    pythons: tuple[Pythons, ...] = ()
    removals: tuple[Removal, ...] = ()
    dependents: tuple[Dependent, ...] = ()
    baselines: tuple[Baseline, ...] = ()

    def release(self, version: str, *, listed: bool = False) -> Release:
        """Return the row that applies to this version.

        ``listed`` says that the index has this version, so it exists even if the table does not
        know it. Then the previous row applies; for the newest versions, the top row. Raises
        BadRequest, with the nearest versions, if no row applies.
        """
        try:
            requested = Version(version)
        except InvalidVersion:
            raise BadRequest(
                f"{version!r} is not a version of cryptography.",
                hints=(f"A version looks like {self.releases[0].last}.",),
            ) from None
        for release_row in self.releases:
            if any(Version(known) == requested for known in release_row.versions):
                return release_row
            if listed and Version(release_row.first) <= requested:
                return release_row
        raise BadRequest(
            self._unknown_version(version, requested),
            hints=(f"The nearest: {self._nearest(requested)}.",),
        )

    def knows(self, version: str) -> bool:
        """Return whether the table contains this version, so that its row certainly applies to
        it.
        """
        requested = Version(version)
        return any(Version(known) == requested for row in self.releases for known in row.versions)

    def caveat(self, version: str, *, bundled: bool) -> str:
        """Return the security warning about installing this release, or empty if there is none.

        ``bundled`` says that it includes the OpenSSL of the release's wheels.
        """
        release = Version(version)
        return " ".join(
            flaw.text
            for flaw in self.flaws
            if release < Version(flaw.fixed) and (bundled or not flaw.wheels)
        )

    def openssl_series(self, version: str) -> OpenSSLSeries | None:
        """Return the series that this version of OpenSSL belongs to, or None.

        Raises BadRequest if the text is not a version.
        """
        name = openssl_series_name(version)
        return next((series for series in self.series if series.name == name), None)

    def pythons_of(self, release: str) -> Pythons | None:
        """Return the row of `pythons` that applies to this version, or None if none does."""
        requested = Version(release)
        return next((row for row in self.pythons if Version(row.first) <= requested), None)

    def packages_of(self, manager: str) -> Packages | None:
        """Return the names that this manager uses, or None if the table does not contain it."""
        return next((p for p in self.packages if p.manager == manager), None)

    def _unknown_version(self, version: str, requested: Version) -> str:
        oldest, newest = self.releases[-1].first, self.releases[0].last
        if requested < Version(oldest):
            return (
                f"cryptography {version} is older than {oldest}, the oldest release that the "
                "wizard supports."
            )
        if requested > Version(newest):
            return (
                f"cryptography {version} is newer than {newest}, the newest release that the "
                "wizard knows."
            )
        return f"cryptography {version} does not exist."

    def _nearest(self, requested: Version) -> str:
        usable = [v for row in self.releases for v in row.versions if v not in row.yanked]
        usable.sort(key=Version)
        before = [v for v in usable if Version(v) < requested][-1:]
        after = [v for v in usable if Version(v) > requested][:1]
        return joined(before + after)


def openssl_order(version: str) -> tuple[int, int, int, str]:
    """Return a sort key for OpenSSL versions; ``1.1.1w`` is not a PEP 440 version.

    Also accepts the versions of package managers (``1:3.0.17-1~deb12u2``). The letter of the old
    scheme is part of the key. Raises BadRequest if the text contains no version.
    """
    match = re.match(r"(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?([a-z]*)", version)
    if not match:
        raise BadRequest(f"{version!r} is not a version of OpenSSL.")
    major, minor, patch, letter = match.groups()
    return int(major), int(minor), int(patch or 0), letter


def openssl_series_name(version: str) -> str:
    """Return the numbers that a series of OpenSSL has in common: ``3.5``, but ``1.1.1``.

    Raises BadRequest if the text is not a version.
    """
    major, minor, patch, _ = openssl_order(version)
    return f"{major}.{minor}" if major > 1 else f"{major}.{minor}.{patch}"


@cache
def load() -> Knowledge:
    """Read the assets. Raises ValueError if a table has an unknown key or lacks a key."""
    tables, rustup = read_asset("releases.toml"), read_asset("rustup.toml")
    openssl = read_asset("openssl.toml")
    return Knowledge(
        releases=tuple(read_row(Release, t) for t in tables["release"]),
        flaws=tuple(read_row(Flaw, t) for t in tables["flaw"]),
        removals=tuple(read_row(Removal, t) for t in tables["removal"]),
        pythons=tuple(read_row(Pythons, t) for t in read_asset("pythons.toml")["pythons"]),
        dependents=tuple(
            read_row(Dependent, t) for t in read_asset("dependents.toml")["dependent"]
        ),
        baselines=tuple(read_row(Baseline, t) for t in tables["baseline"]),
        platforms=tuple(read_row(Platform, t) for t in tables["platform"]),
        loaders=tuple(read_row(LoaderNeed, t) for t in tables["loader"]),
        packages=tuple(
            read_row(
                Packages,
                {
                    **t,
                    "openssl": [read_row(OpenSSLPackage, row) for row in t["openssl"]],
                    "rust": [r for row in t.get("rust", ()) for r in _rust(row)],
                },
            )
            for t in read_asset("packages.toml")["manager"]
        ),
        openssls=tuple(read_row(OpenSSLSource, t) for t in openssl["openssl"]),
        series=tuple(read_row(OpenSSLSeries, t) for t in openssl["series"]),
        system_packages=tuple(
            read_row(SystemPackage, t) for t in read_asset("system_packages.toml")["system"]
        ),
        rustup=Rustup(rustup["server"], tuple(read_row(Host, row) for row in rustup["host"])),
    )


def read_asset(name: str) -> dict[str, Any]:
    """Read a TOML file of the assets. Raises FileNotFoundError if there is no such file."""
    return tomllib.loads(assets.text(name))


def read_row(kind: type[Row], table: Mapping[str, Any]) -> Row:
    """Read one table of an asset. Raises ValueError if it has an unknown key or lacks a key."""
    # Plain constructors: importing cattrs would take longer than the rest of the wizard's start.
    unknown = table.keys() - {f.name for f in fields(kind)}
    missing = {f.name for f in fields(kind) if f.default is MISSING} - table.keys()
    if unknown or missing:
        raise ValueError(
            f"a {kind.__name__.lower()} row of the assets has unknown keys {sorted(unknown)} "
            f"and lacks {sorted(missing)}: {dict(table)}"
        )
    return kind(**{key: _freeze(value) for key, value in table.items()})


def _freeze(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _rust(table: Mapping[str, Any]) -> Iterator[RustPackage]:
    """Yield one row, or one for every minor version if the row is a template with ``minors``."""
    plain = {key: value for key, value in table.items() if key != "minors"}
    first, last = table.get("minors", (0, 0))
    for minor in range(first, last + 1):
        yield read_row(RustPackage, {key: _filled(value, minor) for key, value in plain.items()})


def _filled(value: Any, minor: int) -> Any:
    if isinstance(value, list):
        return [_filled(item, minor) for item in value]
    return value.replace("{minor}", str(minor)) if isinstance(value, str) else value
