"""Knowledge: what each release of cryptography needs, and the names of packages.

The data, each fact with its source, are in ``assets/releases.toml``, ``assets/packages.toml`` and
other tables. This module reads them into frozen dataclasses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from packaging.version import InvalidVersion, Version

from wizard import table_source
from wizard.errors import BadRequest
from wizard.table_source import read_asset, reader
from wizard.tables import (
    Baseline,
    Dependent,
    Flaw,
    Host,
    LoaderNeed,
    OpenSSLPackage,
    OpenSSLSeries,
    OpenSSLSource,
    Packages,
    Platform,
    Pythons,
    Release,
    Removal,
    RustPackage,
    Rustup,
    SystemPackage,
)
from wizard.versions import openssl_series_name, release_number
from wizard.wording import joined

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


Row = TypeVar("Row", bound="DataclassInstance")


@dataclass(frozen=True)
class Knowledge:
    """The contents of the assets.

    ``releases``, ``openssls``, ``series`` and ``pythons`` are newest first.
    """

    releases: tuple[Release, ...]
    platforms: tuple[Platform, ...]
    packages: tuple[Packages, ...]
    rustup: Rustup = Rustup("", ())  # noqa: RUF009 - frozen
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
            requested = release_number(version)
        except InvalidVersion:
            raise BadRequest(
                f"{version!r} is not a version of cryptography.",
                hints=(f"A version looks like {self.releases[0].last}.",),
            ) from None
        for release_row in self.releases:
            if requested in release_row.numbers:
                return release_row
            if listed and release_number(release_row.first) <= requested:
                return release_row
        raise BadRequest(
            self._unknown_version(version, requested),
            hints=(f"The nearest: {self._nearest(requested)}.",),
        )

    def knows(self, version: str) -> bool:
        """Return whether the table contains this version, so that its row certainly applies to
        it.
        """
        requested = release_number(version)
        return any(requested in row.numbers for row in self.releases)

    def caveat(self, version: str, *, bundled: bool) -> str:
        """Return the security warning about installing this release, or empty if there is none.

        ``bundled`` says that it includes the OpenSSL of the release's wheels.
        """
        release = release_number(version)
        return " ".join(
            flaw.text
            for flaw in self.flaws
            if release < release_number(flaw.fixed) and (bundled or not flaw.wheels)
        )

    def openssl_series(self, version: str) -> OpenSSLSeries | None:
        """Return the series that this version of OpenSSL belongs to, or None.

        Raises BadRequest if the text is not a version.
        """
        name = openssl_series_name(version)
        return next((series for series in self.series if series.name == name), None)

    def pythons_of(self, release: str) -> Pythons | None:
        """Return the row of `pythons` that applies to this version, or None if none does."""
        requested = release_number(release)
        return next((row for row in self.pythons if release_number(row.first) <= requested), None)

    def packages_of(self, manager: str) -> Packages | None:
        """Return the names that this manager uses, or None if the table does not contain it."""
        return next((p for p in self.packages if p.manager == manager), None)

    def _unknown_version(self, version: str, requested: Version) -> str:
        oldest, newest = self.releases[-1].first, self.releases[0].last
        if requested < release_number(oldest):
            return (
                f"cryptography {version} is older than {oldest}, the oldest release that the "
                "wizard supports."
            )
        if requested > release_number(newest):
            return (
                f"cryptography {version} is newer than {newest}, the newest release that the "
                "wizard knows."
            )
        return f"cryptography {version} does not exist."

    def _nearest(self, requested: Version) -> str:
        usable = [v for row in self.releases for v in row.versions if v not in row.yanked]
        usable.sort(key=Version)
        before = [v for v in usable if release_number(v) < requested][-1:]
        after = [v for v in usable if release_number(v) > requested][:1]
        return joined(before + after)


@reader
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
    row = kind(**{key: _freeze(value) for key, value in table.items()})
    if table_source.is_trial():
        _check_types(row)
    return row


def _check_types(row: DataclassInstance) -> None:
    """Raise BadRequest if a value has another type: tests check those of the built-in tables."""
    from wizard import codec  # slow

    codec.structure(type(row), _plain(asdict(row)), source=f"a {type(row).__name__.lower()} row")


def _plain(value: Any) -> Any:
    """Return the value with lists for tuples, as JSON has them."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (tuple, list)) else value


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
