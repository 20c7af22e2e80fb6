"""The wizard and its programs end, whatever ends it, with real programs in real terminals.

The program that runs ignores SIGTERM, prints without end, and has an orphan in another session.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from screens import ending
from tests.screens.endless import PIDS, WIZARD
from wizard.errors import Exit
from wizard.programs.tree import processes
from wizard.running import journal

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

import fcntl
import pty
import struct
import termios

pytestmark = pytest.mark.usefixtures("ending_signals")

PATIENCE = 60.0
"""Seconds that anything may take on the busiest machine; the wizard's own limit is three."""
FACES = {
    "full": (),
    "prompts": ("--prompts",),
    "plain": ("--plain",),
    "yes": ("--yes", "--verbose"),
    "json": ("--yes", "--json", "--verbose"),
}
ASKING = ("Ready. Nothing has been changed.", "Start the installation?")
"""After one of these is shown, Enter leads to the run."""
PRESS_SECONDS = 1.0


class Started:
    """A program in its own terminal; what it prints is read only in `read`."""

    def __init__(self, argv: tuple[str, ...], env: dict[str, str], *ignored: signal.Signals):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)
            os.execvpe(argv[0], argv, env)  # noqa: S606 - the terminal is its only one
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.seen = ""
        self.status: int | None = None

    def read(self) -> None:
        """Read what is there, or wait a moment for it."""
        if self.terminal >= 0 and select.select([self.terminal], [], [], 0.05)[0]:
            with contextlib.suppress(OSError):  # it has ended
                self.seen += os.read(self.terminal, 65536).decode(errors="replace")

    def wait(self, holds: Callable[[], bool], what: str, *, reading: bool = True) -> None:
        """Wait until this holds."""
        end = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < end, f"{what} did not come:\n{self.seen[-2000:]}"
            if reading:
                self.read()
            else:
                time.sleep(0.05)

    def type(self, text: str) -> None:
        """Type text."""
        os.write(self.terminal, text.encode())

    def press(self, key: str, holds: Callable[[], bool], what: str) -> None:
        """Press a key, more than once if the screen is not ready for it, until this holds."""
        pressed = 0.0

        def done() -> bool:
            nonlocal pressed
            if holds():
                return True
            if time.monotonic() > pressed + PRESS_SECONDS:
                pressed = time.monotonic()
                self.type(key)
            return False

        self.wait(done, what)

    def close(self) -> None:
        """Close the terminal."""
        if self.terminal >= 0:
            os.close(self.terminal)
        self.terminal = -1

    def has_ended(self) -> bool:
        """Whether the first program has ended; its exit code is then in ``status``."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None


class Wizard:
    """A wizard whose run never ends, with what it has started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {
            **os.environ,
            "TERM": "xterm-256color",
            "CRYPTOGRAPHY_WIZARD_STATE": str(folder / "state"),
            "PS1": "ready> ",
            "ENV": "",
        }

    def argv(self, face: str) -> tuple[str, ...]:
        """The command."""
        module = (sys.executable, "-m", "tests.screens.endless")
        return (*module, str(self.folder), *FACES[face])

    def programs(self) -> list[int]:
        """The numbers of the program and its orphan."""
        file = self.folder / PIDS
        return [int(line) for line in file.read_text().split()] if file.exists() else []

    def pid(self) -> int:
        """The number of the wizard's process."""
        return int((self.folder / WIZARD).read_text())

    def runs(self) -> bool:
        """Whether any program of the run is still there."""
        return not processes().keys().isdisjoint(self.programs())

    def start_run(self, started: Started) -> None:
        """Answer the questions, until the program runs."""
        started.wait(
            lambda: len(self.programs()) == 2 or any(words in started.seen for words in ASKING),
            "the first question",
        )
        started.press("\r", lambda: len(self.programs()) == 2, "the run")

    def journal_end(self) -> int | None:
        """The exit code at the end of the journal; None if it has no end."""
        (folder,) = (self.folder / "state" / "runs").iterdir()
        last = journal.read(folder)[-1]
        return getattr(last, "code", None)


