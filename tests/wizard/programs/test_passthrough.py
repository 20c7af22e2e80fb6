"""A user's command is run as it is: output, exit code, variables."""

from __future__ import annotations

import os
import signal
import subprocess
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


@pytest.mark.skipif(sys.platform == "win32", reason="Windows can wait only for sockets")
@pytest.mark.parametrize("terminal", [False, True])
def test_a_background_program_that_keeps_the_output_open_is_not_waited_for(terminal: bool) -> None:
    program = (
        "import subprocess, sys\n"
        "code = 'import os, time; os.setsid(); time.sleep(60)'\n"
        "print(subprocess.Popen((sys.executable, '-c', code)).pid)\n"
    )
    code, text = run(program, terminal=terminal)
    os.kill(int(text), signal.SIGKILL)  # it still runs
    assert code == 0


INTERRUPTED = """\
import signal, sys
from wizard.programs import passthrough
passthrough.INTERRUPTED_SECONDS = float(sys.argv[2])
program = sys.argv[1]
try:
    passthrough.run_visibly(
        (sys.executable, "-c", program),
        lambda chunk: (sys.stdout.buffer.write(chunk), sys.stdout.buffer.flush()),
        terminal=True,
    )
except KeyboardInterrupt:
    print("interrupted")
"""
IGNORES = (
    "import signal, time; signal.signal(2, signal.SIG_IGN); print('ready', flush=True)\n"
    "time.sleep(60)"
)
LAST_WORDS = (
    # It prints outside of the handler: that may interrupt a print.
    "import signal, sys, time\n"
    "seen = []\n"
    "signal.signal(2, lambda *_: seen.append(1)); print('ready', flush=True)\n"
    "while not seen: time.sleep(0.01)\n"
    "print('x' * 200000); print('all said'); sys.exit(1)"
)


@pytest.mark.usefixtures("ending_signals")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pty")
@pytest.mark.parametrize(
    ("program", "seconds", "said"), [(IGNORES, "0.5", "ready"), (LAST_WORDS, "60", "all said")]
)
def test_an_interrupted_command_says_its_last_words_and_then_ends(
    program: str, seconds: str, said: str
) -> None:
    process = subprocess.Popen(
        (sys.executable, "-c", INTERRUPTED, program, seconds),
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    with process.stdout as pipe:
        first = pipe.readline()
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does for Ctrl-C
        text = (first + pipe.read()).decode()
    process.wait(30)
    assert said in text
    assert text.endswith("interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)  # nothing is left of the whole group
