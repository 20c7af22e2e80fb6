"""The port of a kit is kept in the state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import locations
from wizard.kit import ports


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRYPTOGRAPHY_WIZARD_STATE", str(tmp_path / "state"))


def test_each_kit_keeps_its_own_port(tmp_path: Path) -> None:
    assert ports.load(tmp_path / "a") == 0
    ports.save(tmp_path / "a", 8123)
    ports.save(tmp_path / "b", 8124)
    assert ports.load(tmp_path / "b" / ".." / "a") == 8123
    assert ports.load(tmp_path / "b") == 8124


@pytest.mark.parametrize("text", ["", "x", "-1", "65536", "٣", "123456"])
def test_anything_else_is_no_port(text: str, tmp_path: Path) -> None:
    ports.save(tmp_path, 8123)
    (file,) = (locations.state() / "kits").iterdir()
    file.write_text(text, encoding="utf-8")
    assert ports.load(tmp_path) == 0
