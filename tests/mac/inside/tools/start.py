"""Starts an imitated program: notes the call, and turns an exit code into one."""

from __future__ import annotations

import os
import sys
from typing import Callable, NoReturn

from tests.mac.inside import state


def run(main: Callable[[str, list[str]], int]) -> None:
    """Run a program's ``main`` with its own name and arguments, and exit."""
    program, arguments = sys.argv[0], sys.argv[1:]
    state.record(program, arguments)
    try:
        code = main(program, arguments)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        os._exit(1)
    sys.stdout.flush()
    sys.exit(code)


def say(text: str) -> None:
    """Print to standard error."""
    print(text, file=sys.stderr, flush=True)


def become(path: str, arguments: list[str], name: str = "") -> NoReturn:
    """Be another program from now on."""
    sys.stdout.flush()
    os.execv(path, [name or path, *arguments])
