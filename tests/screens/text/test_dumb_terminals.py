"""The whole conversation in a real terminal that can do nothing but print lines."""

from __future__ import annotations

import os
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

KINDS = {
    "dumb": {"TERM": "dumb", "LC_ALL": "C.UTF-8"},
    "dumb in the locale C": {"TERM": "dumb", "LC_ALL": "C"},
    "no kind": {"TERM": "", "LC_ALL": "C.UTF-8"},
}


class Dumb(Started):
    """A wizard that asks in lines. What was asked before the last answer is no longer looked at."""

    answered = 0

    def answer(self, question: str, text: str) -> None:
        """Type an answer once this question is there."""
        self.wait(lambda: question in self.seen[self.answered :], question)
        self.answered = len(self.seen)
        self.type(f"{text}\r")

    def wait_for_end(self) -> None:
        """Wait until it has ended, and read all that it has written."""
        self.wait(self.has_ended, "the end")
        for _ in range(20):
            self.read()


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Callable[[str], Dumb]]:
    """Starts the wizard in a terminal of this kind; nothing of it is left after the test."""
    found: list[Dumb] = []

    def start(kind: str) -> Dumb:
        module = (sys.executable, "-m", "tests.screens.pretended", "done", str(tmp_path))
        state = {"CRYPTOGRAPHY_WIZARD_STATE": str(tmp_path / "state")}
        found.append(Dumb(module, {**os.environ, **state, **KINDS[kind]}))
        return found[-1]

    yield start
    for started in found:
        started.close()
        if not started.has_ended():
            os.kill(started.pid, signal.SIGKILL)
            os.waitpid(started.pid, 0)


@pytest.mark.parametrize("kind", list(KINDS))
def test_an_installation_is_lines_of_text_alone(kind: str, opened: Callable[[str], Dumb]) -> None:
    started = opened(kind)
    for _ in range(3):
        started.answer("? for help", "")
    started.answer("Answer (Enter for 1, b for back, q to quit):", "1")
    started.wait_for_end()
    assert started.status == Exit.DONE
    said = started.seen
    assert "ok: cryptography 50.0.2" in said
    assert "activate the environment" in said
    assert "\x1b" not in said
    assert "\b" not in said
    assert all(line.count("\r") == 0 for line in said.split("\r\n")), "no line is drawn again"
    assert "?" not in said.replace("? for help", "").replace("?\r\n", ""), "no character is lost"
    if kind == "dumb in the locale C":
        assert said.isascii()


def test_q_quits(opened: Callable[[str], Dumb]) -> None:
    started = opened("dumb")
    started.answer("q to quit", "q")
    started.wait_for_end()
    assert started.status == Exit.CANCELLED
    assert "Cancelled." in started.seen
