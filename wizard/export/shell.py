"""Commands and plans for a POSIX shell, as on Linux and macOS."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from functools import singledispatch
from shlex import join, quote

from backends import gpg, pip
from backends.action import (
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
from wizard import invocation
from wizard.errors import BadRequest
from wizard.export import scripts
from wizard.openssl_archive import SIGNATURE
from wizard.plan import Plan, script_steps
from wizard.programs import keychain, variables
from wizard.wording import wrap


def assignments(command: Command, *, env: bool = False) -> list[str]:
    """Return the quoted assignments in front of a command.

    ``env`` says that plain shell assignments do not work, as after ``sudo``.
    """
    unset = [word for name in command.unset for word in ("-u", quote(name))]
    values = dict(command.env)
    lists = []
    for name, folders in variables.folder_lists(command).items():
        if name in values:
            rest = f":{quote(values.pop(name))}"
        elif name in command.unset:
            rest = ""
        else:
            rest = ':"$PATH"' if name == "PATH" else f'"${{{name}:+:${name}}}"'
        lists.append(f"{name}={':'.join(map(quote, folders))}{rest}")
    words = [*unset, *(f"{name}={quote(value)}" for name, value in values.items()), *lists]
    return ["env", *words] if words and (env or unset) else words


def command_text(command: Command, *, root: tuple[str, ...] = ()) -> str:
    """Return a command as a user types it. ``root`` are the words in front that run it as root."""
    words = [*root, *assignments(command, env=bool(root)), join(command.argv)]
    text = " ".join(words)
    return f"cd {quote(command.cwd)} && {text}" if command.cwd else text


@singledispatch
def action_text(action: object, _system: str = "linux") -> str:
    """Return an action as one line that a user can type.

    The line for a proof does not check the release. Raises UnknownAction.
    """
    raise UnknownAction(action, "shell command")


@action_text.register(Command)
def _command_line(action: Command, _system: str = "linux") -> str:
    return command_text(action)


@action_text.register(Wait)
def _wait_line(action: Wait, _system: str = "linux") -> str:
    checks = " && ".join(map(join, action.checks))
    # Without a program that must do it, nothing may ever change: a loop might not end.
    return f"until {checks}; do sleep 5; done" if action.alive else checks


@action_text.register(SystemUpdate)
def _update_line(action: SystemUpdate, _system: str = "linux") -> str:
    return update_text(action)


def update_text(action: SystemUpdate, *, root: tuple[str, ...] = ()) -> str:
    """Return an update as one line that a user types. ``root`` is as in `command_text`."""
    marker = quote(action.marker)
    label = f"s/^ *\\* *\\(Label: *\\)*\\({action.name}.*\\)$/\\2/p"
    newest = f'"$(softwareupdate -l | sed -n {quote(label)} | sort -V | tail -n 1)"'
    install = " ".join([*root, "softwareupdate -i", newest])
    return f"touch {marker} && {install}; rm -f {marker}"


@action_text.register(Download)
def _download_line(action: Download, system: str = "linux") -> str:
    """Return one line that downloads the file, compares its checksum, and makes it executable only
    if it is correct."""
    program = "shasum -a 256" if system == "macos" else "sha256sum"
    path = quote(action.path)
    # A published file has other words after the checksum.
    expected = action.sha256.lower() or f'"$(curl -fsSL {quote(action.sha256_url)} | cut -c 1-64)"'
    parts = [
        f"curl -fsSL --create-dirs -o {path} {quote(action.url)}",
        f'[ "$({program} < {path} | cut -c 1-64)" = {expected} ]',
        *([f"chmod 755 {path}"] if action.executable else []),
    ]
    return " && ".join(parts)


@action_text.register(CheckSignature)
def _signature_line(action: CheckSignature, _system: str = "linux") -> str:
    signature = f"{action.file}{SIGNATURE}"
    parts = (
        f"curl -fsSL -o {quote(signature)} {quote(action.url)}",
        f'said="$({join(gpg.verify(action.gpg, signature, action.file).argv)})"',
        f'echo "$said" | grep {quote(gpg.VALID + action.signer)}',
    )
    return " && ".join(parts)


@action_text.register(Unpack)
def _unpack_line(action: Unpack, _system: str = "linux") -> str:
    return " && ".join(_unpack_commands(action))


@action_text.register(Seal)
def _seal_line(action: Seal, _system: str = "linux") -> str:
    return f"# {comment(action.title)} is in {comment(action.folder)}: the wizard records this"


@action_text.register(WriteManifest)
def _manifest_line(action: WriteManifest, _system: str = "linux") -> str:
    return " && ".join(_copy_wheels(action))


@action_text.register(WriteFile)
def _file_line(action: WriteFile, _system: str = "linux") -> str:
    return " && ".join(_write_file_commands(action))


@action_text.register(ExportAuthorities)
def _authorities_line(action: ExportAuthorities, _system: str = "linux") -> str:
    """Return one line that, unlike a script, does not ask macOS about each certificate."""
    folder = quote(posixpath.dirname(action.path))
    return f"mkdir -p {folder} && {join(keychain.EXPORT)} > {quote(action.path)}"


@action_text.register(RecordPackages)
def _record_line(action: RecordPackages, _system: str = "linux") -> str:
    return join(scripts.import_words(action))


@action_text.register(Prove)
def _proof_line(action: Prove, _system: str = "linux") -> str:
    return join([*invocation.words(), "verify", action.python])


@action_text.register(RemoveFolder)
def _remove_line(action: RemoveFolder, _system: str = "linux") -> str:
    return join(["rm", "-rf", action.path])


def to_shell(plan: Plan) -> str:
    """Return the plan as a POSIX shell script. If a step fails, the script stops.

    Raises BadRequest for a Windows plan, because its paths do not work in a POSIX shell.
    """
    if plan.system == "windows":
        raise BadRequest(
            "A plan for Windows cannot be written as a POSIX shell script.",
            why="Windows has no POSIX shell; its shell is PowerShell.",
            hints=(f"Write it for PowerShell: {invocation.command('plan')} --format powershell",),
        )
    steps = script_steps(plan)
    actions = [step.action for step in steps]
    lines = [
        "#!/bin/sh",
        f"# {comment(plan_title(plan))}",
        "# Written by cryptography-wizard. Run it with: sh FILE",
        *notes_comment(plan, comment),
        "set -eu",
        "# These variables would change where the installation goes.",
        f"unset {' '.join(variables.REMOVED)}",
    ]
    for group in variables.groups(plan.variables):
        own = "".join(f"${{{name}:-}}" for name in group.own)
        exports = [f"export {name}={quote(value)}" for name, value in group.pairs]
        if not group.own:
            lines += [f"# {group.what}.", *exports]
            continue
        lines += [f"# {group.what}, which these programs do not read.", f'if [ -z "{own}" ]; then']
        lines += [*(f"    {export}" for export in exports), "fi"]
    if any(step.needs_root for step in steps):
        passed = " ".join(f'${{{name}:+"{name}=${name}"}}' for name in variables.PASSED)
        lines += scripts.script("as-root.sh", PASSED=passed).splitlines()
    if any(isinstance(action, Command) and action.busy for action in actions):
        lines += scripts.script("busy.sh").splitlines()
    if any(isinstance(action, Wait) for action in actions):
        lines += scripts.script("wait.sh").splitlines()
    if any(isinstance(action, SystemUpdate) for action in actions):
        lines += scripts.script("update.sh").splitlines()
    if any(isinstance(action, Download) for action in actions):
        lines += scripts.script("fetch.sh").splitlines()
    if any(isinstance(action, CheckSignature) for action in actions):
        check = " ".join(gpg.CHECK)
        lines += scripts.script("signed.sh", CHECK=check, VALID=gpg.VALID).splitlines()
    if any(isinstance(action, ExportAuthorities) for action in actions):
        paths = {"ROOTS": keychain.ROOTS, "SYSTEM": keychain.SYSTEM}
        lines += scripts.script("export-authorities.sh", **paths).splitlines()
    for number, step in enumerate(steps, 1):
        title = f"[{number}/{len(steps)}] {step.title}"
        lines += ["", f"# {comment(step.why)}", f"printf '%s\\n' {quote(title)}"]
        lines.append(script_text(step.action))
    if plan.prepares:
        lines += ["", "echo 'Now make the plan again to see the remaining steps.'"]
    return "\n".join(lines) + "\n"


@singledispatch
def script_text(action: object) -> str:
    """Return an action for a script, as one or more lines. Raises UnknownAction."""
    raise UnknownAction(action, "lines of a shell script")


@script_text.register(Command)
def _command_script(action: Command) -> str:
    before: tuple[str, ...] = ("as_root",) if action.root else ()
    if action.busy:
        patterns = map(quote, (extended(action.busy), extended(action.denied)))
        before = ("patiently", f"{action.busy_seconds:.0f}", *patterns, *before)
    text = command_text(action, root=before)
    if action.cwd:
        text = f"( {text} )"
    if action.ok == (0,):
        return text
    codes = "|".join(str(code) for code in action.ok)
    return f"code=0\n{text} || code=$?\ncase $code in {codes}) ;; *) exit 1 ;; esac"


_REWRITTEN = (
    ("(?:", "("),
    (r"\d", "[0-9]"),
    (r"\S", "[^[:space:]]"),
    (r"\w", "[[:alnum:]_]"),
    ("`", "."),  # quoted, it looks like a mistake to shellcheck
)
_EXTENDED = re.compile(r"(?:[^\\{}]|\\[.?*+()|$^\[\]])*")
"""What is the same in Python's regular expressions and in the extended ones of ``grep -E``."""


