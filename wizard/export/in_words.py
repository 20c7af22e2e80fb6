"""What a step really does: the command that the runner starts, or what the wizard does itself.

A script has a shell command for each action (`wizard.export.shell`). The wizard itself downloads,
unpacks and writes without one, so these commands would say what is not so.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from shlex import join
from typing import Optional

from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    UnknownAction,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from wizard.export.commands import command_text
from wizard.facts import Privilege


@dataclass(frozen=True)
class Deed:
    """What is done: ``text`` is a command that is started, or a sentence if not ``is_command``."""

    text: str
    is_command: bool


def deed(action: Action, system: str = "linux", privilege: Optional[Privilege] = None) -> Deed:
    """Return what an action does on this system, for a user with this privilege.

    Raises UnknownAction.
    """
    if isinstance(action, Command):
        return Deed(command_text(action, system, privilege), is_command=True)
    return Deed(sentence(action), is_command=False)


@singledispatch
def sentence(action: object) -> str:
    """Return what the wizard does itself, as a sentence. Raises UnknownAction."""
    raise UnknownAction(action, "sentence")


@sentence.register(Command)
def _command(action: Command) -> str:
    return f"The wizard starts {action.argv[0]}."


@sentence.register(Wait)
def _wait(action: Wait) -> str:
    checks = " and ".join(map(join, action.checks))
    return f"The wizard waits until this succeeds: {checks}"


@sentence.register(SystemUpdate)
def _update(action: SystemUpdate) -> str:
    return (
        "The wizard lets softwareupdate list the updates, and install the newest one whose name "
        f"begins with “{action.name}”."
    )


@sentence.register(Download)
def _download(action: Download) -> str:
    known = f"is {action.sha256.lower()}" if action.sha256 else f"is the one in {action.sha256_url}"
    return (
        f"The wizard downloads {action.url} to {action.path}, and keeps it only if its SHA-256 "
        f"{known}."
    )


@sentence.register(CheckSignature)
def _signature(action: CheckSignature) -> str:
    return (
        f"The wizard downloads the signature {action.url}, and goes on only if {action.gpg} says "
        f"that the key {action.signer} signed {action.file}."
    )


@sentence.register(Unpack)
def _unpack(action: Unpack) -> str:
    return f"The wizard unpacks {action.archive} into {action.folder}."


@sentence.register(Seal)
def _seal(action: Seal) -> str:
    return f"The wizard records the checksums of all files in {action.folder}."


@sentence.register(WriteManifest)
def _manifest(action: WriteManifest) -> str:
    return (
        f"The wizard copies the wheels from {action.wheels} to {action.folder}, and describes them "
        "there."
    )


@sentence.register(WriteFile)
def _write(action: WriteFile) -> str:
    return f"The wizard writes the file {action.path}."


@sentence.register(ExportAuthorities)
def _authorities(action: ExportAuthorities) -> str:
    return f"The wizard writes the certificate authorities that this Mac trusts to {action.path}."


@sentence.register(RecordPackages)
def _record(action: RecordPackages) -> str:
    return (
        f"The wizard lets {action.python} import the other packages, and records in {action.file} "
        "which of them work."
    )


@sentence.register(Prove)
def _prove(action: Prove) -> str:
    return (
        f"The wizard lets {action.python} import cryptography, encrypt, decrypt and make a "
        "certificate, and reads from the installed file which OpenSSL it uses."
    )


@sentence.register(RemoveFolder)
def _remove(action: RemoveFolder) -> str:
    return f"The wizard removes the folder {action.path}."
