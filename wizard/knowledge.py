"""Knowledge: what each release of cryptography needs and what its packages are called.

The data, each fact with its source, stand in ``assets/releases.toml`` and
``assets/packages.toml``; this module reads them into frozen dataclasses.
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

Row = TypeVar("Row", bound="DataclassInstance")


@dataclass(frozen=True)
class Release:
    """One row of ``assets/releases.toml``: a line of releases with the same rules.

    The row holds for versions from ``first`` up to the next row. Versions are text. ``python`` is
    a PEP 440 specifier. ``msrv`` is the minimum supported Rust version; ``rust`` says whether the
    build can do without. ``openssl`` is the oldest OpenSSL that a source build takes,
    ``openssl_below`` the first that it no longer takes (empty: none known). ``linking`` says how
    the OpenSSL is named to the build: ``flags`` (CFLAGS and LDFLAGS) or ``openssl-sys``
    (OPENSSL_DIR and relatives). ``lock`` is the version of the sdist's Cargo.lock (0: none),
    ``newest_python`` the newest Python minor version that its PyO3 knows (empty: no limit).
    ``constraints`` (of the build environment) and ``build_env`` are what a build today should not
    go without; ``newer_python_env`` is needed too where the target is newer than
    ``newest_python``: see `env_for`.
    ``security`` is the caveat of staying on this line, ``wheels_security`` that of its wheels
    besides (what is compiled has another OpenSSL), ``yanked`` the versions withdrawn,
    ``absent`` numbers between ``first`` and ``last`` that were never published.
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
    security: str = ""
    wheels_security: str = ""
    yanked: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version of this row that was published, yanked ones too, oldest first."""
        first, last = Version(self.first), Version(self.last)
        numbered = (
            self.first if micro == first.micro else f"{first.major}.{first.minor}.{micro}"
            for micro in range(first.micro, last.micro + 1)
        )
        return tuple(version for version in numbered if version not in self.absent)

    def caveat(self, *, bundled: bool) -> str:
        """What staying on this line means for security.

        ``bundled`` says that it has the OpenSSL of the release's wheels inside.
        """
        wheels = self.wheels_security if bundled else ""
        return f"{self.security} {wheels}".strip()

    @property
    def name(self) -> str:
        """The line for people: ``46``, and ``3.4`` for either part of it."""
        return versions.minor(self.line)

    def env_for(self, python: str) -> tuple[tuple[str, str], ...]:
        """The variables that a build for this Python (``3.13`` or ``3.13.1``) needs."""
        newest = self.newest_python
        if newest and Version(python).release[:2] > Version(newest).release[:2]:
            return self.build_env + self.newer_python_env
        return self.build_env

    def takes_openssl(self, version: str) -> bool:
        """Whether a source build takes this OpenSSL: ``1.1.1w``, or a package's ``1:3.0.2-1``.

        Raises BadRequest if the text has no version of OpenSSL in it.
        """
        have = openssl_order(version)
        below = self.openssl_below
        return openssl_order(self.openssl) <= have and not (below and have >= openssl_order(below))


@dataclass(frozen=True)
class Platform:
    """Which releases have wheels for a platform: a row of ``[[platform]]``.

    ``tags`` are platform tags as `fnmatch` patterns; ``interpreters`` patterns of the interpreter
    tags (empty: the releases' own abi3 ones). ``first`` and ``last`` release with such wheels;
    both empty: there never was one. ``pip`` is the oldest pip that accepts them (empty: any that
    runs there). ``note`` is a sentence for people about how it ended.
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
class RustPackage:
    """One way to get Rust from a package manager: its two packages, and where they put ``cargo``.

    ``version_of`` is the package whose version is Rust's own. ``bin`` is a folder to put in front
    of PATH, empty if the programs are on it anyway.
    """

    packages: tuple[str, ...]
    version_of: str
    bin: str = ""
    source: str = ""


@dataclass(frozen=True)
class OpenSSLPackage:
    """One way to get OpenSSL's headers and libraries from a package manager.

    The version of ``version_of`` (of ``package``, where it is empty) is OpenSSL's own. ``prefix``
    is the folder with its ``include`` and ``lib``, or ``include`` and ``lib`` are named; all are
    empty if a compiler looks anyway. They may have ``{folder}`` (`wizard.facts.Package.folder`) and
    ``{root}`` (the folder above the one that the manager's program is in). ``static`` is the
    package with the static libraries; empty: there is none. ``static_include`` and ``static_lib``
    are named to a static build where the others are empty; they may have ``{multiarch}``
    (`wizard.facts.Facts.multiarch`). ``static_below`` is the first OpenSSL whose static libraries
    need those of others (empty: none does). ``engine`` is the package with ``openssl/engine.h``,
    where it is one of its own; releases before 44 include it. ``hint`` says how a manager that
    lacks it can have it.
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
    source: str = ""


@dataclass(frozen=True)
class Packages:
    """What one package manager calls the things that a source build needs.

    ``distributions`` are the systems made with it, by the ``ID`` or ``ID_LIKE`` of os-release.
    ``python_headers`` and ``venv`` may have ``{minor}`` where the target's version (``3.11``)
    goes, or ``{digits}`` (``311``); empty: nothing to install. The headers of a Python have one
    of several names; one without a version counts where its version is the target's.
    ``openssl_build`` is needed to build an OpenSSL. ``pypy_headers`` are those of a PyPy.
    ``libffi`` is only needed where cffi has no wheel (see `wizard.needs.build_needs`).
    ``openssl`` and ``rust`` are the ways to each, the plainest first.
    ``cryptography`` is the manager's own package of it. ``architectures`` are the folders above
    the manager's program that mean packages for one architecture only.
    """

    manager: str
    build: tuple[str, ...]
    python_headers: tuple[str, ...]
    venv: str
    openssl: tuple[OpenSSLPackage, ...]
    rust: tuple[RustPackage, ...]
    libffi: str = ""
    openssl_build: tuple[str, ...] = ()
    pypy_headers: str = ""
    cryptography: str = ""
    architectures: tuple[tuple[str, str], ...] = ()
    distributions: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Host:
    """A system that rustup has a Rust for: its name there, and the Pythons that run on it."""

    triple: str
    system: str
    machine: tuple[str, ...]
    libc: str = ""
    bits: int = 64


@dataclass(frozen=True)
class Rustup:
    """``assets/rustup.toml``: the documented server, and the systems it serves."""

    server: str
    hosts: tuple[Host, ...]


@dataclass(frozen=True)
class OpenSSLSource:
    """A row of ``assets/openssl.toml``: a version of OpenSSL that the wizard can build.

    ``url`` is the documented address of its source archive and ``sha256`` the archive's sum;
    ``signer`` is the fingerprint of the key that the OpenSSL project has signed it with (empty:
    not known). ``ends`` is the day (ISO 8601) on which the project stops to support it (empty: not
    known). ``known`` are options that its ``config`` knows and others do not; ``static`` and
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
class Knowledge:
    """All that the assets say. ``releases`` and ``openssls`` are newest first."""

    releases: tuple[Release, ...]
    platforms: tuple[Platform, ...]
    packages: tuple[Packages, ...]
    rustup: Rustup = Rustup("", ())
    openssls: tuple[OpenSSLSource, ...] = ()

    def release(self, version: str, *, listed: bool = False) -> Release:
        """The row that holds for this version.

        ``listed`` says that the index has this version, so it exists even though the table does
        not know it: then the row before it holds, for the newest ones the top row.
        Raises BadRequest, with the nearest versions, where no row does.
        """
        try:
            wanted = Version(version)
        except InvalidVersion:
            raise BadRequest(
                f"{version!r} is not a version of cryptography.",
                hints=(f"A version looks like {self.releases[0].last}.",),
            ) from None
        for row in self.releases:
            if any(Version(known) == wanted for known in row.versions):
                return row
            if listed and Version(row.first) <= wanted:
                return row
        raise BadRequest(
            self._unknown(version, wanted), hints=(f"The nearest: {self._nearest(wanted)}.",)
        )

    def knows(self, version: str) -> bool:
        """Whether the table has this very version, so that its row is known to hold for it."""
        wanted = Version(version)
        return any(Version(known) == wanted for row in self.releases for known in row.versions)

    def packages_of(self, manager: str) -> Packages | None:
        """The names that this manager uses, or None if the table has none for it."""
        return next((p for p in self.packages if p.manager == manager), None)

    def _unknown(self, version: str, wanted: Version) -> str:
        oldest, newest = self.releases[-1].first, self.releases[0].last
        if wanted < Version(oldest):
            return (
                f"cryptography {version} is older than {oldest}, the oldest release that the "
                "wizard supports."
            )
        if wanted > Version(newest):
            return (
                f"cryptography {version} is newer than {newest}, the newest release that the "
                "wizard knows."
            )
        return f"cryptography {version} does not exist."

    def _nearest(self, wanted: Version) -> str:
        good = [v for row in self.releases for v in row.versions if v not in row.yanked]
        good.sort(key=Version)
        before = [v for v in good if Version(v) < wanted][-1:]
        after = [v for v in good if Version(v) > wanted][:1]
        return joined(before + after)


def openssl_order(version: str) -> tuple[int, int, int, str]:
    """A key by which OpenSSL's versions are ordered; ``1.1.1w`` is no PEP 440 version.

    Takes what package managers say, too (``1:3.0.17-1~deb12u2``). The letter of the old scheme is
    part of the key. Raises BadRequest if there is no version in the text.
    """
    found = re.match(r"(?:\d+:)?(\d+)\.(\d+)(?:\.(\d+))?([a-z]*)", version)
    if not found:
        raise BadRequest(f"{version!r} is not a version of OpenSSL.")
    major, minor, patch, letter = found.groups()
    return int(major), int(minor), int(patch or 0), letter


@cache
def load() -> Knowledge:
    """Read the assets. Raises ValueError if one has an unknown key or lacks one."""
    tables, fetched = read_asset("releases.toml"), read_asset("rustup.toml")
    return Knowledge(
        releases=tuple(read_row(Release, t) for t in tables["release"]),
        platforms=tuple(read_row(Platform, t) for t in tables["platform"]),
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
        openssls=tuple(read_row(OpenSSLSource, t) for t in read_asset("openssl.toml")["openssl"]),
        rustup=Rustup(fetched["server"], tuple(read_row(Host, row) for row in fetched["host"])),
    )


def read_asset(name: str) -> dict[str, Any]:
    """Read a TOML file of the assets. Raises FileNotFoundError if there is no such file."""
    return tomllib.loads(assets.text(name))


def read_row(kind: type[Row], table: Mapping[str, Any]) -> Row:
    """Read one table of an asset. Raises ValueError if it has an unknown key or lacks one."""
    # Plain constructors: cattrs would cost more than all the rest of the wizard's start.
    unknown = table.keys() - {f.name for f in fields(kind)}
    missing = {f.name for f in fields(kind) if f.default is MISSING} - table.keys()
    if unknown or missing:
        raise ValueError(
            f"a {kind.__name__.lower()} row of the assets has unknown keys {sorted(unknown)} "
            f"and lacks {sorted(missing)}: {dict(table)}"
        )
    return kind(**{key: _frozen(value) for key, value in table.items()})


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value


def _rust(table: Mapping[str, Any]) -> Iterator[RustPackage]:
    """One row, or one for every minor version where the row is a template with ``minors``."""
    plain = {key: value for key, value in table.items() if key != "minors"}
    first, last = table.get("minors", (0, 0))
    for minor in range(first, last + 1):
        yield read_row(RustPackage, {key: _filled(value, minor) for key, value in plain.items()})


def _filled(value: Any, minor: int) -> Any:
    if isinstance(value, list):
        return [_filled(item, minor) for item in value]
    return value.replace("{minor}", str(minor)) if isinstance(value, str) else value
