"""Become root for the steps that need it, with this machine's method."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Callable

from backends.action import Command
from wizard import temporary
from wizard.addresses import is_address, secrets_of_address
from wizard.errors import Impossible
from wizard.export import powershell, shell
from wizard.facts import Facts, Privilege
from wizard.programs import variables
from wizard.programs.processes import ProgramTimeout, ask
from wizard.programs.tree import MARK
from wizard.programs.variables import PASSED

ASK_SECONDS = 330
"""How many seconds to wait for a password: a little longer than sudo's five minutes."""
RENEW_SECONDS = 60
"""The seconds between renewals of sudo's permission, which may last only five minutes."""


@contextlib.contextmanager
def wrapped(
    command: Command, privilege: Privilege, environment: Mapping[str, str] | None = None
) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """Yield the argv that runs ``command``, and the variables to add to the caller's environment.

    ``environment`` is the caller's, by default this process's. The caller removes what the command
    must not see (``command.unset``). Raises Impossible if the command needs root and the user
    cannot become root, and OSError if the file for secrets cannot be written.

    Everybody on the machine can read the words of a command, and sudo logs them. It also logs the
    values of ``NAME=value`` and of ``--preserve-env=NAME`` (measured with sudo 1.9.13). So if a
    variable has a password in it, as that of a proxy may, all variables are in a file that only
    this user and root can read; it exists within this block.
    """
    assignments = _assignments(command, privilege, environment)
    if not any(_is_secret(value) for value in assignments.values()):
        yield wrap(command, privilege, environment)
        return
    with temporary.folder() as folder:
        file = folder / "variables.sh"
        file.touch(mode=0o600)
        lines = [f"unset {name}" for name in command.unset]
        lines += [f"export {name}={shlex.quote(value)}" for name, value in assignments.items()]
        file.write_text("\n".join((*lines, 'exec "$@"', "")), encoding="utf-8")
        prefix = (*root_prefix(privilege), "sh", str(file))
        yield (*prefix, *command.argv, *command.reporting), {}


def wrap(
    command: Command, privilege: Privilege, environment: Mapping[str, str] | None = None
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return what `wrapped` yields if no variable is secret. Raises Impossible."""
    inherited = os.environ if environment is None else environment
    variables_of_command = variables.variables_for(command, inherited)
    argv = (*command.argv, *command.reporting)
    if not command.root or privilege.method == "root":
        return argv, variables_of_command
    prefix = root_prefix(privilege)
    if not prefix:
        raise Impossible(
            f"{command.argv[0]} must run as root, but you cannot become root here.",
            why="You are not root, and can use neither sudo nor doas.",
            hints=(
                "Ask the administrator to run: " + command_text(command, Privilege("root")),
                "Or choose the wheel, which needs no root rights.",
            ),
        )
    if privilege.only:
        # The rule allows no env in between. sudo passes what its own settings keep, such as
        # LC_ALL (sudoers(5): env_check, env_keep).
        return (*prefix, *argv), variables_of_command
    removed = [argument for name in command.unset for argument in ("-u", name)]
    set_ = [f"{n}={v}" for n, v in _assignments(command, privilege, environment).items()]
    return (*prefix, *(("env", *removed, *set_) if removed or set_ else ()), *argv), {}


def _assignments(
    command: Command, privilege: Privilege, environment: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the variables that must be given to sudo or doas, which would remove them."""
    if not command.root or privilege.method == "root" or privilege.only:
        return {}
    if not root_prefix(privilege):
        return {}
    inherited = os.environ if environment is None else environment
    passed = {n: inherited[n] for n in PASSED if n in inherited and n not in command.unset}
    found = {**passed, **variables.variables_for(command, inherited)}
    # Root's own processes can be found by it. It alone is no reason to put env in between.
    return {**found, MARK: inherited[MARK]} if found and MARK in inherited else found


def _is_secret(value: str) -> bool:
    """Return whether the value of a variable has a user, a password or a token in it.

    The address of a proxy may lack its scheme: ``user:password@proxy:3128``.
    """
    return "@" in value or (is_address(value) and bool(secrets_of_address(value)))


def root_prefix(privilege: Privilege) -> tuple[str, ...]:
    """Return the prefix that runs a program as root without a prompt; empty if impossible."""
    if privilege.method in ("sudo", "doas"):
        return (privilege.program or privilege.method, "-n")
    return ()


def command_text(command: Command, privilege: Privilege) -> str:
    """Return the command as a user types it in a shell."""
    if os.name == "nt":
        return powershell.command_text(command)
    root = (privilege.method,) if command.root and root_prefix(privilege) else ()
    if root and privilege.only:
        command = replace(command, env=())  # see `wrap`
    return shell.command_text(command, root=root)


def unlock(facts: Facts) -> bool:
    """Get permission to become root, and return whether the user has it.

    If a password is needed, the tool asks for it once, visibly, on the terminal.
    """
    privilege = facts.privilege
    if privilege.method == "root":
        return True
    if not root_prefix(privilege):
        return False
    return _renew_without_password(privilege) or _ask_password(privilege)


class KeepAlive:
    """Renews the permission to become root while a long run still needs it."""

    def __init__(self, privilege: Privilege, clock: Callable[[], float] = time.monotonic) -> None:
        self._privilege = privilege
        self._clock = clock
        self._renewed = clock()

    def tick(self) -> bool:
        """Renew if it is time; return whether it tried. Cheap enough to call very often."""
        if not root_prefix(self._privilege) or self._clock() - self._renewed < RENEW_SECONDS:
            return False
        self._renewed = self._clock()
        _renew_without_password(self._privilege)  # if it is refused, the next root step reports it
        return True


def _renew_without_password(privilege: Privilege) -> bool:
    """Return whether root is possible without a password. This also renews the permission."""
    command = _harmless(privilege)
    try:
        # In this session, because sudo remembers a password per terminal session.
        return ask((*root_prefix(privilege), *command), timeout=10, detached=False).exit == 0
    except (OSError, ProgramTimeout):
        return False


def _harmless(privilege: Privilege) -> tuple[str, ...]:
    """Return what to ask of sudo or doas in order to know whether the user may become root."""
    if privilege.only:
        return (privilege.only[0], "--version")
    return ("-v",) if privilege.method == "sudo" else ("true",)


def _ask_password(privilege: Privilege) -> bool:
    command = _harmless(privilege)
    from plumbum import CommandNotFound, local

    try:
        # All three streams stay connected to the terminal: the tool itself asks for the password.
        asking = local[privilege.program or privilege.method][command]
        process: Any = asking.popen(stdin=None, stdout=None, stderr=None)  # a subprocess.Popen
    except (CommandNotFound, OSError):
        return False
    try:
        return bool(process.wait(ASK_SECONDS) == 0)
    except KeyboardInterrupt:  # Ctrl-C at the password prompt means no
        return _give_up(process)
    except subprocess.TimeoutExpired:
        return _give_up(process)


def _give_up(process: Any) -> bool:
    """End the tool, because the user did not answer. Always returns False."""
    try:
        process.terminate()
        process.wait(2)
    except (PermissionError, subprocess.TimeoutExpired):
        # sudo belongs to root, so this process cannot end it; its own time limit does.
        return False
    return False
