"""A plan written out: as text for people, and as a shell script that does the same."""

from __future__ import annotations

import shlex
import subprocess
import textwrap

from backends.action import Action, Command, Prove, RemoveFolder, WriteFile
from wizard.plan import Plan, Step

_PROOF = """\
import sys, cryptography
from cryptography.fernet import Fernet
from cryptography.hazmat.backends.openssl.backend import backend
box = Fernet(Fernet.generate_key())
works = box.decrypt(box.encrypt(b"it works")) == b"it works"
print("cryptography", cryptography.__version__, "with", backend.openssl_version_text())
sys.exit(0 if works and cryptography.__version__ == sys.argv[1] else 4)
"""


def to_text(plan: Plan, *, width: int = 78) -> str:
    """The plan in plain words, each step with its exact command."""
    how = "from a wheel" if plan.method == "wheel" else f"from source, linked {plan.link}ally"
    where = "a new environment" if plan.new else "the environment"
    aim = f"cryptography {plan.release} {how} into {where}: {plan.environment}"
    lines = [f"{'Prepare to install' if plan.prepares else 'Install'} {aim}", ""]
    for note in plan.notes:
        lines += textwrap.wrap(note, width, initial_indent="  * ", subsequent_indent="    ")
    if plan.notes:
        lines.append("")
    for number, step in enumerate(plan.steps, 1):
        lines.append(f"{number}. {step.title}{_as_root(step)}")
        lines += textwrap.wrap(step.why, width, initial_indent="   ", subsequent_indent="   ")
        lines += [f"   $ {line}" for line in command_text(step.action, plan.system).splitlines()]
        lines.append("")
    return "\n".join(lines)


def command_text(action: Action, system: str = "linux") -> str:
    """What an action does, as one command that a person could type."""
    quote = subprocess.list2cmdline if system == "windows" else shlex.join
    if isinstance(action, Command):
        before = [f"cd {shlex.quote(action.cwd)} &&"] if action.cwd else []
        return " ".join([*before, *_environment(action), quote(list(action.argv))])
    if isinstance(action, Prove):
        return quote(["cryptography-wizard", "verify", action.python])
    if isinstance(action, WriteFile):
        return f"{quote(['printf', '%s', action.text])} > {quote([action.path])}"
    return quote(["rm", "-r", action.path])


def to_shell(plan: Plan) -> str:
    """The plan as a POSIX shell script. Each step stops the script where it fails."""
    lines = [
        "#!/bin/sh",
        f"# Installs cryptography {plan.release} into {_comment(plan.environment)}",
        "# Written by cryptography-wizard. Run it with: sh FILE",
        "set -eu",
    ]
    if any(isinstance(step.action, Command) and step.action.root for step in plan.steps):
        lines += [
            "as_root() {",
            '    if [ "$(id -u)" = 0 ]; then "$@"',
            '    elif command -v sudo >/dev/null; then sudo "$@"',
            '    else doas "$@"; fi',
            "}",
        ]
    for number, step in enumerate(plan.steps, 1):
        title = f"[{number}/{len(plan.steps)}] {step.title}"
        lines += ["", f"# {_comment(step.why)}", f"printf '%s\\n' {shlex.quote(title)}"]
        lines.append(_shell(step.action))
    if plan.prepares:
        lines += ["", "echo 'Now make the plan again: the rest of it can be seen.'"]
    return "\n".join(lines) + "\n"


def _shell(action: Action) -> str:
    if isinstance(action, Command):
        call = " ".join([*_environment(action, root=action.root), shlex.join(action.argv)])
        text = f"as_root {call}" if action.root else call
        return f"( cd {shlex.quote(action.cwd)} && {text} )" if action.cwd else text
    if isinstance(action, Prove):
        python, release = shlex.quote(action.python), shlex.quote(action.release)
        return f"{python} - {release} <<'PROOF'\n{_PROOF}PROOF"
    if isinstance(action, WriteFile):
        return f"printf '%s' {shlex.quote(action.text)} > {shlex.quote(action.path)}"
    if isinstance(action, RemoveFolder):
        return f"rm -r {shlex.quote(action.path)}"
    raise TypeError(f"no shell form of {action!r}")


def _environment(command: Command, *, root: bool = False) -> list[str]:
    """The assignments in front of a command; a command run as root needs ``env`` for them."""
    pairs = [f"{name}={shlex.quote(value)}" for name, value in command.env]
    if command.path:
        folders = ":".join(shlex.quote(folder) for folder in command.path)
        pairs.append(f'PATH={folders}:"$PATH"')
    return ["env", *pairs] if pairs and root else pairs


def _as_root(step: Step) -> str:
    return " (as root)" if isinstance(step.action, Command) and step.action.root else ""


def _comment(text: str) -> str:
    """Text that stays inside a comment, whatever line breaks are in it."""
    return " ".join(text.split())
