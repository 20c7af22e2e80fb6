"""Knowledge: what each release of cryptography needs and what its packages are called.

The data, each fact with its source, stand in ``assets/releases.toml`` and
``assets/packages.toml``; this module reads them into frozen dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


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
    ``constraints`` and ``build_env`` are what a build today does not work without.
    ``security`` is the caveat of staying on this line, ``yanked`` the versions withdrawn.
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
    security: str = ""
    yanked: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Platform:
    """Which releases have wheels for a platform: a row of ``[[platform]]``.

    ``tags`` are platform tags as `fnmatch` patterns; ``interpreters`` patterns of the interpreter
    tags (empty: the releases' own abi3 ones). ``first`` and ``last`` release with such wheels;
    ``pip`` is the oldest pip that accepts them.
    """

    name: str
    tags: tuple[str, ...]
    first: str
    last: str
    pip: str
    interpreters: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Rust:
    """One way to get Rust from a package manager: its two packages, and where they put ``cargo``.

    ``version_of`` is the package whose version is Rust's own. ``bin`` is a folder to put in front
    of PATH, empty where the programs are on it anyway.
    """

    packages: tuple[str, ...]
    version_of: str
    bin: str = ""


@dataclass(frozen=True)
class Packages:
    """What one package manager calls the things that a source build needs.

    ``python_headers`` and ``venv`` have ``{minor}`` where the target's version (``3.11``) goes.
    ``openssl_headers`` is the package whose version is OpenSSL's own.
    """

    manager: str
    build: tuple[str, ...]
    openssl_headers: str
    python_headers: str
    venv: str
    rust: tuple[Rust, ...]


@dataclass(frozen=True)
class Knowledge:
    """All that the assets say. ``releases`` are newest first."""

    releases: tuple[Release, ...]
    platforms: tuple[Platform, ...]
    packages: tuple[Packages, ...]

    def release(self, version: str) -> Release:
        """The row that holds for this version.

        Raises BadRequest, with the nearest versions, where no row does.
        """
        raise NotImplementedError

    def packages_of(self, manager: str) -> Packages | None:
        """The names that this manager uses, or None where the table has none for it."""
        return next((p for p in self.packages if p.manager == manager), None)
