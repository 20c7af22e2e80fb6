"""Facts: what the machine and its Pythons are. Read-only, JSON in and out.

Everything that the planner decides from is in here, so that a saved machine can be replayed
elsewhere with no network and no privilege. `wizard.machine.probe` reads them from a real machine;
``docs/facts.md`` documents the JSON form.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Optional

from wizard import versions

SCHEMA = 1
"""The number of the JSON form. It grows when a saved file can no longer be read as it is."""


@dataclass(frozen=True)
class System:
    """The operating system and the hardware below it.

    ``distribution`` is the ``ID`` of os-release (``debian``), ``like`` its ``ID_LIKE``. ``libc``
    is ``glibc``, ``musl`` or empty. Sizes are bytes; 0 means unknown. ``problems`` are sentences
    about what could not be read.
    """

    name: Literal["linux", "macos", "windows", "other"]
    machine: str
    release: str = ""
    distribution: str = ""
    distribution_name: str = ""
    distribution_version: str = ""
    like: tuple[str, ...] = ()
    libc: Literal["glibc", "musl", ""] = ""
    libc_version: str = ""
    memory: int = 0
    cores: int = 1
    temporary: str = ""
    temporary_free: int = 0
    temporary_noexec: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terminal:
    """What the terminal can do."""

    interactive: bool = False
    type: str = ""
    columns: int = 0
    lines: int = 0
    color: bool = False
    unicode: bool = False


@dataclass(frozen=True)
class Privilege:
    """How root is reached: already ``root``, ``sudo`` or ``doas``, or not at all (``none``).

    ``password`` says that the tool will ask for one.
    """

    method: Literal["root", "sudo", "doas", "none"] = "none"
    program: str = ""
    password: bool = False


@dataclass(frozen=True)
class Package:
    """A package of a package manager. Empty versions: not installed, or not to be had.

    ``folder`` is where a manager that gives each package a folder of its own has it, or would
    put it (``/opt/homebrew/opt/openssl@3``); empty for the others.
    """

    name: str
    installed: str = ""
    candidate: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Manager:
    """A package manager that is present, and what it says of the packages that matter here.

    ``problem`` says why it could not be asked; then what ``packages`` lacks is unknown, not absent.
    """

    name: str
    program: str
    packages: tuple[Package, ...] = ()
    problem: str = ""

    def package(self, name: str) -> Package | None:
        """What it says of the package of this name, or None if it was not asked, or knows none."""
        return next((each for each in self.packages if each.name == name), None)


@dataclass(frozen=True)
class Tool:
    """A program that a build needs, or that the wizard can use.

    ``name``: ``cc``, ``rustc``, ``cargo``, ``pkg-config``, ``uv``, ``gpg`` … ``origin`` says who
    brought it (``system``, ``rustup``, ``homebrew``, ``macports``, ``wizard`` for the Rust that an
    earlier run kept, or empty). A tool that is there but does not run has a ``problem`` and no
    version.
    On a Mac ``xcode`` are Apple's Command Line Tools (``path``: their folder). On Windows
    ``msvc`` and ``msvc-arm64`` are Microsoft's compilers for Intel and for ARM: ``path`` is
    ``vcvarsall.bat``, ``version`` that of Visual Studio.
    """

    name: str
    path: str
    version: str = ""
    origin: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Headers:
    """OpenSSL's headers: the folder with ``openssl/opensslv.h``, and the version they state.

    ``libraries`` is the folder with the libraries that belong to them, empty where it was not
    found; ``static`` says that both static libraries are in it, ``shared`` that a shared one is,
    which a linker takes first. ``library`` is the version that
    libcrypto itself states, ``machine`` the architecture it is for (``x86_64``, ``aarch64``,
    ``arm64``, ``i686`` …); both are empty where they could not be read.
    """

    folder: str
    version: str
    libraries: str = ""
    static: bool = False
    library: str = ""
    machine: str = ""
    shared: bool = False


@dataclass(frozen=True)
class PipIndex:
    """Where a pip looks for packages. Secrets in addresses are masked (``****``).

    ``url`` is the main index, ``default`` says that it is the one pip has built in. ``secret``
    says that some address held a user name or password; ``changed`` lists the settings, with
    their source, that differ from pip's defaults.
    """

    url: str
    default: bool = True
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    secret: bool = False
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pip:
    """The pip of one Python: its version, the wheel tags it accepts (best first), its index.

    ``tags`` are PEP 425 tags, compressed: one entry stands for one interpreter and ABI with its
    platforms in order, as in ``cp311-abi3-manylinux_2_36_x86_64.manylinux_2_35_x86_64``.
    """

    version: str
    tags: tuple[str, ...] = ()
    index: Optional[PipIndex] = None


@dataclass(frozen=True)
class Python:
    """One Python interpreter.

    ``path`` is how it is called. ``environment`` is the folder of the virtual environment that it
    belongs to, or empty. ``machine`` and ``platform`` are the interpreter's own, not the
    machine's: an Intel Python under Rosetta says ``x86_64``. ``bits`` is the size of a pointer.
    ``externally_managed`` is the message of PEP 668, or empty. ``ensurepip`` is the version of
    the pip that ``python -m venv`` would put into a new environment; empty where it cannot make
    one. ``pip`` is None where there is none, or one that does not run: then ``pip_problem`` says
    why (a pip too old for its Python). ``headers`` says that ``Python.h`` is there;
    ``cryptography`` is the version installed now.
    A Python that cannot be used has a ``problem`` (one sentence) and perhaps nothing else.
    ``base`` is the program that its environment was made from; outside environments, its own.
    ``origin``: ``active``, ``folder`` (an environment in the working folder), ``asked``, ``path``,
    ``pyenv``, ``launcher``, ``homebrew``, ``macports``, ``python.org``, ``uv``, ``wizard``.
    """

    path: str
    origin: str
    version: str = ""
    implementation: str = "cpython"
    free_threaded: bool = False
    machine: str = ""
    platform: str = ""
    bits: int = 64
    prefix: str = ""
    base: str = ""
    environment: str = ""
    libc: Literal["glibc", "musl", ""] = ""
    libc_version: str = ""
    macos: str = ""
    externally_managed: str = ""
    writable: bool = True
    ensurepip: str = ""
    headers: bool = False
    pip: Optional[Pip] = None
    pip_problem: str = ""
    cryptography: str = ""
    problem: str = ""

    @property
    def minor(self) -> str:
        """Its version without what follows the second number: ``3.11``."""
        return versions.minor(self.version)

    @property
    def label(self) -> str:
        """A short name of the Pythons that can have the same wheels: ``3.11``, ``3.14t``."""
        return versions.python_label(self.implementation, self.version, free=self.free_threaded)


@dataclass(frozen=True)
class Listed:
    """One release as the index lists it.

    ``wheels`` are the tags of its wheels (compressed, as in their file names); ``sdist`` is the
    name of its source archive, or empty. Yanked files are in neither; ``yanked`` says that the
    whole release was, with the reason if one was given. ``link`` says how OpenSSL is in its
    wheels (``static`` or ``dynamic``) where a wheelhouse tells; an index does not. ``pythons``
    are those that a wheelhouse has all wheels for (``3.11``, ``3.14t``); an index has them for all.
    """

    version: str
    requires_python: str = ""
    wheels: tuple[str, ...] = ()
    sdist: str = ""
    yanked: str = ""
    link: str = ""
    pythons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """What the index that the target's pip uses has of cryptography, newest release first."""

    releases: tuple[Listed, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Facts:
    """What the machine is. The first of ``pythons`` is the one that would be recommended.

    ``built`` are the names of the OpenSSLs that earlier runs have built and kept in the cache.
    ``certificates`` is the folder in which the system keeps its certificates, as an OpenSSL of
    its own would look for it; ``multiarch`` is Debian's name of the folder of libraries
    (``x86_64-linux-gnu``), empty elsewhere.
    ``folder`` is the working folder, ``cache`` the wizard's own for what can be fetched again.
    ``archives`` are the addresses of OpenSSL's source archives and their signatures that lie on
    this machine, where ``--openssl-source`` or its variable says; ``signers`` are the fingerprints
    of those keys of the OpenSSL project that are in the user's own keyring.
    ``variables`` are those of the environment, set now, that steer a build (``OPENSSL_DIR``,
    ``RUSTUP_DIST_SERVER``, …) as (name, value) pairs. ``cargo_config`` is the user's own cargo
    configuration, which may name a mirror of the crates; empty where there is none.
    """

    system: System
    pythons: tuple[Python, ...] = ()
    listing: Optional[Listing] = None
    managers: tuple[Manager, ...] = ()
    tools: tuple[Tool, ...] = ()
    openssl: tuple[Headers, ...] = ()
    built: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    certificates: str = ""
    multiarch: str = ""
    privilege: Privilege = Privilege()
    terminal: Terminal = Terminal()
    folder: str = ""
    cache: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    cargo_config: str = ""
    taken: str = ""
    schema: int = SCHEMA

    def tool(self, name: str) -> Tool | None:
        """The first tool of this name that runs, or None."""
        return next((t for t in self.tools if t.name == name and not t.problem), None)

    def manager(self, name: str) -> Manager | None:
        """The package manager of this name, or None."""
        return next((m for m in self.managers if m.name == name), None)

    def variable(self, name: str) -> str:
        """The value of a variable of the environment that steers builds; empty: not set."""
        return dict(self.variables).get(name, "")

    def python(self, path: str) -> Python | None:
        """The Python that is called by this path, or None."""
        return next((p for p in self.pythons if p.path == path), None)
