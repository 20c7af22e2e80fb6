"""The few things a step can do, as data. Nothing here runs anything: that is the runner's work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Literal, Union

ProgressFormat = Literal["", "apt", "pip", "cargo", "make"]


@dataclass(frozen=True)
class Command:
    """One program with its arguments, and all that is needed to run it well.

    ``argv`` never passes through a shell. ``reporting`` are arguments for its end that make it
    report progress for machines: the wizard adds them, a script for people does without.
    ``env`` holds what is set on top of the caller's environment, as (name, value) pairs; ``path``
    are folders put in front of PATH. ``lists`` are (name, folder) pairs: the folder is put in front
    of what the variable lists already (``LIB`` on Windows). ``unset`` names variables that the
    command must not see. ``root`` asks for privilege; the runner finds the way.
    ``ok`` lists the exit codes that mean success. ``busy`` is a regular expression: output that
    matches it says that another program holds a lock, so the runner waits and tries again, for
    at most ``busy_seconds``. ``timeout`` is in seconds. ``progress`` names the format in which
    the program reports its progress, ``units`` how many things there are to do, such as crates
    to compile (0: nobody knows). ``detached`` starts it in a session of its own, away from
    the terminal.
    """

    argv: tuple[str, ...]
    reporting: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    path: tuple[str, ...] = ()
    lists: tuple[tuple[str, str], ...] = ()
    unset: tuple[str, ...] = ()
    cwd: str = ""
    root: bool = False
    ok: tuple[int, ...] = (0,)
    busy: str = ""
    busy_seconds: float = 300.0
    timeout: float = 3600.0
    progress: ProgressFormat = ""
    units: int = 0
    detached: bool = False
    kind: Literal["command"] = "command"


@dataclass(frozen=True)
class Download:
    """Fetch ``url`` into the file ``path``, and keep it only if its SHA-256 is right.

    ``sha256`` is the expected sum in hexadecimal digits; where it is empty, ``sha256_url`` is a
    published file whose first word is the sum. ``executable`` makes the file a program.
    ``otherwise`` says in a sentence what to do where it cannot be had. ``timeout`` is in seconds,
    for all of it.
    """

    url: str
    path: str
    sha256: str = ""
    sha256_url: str = ""
    executable: bool = False
    otherwise: str = ""
    timeout: float = 900.0
    kind: Literal["download"] = "download"


@dataclass(frozen=True)
class CheckSignature:
    """Fetch the signature at ``url``, and keep ``file`` only if ``signer`` has signed it.

    ``signer`` is the fingerprint of a key in the user's keyring, and ``gpg`` the program that is
    asked. The signature becomes ``file`` with ``.asc`` behind its name; it is not kept.
    ``timeout`` is in seconds, for all of it.
    """

    url: str
    file: str
    signer: str
    gpg: str
    timeout: float = 120.0
    kind: Literal["check-signature"] = "check-signature"


@dataclass(frozen=True)
class Unpack:
    """Unpack the archive ``archive`` (a tar, compressed or not) into ``folder``.

    The archive's single top folder is left out. Nothing is ever written outside ``folder``.
    """

    archive: str
    folder: str
    timeout: float = 300.0
    kind: Literal["unpack"] = "unpack"


@dataclass(frozen=True)
class Seal:
    """Write down what is in ``folder``, with checksums: from then on it counts as whole.

    ``title`` says what it is (``OpenSSL 3.5.4, static``).
    """

    folder: str
    title: str
    kind: Literal["seal"] = "seal"


@dataclass(frozen=True)
class WriteManifest:
    """Put the wheels in the folder ``wheels`` into ``folder``, and write there what they are.

    Wheels that an earlier manifest names are replaced. The wheels are of ``release``, made by
    ``method`` (``wheel`` or ``source``) for ``targets`` (``cpython 3.11.7``); the first of these
    made them, by the pip of the interpreter ``python``. ``system`` names what it was made on.
    """

    wheels: str
    folder: str
    release: str
    method: str
    targets: tuple[str, ...]
    python: str
    system: str = ""
    machine: str = ""
    kind: Literal["manifest"] = "manifest"


@dataclass(frozen=True)
class WriteFile:
    """Write ``text`` (UTF-8) into the file ``path``."""

    path: str
    text: str
    kind: Literal["write-file"] = "write-file"


@dataclass(frozen=True)
class Prove:
    """Prove the installation in the environment of the interpreter ``python``.

    ``release``, ``link`` (``dynamic``, ``static`` or empty for either) and the version ``openssl``
    of the OpenSSL in use (empty for any) are what is expected.
    """

    python: str
    release: str = ""
    link: str = ""
    openssl: str = ""
    timeout: float = 120.0
    kind: Literal["prove"] = "prove"


@dataclass(frozen=True)
class RemoveFolder:
    """Delete a folder that the wizard made, with all that is in it. Used to undo."""

    path: str
    kind: Literal["remove-folder"] = "remove-folder"


Action = Union[
    Command, Download, CheckSignature, Unpack, Seal, WriteManifest, WriteFile, Prove, RemoveFolder
]


class UnknownAction(TypeError):
    """Code that handles each kind of action was given one that it has no rule for.

    This is a bug in the wizard: whoever adds a kind of action has to say what each such place
    does with it. No place may guess, since the guess could delete a folder.
    """

    def __init__(self, action: object, wanted: str):
        super().__init__(f"no {wanted} for an action of the kind {type(action).__name__}")


@singledispatch
def needs_root(action: object) -> bool:
    """Whether an action needs root. Raises UnknownAction."""
    raise UnknownAction(action, "rule about root")


@needs_root.register(Command)
def _command_needs_root(action: Command) -> bool:
    return action.root


@needs_root.register(Download)
@needs_root.register(CheckSignature)
@needs_root.register(Unpack)
@needs_root.register(Seal)
@needs_root.register(WriteManifest)
@needs_root.register(WriteFile)
@needs_root.register(Prove)
@needs_root.register(RemoveFolder)
def _needs_no_root(_action: Action) -> bool:
    return False


@dataclass(frozen=True)
class Output:
    """What a finished command said: exit code and the two streams, decoded."""

    exit: int
    stdout: str
    stderr: str = ""
