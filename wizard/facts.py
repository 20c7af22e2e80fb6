"""Facts: what the machine and its Pythons are. Read-only, JSON in and out.

They contain everything that the planner uses, so that a saved machine can be replayed elsewhere
without a network and without root rights. `wizard.machine.probe` reads them from a real machine;
``docs/facts.md`` documents the JSON form.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath, PureWindowsPath
from typing import Literal, Optional

from wizard import versions
from wizard.limits import Limit

SCHEMA = 1
"""The version of the JSON format. It increases when older files can no longer be read."""


@dataclass(frozen=True)
class Processor:
    """The processor, as Linux describes it; on other systems nothing is known about it.

    ``level`` is what programs may be compiled for (``x86-64-v2``, ``power9``), empty if unknown.
    ``emulator`` is ``qemu`` or ``Rosetta`` if one of them translates every program of this system,
    so that ``level`` belongs to no real processor.
    """

    name: str = ""
    level: str = ""
    emulator: str = ""


@dataclass(frozen=True)
class System:
    """The operating system and its hardware.

    ``distribution`` is the ``ID`` of os-release (``debian``), ``like`` its ``ID_LIKE``; in Termux
    it is ``termux``, elsewhere on Android ``android``. ``libc`` is ``glibc``, ``musl`` or empty.
    Sizes are bytes; 0 means unknown. ``memory``, ``swap`` and ``cores`` are what this process may
    use: a container often has less than its machine. ``container`` is the kind of container
    (``docker``, ``podman``, ``lxc``, ``kubernetes`` …), ``wsl`` the version of the Windows
    Subsystem for Linux, and ``sandbox`` is ``flatpak`` or ``snap`` if this terminal is inside one
    that hides the rest of the system. ``problems`` are sentences about what could not be read.
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
    swap: int = 0
    processor: Processor = Processor()
    container: str = ""
    wsl: int = 0
    sandbox: Literal["flatpak", "snap", ""] = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fips:
    """What demands FIPS mode here: only validated cryptography may be used.

    ``kernel`` is the kernel's flag, ``policy`` the crypto policy (``FIPS``, ``FIPS:OSPP``) if it is
    one of FIPS. ``configuration`` is the OpenSSL configuration file that demands it, or empty;
    ``variable`` says that OPENSSL_CONF names that file, so that every OpenSSL reads it, even the
    one in a wheel. ``module`` says that the file or OPENSSL_MODULES names the place of the
    provider's module, so that an OpenSSL from elsewhere finds it.
    """

    kernel: bool = False
    policy: str = ""
    configuration: str = ""
    variable: bool = False
    module: bool = False

    @property
    def demanded(self) -> bool:
        """Whether anything demands it."""
        return self.kernel or bool(self.policy or self.configuration)


@dataclass(frozen=True)
class Space:
    """The disk on which a folder is, or will be made.

    ``free`` is in bytes. ``noexec`` says that no library and no program can be loaded from it;
    ``filesystem`` is its type on Linux (``ext4``, ``9p``), or empty. ``readonly`` says that nothing
    can be written to it. On a Mac, ``cloud`` is the service that keeps the folder's files, perhaps
    only elsewhere (``iCloud``, ``Dropbox``), or empty; ``ignores_case`` says that names which
    differ only in upper and lower case mean the same file.
    """

    folder: str
    free: int
    noexec: bool = False
    filesystem: str = ""
    readonly: bool = False
    cloud: str = ""
    ignores_case: bool = False


@dataclass(frozen=True)
class Proxies:
    """The proxies in the system's settings, which many programs do not read. Only on macOS.

    ``http``, ``https`` and ``socks`` are addresses (``http://proxy.example:8080``), or empty.
    ``automatic`` is the address of a file with rules (PAC), or ``discovery``. To reach
    ``exceptions``, no proxy is used. They are not read if the user's variables name a proxy.
    """

    http: str = ""
    https: str = ""
    socks: str = ""
    automatic: str = ""
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Terminal:
    """What the terminal can do.

    ``remote`` says that its user may be at another computer (ssh), or that it belongs to no session
    of windows, so that nobody can be expected to click in a window here.
    ``machine`` is the architecture of this process on a Mac, which programs for both architectures
    inherit: ``x86_64`` under Rosetta. It is empty elsewhere.
    """

    interactive: bool = False
    type: str = ""
    columns: int = 0
    lines: int = 0
    color: bool = False
    unicode: bool = False
    remote: bool = False
    machine: str = ""


