"""One user of the wizard: a home, a working folder and variables of this user alone."""

from __future__ import annotations

import base64
import contextlib
import csv
import fcntl
import hashlib
import os
import pty
import re
import secrets
import select
import signal
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.kind import Wrong
from tests.live import machine
from tests.live.command import Done, Wizard, finished

RUN_SECONDS = 900.0
"""The longest that a whole run of a wizard may take, while others run."""
GONE_SECONDS = 3.0
"""The seconds after which a wizard that has to end, and all its programs, must be gone."""
PROBE = re.compile("[a-z0-9_]{8}")
"""The file that Python's tempfile makes to find out whether it may write into a folder."""
PROGRAMS = "/usr/local/bin:/usr/bin:/bin"


@dataclass
class Place:
    """A user with a folder; ``more`` are more variables.

    Everything that the user starts carries a mark in its variables: see `left`.
    """

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.wizard = Wizard.below(self.folder)
        self.work = self.wizard.folder
        for name in ("home", "tmp", "bin"):
            (self.folder / name).mkdir()
        (self.folder / "bin" / "uv").symlink_to(machine.uv())

    @property
    def variables(self) -> dict[str, str]:
        """All variables of this user."""
        home = self.folder / "home"
        return {
            "PATH": f"{self.folder / 'bin'}:{PROGRAMS}",
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "TMPDIR": str(self.folder / "tmp"),
            "CRYPTOGRAPHY_WIZARD_STATE": str(self.wizard.state),
            "CRYPTOGRAPHY_WIZARD_CACHE": str(self.wizard.cache),
            "FAULTS_MARK": self.mark,
            **self.more,
        }

    def run(self, *arguments: str, seconds: float = RUN_SECONDS) -> Done:
        """Run the wizard to its end. Raises Wrong if that does not come in time."""
        try:
            return finished(
                self.wizard.argv(*arguments), seconds, cwd=self.work, env=self.variables
            )
        except subprocess.TimeoutExpired as late:
            raise Wrong(f"{arguments}: no end within {seconds:g} s: {late.output!r}") from None

    def must(self, *arguments: str) -> Done:
        """Run the wizard, which has to end well. Raises Wrong."""
        done = self.run(*arguments)
        if done.code:
            raise Wrong(f"{' '.join(arguments)}: {done.said}")
        return done

    def start(self, *arguments: str, terminal: bool = False) -> Started:
        """Start the wizard, in a terminal that can be closed, or without one."""
        return Started(self.wizard.argv(*arguments), self.work, self.variables, terminal)

    def left(self, seconds: float = GONE_SECONDS) -> dict[int, str]:
        """What this user has started and still runs after so long: numbers and names."""
        found = machine.left_of(f"FAULTS_MARK={self.mark}", seconds=seconds)
        return {pid: machine.name_of(pid) for pid in found}

    def listing(self) -> set[str]:
        """Every file and folder of this user, without those of the wizard and caches."""
        return {
            f"{top}/{name}"
            for top in ("work", "home", "tmp")
            for name in names(self.folder / top)
            if not name.startswith((".cache", "pip-", "tmp")) and not PROBE.fullmatch(name)
        }


class Started:
    """A wizard that runs; its output is read, and kept in ``said``."""

    def __init__(
        self, argv: Sequence[str], folder: Path, variables: Mapping[str, str], terminal: bool
    ) -> None:
        self.said = b""
        self._terminal = terminal
        reading, writing = pty.openpty() if terminal else os.pipe()
        other = writing if terminal else subprocess.DEVNULL
        self.process = subprocess.Popen(
            list(argv),
            cwd=folder,
            env={**variables, "TERM": "xterm"},
            stdin=other,
            stdout=writing,
            stderr=writing,
            preexec_fn=_own_terminal if terminal else _own_session,
        )
        os.close(writing)
        self._reading = reading
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._closing.is_set():
            # A terminal is not closed while somebody reads from it.
            if not select.select([self._reading], [], [], 0.02)[0]:
                continue
            try:
                chunk = os.read(self._reading, 65536)
            except OSError:  # the other end of a terminal is closed
                return
            if not chunk:
                return
            self.said += chunk

    def close_terminal(self) -> None:
        """Close the terminal that it runs in: its window is gone."""
        self._closing.set()
        self._thread.join()
        os.close(self._reading)

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end; whether it came."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_for_lines(
        self, files: Callable[[], Iterable[Path]], lines: int, seconds: float
    ) -> None:
        """Wait until these files have so many lines together, or it ends, at most so long."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            count = 0
            for path in files():
                with contextlib.suppress(OSError):
                    count += path.read_bytes().count(b"\n")
            if count >= lines:
                return
            time.sleep(0.004)

    def wait(self, seconds: float = RUN_SECONDS) -> Done:
        """Wait for its end, and return it. Raises Wrong if it does not come in time."""
        if not self.ends_within(seconds):
            self.process.kill()
            raise Wrong(f"no end within {seconds:g} s: {self.said.decode(errors='replace')}")
        self._thread.join(2)
        return Done(self.process.returncode, self.said.decode("utf-8", "replace"), "")


def _own_session() -> None:
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup, or a shell, may have them ignored
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _own_terminal() -> None:
    _own_session()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def names(folder: Path) -> set[str]:
    """The names of all files and folders below a folder, but for compiled Python."""
    found: set[str] = set()
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        inside = os.path.relpath(place, folder)
        found.update(os.path.normpath(f"{inside}/{name}") for name in (*folders, *files))
    return found


def damaged(environment: Path) -> list[str]:
    """The files of an environment that are missing or differ from what their package recorded."""
    found = []
    for record in environment.glob("lib/python3*/site-packages/*.dist-info/RECORD"):
        packages = record.parent.parent
        with record.open(encoding="utf-8", newline="") as file:
            for name, summed, _ in csv.reader(file):
                path = packages / name
                if not path.is_file():
                    found.append(f"{name} is missing")
                elif summed and summed.partition("=")[2] != _sum(path):
                    found.append(f"{name} is another one")
    return found


def _sum(path: Path) -> str:
    digest = hashlib.sha256(path.read_bytes()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
