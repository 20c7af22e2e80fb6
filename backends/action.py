"""The actions of steps, as data. Nothing here runs anything: the runner does that."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Literal, Union

ProgressFormat = Literal["", "apt", "pip", "cargo", "make"]


@dataclass(frozen=True)
class Command:
    """One program with its arguments, and everything needed to run it.

    ``argv`` never passes through a shell. ``reporting`` are arguments at the end that only the
    wizard needs, to see its progress or its end: a script for people omits them. ``env`` is set in
    addition to the caller's environment, as (name, value) pairs; ``path`` are folders put at
    the front of PATH. ``lists`` are (name, folder) pairs: the folder is put at the front of the
    variable's list (``LIB`` on Windows). ``unset`` names variables that the command must not see.
    ``root`` says that it must run as root; the runner finds out how. ``ok`` lists the exit codes
    that mean success. ``busy`` is a regular expression: output that matches it says that another
    program holds a lock, so the runner waits and tries again, for at most ``busy_seconds``.
    ``timeout`` is in seconds. ``progress`` names the format in which the program reports its
    progress, ``units`` the number of work items, such as crates to compile (0: unknown).
    ``detached`` starts it in a new session, without the terminal. ``denied`` is a regular
    expression: after output that matches it, waiting does not help, even if ``busy`` matched too:
    this user may not have the lock. ``gone`` is a regular expression for the error lines that say
    that what the command removes does not exist (any more): if it fails, and all its error lines
    match, it has succeeded. ``interrupted`` is a regular expression: output that matches it says
    that a download broke off, so the runner starts the program again, at most ``retries`` times.
    ``again`` are the words of these further attempts, if the program that they name exists by then;
    otherwise, and if it is empty, the words are the same.
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
    denied: str = ""
    gone: str = ""
    interrupted: str = ""
    retries: int = 0
    again: tuple[str, ...] = ()
    kind: Literal["command"] = "command"


@dataclass(frozen=True)
class Wait:
    """Wait until something outside of the wizard has happened, for at most ``seconds``.

    It has happened when all ``checks`` end with exit code 0. They change nothing, and each runs
    only after those before it have succeeded. ``what`` says what is missing, or what the user must
    do: the interfaces show it after "Waiting: ". ``alive`` is a command that ends with exit code 1
    if it cannot happen any more, because the program that must do it does not run. After
    ``patience`` seconds of that, the wait fails with the sentence ``closed``. ``hints`` say what to
    do if the wait fails.
    """

    what: str
    checks: tuple[tuple[str, ...], ...]
    seconds: float
    alive: tuple[str, ...] = ()
    patience: float = 30.0
    closed: str = ""
    hints: tuple[str, ...] = ()
    kind: Literal["wait"] = "wait"


@dataclass(frozen=True)
class SystemUpdate:
    """Install the newest update of macOS whose label begins with ``name``, as root.

    While the file ``marker`` exists, ``softwareupdate`` also lists what is not installed yet; it is
    removed afterwards. Nothing is installed if the command ``present`` ends with exit code 0.
    ``timeout`` is in seconds, for the installation.
    """

    name: str
    marker: str
    present: tuple[str, ...] = ()
    timeout: float = 3600.0
    kind: Literal["system-update"] = "system-update"


@dataclass(frozen=True)
class Download:
    """Download ``url`` to the file ``path``, and keep it only if its SHA-256 is correct.

    ``sha256`` is the expected checksum in hexadecimal digits; if it is empty, ``sha256_url`` is a
    published file whose first word is the checksum. ``executable`` makes the file executable.
    ``otherwise`` says in a sentence what to do if the download fails. ``timeout`` is in seconds,
    for the whole download.
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
    """Download the signature at ``url``, and keep ``file`` only if ``signer`` signed it.

    ``signer`` is the fingerprint of a key in the user's keyring, and ``gpg`` the path of gpg. The
    signature is saved as ``file`` plus ``.asc``, and removed afterwards. ``timeout`` is in seconds,
    for the whole check.
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

    The archive's single top folder is omitted. Nothing is ever written outside ``folder``.
    """

    archive: str
    folder: str
    timeout: float = 300.0
    kind: Literal["unpack"] = "unpack"


@dataclass(frozen=True)
class Seal:
    """Record the files in ``folder`` with checksums: after that, it counts as complete.

    ``title`` is a description (``OpenSSL 3.5.4, static``).
    """

    folder: str
    title: str
    kind: Literal["seal"] = "seal"


@dataclass(frozen=True)
class WriteManifest:
    """Copy the wheels in the folder ``wheels`` to ``folder``, with a description of each.

    Wheels that an earlier manifest lists are replaced. The wheels are of ``release``, made with
    ``method`` (``wheel`` or ``source``) for ``targets`` (``cpython 3.11.7``); the first of these
    made them, with the pip of the interpreter ``python``. ``system`` names the system on which they
    were made.
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
    """Write ``text`` (UTF-8) to the file ``path``."""

    path: str
    text: str
    kind: Literal["write-file"] = "write-file"