@dataclass(frozen=True)
class Privilege:
    """How to become root: already ``root``, ``sudo`` or ``doas``, or not at all (``none``).

    ``password`` says that the tool will ask for one. ``only`` are the package managers that the
    tool may start as root, without a password, if its rules allow no other program.
    """

    method: Literal["root", "sudo", "doas", "none"] = "none"
    program: str = ""
    password: bool = False
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Package:
    """A package of a package manager. Empty versions: not installed, or not available.

    ``folder`` is the package's folder, for managers with one folder per package
    (``/opt/homebrew/opt/openssl@3``); it may not exist yet. Empty for other managers.
    """

    name: str
    installed: str = ""
    candidate: str = ""
    folder: str = ""


@dataclass(frozen=True)
class Removal:
    """What a package manager would remove: to install ``packages`` together, it removes others."""

    packages: tuple[str, ...]
    removes: tuple[str, ...]


@dataclass(frozen=True)
class Manager:
    """An installed package manager, and what it reports about the packages that a build may need.

    ``removals`` are those of them that it can install only if it removes installed packages.
    ``problem`` says why it could not be asked; packages missing from ``packages`` are then unknown,
    not absent. ``machine`` is the architecture of its packages, if its folder shows it: Homebrew's
    are for Intel in ``/usr/local``, and for Apple silicon in ``/opt/homebrew``. A Mac may have
    both: then two managers have the same name. ``unfinished`` says that it was interrupted while it
    installed packages, and installs nothing until that is finished.
    """

    name: str
    program: str
    packages: tuple[Package, ...] = ()
    problem: str = ""
    removals: tuple[Removal, ...] = ()
    machine: str = ""
    unfinished: bool = False

    def package(self, name: str) -> Package | None:
        """Return the package of this name, or None if the manager does not report one."""
        return self._packages.get(name)

    @cached_property
    def _packages(self) -> dict[str, Package]:
        return {package.name: package for package in reversed(self.packages)}

    def removed_for(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the installed packages that are removed if all of ``names`` are installed."""
        wanted = set(names)
        removed = (r.removes for r in self.removals if wanted.issuperset(r.packages))
        return tuple(dict.fromkeys(name for group in removed for name in group))


@dataclass(frozen=True)
class Tool:
    """A program that a build needs, or that the wizard can use.

    ``name``: ``cc``, ``rustc``, ``cargo``, ``pkg-config``, ``uv``, ``gpg`` … ``origin`` says where
    it comes from (``system``, ``rustup``, ``homebrew``, ``macports``, ``wizard`` for the Rust that
    an earlier run kept, or empty). An installed tool that does not run has a ``problem`` and no
    version. On a Mac ``xcode`` are Apple's Command Line Tools or Xcode (``path``: the selected
    folder); their state follows from this entry and from Apple's ``cc``: see `backends.xcode`. On
    Windows
    ``msvc`` and ``msvc-arm64`` are Microsoft's compilers for Intel and for ARM: ``path`` is
    ``vcvarsall.bat``, ``version`` that of Visual Studio. ``machine`` is the architecture that a
    ``rustc`` or ``cargo`` builds for if none is named, as a Python names it; empty if unknown.
    """

    name: str
    path: str
    version: str = ""
    origin: str = ""
    problem: str = ""
    machine: str = ""


@dataclass(frozen=True)
class Headers:
    """OpenSSL's headers: the folder with ``openssl/opensslv.h``, and the version they state.

    ``libraries`` is the folder with the matching libraries, empty if it was not found; ``static``
    says that it contains both static libraries, ``shared`` that it contains a shared one, which a
    linker prefers. ``library`` is the version stated in libcrypto, ``machine`` the architecture of
    the libraries (``x86_64``, ``aarch64``, ``arm64``, ``i686`` …); both are empty if they could not
    be read. ``more_machines`` are the other architectures of a universal library of macOS.
    """

    folder: str
    version: str
    libraries: str = ""
    static: bool = False
    library: str = ""
    machine: str = ""
    shared: bool = False
    more_machines: tuple[str, ...] = ()

    @property
    def machines(self) -> tuple[str, ...]:
        """Every architecture of the libraries; empty if it is unknown."""
        return (self.machine, *self.more_machines) if self.machine else ()


@dataclass(frozen=True)
class Setting:
    """One setting of pip or uv that decides what is installed, where, from what, or whether.

    ``name`` is the tool's own name for it (``no-binary``); the words of a list are joined by
    spaces in ``value``. ``source`` is a file or a variable. ``secret`` says that the value
    contained a user name or password, which is masked (``****``). ``specifier`` is what a
    constraint allows of cryptography (``<50``), and ``stated`` the file and line of that;
    ``before`` is the time (ISO 8601, UTC) before which a file must have been uploaded. ``problem``
    says why the value cannot be used: then the tool itself refuses to start.
    """

    tool: Literal["pip", "uv"]
    name: str
    value: str
    source: str
    secret: bool = False
    specifier: str = ""
    stated: str = ""
    before: str = ""
    problem: str = ""


@dataclass(frozen=True)
class PipIndex:
    """Where a pip looks for packages. Secrets in addresses are masked (``****``).

    ``url`` is the main index, ``default`` says that it is pip's built-in default. ``secret`` says
    that an address contained a user name or password; ``changed`` lists the settings, with their
    source, that differ from pip's defaults. ``owner`` is ``uv`` if these addresses come from uv's
    settings, because pip's name none.
    """

    url: str
    default: bool = True
    extra: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    secret: bool = False
    changed: tuple[str, ...] = ()
    owner: Literal["pip", "uv"] = "pip"


@dataclass(frozen=True)
class Pip:
    """The pip of one Python: its version, the wheel tags it accepts (best first), its index.

    ``tags`` are PEP 425 tags, compressed: one entry contains one interpreter and ABI with its
    platforms in order, as in ``cp311-abi3-manylinux_2_36_x86_64.manylinux_2_35_x86_64``.
    ``runner`` is its file that another Python runs to install for itself (empty: it has none).
    """

    version: str
    tags: tuple[str, ...] = ()
    index: Optional[PipIndex] = None
    runner: str = ""


@dataclass(frozen=True)
class Installed:
    """A package in an environment, from its metadata: see `wizard.installed`.

    ``requires`` are the requirements that count for this Python, without their markers
    (``cryptography<44,>=41.0.5``). ``modules`` are the modules at its top, named only if it
    requires cryptography. ``origin`` is ``elsewhere`` if it
    was installed from a folder or an address, so that no index has exactly this version, and
    ``outside`` if it belongs to the Python of the system, whose packages this environment also
    sees. ``damaged``: not all of its files are there, because something was cut off while it
    installed or removed it; that is only known of cryptography and what it needs.
    """

    name: str
    version: str
    requires: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    origin: Literal["index", "elsewhere", "outside"] = "index"
    damaged: bool = False

    @property
    def label(self) -> str:
        """Its name and version, for sentences."""
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Python:
    """One Python interpreter.

    ``path`` is the path of the program. ``environment`` is the folder of its virtual environment,
    or empty. ``machine`` and ``platform`` belong to the interpreter, not to the machine: an Intel
    Python under Rosetta says ``x86_64``. ``bits`` is the size of a pointer. ``externally_managed``
    is the message of PEP 668, or empty. ``ensurepip`` is the version of the pip that ``python -m
    venv`` would put into a new environment; empty if it cannot make one. ``pip`` is None if it has
    no pip, or a pip that does not run: then ``pip_problem`` says why (a pip too old for its
    Python). ``headers`` says that ``Python.h`` is installed; ``cryptography`` is the version
    installed now, and ``linked`` says how that links OpenSSL (empty: unknown; it is read only in an
    environment). ``packages`` are the packages in its environment; None if they were not read:
    outside an environment, and in machines saved by earlier versions. A Python that cannot be used
    has a ``problem`` (one sentence) and perhaps nothing else. ``base`` is the interpreter from
    which its environment was made; outside an environment, its own path. ``relr`` says whether its
    musl loads libraries with DT_RELR (``yes``, ``no``); it is empty if the version says so.
    ``base_prefix`` is ``sys.base_prefix``; it is empty in machines saved by versions that did not
    read it: use `installation`. ``vendor`` is who made the installation, if that decides something:
    ``conda``, ``microsoft-store``. ``suffix`` is the end of the file names under which it looks for
    compiled modules first (``.cpython-311-x86_64-linux-gnu.so``). ``origin``: ``active``,
    ``folder`` (an environment in the working folder), ``asked``, ``path``, ``pyenv``, ``launcher``,
    ``homebrew``, ``macports``, ``python.org``, ``uv``, ``wizard``. ``settings`` are those of its
    pip, or of the pip that it would get.
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
    base_prefix: str = ""
    environment: str = ""
    libc: Literal["glibc", "musl", ""] = ""
    libc_version: str = ""
    relr: Literal["yes", "no", ""] = ""
    macos: str = ""
    externally_managed: str = ""
    writable: bool = True
    ensurepip: str = ""
    headers: bool = False
    pip: Optional[Pip] = None
    pip_problem: str = ""
    cryptography: str = ""
    linked: Literal["static", "dynamic", ""] = ""
    packages: Optional[tuple[Installed, ...]] = None
    vendor: Literal["conda", "microsoft-store", ""] = ""
    suffix: str = ""
    problem: str = ""
    settings: tuple[Setting, ...] = ()

    @property
    def is_damaged(self) -> bool:
        """Whether files of cryptography, or of what it needs, are missing in its environment."""
        return any(package.damaged for package in self.packages or ())

    @property
    def minor(self) -> str:
        """The first two numbers of its version: ``3.11``."""
        return versions.minor(self.version)

    @property
    def installation(self) -> str:
        """Return the prefix of the Python installation: for an environment, that of its base.

        Everything that a package of the system adds to a Python (header files, ensurepip) is there,
        not in the environment. Empty if it is unknown.
        """
        if self.base_prefix or not self.environment:
            return self.base_prefix or self.prefix
        if not self.base:
            return ""
        folder = str((PureWindowsPath if "\\" in self.base else PurePosixPath)(self.base).parent)
        if folder == "/bin":
            return "/usr"  # a link to /usr/bin, with which Python still reports /usr (measured)
        return folder[: -len("/bin")] if folder.endswith("/bin") else folder

    @property
    def label(self) -> str:
        """A short name for the Pythons that can use the same wheels: ``3.11``, ``3.14t``."""
        return versions.python_label(self.implementation, self.version, free=self.free_threaded)


