"""Choices: the answers to the wizard's questions, whoever gave them.

All that is known of a choice stands with its field in `Choices`: its help, its allowed values, and
which other choices it implies, excludes or needs. Flags, answers files, the checks of a request
and the faces read it from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Callable, Literal, get_args, get_type_hints

from wizard import openssl_choice
from wizard.method import names as method_names
from wizard.openssl_choice import OpenSSLChoice, OwnOpenSSL, SystemOpenSSL

Link = Literal["", "dynamic", "static"]
Rust = Literal["", "system", "rustup", "none"]
Toolchain = Literal["", "remove", "keep"]
Installer = Literal["", "pip", "uv"]
Repair = Literal["", "yes"]


@dataclass(frozen=True)
class Implies:
    """Where the choice is made (``only``: with this value), ``other`` can only be ``value``.

    If ``other`` is open, it becomes ``value``; another value of it is a contradiction. ``why`` is
    a sentence for the user, here and below.
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
    """The choice has a meaning only where ``other`` is made.

    ``fits`` says whether a value of ``other`` is of the right kind, and ``kind`` names that kind
    for people. ``otherwise`` is the ``why`` for a value of another kind.
    """

    other: str
    why: str
    kind: str = ""
    fits: Callable[[str], bool] = bool
    otherwise: str = ""


@dataclass(frozen=True)
class Choice:
    """What is known of one choice.

    ``values`` are those that are allowed; without any, the value is free text. ``metavar`` stands
    for the value in help; if it is empty, the flag takes no value and means the only one allowed.
    ``place``: a value that was typed names a file or folder, so the wizard must look at what is
    there.
    """

    name: str
    help: str
    metavar: str = ""
    values: tuple[str, ...] = ()
    place: bool = False
    implies: tuple[Implies, ...] = ()
    excludes: tuple[Excludes, ...] = ()
    needs: Needs | None = None

    @property
    def flag(self) -> str:
        """The flag of the choice: ``--openssl-source`` for ``openssl_source``."""
        return f"--{self.name.replace('_', '-')}"

    def words(self, value: str) -> tuple[str, ...]:
        """The words of a command line that make this choice."""
        return (self.flag, value) if self.metavar else (self.flag,)

    def typed(self, value: str) -> str:
        """What a user types to make this choice: ``--link static``, ``--repair``."""
        return " ".join(self.words(value))


def choice(text: str, metavar: str = "", **more: Any) -> Any:
    """A field of `Choices`: its help, and the other fields of `Choice`.

    The allowed values are those of the field's type, unless ``values`` is a function that gives
    them. Of several, the ``metavar`` is made.
    """
    return field(default="", metadata={"help": text, "metavar": metavar, **more})


_NO_PACKAGES = "A wheel needs nothing from a package manager."
_NO_RUST = "A wheel needs no Rust."
_OWN_OPENSSL = "A wheel has its own OpenSSL inside."
_NOT_COMPILED = "Nothing is compiled."
_OPENSSL_SETTLED = "Which OpenSSL its wheels have was settled when it was made."
REPAIR_COPIES = (
    "auditwheel would copy this system's OpenSSL into the wheel, where no update ever reaches it."
)
_BUILT_OPENSSL = Needs(
    "openssl",
    "It is of the source of one version, and is used only where that is built here.",
    kind="VERSION",
    fits=openssl_choice.is_version,
    otherwise="Only an OpenSSL that is built here has a source.",
)


