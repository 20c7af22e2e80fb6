"""Starting other programs: argv only, nothing on their stdin, never longer than a limit."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from backends.action import Output


class ProgramTimeout(Exception):
    """A program did not answer within its time limit and was ended."""


def ask(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    timeout: float = 10.0,
) -> Output:
    """Run a program that answers a question and return what it said.

    ``env`` is set on top of this process's environment. ``timeout`` is in seconds. Raises
    ProgramTimeout when it is over (the program and its children are ended), and OSError where the
    program cannot be started.
    """
    process = subprocess.Popen(
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(env or {})},
        cwd=cwd,
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        _end_group(process)
        raise ProgramTimeout(f"{argv[0]} gave no answer within {timeout:g} s") from None
    except BaseException:
        _end_group(process)
        raise
    return Output(
        process.returncode,
        stdout.decode("utf-8", errors="replace"),
        stderr.decode("utf-8", errors="replace"),
    )


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if os.name == "nt":
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):  # it ended by itself in between
            os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
