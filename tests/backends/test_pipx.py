"""pipx: its answers, as it printed them, and the commands that are given to it."""

from __future__ import annotations

from backends import pipx

ANSWER_143 = """\
Environment variables (set by user):

PIPX_HOME=/home/user/apps
PIPX_BIN_DIR=
PIPX_MAN_DIR=
PIPX_SHARED_LIBS=
PIPX_DEFAULT_PYTHON=
USE_EMOJI=

Derived values (computed by pipx):

PIPX_HOME=/home/user/apps
PIPX_BIN_DIR=/home/user/.local/bin
PIPX_MAN_DIR=/home/user/.local/share/man
PIPX_SHARED_LIBS=/home/user/apps/shared
PIPX_LOCAL_VENVS=/home/user/apps/venvs
PIPX_LOG_DIR=/home/user/apps/logs
PIPX_TRASH_DIR=/home/user/apps/.trash
PIPX_VENV_CACHEDIR=/home/user/apps/.cache
PIPX_DEFAULT_PYTHON=/usr/bin/python3
USE_EMOJI=true
"""
"""What pipx 1.4.3 prints for ``pipx environment``."""


def test_the_folders_are_those_that_pipx_derives() -> None:
    assert pipx.read_environment(ANSWER_143) == {
        "environments": "/home/user/apps/venvs",
        "commands": "/home/user/.local/bin",
    }


def test_an_answer_without_folders_is_empty() -> None:
    """pipx 1.0 has no such command, and prints its usage."""
    assert pipx.read_environment("usage: pipx [-h] [--version]\n") == {}


def test_no_command_compiles_cryptography() -> None:
    installed = pipx.install("/usr/bin/pipx", "/usr/bin/python3", "ansible-core")
    assert "--pip-args=--only-binary=cryptography" in installed.argv
    kept = pipx.keep("/usr/bin/pipx", "ansible-core", ("cryptography==45.0.7",))
    assert kept.argv[kept.argv.index("--only-binary") + 1] == "cryptography"


def test_its_commands_are_known_by_their_program() -> None:
    command = pipx.uninstall("/usr/bin/pipx", "httpie")
    assert pipx.is_pipx(command, "/usr/bin/pipx")
    assert not pipx.is_pipx(command, "/opt/pipx")
    assert not pipx.is_pipx(command, "")
