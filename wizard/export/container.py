"""A fresh container as a machine, derived from a machine of the same distribution."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from functools import cache

from wizard import openssl_archive
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Manager, Privilege, Python, Terminal
from wizard.knowledge import read_asset, read_row
from wizard.openssl_choice import OpenSSLFolder
from wizard.target_environment import usable
from wizard.versions import key

FOLDER = "/opt/cryptography"
"""The environment in an image. It has the same path in every stage, because its files contain its
path."""
CACHE = "/var/cache/wizard"
"""The builder's folder for files that only the build needs."""
MIRRORS = ("RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT")
"""The variables that contain addresses, which are the same on every machine."""


@dataclass(frozen=True)
class ImagePackageManager:
    """How a package manager is used in an image: a row ``[[manager]]`` of ``assets/images.toml``.

    ``caches`` are the folders of what it downloads. ``install`` are shell commands; the last gets
    the packages' names. ``python`` is the package of a Python other than the default
    (``python{minor}``, ``python{digits}``), and ``venv_apart`` says that making environments also
    needs a package. ``fetch`` are the packages for downloading and ``unpack`` those for unpacking,
    if images lack them; ``compiled`` are those that a compiled extension needs at run time.
    ``user`` makes the account ``app``, number 10001. ``unpinned`` are the hadolint rules about
    packages without versions and cached downloads.
    """

    name: str
    caches: tuple[str, ...]
    install: tuple[str, ...]
    python: str
    user: str
    source: str
    venv_apart: bool = False
    fetch: tuple[str, ...] = ()
    unpack: tuple[str, ...] = ()
    compiled: tuple[str, ...] = ()
    unpinned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Image:
    """An image of a distribution: a row ``[[image]]`` of ``assets/images.toml``.

    It is for its versions from ``first`` to ``last``, both included (empty: no end). ``name`` is
    its name and tag, in which ``{version}`` is the version, ``{minor}`` its first two numbers and
    ``{major}`` its first. ``manager`` names its `Words`. ``openssl`` are the packages with the
    libraries alone. ``lacks`` are packages that the distribution has but the image does not.
    """

    distribution: str
    first: str
    last: str
    name: str
    manager: str
    openssl: tuple[str, ...]
    source: str
    lacks: tuple[str, ...] = ()

    def serves(self, distribution: str, version: str) -> bool:
        """Return whether it is the image of this version of this distribution."""
        if distribution != self.distribution or not key(version):
            return False
        last = key(self.last)
        return key(self.first) <= key(version) and (not last or key(version)[: len(last)] <= last)


@dataclass(frozen=True)
class Container:
    """A fresh container: its ``facts``, its ``image`` (name and tag), and the ``row`` and ``words``
    for that image. ``configured`` says that pip on the planning machine does not use the default
    index.
    """

    facts: Facts
    image: str
    row: Image
    words: ImagePackageManager
    configured: bool = False


@cache
def images() -> tuple[Image, ...]:
    """The images that the wizard knows."""
    return tuple(read_row(Image, table) for table in read_asset("images.toml")["image"])


@cache
def words() -> tuple[ImagePackageManager, ...]:
    """The package managers in them."""
    return tuple(
        read_row(ImagePackageManager, table) for table in read_asset("images.toml")["manager"]
    )


def container(facts: Facts, choices: Choices) -> Container:
    """Return the container for a machine with these facts and these choices.

    Raises BadRequest if the system has no image, or if a choice is not for containers, and
    Impossible if the facts do not say which Python the distribution has.
    """
    system = facts.system
    if system.name != "linux":
        name = {"macos": "macOS", "windows": "Windows"}.get(system.name, "another system")
        raise BadRequest(
            f"A Dockerfile cannot be written on a machine with {name}.",
            why="Containers run Linux, and their package names can be read only on a Linux "
            "machine.",
            hints=(
                "Plan on a Linux machine, or for one: cryptography-wizard plan --format "
                "dockerfile --facts FILE",
                "For this system, write a script: --format "
                f"{'powershell' if system.name == 'windows' else 'sh'}",
            ),
        )
    row = next(
        (r for r in images() if r.serves(system.distribution, system.distribution_version)), None
    )
    if row is None:
        raise BadRequest(
            f"The wizard knows no image for {_name(facts)}.",
            why="A container needs an image whose package lists can still be downloaded.",
            hints=(f"It knows images for: {', '.join(_known())}.",),
        )
    image = _filled(row.name, system.distribution_version)
    how = next(w for w in words() if w.name == row.manager)
    pythons = tuple(_fresh(python, how) for python in facts.pythons if _comes_with(python))
    _check(choices, pythons, image)
    if not pythons:
        raise Impossible(
            f"The wizard cannot find out which Python {image} has.",
            why="These facts contain no Python of the distribution in /usr/bin.",
            hints=("Install it on this machine: the package is usually named python3.",),
        )
    imagined = replace(
        facts,
        system=replace(system, memory=0, temporary="", temporary_free=0, temporary_noexec=False),
        pythons=pythons,
        managers=tuple(_asked(m, row) for m in facts.managers if _speaks(m, how)),
        tools=(),
        openssl=(),
        built=(),
        archives=(),
        signers=(),
        privilege=Privilege("root"),
        terminal=Terminal(),
        folder=posixpath.dirname(FOLDER),
        cache=CACHE,
        variables=tuple(
            (name, value)
            for name, value in facts.variables
            if name in MIRRORS
            or (name == openssl_archive.VARIABLE and not value.startswith("file:"))
        ),
        cargo_config="",
    )
    indexes = (p.pip.index for p in facts.pythons if p.pip)
    return Container(imagined, image, row, how, any(i and not i.default for i in indexes))