UNDATED = "1970-01-01T00:00:00Z"
"""The ``uploaded`` of files in a folder: pip and uv apply no date to them."""


@dataclass(frozen=True)
class Listed:
    """One release as the index lists it.

    ``wheels`` are the tags of its wheels (compressed, as in their file names); ``sdist`` is the
    name of its source archive, or empty. Yanked files are in neither; ``yanked`` says that the
    whole release was, with the reason if one was given. ``link`` says how its wheels link OpenSSL
    (``static`` or ``dynamic``), if a wheelhouse states it; an index does not. ``pythons`` are those
    for which a wheelhouse has all wheels (``3.11``, ``3.14t``); an index has no such limit.
    ``uploaded`` is when the last of its files was published (ISO 8601), so that every file is at
    least as old, or empty if the index does not say. A file in a folder has no such time; it counts
    as the oldest: `UNDATED`.
    """

    version: str
    requires_python: str = ""
    wheels: tuple[str, ...] = ()
    sdist: str = ""
    yanked: str = ""
    link: str = ""
    pythons: tuple[str, ...] = ()
    uploaded: str = ""


@dataclass(frozen=True)
class Listing:
    """The releases of cryptography on the index that the target's pip uses, newest first.

    ``indexes`` are the addresses of all indexes that list it, if there is more than one and pip
    takes files from each of them. Secrets in them are masked. ``failure`` is the id of the
    cause (docs/diagnosis.md) why there are no files, if it is known.
    """

    releases: tuple[Listed, ...] = ()
    problem: str = ""
    indexes: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True)
