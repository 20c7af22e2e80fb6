"""A program in a real pseudo-terminal of 80 columns and 24 lines: what it shows, and when."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Optional

from tests.bench.timing import Broken

SIZE = (24, 80)
WHAT_ARE_YOU, VT220 = b"\x1b[c", b"\x1b[?62c"
"""A question that every terminal answers at once (DA1), and an answer. The wizard waits for it."""
_CONTROL = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]")


class Program:
    """A program that was started in a terminal. Times are those of `time.monotonic`."""

    def __init__(self, process: subprocess.Popen[bytes], terminal: int, begun: float) -> None:
        self.pid = process.pid
        self.begun = begun
        self._process = process
        self._terminal = terminal
        self._said = ""

    def press(self, keys: str) -> float:
        """Type something; return when. What was shown before is forgotten."""
        self._said = ""
        moment = time.monotonic()
        os.write(self._terminal, keys.encode("utf-8"))
        return moment

    def shows(self, text: str, timeout: float) -> float:
        """Wait until the program writes this text and return when. Raises Broken otherwise."""
        return self.first_of((text,), timeout)[0]

    def first_of(self, texts: Sequence[str], timeout: float) -> tuple[float, str]:
        """Wait until the program writes one of these; return when, and which. Raises Broken."""
        found = self.watch(texts, timeout)
        if found is None:
            words = _CONTROL.sub("", self._said)[-300:]
            raise Broken(f"{' or '.join(map(repr, texts))} was not shown, but: {words!r}")
        return found

    def watch(self, texts: Sequence[str], timeout: float) -> Optional[tuple[float, str]]:
        """Read what the program writes; stop when one of these is there, or when time is over."""
        deadline = time.monotonic() + timeout
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
                return None
            try:
                chunk = os.read(self._terminal, 1 << 16)
            except OSError:  # how Linux says that nobody is at the other end
                return None
            moment = time.monotonic()
            if WHAT_ARE_YOU in chunk:
                os.write(self._terminal, VT220)
            self._said = self._said[-(1 << 16) :] + chunk.decode("utf-8", "replace")
            shown = _CONTROL.sub("", self._said)
            for text in texts:
                if text in shown:
                    return moment, text

    def peak(self) -> int:
        """The most memory that the program has had so far, in bytes (Linux)."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        if found is None:
            raise Broken("The system does not say how much memory a program has had.")
        return int(found[1]) * 1024

    def end(self) -> None:
        """End the program, and all that it started."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(self.pid, number)
            deadline = time.monotonic() + 5
            while self._process.poll() is None and time.monotonic() < deadline:
                # A terminal that nobody reads would hold up its last words.
                if select.select([self._terminal], [], [], 0.05)[0]:
                    with contextlib.suppress(OSError):  # closed at the other end
                        os.read(self._terminal, 1 << 16)
        self._process.wait(5)
        os.close(self._terminal)


@contextlib.contextmanager
def started(argv: Sequence[str], env: Mapping[str, str], *, cwd: Path) -> Iterator[Program]:
    """Start a program in a terminal; it is ended after the block."""
    terminal, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    begun = time.monotonic()
    process = subprocess.Popen(
        list(argv),
        cwd=cwd,
        env={**env, "TERM": "xterm-256color"},
        stdin=inner,
        stdout=inner,
        stderr=inner,
        start_new_session=True,
    )
    os.close(inner)
    program = Program(process, terminal, begun)
    try:
        yield program
    finally:
        program.end()
