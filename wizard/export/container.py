"""A new container as a machine, derived from a machine with the same distribution."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace

from wizard import invocation, openssl_archive
from wizard.choices import Choices, described
from wizard.errors import BadRequest, Impossible
from wizard.facts import Facts, Fips, Manager, Privilege, Proxies, Python, Terminal
from wizard.knowledge import read_row
from wizard.openssl_choice import OpenSSLFolder
from wizard.table_source import read_asset, reader
from wizard.target_environment import usable
from wizard.versions import key

FOLDER = "/opt/cryptography"
"""The environment in an image. It has the same path in every stage, because its files contain its
path."""
CACHE = "/var/cache/wizard"
"""The builder's folder for files that only the build needs."""
MIRROR_VARIABLES = ("RUSTUP_DIST_SERVER", "RUSTUP_UPDATE_ROOT")
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

    It is for the versions from ``first`` to ``last``, both included (empty: no end). ``name`` is
    its name and tag, in which ``{version}`` is the version, ``{minor}`` its first two numbers and
    ``{major}`` its first. ``manager`` names its `ImagePackageManager`. ``openssl`` are the packages
    that contain only the libraries. ``lacks`` are packages that the distribution has but the image
    does not.
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
    """A new container: its ``facts``, and the name and tag of its ``image``.

    ``image_row`` and ``package_manager`` are the rows of that image in ``assets/images.toml``.
    ``configured`` says that pip on the planning machine does not use the default index.
    """

    facts: Facts
    image: str
    image_row: Image
    package_manager: ImagePackageManager
    configured: bool = False


@reader
def images() -> tuple[Image, ...]:
    """Return the images that the wizard knows."""
    return tuple(read_row(Image, table) for table in read_asset("images.toml")["image"])


@reader
def image_managers() -> tuple[ImagePackageManager, ...]:
    """Return the package managers of the images."""
    return tuple(
        read_row(ImagePackageManager, table) for table in read_asset("images.toml")["manager"]
    )


def make_container(facts: Facts, choices: Choices) -> Container:
    """Return the container for a machine with these facts and these choices.

    Raises BadRequest if the system has no image, or if a choice is not for containers, and
    Impossible if the facts do not say which Python the distribution has.
    """
    image_row = _find_image(facts)
    image = _image_name(image_row.name, facts.system.distribution_version)
    manager = next(m for m in image_managers() if m.name == image_row.manager)
    pythons = tuple(
        _python_in_image(python, manager)
        for python in facts.pythons
        if _is_distribution_python(python)
    )
    _check_choices(choices, pythons, image)
    if not pythons:
        raise Impossible(
            f"The wizard cannot find out which Python {image} has.",
            why="These facts contain no Python of the distribution in /usr/bin.",
            hints=("Install it on this machine: the package is usually named python3.",),
        )
    indexes = (p.pip.index for p in facts.pythons if p.pip)
    return Container(
        _facts_in_image(facts, image_row, manager, pythons),
        image,
        image_row,
        manager,
        configured=any(index and not index.default for index in indexes),
    )


def _find_image(facts: Facts) -> Image:
    """Return the image of the machine's distribution. Raises BadRequest if there is none."""
    system = facts.system
    if system.name != "linux":
        name = {"macos": "macOS", "windows": "Windows"}.get(system.name, "another system")
        raise BadRequest(
            f"A Dockerfile cannot be written on a machine with {name}.",
            why="Containers run Linux, and their package names can be read only on a Linux "
            "machine.",
            hints=(
                f"Plan on a Linux machine, or for one: {invocation.command('plan')} --format "
                "dockerfile --facts FILE",
                "For this system, write a script: --format "
                f"{'powershell' if system.name == 'windows' else 'sh'}",
            ),
        )
    for image in images():
        if image.serves(system.distribution, system.distribution_version):
            return image
    raise BadRequest(
        f"The wizard knows no image for {_system_name(facts)}.",
        why="A container needs an image whose package lists can still be downloaded.",
        hints=(f"It knows images for: {', '.join(_known_versions())}.",),
    )


