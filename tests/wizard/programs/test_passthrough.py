"""A user's command is run as it is: output, exit code, variables."""

from __future__ import annotations

import sys

import pytest

from wizard.programs.passthrough import run_visibly

TERMINAL = pytest.param(
    True, marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
)


def run(program: str, *, terminal: bool = False, **env: str) -> tuple[int, str]:
    shown: list[bytes] = []
    code = run_visibly((sys.executable, "-c", program), shown.append, env=env, terminal=terminal)
    return code, b"".join(shown).decode().replace("\r\n", "\n")


@pytest.mark.parametrize("terminal", [False, TERMINAL])
def test_both_streams_are_shown_and_the_exit_code_is_returned(terminal: bool) -> None:
    program = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    assert run(program, terminal=terminal) == (3, "out\nerr\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
def test_on_a_terminal_the_command_sees_a_terminal() -> None:
    program = "import sys; print(sys.stdout.isatty())"
    assert run(program, terminal=True) == (0, "True\n")
    assert run(program) == (0, "False\n")


def test_variables_are_added() -> None:
    assert run("import os; print(os.environ['COLOUR'])", COLOUR="red") == (0, "red\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_is_an_exit_code_above_128() -> None:
    assert run("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")[0] == 137


def test_a_missing_program_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        run_visibly(("no-such-program-here",), print)
