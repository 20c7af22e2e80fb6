"""Ends the wizard's programs if the wizard itself ends without doing it, as after SIGKILL.

On Linux and macOS, a small second process waits for the end of a pipe that only the wizard holds
open, and then ends every program that still runs. It is in the wizard's session, so that it can use
sudo's permission, but ignores the signals of a terminal. On Windows, the system does it: see
`wizard.programs.windows_job`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Sequence

import wizard
from wizard.programs.tree import Tree, process_group

UNKNOWN = -1
"""The number of a program that is about to start. Only Linux finds it, by its mark."""
_CODE = (
    "import sys; sys.path.insert(0, sys.argv[1]); from wizard.programs import guardian; "
    "guardian.wait_and_end(sys.stdin)"
)


class Guardian:
    """The second process. It starts with the first program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: int | None = None

    def watch(self, mark: str, pid: int = UNKNOWN, root_prefix: Sequence[str] = ()) -> None:
        """End this program after the end of the wizard: see `wizard.programs.tree.Tree`."""
        if sys.platform != "win32":
            self._tell(mark, pid, list(root_prefix))

    def forget(self, mark: str) -> None:
        """Leave this program alone: it has ended."""
        if sys.platform != "win32":
            self._tell(mark)

    def _tell(self, *words: object) -> None:
        with self._lock:
            if self._process is None:
                self._process, self._pipe = _start()
            if self._pipe is None:
                return
            try:
                os.write(self._pipe, (json.dumps(words) + "\n").encode())
            except BrokenPipeError:  # somebody has ended it: the wizard still ends its programs
                self._pipe = None


def _start() -> tuple[subprocess.Popen[bytes], int]:
    """Start the second process, and return it and the pipe to it. Raises OSError."""
    folder = os.path.dirname(wizard.__path__[0])  # noqa: PTH120 - it may be inside a zip file
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(
            (sys.executable, "-I", "-S", "-c", _CODE, folder),
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **process_group(False),
        )
    except BaseException:
        os.close(writing)
        raise
    finally:
        os.close(reading)
    return process, writing


def wait_and_end(lines: Iterable[str]) -> None:
    """Read which programs run until the wizard has ended, then end them."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    watched: dict[str, Tree] = {}
    for line in lines:
        mark, *program = json.loads(line)
        if program:
            watched[mark] = Tree(program[0], mark, program[1])
        else:
            watched.pop(mark, None)
    end_all(watched.values())


def end_all(trees: Iterable[Tree]) -> None:
    """End all these programs at the same time."""
    threads = [threading.Thread(target=tree.end, args=(lambda: None,)) for tree in trees]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