class HeldWheel:
    """A wheel in the wheelhouse to install from.

    ``name`` is normalized, ``tags`` are those of its file name. ``requires_python`` and
    ``requires`` (the lines of Requires-Dist that need no extra) are from its metadata. ``sets`` are
    the targets of a kit that get it, each with its Python at the end: ``linux-x86_64-3.12``.
    """

    name: str
    version: str
    tags: str
    sha256: str
    requires_python: str = ""
    requires: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()


ProjectKind = Literal[
    "requirement",
    "requirements",
    "pyproject",
    "pylock",
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "environment",
]


Unresolved = Literal["", "network", "absent", "versions", "other"]


@dataclass(frozen=True)
class Project:
    """The project that the user wants to install together with cryptography.

    ``path`` is the value of ``--for``, ``name`` the display name, ``file`` the file that was read
    (empty for a plain requirement), ``folder`` the folder in which its installer runs.
    ``requirements`` is what to install (PEP 508): empty if an installer reads ``file`` itself.
    ``limits`` are those on cryptography. ``hashes`` are the allowed checksums of cryptography's
    files (``sha256:…``); empty means any file. ``checked`` says that the project states checksums,
    so an installer accepts nothing without one.

    ``resolver`` is the tool that found which versions fit together: ``uv``, ``pip``, ``lock`` if a
    lock file states them, or empty if none could. ``uses_cryptography`` says that the project
    requires it, directly or through another package. ``installer`` is the program that the project
    itself uses, if it is not pip: ``poetry``. ``pythons`` are the Pythons that it allows (PEP 440),
    empty for any. ``problem`` says why it cannot be installed, and ``shown`` what the resolver
    printed. ``unresolved`` says why the resolver had no answer: the index could not be reached,
    lacks what the project names, no versions fit together, or something else. ``notes`` are
    sentences about what is left out. ``commands`` are the names of the programs that a plain
    requirement itself puts beside Python; None if they were not read.
    """

    path: str
    kind: ProjectKind
    name: str
    file: str = ""
    folder: str = ""
    requirements: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    hashes: tuple[str, ...] = ()
    checked: bool = False
    resolver: Literal["uv", "pip", "lock", ""] = ""
    uses_cryptography: bool = False
    installer: str = ""
    pythons: str = ""
    problem: str = ""
    shown: str = ""
    unresolved: Unresolved = ""
    notes: tuple[str, ...] = ()
    commands: Optional[tuple[str, ...]] = None

    @property
    def contents(self) -> str:
        """What is installed for it, in words."""
        if self.kind == "requirement":
            return f"{self.name} and what it needs"
        return f"what {self.name} needs"


