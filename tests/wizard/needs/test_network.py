"""Programs that do not read the proxy in macOS's settings get it as variables."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from backends.action import Command
from tests.machines import machine
from tests.wizard.planned import plan
from wizard import codec
from wizard.choices import Choices
from wizard.export.shell import to_shell
from wizard.facts import Facts, Privilege, Proxies
from wizard.knowledge import load
from wizard.plan import Plan, Step
from wizard.running import privilege
from wizard.running.command_runner import CommandContext, run_command

PROXY = "http://proxy.example:8080"
COMPANY = Proxies(PROXY, PROXY, exceptions=("*.local", "169.254/16", "<local>", "10/8", "a;b"))
NONE = dict.fromkeys(("https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy", "ALL_PROXY"), "")


def behind(proxies: Proxies) -> Facts:
    return replace(machine("mac-arm-brew"), proxies=proxies)


def source(proxies: Proxies) -> Plan:
    return plan(behind(proxies), load(), Choices(method="source"))


def test_a_build_gets_the_proxy_and_its_exceptions() -> None:
    made = source(COMPANY)
    assert made.variables == (
        ("http_proxy", PROXY),
        ("https_proxy", PROXY),
        ("no_proxy", "localhost,127.0.0.1,::1,.local,169.254.0.0/16,10.0.0.0/8"),
    )
    assert any(f"https_proxy={PROXY}" in note for note in made.notes)
    assert codec.from_json(Plan, codec.to_json(made), source="test") == made


def test_a_wheel_needs_no_variables_because_pip_and_uv_read_the_settings() -> None:
    made = plan(behind(COMPANY), load(), Choices(method="wheel"))
    assert made.variables == ()
    assert not any("proxy" in note for note in made.notes)


def test_without_a_proxy_nothing_is_said() -> None:
    made = source(Proxies(exceptions=("*.local",)))
    assert made.variables == ()
    assert not any("proxy" in note for note in made.notes)


@pytest.mark.parametrize(
    ("proxies", "named"),
    [
        (Proxies(automatic="http://wpad.example/proxy.pac"), "(http://wpad.example/proxy.pac)"),
        (Proxies(automatic="discovery"), "found automatically, which"),
        (Proxies(socks="socks5h://proxy.example:1080"), "a SOCKS proxy"),
    ],
)
def test_what_cannot_be_a_variable_is_said(proxies: Proxies, named: str) -> None:
    made = source(proxies)
    assert made.variables == ()
    (note,) = (note for note in made.notes if "proxy" in note)
    assert named in note
    assert "export https_proxy=" in note


def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **own: str) -> list[str]:
    """The proxies that a program of the plan sees when the user has these variables."""
    for name in (*NONE, "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    command = Command(("/bin/sh", "-c", 'echo "$https_proxy" > ' + str(tmp_path / "seen")))
    context = CommandContext(
        lambda _event: None, threading.Event(), Privilege(), source(COMPANY).variables
    )
    assert run_command("x", command, tmp_path / "log", context).state == "done"
    return (tmp_path / "seen").read_text().split()


def test_the_runner_sets_them_unless_the_user_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shown(tmp_path, monkeypatch) == [PROXY]
    own = "http://own.example:1"
    assert shown(tmp_path, monkeypatch, https_proxy=own) == [own]


def test_root_gets_them_too() -> None:
    command = Command(("port", "install", "rust"), root=True)
    argv, _ = privilege.wrap(
        command, Privilege("sudo", "/usr/bin/sudo"), dict(source(COMPANY).variables)
    )
    assert f"https_proxy={PROXY}" in argv


@pytest.mark.parametrize(("own", "expected"), [({}, PROXY), ({"HTTPS_PROXY": "http://o:1"}, "")])
def test_a_script_sets_them_unless_the_user_did(own: dict[str, str], expected: str) -> None:
    step = Step("show", "Show", "Why.", Command(("printenv", "https_proxy"), ok=(0, 1)))
    script = to_shell(replace(source(COMPANY), steps=(step,)))
    environment = {name: value for name, value in os.environ.items() if name not in NONE}
    result = subprocess.run(
        ["/bin/sh", "-c", script],
        env={**environment, **own},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.stdout.splitlines()[1:] == ([expected] if expected else [])
