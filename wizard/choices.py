"""Choices: the answers to the wizard's questions, whoever gave them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Method = Literal["", "wheel", "source"]
Link = Literal["", "dynamic", "static"]
Rust = Literal["", "system", "rustup", "none"]
Toolchain = Literal["", "remove", "keep"]
Installer = Literal["", "pip", "uv"]
Repair = Literal["", "yes"]


@dataclass(frozen=True)
class Choices:
    """The answers. Empty means not answered: the recommended answer will be taken.

    ``venv``: folder of the environment to install into; it is made where there is none.
    ``python``: path of the interpreter: of an existing environment, or the one that the new
    environment is made from. ``release``: exact version of cryptography. ``rust``: where Rust
    comes from; ``none`` for the releases that can be built without. ``toolchain``: what becomes
    of a Rust that the wizard fetched, after the build. ``openssl``: ``system``, a version that
    the wizard builds, or the folder of one; ``openssl_source``: the file or address of its source
    archive, or a folder of them, if not the documented one; ``openssl_sha256``: the checksum of
    that archive, if not the one in the table. ``installer``: the tool that makes the environment
    and installs.

    ``wheelhouse``: a folder that gets wheels for the Pythons ``targets`` (versions and paths,
    separated by commas), instead of an installation; ``repair`` gives a compiled wheel the name
    of the oldest systems that can use it. ``from_wheelhouse``: such a folder to install from.
    """

    venv: str = ""
    python: str = ""
    release: str = ""
    method: Method = ""
    manager: str = ""
    link: Link = ""
    rust: Rust = ""
    toolchain: Toolchain = ""
    openssl: str = ""
    openssl_source: str = ""
    openssl_sha256: str = ""
    installer: Installer = ""
    wheelhouse: str = ""
    targets: str = ""
    repair: Repair = ""
    from_wheelhouse: str = ""

    def answered(self) -> dict[str, str]:
        """The choices that were made, in the order of the questions."""
        return {f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name)}