@dataclass(frozen=True)
class Pipx:
    """Where pipx installs applications (``pipx environment``).

    ``environments`` is the folder with one environment for each application, ``commands`` the
    folder of their commands, and ``on_path`` says whether that is on PATH. ``installed`` are the
    names of the applications that are there.
    """

    environments: str
    commands: str
    on_path: bool = False
    installed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """The facts about a machine. The first of ``pythons`` is the recommended one.

    ``built`` are the names of the OpenSSL builds that earlier runs kept in the cache, and
    ``damaged`` of those whose files have changed since, which are not used.
    ``certificates`` is the folder of the system's certificates, where an OpenSSL built by the
    wizard looks for them; ``multiarch`` is Debian's name for the library folder
    (``x86_64-linux-gnu``), empty elsewhere. ``folder`` is the working folder, ``home`` the user's
    home folder, ``cache`` the wizard's cache folder, ``state`` that of its runs. ``archives`` are
    the addresses of the OpenSSL source archives and signatures on this machine, in the place that
    ``--openssl-source`` or its variable names; ``signers`` are the fingerprints of the
    OpenSSL project's keys in the user's keyring.
    ``variables`` are the environment variables that influence a build and are set (``OPENSSL_DIR``,
    ``RUSTUP_DIST_SERVER``, …) as (name, value) pairs. ``cargo_config`` is the user's cargo
    configuration, which may name a mirror of the crates; empty if there is none.
    ``cargo_authorities`` is the file of certificate authorities that it names, or empty.
    ``project`` is what the user wants to install with cryptography; None if it is installed alone.
    ``pipx`` is where pipx installs applications; None if it was not asked, or did not answer.
    ``found_project`` is the name of a file in the working folder that says what a project requires,
    or empty. ``in_wizards_clone`` says that the working folder is a clone of the wizard itself,
    which is no place for an environment. ``occupied`` are the paths that a new environment would
    get by default, but which are something else. ``settings`` are those of uv for the working
    folder; each Python has pip's.
    ``spaces`` are the disks of the environment, the cache, the runs and the temporary folder.
    ``python_home`` is PYTHONHOME, and ``shadowing`` are the folders in PYTHONPATH with a
    cryptography or cffi, which every Python imports before its own. ``proxies`` are those of the
    system's settings. ``authorities`` is how many certificate authorities an administrator added to
    this Mac's keychain; 0 if a variable names a file of authorities. ``held`` are the wheels of the
    wheelhouse to install from. ``lost_authorities`` are the variables that name certificate
    authorities which are not there, or a file or folder without any, as (name, value) pairs.
    """

    system: System
    pythons: tuple[Python, ...] = ()
    listing: Optional[Listing] = None
    managers: tuple[Manager, ...] = ()
    tools: tuple[Tool, ...] = ()
    openssl: tuple[Headers, ...] = ()
    built: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    archives: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    certificates: str = ""
    multiarch: str = ""
    privilege: Privilege = Privilege()
    terminal: Terminal = Terminal()
    folder: str = ""
    home: str = ""
    cache: str = ""
    state: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    cargo_config: str = ""
    cargo_authorities: str = ""
    project: Optional[Project] = None
    pipx: Optional[Pipx] = None
    found_project: str = ""
    in_wizards_clone: bool = False
    occupied: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    fips: Fips = Fips()
    spaces: tuple[Space, ...] = ()
    python_home: str = ""
    shadowing: tuple[str, ...] = ()
    proxies: Proxies = Proxies()
    authorities: int = 0
    held: tuple[HeldWheel, ...] = ()
    lost_authorities: tuple[tuple[str, str], ...] = ()
    taken: str = ""
    schema: int = SCHEMA

    def tool(self, name: str) -> Tool | None:
        """Return the first tool of this name that runs, or None."""
        return next((t for t in self.tools if t.name == name and not t.problem), None)

    def started(self, name: str) -> Tool | None:
        """Return what a build starts that calls a tool by this name: the first one, also if it does
        not run. None if there is none.
        """
        return next((t for t in self.tools if t.name == name), None)

    def manager(self, name: str, machine: str = "") -> Manager | None:
        """Return the package manager of this name, or None.

        Of two with this name, it is the one with packages for ``machine``, otherwise the first.
        """
        found = [m for m in self.managers if m.name == name]
        return next((m for m in found if machine and m.machine == machine), next(iter(found), None))

    @property
    def manager_labels(self) -> tuple[str, ...]:
        """The names of the package managers, with their architectures if two have the same name."""
        names = [m.name for m in self.managers]
        return tuple(
            f"{m.name} ({m.machine})" if names.count(m.name) > 1 else m.name for m in self.managers
        )

    def variable(self, name: str) -> str:
        """Return the value of an environment variable that influences builds, or empty if it is not
        set."""
        return dict(self.variables).get(name, "")

    def python(self, path: str) -> Python | None:
        """Return the Python with this path, or None."""
        return next((p for p in self.pythons if p.path == path), None)
