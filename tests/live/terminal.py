"""A real terminal: tmux on a separate server, with a shell in it, 80 columns by 24 lines."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

import pytest

STEPS_AT_MOST = 12
"""More questions than the wizard ever asks."""
PROMPT = "ready> "
PATIENCE = 90.0
"""Seconds that a text may take to come. Everything but an installation takes a few at most."""
GLANCE = 0.1
"""Seconds between two looks at the screen."""


class Terminal:
    """A shell in a terminal; waits for texts on the screen, with a bound, and never for a time."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        # tmux leaves the socket behind, and its path must be short.
        self._place = tempfile.mkdtemp(prefix="wizard-tmux-")
        self._tmux = ("tmux", "-S", f"{self._place}/socket")
        shell = ("env", f"PS1={PROMPT}", "sh")
        self._call(
            *("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24"),
            *("-c", str(folder), shlex.join(shell)),
            env=env,
        )

    def close(self) -> None:
        """End the server and all that runs in it."""
        self._call("kill-server")
        shutil.rmtree(self._place)

    def screen(self) -> str:
        """The text on the screen."""
        return self._call("capture-pane", "-p")

    def history(self) -> str:
        """All text since the terminal was opened, apart from the full screen's."""
        return self._call("capture-pane", "-p", "-S", "-")

    def record(self, file: Path) -> None:
        """Write every byte that reaches the terminal from now on into this file as well."""
        self._call("pipe-pane", "-O", f"cat > {shlex.quote(str(file))}")

    def type(self, text: str) -> None:
        """Type text, as it is."""
        self._call("send-keys", "-l", text)

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names: ``Enter``, ``Escape``, ``F1``."""
        self._call("send-keys", *keys)

    def wait(self, *texts: str, seconds: float = PATIENCE) -> str:
        """Wait until one of these texts is on the screen; return the first that is.

        Fails with the screen as it is, where none comes within ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while True:
            screen = self.screen()
            for text in texts:
                if text in screen:
                    return text
            if time.monotonic() > deadline:
                pytest.fail(f"none of {texts} came within {seconds:g} s:\n{screen}")
            time.sleep(GLANCE)

    def wait_until(self, holds: Callable[[str], bool], seconds: float = PATIENCE) -> str:
        """Wait until this holds of the terminal's whole text; return that text.

        Fails with the screen as it is, where that does not come within ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while not holds(text := self.history()):
            if time.monotonic() > deadline:
                pytest.fail(f"it did not come within {seconds:g} s:\n{self.screen()}")
            time.sleep(GLANCE)
        return text

    def mode(self, name: str) -> str:
        """What tmux knows of the terminal: a format such as ``alternate_on``."""
        return self._call("display-message", "-p", f"#{{{name}}}").strip()

    def shell(self) -> int:
        """The process of the shell."""
        return int(self.mode("pane_pid"))

    def server(self) -> int:
        """The process of tmux itself."""
        return int(self.mode("pid"))

    def is_clean(self) -> bool:
        """Whether the terminal is as a shell wants it: its own screen, no mouse, a cursor, echo."""
        modes = [self.mode(name) for name in ("alternate_on", "mouse_any_flag", "cursor_flag")]
        device = os.open(self.mode("pane_tty"), os.O_RDWR | os.O_NOCTTY)
        try:
            settings = subprocess.run(
                ("stty", "-a"), stdin=device, capture_output=True, text=True, timeout=10, check=True
            ).stdout.split()
        finally:
            os.close(device)
        return modes == ["0", "0", "1"] and "-echo" not in settings and "onlcr" in settings

    def _call(self, *arguments: str, env: Mapping[str, str] | None = None) -> str:
        done = subprocess.run(
            (*self._tmux, *arguments),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env=env,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def to_review(terminal: Terminal, ready: str) -> None:
    """Take the recommended answer to every question of the full screen; ``ready`` comes first."""
    terminal.wait(ready)
    terminal.press("2")  # Customise
    terminal.wait("Question 1", "Review: ")
    for _ in range(STEPS_AT_MOST):
        screen = terminal.screen()
        title = re.search(r"Question \d+|Review: ", screen)
        assert title, screen
        if title[0] == "Review: ":
            return
        terminal.press("Enter")
        following = int(title[0].split()[1]) + 1
        terminal.wait(f"Question {following}", "Review: ")
    pytest.fail(f"the questions do not end:\n{terminal.screen()}")