@dataclass(frozen=True)
class ExportAuthorities:
    """Write the certificate authorities that this Mac trusts to the file ``path``, as PEM.

    They are for programs that do not read the keychain. A file of authorities replaces those that
    a program has, so it contains Apple's, and those of an administrator that macOS trusts for TLS.
    """

    path: str
    kind: Literal["export-authorities"] = "export-authorities"


@dataclass(frozen=True)
class RecordPackages:
    """Record in ``file`` which packages in the environment of ``python`` work now.

    That is: which requirements are not satisfied, and which of ``modules`` cannot be imported.
    These are (package, module) pairs. ``timeout`` is in seconds, for all imports together.
    """

    python: str
    file: str
    modules: tuple[tuple[str, str], ...] = ()
    timeout: float = 120.0
    kind: Literal["record-packages"] = "record-packages"


@dataclass(frozen=True)
class Prove:
    """Prove the installation in the environment of the interpreter ``python``.

    ``release``, ``link`` (``dynamic``, ``static`` or empty for either) and the version ``openssl``
    of the OpenSSL in use (empty for any) are the expected values. ``any_patch`` also accepts
    another version of the same series, as after an update of the system, and notes it.
    ``packages`` is the file of an earlier `RecordPackages`: what worked then must still work,
    except the ``accepted`` packages (normalized names). If it is empty, other packages do not
    matter, unless the environment must be ``whole``: then all of them must work.
    """

    python: str
    release: str = ""
    link: str = ""
    openssl: str = ""
    any_patch: bool = False
    timeout: float = 120.0
    packages: str = ""
    accepted: tuple[str, ...] = ()
    whole: bool = False
    kind: Literal["prove"] = "prove"


@dataclass(frozen=True)
class RemoveFolder:
    """Delete a folder that the wizard made, with everything in it. Used for undo."""

    path: str
    kind: Literal["remove-folder"] = "remove-folder"


Action = Union[
    Command,
    Wait,
    SystemUpdate,
    Download,
    CheckSignature,
    Unpack,
    Seal,
    WriteManifest,
    WriteFile,
    ExportAuthorities,
    RecordPackages,
    Prove,
    RemoveFolder,
]


class UnknownAction(TypeError):
    """Code that handles each kind of action was given one that it has no rule for.

    This is a bug in the wizard: each such place needs a rule for every kind of action. No place may
    guess, because the guess could delete a folder.
    """

    def __init__(self, action: object, rule: str):
        super().__init__(f"no {rule} for an action of the kind {type(action).__name__}")


@singledispatch
def needs_root(action: object) -> bool:
    """Return whether an action needs root rights. Raises UnknownAction."""
    raise UnknownAction(action, "rule about root")


@needs_root.register(Command)
def _command_needs_root(action: Command) -> bool:
    return action.root


@needs_root.register(SystemUpdate)
def _always_root(_action: Action) -> bool:
    return True


@needs_root.register(Wait)
@needs_root.register(Download)
@needs_root.register(CheckSignature)
@needs_root.register(Unpack)
@needs_root.register(Seal)
@needs_root.register(WriteManifest)
@needs_root.register(WriteFile)
@needs_root.register(ExportAuthorities)
@needs_root.register(RecordPackages)
@needs_root.register(Prove)
@needs_root.register(RemoveFolder)
def _needs_no_root(_action: Action) -> bool:
    return False


@dataclass(frozen=True)
class Output:
    """The output of a finished command: exit code and the two streams, decoded."""

    exit: int
    stdout: str
    stderr: str = ""