def extended(pattern: str) -> str:
    """Return a regular expression of Python as an extended one, for ``grep -E``.

    Raises ValueError if it contains something that those lack.
    """
    for python, posix in _REWRITTEN:
        pattern = pattern.replace(python, posix)
    if "(?" in pattern or not _EXTENDED.fullmatch(pattern):
        raise ValueError(f"this is no pattern for grep -E: {pattern}")
    return pattern


@script_text.register(Wait)
def _wait_script(action: Wait) -> str:
    closed = "\n".join((action.closed, *action.hints)).replace("`", "")
    limits = (f"{action.seconds:.0f}", f"{action.patience:.0f}")
    alive = f"{join(action.alive)} >/dev/null || [ $? -ne 1 ]" if action.alive else ":"
    return "\n".join(
        (
            f"ready() {{ {' && '.join(map(join, action.checks))}; }} >/dev/null 2>&1",
            f"possible() {{ {alive}; }}",
            join(("wait_until", *limits, action.what, closed)),
        )
    )


@script_text.register(SystemUpdate)
def _update_script(action: SystemUpdate) -> str:
    present = join(action.present) if action.present else "false"
    return "\n".join(
        (
            f"present() {{ {present}; }} >/dev/null 2>&1",
            join(("update_system", action.name, action.marker)),
        )
    )