@dataclass(frozen=True)
class Choices:
    """The answers. Empty means not answered: the recommended answer will be taken.

    ``venv``: folder of the environment to install into; it is made where there is none.
    ``python``: path of the interpreter: of an existing environment, or the one that the new
    environment is made from. ``release``: exact version of cryptography. ``method``: the name of
    one of `wizard.method.methods`. ``rust``: where Rust comes from; ``none`` for the releases that
    can be built without. ``toolchain``: what becomes of a Rust that the wizard fetched, after the
    build. ``openssl``: see `openssl_choice`;
    ``openssl_source``: the file or address of its source archive, or a folder of them, if not the
    documented one; ``openssl_sha256``: the checksum of that archive, if not the one in the table.
    ``installer``: the tool that makes the environment and installs.

    ``wheelhouse``: a folder that gets wheels for the Pythons ``targets`` (versions and paths,
    separated by commas), instead of an installation; ``repair`` gives a compiled wheel the name
    of the oldest systems that can use it. ``from_wheelhouse``: such a folder to install from.
    """

    venv: str = choice(
        "the environment to install into; it is made where there is none", "FOLDER", place=True
    )
    python: str = choice(
        "the Python of an existing environment, or to make the new one from", "PATH", place=True
    )
    release: str = choice("the release of cryptography; otherwise the newest that fits", "VERSION")
    method: str = choice("install the ready-made wheel, or build from source", values=method_names)
    manager: str = choice(
        "the package manager that installs what a build needs",
        "NAME",
        implies=(Implies("method", "source", _NO_PACKAGES),),
    )
    link: Link = choice(
        "how OpenSSL is linked when building from source",
        implies=(
            Implies("method", "source", "A wheel always has its own OpenSSL inside.", "dynamic"),
        ),
    )
    rust: Rust = choice(
        "where Rust comes from; only 3.4 can be built with none",
        implies=(Implies("method", "source", _NO_RUST),),
    )
    toolchain: Toolchain = choice(
        "what becomes of a Rust that the wizard fetched",
        implies=(Implies("method", "source", _NO_RUST),),
    )
    openssl: str = choice(
        "the system's OpenSSL, one that is built, or a folder",
        "system|VERSION|FOLDER",
        place=True,
        implies=(Implies("method", "source", _OWN_OPENSSL),),
    )
    openssl_source: str = choice(
        "where the source of that OpenSSL is, or a mirror",
        "FILE|FOLDER|URL",
        implies=(Implies("method", "source", _OWN_OPENSSL),),
        needs=_BUILT_OPENSSL,
    )
    openssl_sha256: str = choice(
        "the checksum of that source, if not the one that the wizard knows",
        "SUM",
        implies=(Implies("method", "source", _OWN_OPENSSL),),
        needs=_BUILT_OPENSSL,
    )
    installer: Installer = choice("the tool that makes the environment and installs")
    wheelhouse: str = choice(
        "put the wheels into this folder, to install from on other machines",
        "FOLDER",
        excludes=(
            Excludes("venv", "A wheelhouse is only a folder with wheels: nothing is installed."),
        ),
    )
    targets: str = choice(
        "the Pythons that these wheels are for: versions or paths",
        "3.9,3.12,...",
        excludes=(Excludes("python", "Name each Python once, in --targets."),),
        needs=Needs("wheelhouse", "They say for which Pythons a wheelhouse is made."),
    )
    repair: Repair = choice(
        "name a compiled Linux wheel after the systems that can use it",
        excludes=(
            Excludes("method", "The wheels of the index need no repair.", "wheel"),
            Excludes("link", REPAIR_COPIES, "dynamic", "Take --link static."),
        ),
        needs=Needs("wheelhouse", "It says how a wheelhouse is made."),
    )
    from_wheelhouse: str = choice(
        "install from such a folder; no network is needed",
        "FOLDER",
        implies=(Implies("method", "wheel", "It holds wheels, no sources."),),
        excludes=(
            Excludes("wheelhouse", "One makes a wheelhouse, the other installs from one."),
            Excludes("link", "How its wheels are linked was settled when it was made."),
            Excludes("openssl", _OPENSSL_SETTLED),
            Excludes("openssl_source", _OPENSSL_SETTLED),
            Excludes("openssl_sha256", _OPENSSL_SETTLED),
            Excludes("manager", _NOT_COMPILED),
            Excludes("rust", _NOT_COMPILED),
            Excludes("toolchain", _NOT_COMPILED),
        ),
    )

    @property
    def openssl_choice(self) -> OpenSSLChoice | None:
        """The meaning of ``openssl``: the system's, a version, a folder; None if not answered."""
        return openssl_choice.parse(self.openssl)

    @property
    def own_openssl(self) -> OwnOpenSSL | None:
        """The OpenSSL that was chosen instead of the system's, or None if none was."""
        chosen = self.openssl_choice
        return None if isinstance(chosen, SystemOpenSSL) else chosen

    def answered(self) -> dict[str, str]:
        """The choices that were made, in the order of the questions."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}


@cache
def described() -> Mapping[str, Choice]:
    """What is known of each choice, by name, in the order of the fields of `Choices`."""
    hints = get_type_hints(Choices)
    made = {}
    for each in fields(Choices):
        more = dict(each.metadata)
        literals = tuple(word for word in get_args(hints[each.name]) if word)
        values = more.pop("values", lambda literals=literals: literals)()
        metavar = each.metadata["metavar"] or ("|".join(values) if len(values) > 1 else "")
        more["metavar"] = metavar
        made[each.name] = Choice(each.name, values=values, **more)
    return made
