"""Commands and plans for a POSIX shell, as on Linux and macOS."""

from __future__ import annotations

import posixpath
from shlex import join, quote

from backends import gpg
from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    Prove,
    RemoveFolder,
    Seal,
    Unpack,
    WriteFile,
    WriteManifest,
)
from wizard.errors import BadRequest
from wizard.openssl_archive import SIGNATURE
from wizard.plan import Plan
from wizard.planning import build_steps
from wizard.programs import variables

PROOF = """\
import sys, cryptography
from cryptography.fernet import Fernet
from cryptography.hazmat.backends.openssl.backend import backend
box = Fernet(Fernet.generate_key())
works = box.decrypt(box.encrypt(b"it works")) == b"it works"
print("cryptography", cryptography.__version__, "with", backend.openssl_version_text())
sys.exit(0 if works and sys.argv[1:] in ([], [cryptography.__version__]) else 4)
"""
"""A small proof for scripts: ASCII, and the same for every Python and every shell."""

_CLEAR = f"""\
# These would send the installation somewhere else.
unset {" ".join(variables.REMOVED)}
"""
_PASSED = " ".join(f'${{{name}:+"{name}=${name}"}}' for name in variables.PASSED)
_AS_ROOT = f"""\
as_root() {{
    if [ "$(id -u)" = 0 ]; then "$@"; return; fi
    # What a company's proxy needs would be dropped.
    set -- env {_PASSED} "$@"
    if command -v sudo >/dev/null; then sudo "$@"; else doas "$@"; fi
}}
"""
NO_MANIFEST = "Only the wizard itself writes the manifest.json for --from-wheelhouse as well."
_FETCH = """\
get() { # URL FILE
    if command -v curl >/dev/null; then curl -fsSL -o "$2" "$1"; else wget -q -O "$2" "$1"; fi
}
sha256() { # FILE
    if command -v sha256sum >/dev/null; then sha256sum <"$1"; else shasum -a 256 <"$1"; fi
}
fetch() { # URL FILE SHA256-OR-NOTHING URL-OF-SHA256: the file is kept only if its sum is right
    mkdir -p "$(dirname "$2")"
    wanted=$3
    if [ -z "$wanted" ]; then
        get "$4" "$2.sha256"
        wanted=$(tr -d '\\r' <"$2.sha256" | tr A-F a-f)
        wanted=${wanted%%[!0-9a-f]*}
        rm -f "$2.sha256"
    fi
    get "$1" "$2.part"
    sum=$(sha256 "$2.part")
    sum=${sum%%[!0-9a-f]*}
    if [ -z "$sum" ] || [ "$sum" != "$wanted" ]; then
        rm -f "$2.part"
        printf '%s\\n' "$1 is not what was published: its SHA-256 is '$sum', not '$wanted'." >&2
        exit 1
    fi
    mv "$2.part" "$2"
}
"""
_SIGNED = f"""\
signed() {{ # URL-OF-SIGNATURE FILE FINGERPRINT GPG: the file is kept only if that key signed it
    if get "$1" "$2.asc" && said=$("$4" {" ".join(gpg.CHECK)} --verify "$2.asc" "$2") &&
        printf '%s\\n' "$said" | grep -q "{gpg.VALID}$3"; then
        rm -f "$2.asc"
    else
        rm -f "$2" "$2.asc"
        printf '%s\\n' "$2 is not signed by $3, so it was thrown away." >&2
        exit 1
    fi
}}
"""


def assignments(command: Command, *, env: bool = False) -> list[str]:
    """What stands in front of a command to give it its variables, quoted.

    ``env`` says that the shell's own assignments will not do, as after ``sudo``.
    """
    unset = [word for name in command.unset for word in ("-u", quote(name))]
    values = dict(command.env)
    lists = []
    for name, folders in variables.lists(command).items():
        if name in values:
            behind = f":{quote(values.pop(name))}"
        elif name in command.unset:
            behind = ""
        else:
            behind = ':"$PATH"' if name == "PATH" else f'"${{{name}:+:${name}}}"'
        lists.append(f"{name}={':'.join(map(quote, folders))}{behind}")
    words = [*unset, *(f"{name}={quote(value)}" for name, value in values.items()), *lists]
    return ["env", *words] if words and (env or unset) else words


def command_text(command: Command, *, root: tuple[str, ...] = ()) -> str:
    """A command as a person would type it. ``root`` are words in front that make it root's."""
    words = [*root, *assignments(command, env=bool(root)), join(command.argv)]
    text = " ".join(words)
    return f"cd {quote(command.cwd)} && {text}" if command.cwd else text


def action_text(action: Action, system: str = "linux") -> str:
    """What an action does, as one line that a person could type; a release's proof excepted."""
    if isinstance(action, Command):
        return command_text(action)
    if isinstance(action, Download):
        return _download_text(action, system)
    if isinstance(action, CheckSignature):
        return _signature_text(action)
    if isinstance(action, Unpack):
        return " && ".join(_unpack(action))
    if isinstance(action, Prove):
        return join(["cryptography-wizard", "verify", action.python])
    if isinstance(action, WriteFile):
        return " && ".join(_write(action))
    if isinstance(action, WriteManifest):
        return " && ".join(_collect(action))
    if isinstance(action, Seal):
        return f"# {_comment(action.title)} is in {action.folder}: the wizard writes that down"
    return join(["rm", "-rf", action.path])