@script_text.register(Download)
def _download_script(action: Download) -> str:
    words = ["fetch", action.url, action.path, action.sha256.lower(), action.sha256_url]
    executable = f"\nchmod 755 {quote(action.path)}" if action.executable else ""
    return join(words) + executable


@script_text.register(CheckSignature)
def _signature_script(action: CheckSignature) -> str:
    return join(["signed", action.url, action.file, action.signer, action.gpg])


@script_text.register(Unpack)
def _unpack_script(action: Unpack) -> str:
    return "\n".join(_unpack_commands(action))


@script_text.register(Seal)
def _seal_script(action: Seal) -> str:
    return f": {quote(f'{action.title} is in {action.folder}')}"


@script_text.register(WriteManifest)
def _manifest_script(action: WriteManifest) -> str:
    return "\n".join([*_copy_wheels(action), f"# {scripts.NO_MANIFEST}"])


@script_text.register(WriteFile)
def _file_script(action: WriteFile) -> str:
    return "\n".join(_write_file_commands(action))


@script_text.register(ExportAuthorities)
def _authorities_script(action: ExportAuthorities) -> str:
    return join(("export_authorities", action.path))


@script_text.register(RecordPackages)
def _record_script(action: RecordPackages) -> str:
    return _here_document(scripts.record_words(action), scripts.packages())


@script_text.register(Prove)
def proof_script(action: Prove) -> str:
    """Return the proof as a here-document for the tested Python."""
    words = pip.python(action.python, "-", *([action.release] if action.release else []))
    lines = [_here_document(words, scripts.proof())]
    if action.packages:
        lines.append(_here_document(scripts.compare_words(action), scripts.packages()))
    return "\n".join(lines)


def _here_document(words: tuple[str, ...], program: str) -> str:
    """Return a command that runs a program for Python, which it reads from standard input."""
    return f"{join(words)} <<'PROOF'\n{program}PROOF"


@script_text.register(RemoveFolder)
def _remove_script(action: RemoveFolder) -> str:
    return f"rm -rf {quote(action.path)}"


def _unpack_commands(action: Unpack) -> tuple[str, str]:
    archive, folder = quote(action.archive), quote(action.folder)
    return f"mkdir -p {folder}", f"tar -xf {archive} -C {folder} --strip-components=1"


def _copy_wheels(action: WriteManifest) -> tuple[str, str]:
    folder = quote(action.folder)
    return f"mkdir -p {folder}", f"cp {quote(action.wheels)}/*.whl {folder}/"


def _write_file_commands(action: WriteFile) -> tuple[str, ...]:
    folder, path = posixpath.dirname(action.path), quote(action.path)
    make_folder = (f"mkdir -p {quote(folder)}",) if folder else ()
    if action.text.endswith("\n"):
        return *make_folder, f"printf '%s\\n' {join(action.text[:-1].split(chr(10)))} > {path}"
    return *make_folder, f"printf '%s' {quote(action.text)} > {path}"


def plan_title(plan: Plan) -> str:
    """Return what a script does, in one sentence without a full stop."""
    if plan.wheelhouse:
        return f"Puts wheels of cryptography {plan.release} into {plan.wheelhouse}"
    return f"Installs cryptography {plan.release} into {plan.environment}"


def notes_comment(plan: Plan, escaped: Callable[[str], str]) -> list[str]:
    """Return the notes of a plan as lines of comments. ``escaped`` makes text fit for a comment."""
    lines = ["#"] if plan.notes else []
    for note in plan.notes:
        lines += wrap(escaped(note), 96, first="# * ", rest="#   ")
    return lines


def comment(text: str) -> str:
    """Return text that stays inside a comment, without line breaks."""
    return " ".join(text.split())