@pytest.fixture
def wizard(tmp_path: Path) -> Iterator[Wizard]:
    """A wizard; nothing of it is left after the test."""
    made = Wizard(tmp_path)
    yield made
    for pid in (*made.programs(), *([made.pid()] if (tmp_path / WIZARD).exists() else [])):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.fixture
def opened() -> Iterator[list[Started]]:
    """The terminals that a test opens."""
    all_of_them: list[Started] = []
    yield all_of_them
    for started in all_of_them:
        started.close()
        if not started.has_ended():
            os.kill(started.pid, signal.SIGKILL)
            os.waitpid(started.pid, 0)


def run(wizard: Wizard, opened: list[Started], face: str, *ignored: signal.Signals) -> Started:
    """Start the wizard in a terminal, up to the middle of its run."""
    started = Started(wizard.argv(face), wizard.env, *ignored)
    opened.append(started)
    wizard.start_run(started)
    return started


def close(started: Started) -> None:
    started.close()


def press_ctrl_c(started: Started) -> None:
    started.type("\x03")


def send(name: str) -> Callable[[Started], None]:
    return lambda started: os.kill(started.pid, getattr(signal, name))


@pytest.mark.parametrize(
    ("face", "end"),
    [
        ("full", close),
        ("full", send("SIGTERM")),
        ("prompts", close),
        ("plain", press_ctrl_c),
        ("yes", send("SIGHUP")),
        ("json", send("SIGINT")),
    ],
)
def test_everything_is_gone_and_the_journal_has_its_end(
    wizard: Wizard, opened: list[Started], face: str, end: Callable[[Started], None]
) -> None:
    started = run(wizard, opened, face)
    end(started)
    started.wait(lambda: started.has_ended() and not wizard.runs(), "the end")
    assert started.status == Exit.CANCELLED
    assert wizard.journal_end() == Exit.CANCELLED


@pytest.mark.parametrize("face", ["full", "json"])
def test_a_terminal_that_takes_no_more_output_does_not_keep_it(
    wizard: Wizard, opened: list[Started], face: str
) -> None:
    started = run(wizard, opened, face)
    time.sleep(1.0)  # nobody reads: now everything that writes to the terminal is blocked
    os.kill(started.pid, signal.SIGTERM)
    started.wait(lambda: started.has_ended() and not wizard.runs(), "the end", reading=False)
    assert started.status == Exit.CANCELLED
    assert wizard.journal_end() == Exit.CANCELLED


def test_the_full_screen_notices_a_closed_terminal_without_a_signal(
    wizard: Wizard, opened: list[Started]
) -> None:
    started = run(wizard, opened, "full", signal.SIGHUP)
    started.close()
    started.wait(lambda: started.has_ended() and not wizard.runs(), "the end")
    assert wizard.journal_end() == Exit.CANCELLED


@pytest.mark.parametrize("face", ["full", "yes"])
def test_programs_end_after_the_wizard_was_killed(
    wizard: Wizard, opened: list[Started], face: str
) -> None:
    started = run(wizard, opened, face)
    os.kill(started.pid, signal.SIGKILL)
    started.wait(lambda: started.has_ended() and not wizard.runs(), "the end of its programs")
    assert wizard.journal_end() is None


def run_in_shell(wizard: Wizard, opened: list[Started], face: str) -> Started:
    """Type the command of a wizard in a shell, and let it begin its run."""
    started = Started(("sh", "-i"), wizard.env)
    opened.append(started)
    started.wait(lambda: "ready> " in started.seen, "the shell")
    started.type(" ".join(wizard.argv(face)) + "\n")
    wizard.start_run(started)
    return started


