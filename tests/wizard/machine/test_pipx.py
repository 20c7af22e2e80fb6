"""Where pipx installs: asked of a program that answers as pipx does."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wizard.facts import Tool
from wizard.machine import pipx

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script is no program on Windows")


def fake(folder: Path, program: str) -> Tool:
    path = folder / "pipx"
    path.write_text(f"#!{sys.executable}\n{program}\n", encoding="utf-8")
    path.chmod(0o755)
    return Tool("pipx", str(path), "1.4.3")


def test_pipx_says_its_folders_and_the_disk_what_is_in_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environments, bin_folder = tmp_path / "venvs", tmp_path / "bin"
    (environments / "httpie").mkdir(parents=True)
    (environments / "a-file").write_text("", encoding="utf-8")
    program = f"print('PIPX_LOCAL_VENVS={environments}')\nprint('PIPX_BIN_DIR={bin_folder}')"
    tool = fake(tmp_path, program)
    found = pipx.read(tool)
    assert found is not None
    assert found.environments == str(environments)
    assert found.commands == str(bin_folder)
    assert found.installed == ("httpie",)
    assert not found.on_path
    monkeypatch.setenv("PATH", f"/usr/bin:{bin_folder}")
    again = pipx.read(tool)
    assert again is not None
    assert again.on_path


def test_a_pipx_without_that_command_is_not_known(tmp_path: Path) -> None:
    assert pipx.read(fake(tmp_path, "raise SystemExit(2)")) is None
    assert pipx.read(None) is None
