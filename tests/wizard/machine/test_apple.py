"""Reading Apple's tools and the session of a Mac, with pretended programs of macOS."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from backends.action import Output
from tests import apple_outputs as outputs
from tests.programs import only, program
from wizard.facts import Tool
from wizard.machine import system, tools

VERSION = """package-id: com.apple.pkg.CLTools_Executables
version: 16.4.0.0.1.1747106510
volume: /
location: /
install-time: 1747800000
"""
"""``pkgutil --pkg-info``: the form of its manual, with a version of actions/runner-images."""


@pytest.fixture
def mac(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs, first on PATH, of a system that calls itself macOS."""
    folder = tmp_path / "bin"
    folder.mkdir()
    only(monkeypatch, folder)
    monkeypatch.setattr(sys, "platform", "darwin")
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    program(folder, "pkgutil", f"cat <<'END'\n{VERSION}END")
    return folder


def selects(mac: Path, folder: Path | None) -> None:
    """xcode-select prints this folder, or fails as on a Mac without tools."""
    failed = f"echo {shlex.quote(outputs.NOT_SELECTED[0])} >&2; exit 2"
    program(mac, "xcode-select", failed if folder is None else f"echo {shlex.quote(str(folder))}")


def test_tools_have_a_folder_and_a_version(mac: Path, tmp_path: Path) -> None:
    selects(mac, tmp_path)
    tool = Tool("xcode", str(tmp_path), "16.4.0.0.1.1747106510", "system")
    assert tools.find_apple_compiler() == (tool,)


def test_xcode_alone_has_no_version_of_the_tools(mac: Path, tmp_path: Path) -> None:
    selects(mac, tmp_path)
    program(mac, "pkgutil", "echo \"No receipt for 'x' found at '/'.\" >&2; exit 1")
    assert tools.find_apple_compiler() == (Tool("xcode", str(tmp_path), "Xcode", "system"),)


def test_without_tools_there_is_no_entry(mac: Path) -> None:
    selects(mac, None)
    assert tools.find_apple_compiler() == ()


def test_a_selected_folder_that_is_gone_is_a_problem(mac: Path, tmp_path: Path) -> None:
    gone = tmp_path / "Xcode 15.app" / "Contents" / "Developer"
    selects(mac, gone)
    (found,) = tools.find_apple_compiler()
    assert (found.path, found.version) == (str(gone), "")
    assert found.problem == "The selected folder does not exist."


def test_a_placeholder_is_only_started_if_tools_are_selected(
    mac: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    selects(mac, None)
    started: list[str] = []

    def note(argv: tuple[str, ...], **_rest: object) -> Output:
        started.append(argv[0])
        return Output(1, "", outputs.GONE)

    monkeypatch.setattr(tools, "ask", note)
    cc = tools.inspect("cc", "/usr/bin/cc")
    assert cc.problem == "Apple's command line tools are missing."
    assert started == []
    selects(mac, tmp_path)
    assert tools.inspect("cc", "/usr/bin/cc").problem == outputs.GONE
    assert started == ["/usr/bin/cc"]


@pytest.mark.parametrize(("folder", "there"), [("tools", True), ("deleted", True), (None, False)])
def test_placeholders_can_be_started_if_a_folder_is_selected(
    mac: Path, tmp_path: Path, folder: str | None, there: bool
) -> None:
    """If that folder is gone, they fail without a window."""
    selects(mac, tmp_path / folder if folder else None)
    assert system.developer_tools() is there


def test_without_xcode_select_nothing_is_started(mac: Path) -> None:
    assert system.developer_tools() is False


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_over_ssh_nobody_can_click(mac: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    program(mac, "launchctl", "echo Aqua")
    assert not system.terminal().remote
    monkeypatch.setenv(name, "192.0.2.1 50000 192.0.2.2 22")
    assert system.terminal().remote


@pytest.mark.parametrize(
    ("answer", "remote"),
    [("echo Aqua", False), ("echo Background", True), ("echo System", True), ("exit 1", False)],
)
def test_outside_of_a_session_of_windows_nobody_can_click(
    mac: Path, answer: str, remote: bool
) -> None:
    program(mac, "launchctl", answer)
    assert system.is_remote() is remote


def test_without_launchctl_a_window_is_assumed(mac: Path) -> None:
    assert not system.is_remote()


def test_on_other_systems_only_ssh_counts(mac: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    program(mac, "launchctl", "echo Background")
    assert not system.is_remote()
    monkeypatch.setenv("SSH_TTY", "/dev/pts/0")
    assert system.is_remote()