@pytest.mark.parametrize("face", ["full", "plain"])
def test_a_killed_wizard_leaves_a_terminal_that_can_be_used(
    wizard: Wizard, opened: list[Started], face: str
) -> None:
    started = run_in_shell(wizard, opened, face)
    os.kill(wizard.pid(), signal.SIGKILL)
    started.wait(lambda: not wizard.runs(), "the end of its programs")
    for _ in range(20):
        started.read()
    left = ending.LEAVE_FULL_SCREEN + ending.KILLED
    seen = started.seen.replace("\r\r\n", "\r\n")  # the terminal may add one
    assert seen.count(left) == (face == "full"), seen[-500:]
    input_modes, _, _, local_modes, *_ = termios.tcgetattr(started.terminal)
    assert local_modes & termios.ECHO, "what is typed is seen"
    assert local_modes & termios.ICANON, "a line can be edited"
    assert input_modes & termios.ICRNL, "Enter ends a line"


def guarded(wizard: Wizard) -> bool:
    """Whether somebody watches over the terminal of the wizard."""
    return any(process.parent == wizard.pid() for process in processes().values())


@pytest.mark.parametrize("face", ["full", "prompts"])
def test_a_wizard_that_is_killed_before_its_run_leaves_a_usable_terminal(
    wizard: Wizard, opened: list[Started], face: str
) -> None:
    started = Started(("sh", "-i"), wizard.env)
    opened.append(started)
    started.wait(lambda: "ready> " in started.seen, "the shell")
    started.type(" ".join(wizard.argv(face)) + "\n")
    started.wait(lambda: any(words in started.seen for words in ASKING), "the first question")
    started.wait(lambda: guarded(wizard), "who watches")
    os.kill(wizard.pid(), signal.SIGKILL)
    started.wait(lambda: ending.KILLED_IDLE.strip() in started.seen, "what happened")
    assert "continue" not in started.seen.partition("was killed")[2]
    started.wait(
        lambda: bool(termios.tcgetattr(started.terminal)[3] & termios.ICANON), "the settings"
    )
    assert termios.tcgetattr(started.terminal)[3] & termios.ECHO


def test_a_wizard_that_ends_itself_is_not_called_killed(
    wizard: Wizard, opened: list[Started]
) -> None:
    started = run(wizard, opened, "full")
    os.kill(started.pid, signal.SIGTERM)
    started.wait(lambda: started.has_ended() and not wizard.runs(), "the end")
    for _ in range(20):
        started.read()
    assert "The wizard was killed" not in started.seen
    assert "The exit code is 130." in started.seen


def state_of(pid: int) -> str:
    """``T`` if the process is stopped."""
    stat = Path(f"/proc/{pid}/stat").read_text()
    return stat[stat.rindex(")") + 2]


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only /proc tells who is stopped")
@pytest.mark.parametrize("face", ["full", "plain"])
def test_ctrl_z_stops_everything_and_fg_continues_it(
    wizard: Wizard, opened: list[Started], face: str
) -> None:
    started = run_in_shell(wizard, opened, face)
    everything = [wizard.pid(), *wizard.programs()]
    started.type("\x1a")
    started.wait(lambda: {state_of(pid) for pid in everything} == {"T"}, "the stop")
    started.seen = ""
    started.type("echo 'in the' shell\n")
    started.wait(lambda: "in the shell" in started.seen, "the shell")
    started.type("fg\n")
    started.wait(lambda: "T" not in {state_of(pid) for pid in everything}, "the continuation")
    started.type("\x03")
    if face == "full":
        started.wait(lambda: "Keep running  (Esc)" in started.seen, "the question")
        started.press("y", lambda: not wizard.runs(), "the end of its programs")
    started.wait(lambda: wizard.pid() not in processes() and not wizard.runs(), "the end")


def test_a_module_that_is_only_half_imported_has_no_programs_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = "wizard.programs.processes"
    monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    ending.end_programs()
    ended: list[bool] = []
    monkeypatch.setattr(
        sys.modules[name], "end_everything", lambda: ended.append(True), raising=False
    )
    ending.end_programs()
    assert ended == [True]