def settled(choices: Choices) -> Choices:
    """Return the choices, with the environment of an image."""
    return replace(choices, venv=FOLDER)


def _fresh(python: Python, how: ImagePackageManager) -> Python:
    """Return the same Python in a container: without pip, headers and packages."""
    path = f"/usr/bin/{posixpath.basename(python.path)}"
    return replace(
        python,
        path=path,
        origin="path",
        base=path,
        externally_managed="",
        writable=True,
        ensurepip="" if how.venv_apart else python.ensurepip,
        headers=False,
        pip=None,
        pip_problem="",
        cryptography="",
    )


def _comes_with(python: Python) -> bool:
    """Return whether this Python belongs to the distribution, so that its image can have it too."""
    return (
        python.prefix == "/usr"
        and python.implementation == "cpython"
        and not python.environment
        and usable(python)
    )


def _asked(manager: Manager, row: Image) -> Manager:
    packages = tuple(
        replace(package, installed="", candidate=package.candidate or package.installed)
        for package in manager.packages
        if package.name not in row.lacks
    )
    return replace(manager, program=f"/usr/bin/{manager.name}", packages=packages)


def _speaks(manager: Manager, how: ImagePackageManager) -> bool:
    return how.name.startswith(manager.name)


def _check(choices: Choices, pythons: tuple[Python, ...], image: str) -> None:
    """Raise BadRequest for a choice that has no meaning in an image."""
    no = {
        "venv": f"In an image, the environment is always {FOLDER}.",
        "wheelhouse": "A Dockerfile installs cryptography; it does not make a wheelhouse.",
        "from_wheelhouse": "The build of an image cannot read folders of this machine.",
        "targets": "An image has only one Python.",
        "repair": "A Dockerfile installs cryptography; it does not make wheels for others.",
    }
    for name, why in no.items():
        if getattr(choices, name):
            _refuse(described()[name].flag, why)
    if choices.installer == "uv":
        _refuse("--installer uv", f"{image} has no uv; its Python includes pip.")
    if isinstance(choices.openssl_choice, OpenSSLFolder):
        _refuse("--openssl FOLDER", "The build of an image cannot read folders of this machine.")
    if choices.openssl_source and not choices.openssl_source.startswith(("https://", "http://")):
        _refuse("--openssl-source FILE", "The build of an image cannot read files of this machine.")
    if choices.python and choices.python not in {p.path for p in pythons}:
        raise BadRequest(
            f"{image} has no Python {choices.python}.",
            why="An image has only the distribution's Pythons.",
            hints=tuple(f"It has: {p.path} ({p.version})" for p in pythons),
        )


def _refuse(flag: str, why: str) -> None:
    raise BadRequest(
        f"{flag} and --format dockerfile contradict each other.",
        why=why,
        hints=(f"Omit {flag.split()[0]}.",),
    )


def _filled(template: str, version: str) -> str:
    numbers = version.split(".")
    return template.format(version=version, minor=".".join(numbers[:2]), major=numbers[0])


def _name(facts: Facts) -> str:
    system = facts.system
    plain = f"{system.distribution} {system.distribution_version}".strip()
    return system.distribution_name or plain or "this Linux"


def _known() -> list[str]:
    names: dict[str, list[str]] = {}
    for row in images():
        end = "" if row.last == row.first else f" to {row.last}" if row.last else " and later"
        names.setdefault(row.distribution, []).append(f"{row.first}{end}")
    return [f"{name} {' and '.join(versions)}" for name, versions in names.items()]
