"""What the wizard waits for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from screens.text import slow_probe
from wizard.machine import inspection
from wizard.programs import waiting


def test_a_wait_is_known_until_it_ends() -> None:
    assert waiting.slow(-1) == ()
    with waiting.waiting("/usr/bin/python3", 60), waiting.waiting("/opt/python", 5):
        slow = waiting.slow(-1)
        assert [wait.what for wait in slow] == ["/usr/bin/python3", "/opt/python"]
        assert slow[0].sentence == "Still waiting for /usr/bin/python3, for at most 1 minute."
        assert waiting.slow(3600) == ()
    assert waiting.slow(-1) == ()


def test_a_wait_that_fails_ends_too() -> None:
    with pytest.raises(ValueError, match="no"), waiting.waiting("/opt/python", 5):
        raise ValueError("no")
    assert waiting.slow(-1) == ()


def test_a_slow_python_is_announced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "slow", lambda: slow(-1))
    python = tmp_path / "python3"
    python.write_text(f"#!/bin/sh\nwhile [ ! -e '{tmp_path}/go' ]; do sleep 0.05; done\n")
    python.chmod(0o755)
    said: list[str] = []
    heard = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        heard.set()

    def answer() -> None:
        heard.wait(30)
        (tmp_path / "go").touch()

    helper = threading.Thread(target=answer)
    helper.start()
    with slow_probe.announced(say, interval=0.01):
        inspection.inspect(str(python), "path")
    helper.join()
    assert said == [f"Still waiting for {python}, for at most 1 minute."]


def test_what_is_asked_several_questions_at_once_is_announced_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "slow", lambda: slow(-1))
    said: list[str] = []
    heard = threading.Event()

    def say(text: str) -> None:
        said.append(text)
        if "last" in text:
            heard.set()

    with (
        slow_probe.announced(say, interval=0.01),
        waiting.waiting("apt-get", 30),
        waiting.waiting("apt-get", 30),
        waiting.waiting("last", 30),
    ):
        assert heard.wait(30)
    assert said == [
        "Still waiting for apt-get, for at most 30 seconds.",
        "Still waiting for last, for at most 30 seconds.",
    ]


slow = waiting.slow
