"""What the driver tells of one host, with stand-ins for pyinfra's hosts."""

from __future__ import annotations

import contextlib
import json
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

REQUEST = {"prepare": "prepare", "archive": "x.pyz", "seconds": 7200}


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "path", [*sys.path])  # it leaves out the folder of its own script
    from wizard.hosts import driver as module

    monkeypatch.setattr(module, "limited", lambda _seconds: contextlib.nullcontext())
    return module


class Host:
    """A host that takes too long at one stage."""

    name = "seat-1"

    def __init__(self, slow: str = "") -> None:
        self.slow = slow
        self.connected = False

    def _do(self, stage: str) -> None:
        if stage == self.slow:
            raise TimeoutError

    def connect(self, **_more: Any) -> None:
        self._do("connect")
        self.connected = True

    def disconnect(self) -> None:
        self.connected = False

    def put_file(self, _source: str, target: str) -> None:
        assert target == "/cache/x.part"
        self._do("copy")

    def run_shell_command(self, command: str, **_more: Any) -> tuple[bool, Any]:
        self._do(command)
        return True, SimpleNamespace(stdout_lines=["hello", "need /cache/x"], stderr_lines=[])


def told(
    driver: ModuleType, host: Host, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, Any]]:
    driver.work(host, {"run": "run", "input": ""}, REQUEST)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_all_stages(driver: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    host = Host()
    assert [event["kind"] for event in told(driver, host, capsys)] == [
        "connected",
        "copying",
        "ended",
    ]
    assert not host.connected


@pytest.mark.parametrize(
    ("stage", "seconds"), [("connect", 20), ("prepare", 60), ("copy", 900), ("run", 7200)]
)
def test_each_stage_has_its_own_limit(
    driver: ModuleType, capsys: pytest.CaptureFixture[str], stage: str, seconds: int
) -> None:
    last = told(driver, Host(stage), capsys)[-1]
    assert (last["ok"], last["stage"]) == (False, stage)
    assert last["problem"] == f"it took longer than {seconds} s"
