"""Choices: the answers to the wizard's questions, from any source.

Each field of `Choices` contains the description of its choice: its help, its allowed values, and
which other choices it implies, excludes or needs. Flags, answers files, checks and interfaces read
it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Callable, Literal, get_args, get_type_hints

from wizard import openssl_choice
from wizard.method import names as method_names
from wizard.openssl_choice import CustomOpenSSL, OpenSSLChoice, SystemOpenSSL

Link = Literal["", "dynamic", "static"]
Rust = Literal["", "system", "rustup", "none"]
Toolchain = Literal["", "remove", "keep"]
Installer = Literal["", "pip", "uv", "pipx"]
Repair = Literal["", "yes"]
ALONE = "cryptography"
"""The value of the choice ``project`` if cryptography is installed alone."""
Dependents = Literal["", "upgrade", "new", "ignore"]
Reinstall = Literal["", "yes"]
UpgradePip = Literal["", "yes"]


@dataclass(frozen=True)
class Implies:
    """If the choice is made (``only``: with this value), ``other`` must be ``value``.

    If ``other`` is open, it becomes ``value``; any other value is a contradiction. ``why`` is a
    sentence for the user, here and in the classes below.
    """

    other: str
    value: str
    why: str
    only: str = ""


@dataclass(frozen=True)
class Excludes:
    """The choice and ``other`` (``value``: only with this value) cannot both be made.

    ``hint`` is the advice; if it is empty, the advice is to leave out one of them.
    """

    other: str
    why: str
    value: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Needs:
    """The choice has a meaning only if ``other`` is made.

    ``fits`` says whether a value of ``other`` is of the right kind, and ``kind`` is the display
    name of that kind. ``otherwise`` replaces ``why`` if the value is of another kind. ``only``: the
    choice needs the other one only with this value.
    """

    other: str
    why: str
    kind: str = ""
    fits: Callable[[str], bool] = bool
    otherwise: str = ""
    only: str = ""


@dataclass(frozen=True)
class Choice:
    """The description of one choice.

    ``values`` are the allowed values; if empty, the value is free text. ``metavar`` is the name of
    the value in help; if it is empty, the flag takes no value and means the only allowed one.
    ``is_path``: a typed value may name a file or folder, which the wizard must check. ``word`` is
    the flag without its dashes, if it is not made from the name.
    """

    name: str
    help: str
    metavar: str = ""
    values: tuple[str, ...] = ()
    is_path: bool = False
    implies: tuple[Implies, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    needs: Needs | None = None
    word: str = ""

    @property
    def flag(self) -> str:
        """The flag of the choice: ``--openssl-source`` for ``openssl_source``."""
        return f"--{self.word or self.name.replace('_', '-')}"

    def argv(self, value: str) -> tuple[str, ...]:
        """Return the command-line arguments that make this choice."""
        return (self.flag, value) if self.metavar else (self.flag,)

    def typed(self, value: str) -> str:
        """Return what a user types to make this choice: ``--link static``, ``--repair``."""
        return " ".join(self.argv(value))


def choice(text: str, metavar: str = "", **more: Any) -> Any:
    """Define a field of `Choices` with its help and the other fields of `Choice`.

    The allowed values come from the field's type, or from the function ``values``. If there are
    several and no ``metavar``, it is made from them.
    """
    return field(default="", metadata={"help": text, "metavar": metavar, **more})


_NO_PACKAGES = "A wheel needs nothing from a package manager."
_NO_RUST = "A wheel needs no Rust."
_BUNDLED_OPENSSL = "A wheel includes its own OpenSSL."
_NOT_COMPILED = "Nothing is compiled."
_OPENSSL_SETTLED = "The wheelhouse already determines which OpenSSL its wheels use."
REPAIR_COPIES = (
    "auditwheel would copy this system's OpenSSL into the wheel, where system updates do not "
    "reach it."
)
_NOT_PIP = "Only pip itself uses the environment's pip."
_OMIT_INSTALLER = "Omit --installer, or use --installer pip."
_OF_PIPX = "pipx makes an environment for the application itself."


def _is_project(value: str) -> bool:
    return value not in ("", ALONE)


_BUILT_OPENSSL = Needs(
    "openssl",
    "It describes the source of one version, and is used only if the wizard builds that version.",
    kind="VERSION",
    fits=openssl_choice.is_version,
    otherwise="This flag is used only if the wizard builds OpenSSL.",
)


@dataclass(frozen=True)
class Choices:
    """The answers. An empty one is open: the recommended answer is used.

    ``venv``: folder of the environment to install into; it is made if it does not exist.
    ``python``: path of the interpreter of an existing environment, or of the one to make a new
    environment from. ``release``: exact version of cryptography. ``method``: the name of one of
    `wizard.method.methods`. ``rust``: where Rust comes from; ``none`` for releases that need
    no Rust. ``toolchain``: keep or remove Rust after the build, if the wizard installed it.
    ``openssl``: see `openssl_choice`; ``openssl_source``: the file or address of
    its source archive, or a folder of them, if not the documented one; ``openssl_sha256``: the
    checksum of that archive, if not the one in the table. ``installer``: the tool that makes the
    environment and installs packages; ``pipx`` for an application, whose commands it makes
    available everywhere. ``dependents``: if installed packages do not allow the
    release, upgrade them too, make a ``new`` environment instead, or ignore them, which breaks
    them. ``reinstall``: install the release again, if it is already there. ``upgrade_pip``: upgrade
    the environment's pip, even if it is new enough. ``jobs``: how many compilers may run at once.
    ``temporary_folder``: where programs put their temporary files, if not in the usual folder.

    ``project``: what to install together with cryptography: a folder, a file, or a requirement;
    ``cryptography`` is cryptography alone. ``write_constraint``: a file for the release that was
    found, as a constraint for pip and uv.

    ``wheelhouse``: a folder for wheels for the Pythons ``targets`` (versions and paths, separated
    by commas), instead of an installation; ``repair`` tags a compiled wheel with the oldest systems
    that can use it. ``from_wheelhouse``: such a folder, or a kit, to install from.
    """

    project: str = choice(
        "install what a project needs, too: a folder, a file, or a package",
        "PATH",
        word="for",
        is_path=True,
        excludes=(
            Excludes("wheelhouse", "A wheelhouse contains cryptography alone."),
            Excludes("from_wheelhouse", "A wheelhouse contains cryptography alone."),
        ),
    )
    venv: str = choice(
        "the environment to install into; it is made if it does not exist",
        "FOLDER",
        is_path=True,
        excludes=(Excludes("installer", _OF_PIPX, "pipx"),),
    )
    python: str = choice(
        "the Python of an existing environment, or the one to make a new environment from",
        "PATH",
        is_path=True,
    )
    release: str = choice("the release of cryptography; default: the newest that works", "VERSION")
    method: str = choice(
        "install the ready-made wheel, or compile the source code", values=method_names
    )
    manager: str = choice(
        "the package manager that installs what a build needs",
        "NAME",
        implies=(Implies("method", "source", _NO_PACKAGES),),
    )
    link: Link = choice(
        "how to link OpenSSL when building from source",
        implies=(
            Implies("method", "source", "A wheel always includes its own OpenSSL.", "dynamic"),
        ),
    )
    rust: Rust = choice(
        "where to get Rust; only 3.4 can be built with none",
        implies=(Implies("method", "source", _NO_RUST),),
    )
    toolchain: Toolchain = choice(
        "keep or remove Rust after the build, if the wizard installed it",
        implies=(Implies("method", "source", _NO_RUST),),
    )
    openssl: str = choice(
        "the system's OpenSSL, a version to build, or a folder",
        "system|VERSION|FOLDER",
        is_path=True,
        implies=(Implies("method", "source", _BUNDLED_OPENSSL),),
    )
    openssl_source: str = choice(
        "where to get the source of that OpenSSL: a file, a folder or a mirror",
        "FILE|FOLDER|URL",
        implies=(Implies("method", "source", _BUNDLED_OPENSSL),),
        needs=_BUILT_OPENSSL,
    )
    openssl_sha256: str = choice(
        "the checksum of that source, if the wizard does not know it",
        "SUM",
        implies=(Implies("method", "source", _BUNDLED_OPENSSL),),
        needs=_BUILT_OPENSSL,
    )
    installer: Installer = choice(
        "the tool that makes the environment and installs packages; pipx: for an application",
        implies=(
            Implies("method", "wheel", "pipx installs cryptography from its wheel.", only="pipx"),
        ),
        needs=Needs(
            "project",
            "pipx installs an application, such as ansible-core.",
            kind="PACKAGE",
            fits=_is_project,
            otherwise="cryptography alone has no commands, so it is not an application.",
            only="pipx",
        ),
    )
    write_constraint: str = choice(
        "write the release that was found into a constraint file",
        "FILE",
    )
    dependents: Dependents = choice(
        "if installed packages do not allow the release: upgrade them too, make a new environment, "
        "or ignore them, which breaks them",
        excludes=(Excludes("wheelhouse", "A wheelhouse is only a folder. Nothing is installed."),),
    )
    reinstall: Reinstall = choice(
        "install the release again, even if it is already there",
        excludes=(Excludes("wheelhouse", "A wheelhouse is only a folder. Nothing is installed."),),
    )
    upgrade_pip: UpgradePip = choice(
        "upgrade the environment's pip first, even if it is new enough",
        excludes=(
            Excludes("installer", _NOT_PIP, "uv", _OMIT_INSTALLER),
            Excludes("installer", _NOT_PIP, "pipx", _OMIT_INSTALLER),
        ),
    )
    jobs: str = choice(
        "how many compilers may run at once in a source build",
        "N",
        implies=(Implies("method", "source", _NOT_COMPILED),),
    )
    temporary_folder: str = choice(
        "where programs put their temporary files; it is made if it does not exist",
        "FOLDER",
        is_path=True,
    )
    wheelhouse: str = choice(
        "collect the wheels in this folder, for installing on other machines",
        "FOLDER",
        excludes=(
            Excludes("venv", "A wheelhouse is only a folder of wheels. Nothing is installed."),
        ),
    )
    targets: str = choice(
        "the Pythons that the wheels are for: versions or paths",
        "3.9,3.12,...",
        excludes=(Excludes("python", "Name each Python once, in --targets."),),
        needs=Needs("wheelhouse", "It names the Pythons for which a wheelhouse is made."),
    )
    repair: Repair = choice(
        "tag a compiled Linux wheel with the systems that can use it",
        excludes=(
            Excludes("method", "Wheels from the index need no repair.", "wheel"),
            Excludes("link", REPAIR_COPIES, "dynamic", "Use --link static."),
        ),
        needs=Needs("wheelhouse", "It changes how a wheelhouse is made."),
    )
    from_wheelhouse: str = choice(
        "install from such a folder, or from a workshop's (kit make), without a network",
        "FOLDER",
        implies=(Implies("method", "wheel", "It contains wheels, but no source code."),),
        excludes=(
            Excludes("wheelhouse", "The first makes a wheelhouse, the second installs from one."),
            Excludes("link", "The wheelhouse already determines how its wheels are linked."),
            Excludes("openssl", _OPENSSL_SETTLED),
            Excludes("openssl_source", _OPENSSL_SETTLED),
            Excludes("openssl_sha256", _OPENSSL_SETTLED),
            Excludes("manager", _NOT_COMPILED),
            Excludes("rust", _NOT_COMPILED),
            Excludes("toolchain", _NOT_COMPILED),
            Excludes("jobs", _NOT_COMPILED),
        ),
    )

    @property
    def openssl_choice(self) -> OpenSSLChoice | None:
        """The parsed ``openssl``: the system's, a version or a folder; None if it is open."""
        return openssl_choice.parse(self.openssl)

    @property
    def custom_openssl(self) -> CustomOpenSSL | None:
        """The OpenSSL that was chosen instead of the system's, or None."""
        chosen = self.openssl_choice
        return None if isinstance(chosen, SystemOpenSSL) else chosen

    def answered(self) -> dict[str, str]:
        """Return the choices that were made, in the order of the questions."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


@cache
def described() -> Mapping[str, Choice]:
    """Return the description of each choice by name, in the order of the fields."""
    hints = get_type_hints(Choices)
    descriptions = {}
    for choice_field in fields(Choices):
        more = dict(choice_field.metadata)
        literals = tuple(literal for literal in get_args(hints[choice_field.name]) if literal)
        values = more.pop("values", lambda literals=literals: literals)()
        metavar = choice_field.metadata["metavar"] or ("|".join(values) if len(values) > 1 else "")
        more["metavar"] = metavar
        descriptions[choice_field.name] = Choice(choice_field.name, values=values, **more)
    return descriptions