def to_shell(plan: Plan) -> str:
    """The plan as a POSIX shell script. Each step stops the script where it fails.

    Raises BadRequest for a plan of Windows: its paths and folders are not a shell's.
    """
    if plan.system == "windows":
        raise BadRequest(
            "A plan for Windows cannot be written as a POSIX shell script.",
            why="Windows has no such shell; its own is PowerShell.",
            hints=("Write it for PowerShell: cryptography-wizard plan --format powershell",),
        )
    steps = build_steps.in_turn(plan)
    actions = [step.action for step in steps]
    lines = [
        "#!/bin/sh",
        f"# {_comment(aim(plan))}",
        "# Written by cryptography-wizard. Run it with: sh FILE",
        "set -eu",
        *_CLEAR.splitlines(),
    ]
    if any(isinstance(action, Command) and action.root for action in actions):
        lines += _AS_ROOT.splitlines()
    if any(isinstance(action, Download) for action in actions):
        lines += _FETCH.splitlines()
    if any(isinstance(action, CheckSignature) for action in actions):
        lines += _SIGNED.splitlines()
    for number, step in enumerate(steps, 1):
        title = f"[{number}/{len(steps)}] {step.title}"
        lines += ["", f"# {_comment(step.why)}", f"printf '%s\\n' {quote(title)}"]
        lines.append(_script(step.action))
    if plan.prepares:
        lines += ["", "echo 'Now make the plan again: the rest of it can be seen.'"]
    return "\n".join(lines) + "\n"


def _script(action: Action) -> str:
    if isinstance(action, Command):
        return _command(action)
    if isinstance(action, Download):
        words = ["fetch", action.url, action.path, action.sha256.lower(), action.sha256_url]
        executable = f"\nchmod 755 {quote(action.path)}" if action.executable else ""
        return join(words) + executable
    if isinstance(action, CheckSignature):
        return join(["signed", action.url, action.file, action.signer, action.gpg])
    if isinstance(action, Unpack):
        return "\n".join(_unpack(action))
    if isinstance(action, Prove):
        words = [action.python, "-", *([action.release] if action.release else [])]
        return f"{join(words)} <<'PROOF'\n{PROOF}PROOF"
    if isinstance(action, WriteFile):
        return "\n".join(_write(action))
    if isinstance(action, WriteManifest):
        return "\n".join([*_collect(action), f"# {NO_MANIFEST}"])
    if isinstance(action, Seal):
        return f": {quote(f'{action.title} is in {action.folder}')}"
    if isinstance(action, RemoveFolder):
        return f"rm -rf {quote(action.path)}"
    raise TypeError(f"no shell form of {action!r}")


def _command(command: Command) -> str:
    text = command_text(command, root=("as_root",) if command.root else ())
    if command.cwd:
        text = f"( {text} )"
    if command.ok == (0,):
        return text
    codes = "|".join(str(code) for code in command.ok)
    return f"code=0\n{text} || code=$?\ncase $code in {codes}) ;; *) exit 1 ;; esac"


def _download_text(action: Download, system: str) -> str:
    """One line: fetch the file, compare its sum, and let it be run only if that is right."""
    program = "shasum -a 256" if system == "macos" else "sha256sum"
    path = quote(action.path)
    # A published file has other words after the sum.
    wanted = action.sha256.lower() or f'"$(curl -fsSL {quote(action.sha256_url)} | cut -c 1-64)"'
    parts = [
        f"curl -fsSL --create-dirs -o {path} {quote(action.url)}",
        f'[ "$({program} < {path} | cut -c 1-64)" = {wanted} ]',
        *([f"chmod 755 {path}"] if action.executable else []),
    ]
    return " && ".join(parts)


def _signature_text(action: CheckSignature) -> str:
    signature = f"{action.file}{SIGNATURE}"
    parts = (
        f"curl -fsSL -o {quote(signature)} {quote(action.url)}",
        f'said="$({join(gpg.verify(action.gpg, signature, action.file).argv)})"',
        f'echo "$said" | grep {quote(gpg.VALID + action.signer)}',
    )
    return " && ".join(parts)


def _unpack(action: Unpack) -> tuple[str, str]:
    archive, folder = quote(action.archive), quote(action.folder)
    return f"mkdir -p {folder}", f"tar -xf {archive} -C {folder} --strip-components=1"


def _collect(action: WriteManifest) -> tuple[str, str]:
    folder = quote(action.folder)
    return f"mkdir -p {folder}", f"cp {quote(action.wheels)}/*.whl {folder}/"


def _write(action: WriteFile) -> tuple[str, ...]:
    folder, path = posixpath.dirname(action.path), quote(action.path)
    made = (f"mkdir -p {quote(folder)}",) if folder else ()
    if action.text.endswith("\n"):
        return *made, f"printf '%s\\n' {join(action.text[:-1].split(chr(10)))} > {path}"
    return *made, f"printf '%s' {quote(action.text)} > {path}"


def aim(plan: Plan) -> str:
    """What a script does, in one sentence without its end."""
    if plan.wheelhouse:
        return f"Puts wheels of cryptography {plan.release} into {plan.wheelhouse}"
    return f"Installs cryptography {plan.release} into {plan.environment}"


def _comment(text: str) -> str:
    """Text that stays inside a comment, whatever line breaks are in it."""
    return " ".join(text.split())