def _facts_in_image(
    facts: Facts, image_row: Image, manager: ImagePackageManager, pythons: tuple[Python, ...]
) -> Facts:
    """Return the facts of a new container: what this machine has in addition is removed."""
    return replace(
        facts,
        system=replace(
            facts.system,
            memory=0,
            swap=0,
            temporary="",
            temporary_free=0,
            temporary_noexec=False,
            container="",
            wsl=0,
            sandbox="",
        ),
        pythons=pythons,
        managers=tuple(
            _manager_in_image(m, image_row) for m in facts.managers if _is_manager(m, manager)
        ),
        tools=(),
        openssl=(),
        built=(),
        damaged=(),
        held=(),
        # What this machine's network refuses, that of the image's builder may offer.
        listing=facts.listing if facts.listing and facts.listing.releases else None,
        archives=(),
        signers=(),
        privilege=Privilege("root"),
        terminal=Terminal(),
        folder=posixpath.dirname(FOLDER),
        home="/root",
        cache=CACHE,
        state="",
        variables=tuple(
            (name, value)
            for name, value in facts.variables
            if name in MIRROR_VARIABLES
            or (name == openssl_archive.VARIABLE and not value.startswith("file:"))
        ),
        cargo_config="",
        cargo_authorities="",
        fips=Fips(kernel=facts.fips.kernel),  # a container has the kernel of its machine
        spaces=(),
        python_home="",
        shadowing=(),
        proxies=Proxies(),
        authorities=0,
    )


def with_image_environment(choices: Choices) -> Choices:
    """Return the choices, with the environment of an image."""
    return replace(choices, venv=FOLDER)


def _python_in_image(python: Python, package_manager: ImagePackageManager) -> Python:
    """Return the same Python as an image has it: without pip, headers and packages."""
    path = f"/usr/bin/{posixpath.basename(python.path)}"
    return replace(
        python,
        path=path,
        origin="path",
        base=path,
        externally_managed="",
        writable=True,
        ensurepip="" if package_manager.venv_apart else python.ensurepip,
        headers=False,
        pip=None,
        pip_problem="",
        cryptography="",
    )


def _is_distribution_python(python: Python) -> bool:
    """Return whether this Python is a package of the distribution, which its image can have too."""
    return (
        python.prefix == "/usr"
        and python.implementation == "cpython"
        and not python.environment
        and usable(python)
    )


def _manager_in_image(manager: Manager, image_row: Image) -> Manager:
    packages = tuple(
        replace(package, installed="", candidate=package.candidate or package.installed)
        for package in manager.packages
        if package.name not in image_row.lacks
    )
    return replace(manager, program=f"/usr/bin/{manager.name}", packages=packages)


def _is_manager(manager: Manager, package_manager: ImagePackageManager) -> bool:
    return package_manager.name.startswith(manager.name)


def _check_choices(choices: Choices, pythons: tuple[Python, ...], image: str) -> None:
    """Raise BadRequest for a choice that has no meaning in an image."""
    not_in_images = {
        "project": "The build of an image cannot read the files of a project on this machine.",
        "write_constraint": "The build of an image cannot write files on this machine.",
        "venv": f"In an image, the environment is always {FOLDER}.",
        "temporary_folder": "The build of an image has its own folder for temporary files.",
        "wheelhouse": "A Dockerfile installs cryptography; it does not make a wheelhouse.",
        "from_wheelhouse": "The build of an image cannot read folders of this machine.",
        "targets": "An image has only one Python.",
        "repair": "A Dockerfile installs cryptography; it does not make wheels for others.",
    }
    for name, why in not_in_images.items():
        if getattr(choices, name):
            _contradiction(described()[name].flag, why)
    if choices.installer == "uv":
        _contradiction("--installer uv", f"{image} has no uv; its Python includes pip.")
    if isinstance(choices.openssl_choice, OpenSSLFolder):
        _contradiction(
            "--openssl FOLDER", "The build of an image cannot read folders of this machine."
        )
    if choices.openssl_source and not choices.openssl_source.startswith(("https://", "http://")):
        _contradiction(
            "--openssl-source FILE", "The build of an image cannot read files of this machine."
        )
    if choices.python and choices.python not in {p.path for p in pythons}:
        raise BadRequest(
            f"{image} has no Python {choices.python}.",
            why="An image has only the distribution's Pythons.",
            hints=tuple(f"It has: {p.path} ({p.version})" for p in pythons),
        )


def _contradiction(flag: str, why: str) -> None:
    raise BadRequest(
        f"{flag} and --format dockerfile contradict each other.",
        why=why,
        hints=(f"Omit {flag.split()[0]}.",),
    )


def _image_name(template: str, version: str) -> str:
    numbers = version.split(".")
    return template.format(version=version, minor=".".join(numbers[:2]), major=numbers[0])


def _system_name(facts: Facts) -> str:
    system = facts.system
    distribution = f"{system.distribution} {system.distribution_version}".strip()
    return system.distribution_name or distribution or "this Linux"


def _known_versions() -> list[str]:
    names: dict[str, list[str]] = {}
    for image in images():
        end = (
            "" if image.last == image.first else f" to {image.last}" if image.last else " and later"
        )
        names.setdefault(image.distribution, []).append(f"{image.first}{end}")
    return [f"{name} {' and '.join(versions)}" for name, versions in names.items()]
