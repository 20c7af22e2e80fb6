"""What stays on the terminal after the full screen has closed, in a real terminal."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from wizard.errors import Exit

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from tests.screens.test_ending import Started

pytestmark = pytest.mark.usefixtures("ending_signals")

LEFT_SCREEN = "\x1b[?1049l"
"""The terminal shows what was there before the full screen."""
_CONTROL = re.compile(r"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()=>78][B0]?|\x1b\][^\x07\x1b]*\x07")


class Screen:
    """The wizard in a terminal, and what it has written after its full screen was closed."""

    def __init__(self, kind: str, folder: Path) -> None:
        module = (sys.executable, "-m", "tests.screens.pretended", kind, str(folder))
        state = {"CRYPTOGRAPHY_WIZARD_STATE": str(folder / "state"), "TERM": "xterm-256color"}
        self.started = Started(module, {**os.environ, **state})

    def press(self, key: str, until: str) -> None:
        """Press a key, and wait until a text is shown."""
        self.started.type(key)
        self.wait(until)

    def shown(self) -> str:
        """All text so far, without control sequences; blanks may be missing in it."""
        return _CONTROL.sub("", self.started.seen)

    def wait(self, text: str) -> None:
        """Wait until a text is shown."""
        self.started.wait(lambda: text in self.shown(), text)

    def last_words(self) -> str:
        """Wait for the end; return what was written after the full screen, in whole lines."""
        self.started.wait(self.started.has_ended, "the end")
        for _ in range(20):
            self.started.read()
        _, left, words = self.started.seen.rpartition(LEFT_SCREEN)
        assert left, self.started.seen[-2000:]
        return re.sub(r"\n {2,}", " ", _CONTROL.sub("", words).replace("\r\n", "\n"))


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Screen]]:
    """Opens the wizard in a terminal; nothing of it is left after the test."""
    screens: list[Screen] = []

    def opens(kind: str) -> Screen:
        screens.append(Screen(kind, tmp_path))
        return screens[-1]

    yield opens
    for screen in screens:
        screen.started.close()
        if not screen.started.has_ended():
            os.kill(screen.started.pid, signal.SIGKILL)
            os.waitpid(screen.started.pid, 0)


def to_run(screen: Screen) -> None:
    """Answer the questions with Enter and start the run."""
    screen.wait("Ready. Nothing has been changed.")
    screen.press("2", "Question 1")
    screen.press("\r", "Question 2")
    screen.press("\r", "Question 3")
    screen.press("\r", "Start  (Enter)")


def test_done(opened: Callable[[str], Screen], tmp_path: Path) -> None:
    screen = opened("done")
    to_run(screen)
    screen.press("\r", "and it works")
    screen.started.type("q")
    words = screen.last_words()
    assert screen.started.status == Exit.DONE
    assert "ok: cryptography 50.0.2" in words
    assert "Next: activate the environment with" in words
    assert "cryptography-env/bin/activate" in words
    assert f"The logs: {tmp_path}" in words
    assert "exit code" not in words
    titles = re.findall("\x1b\\]2;([^\a]*)\a", screen.started.seen)
    assert titles[-2:] == ["Done – cryptography wizard", ""]
    assert screen.started.seen.count("\x1b[22;2t") == screen.started.seen.count("\x1b[23;2t") == 1


def test_failed(opened: Callable[[str], Screen], tmp_path: Path) -> None:
    screen = opened("failed")
    to_run(screen)
    screen.press("\r", "What you can do")
    screen.started.type("q")
    words = screen.last_words()
    assert screen.started.status == Exit.FAILED
    assert "“Install cryptography 50.0.2” failed (exit code 1)." in words
    assert "ERROR: No matching distribution found" in words
    assert "Why: pip could not reach the package index" in words
    assert "Finished: “Make the environment”." in words
    assert f"The full log: {tmp_path}/install.log" in words
    assert "The exit code is 1." in words


@pytest.mark.parametrize("name", ["x", "SIGTERM", "SIGHUP"])
def test_cancelled(name: str, opened: Callable[[str], Screen], tmp_path: Path) -> None:
    """Stopped with a key, or from outside; a terminal may be there after SIGHUP, too."""
    screen = opened("held")
    to_run(screen)
    screen.press("\r", "Collecting cffi")
    if name == "x":
        screen.press("x", "Stop the installation?")
        screen.press("y", "Stopped, as you asked")
        screen.started.type("q")
    else:
        os.kill(screen.started.pid, getattr(signal, name))
    words = screen.last_words()
    assert screen.started.status == Exit.CANCELLED
    assert "Cancelled in step 2 of 3, “Install cryptography 50.0.2”." in words
    assert "No program is left running." in words
    assert "Finished: “Make the environment”." in words
    assert "To finish it, run the same command again." in words
    assert "cryptography-wizard resume" in words
    assert f"The logs: {tmp_path}" in words
    assert "The exit code is 130." in words


def test_a_run_that_does_not_end_in_time(opened: Callable[[str], Screen], tmp_path: Path) -> None:
    """The watchdog ends the process, and puts the terminal back."""
    screen = opened("stuck")
    to_run(screen)
    screen.press("\r", "it sleeps")
    screen.press("q", "and quit?")
    screen.started.type("y")
    words = screen.last_words()
    assert screen.started.status == Exit.CANCELLED
    assert "The run was cut off in step 1 of 3, “Make the environment”." in words
    assert "No step was finished." in words
    assert f"The logs: {tmp_path}" in words
    assert "The exit code is 130." in words


def test_a_bug(opened: Callable[[str], Screen], tmp_path: Path) -> None:
    screen = opened("crash")
    to_run(screen)
    screen.started.type("\r")
    words = screen.last_words()
    assert screen.started.status == Exit.FAILED
    assert "ok: cryptography 50.0.2" in words, "what was done is not lost"
    assert f"The logs: {tmp_path}" in words
    assert "This is a bug in cryptography-wizard, not your mistake." in words
    assert "RuntimeError('a bug')" in words
    assert "Traceback" not in words


def test_quitting_before_a_run(opened: Callable[[str], Screen]) -> None:
    screen = opened("done")
    screen.wait("Ready. Nothing has been changed.")
    screen.started.type("q")
    words = screen.last_words()
    assert screen.started.status == Exit.CANCELLED
    assert words == "Nothing was done.\nThe exit code is 130.\n"
