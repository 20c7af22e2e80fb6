"""pbcopy copies on a Mac; elsewhere, and over ssh, the terminal must."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens import clipboard
from tests.programs import program

SAYS = "é — 日本\nsecond line"


@pytest.fixture
def pbcopy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of pbcopy, which writes what it reads, and its encoding."""
    pasted = tmp_path / "pasted"
    path = program(
        tmp_path, "pbcopy", f'cat > {pasted}\nprintf "%s|%s" "$LC_ALL" "$LC_CTYPE" > {pasted}.env\n'
    )
    monkeypatch.setattr(clipboard, "PBCOPY", path)
    monkeypatch.setattr("sys.platform", "darwin")
    return pasted


def test_the_text_reaches_pbcopy_in_utf_8(pbcopy: Path) -> None:
    assert clipboard.copy(SAYS, {})
    assert pbcopy.read_text(encoding="utf-8") == SAYS
    assert Path(f"{pbcopy}.env").read_text() == "|UTF-8"


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY"])
def test_over_ssh_it_would_be_the_clipboard_of_another_screen(pbcopy: Path, name: str) -> None:
    assert not clipboard.copy(SAYS, {name: "/dev/ttys001"})
    assert not pbcopy.exists()


def test_other_systems_have_no_pbcopy(pbcopy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert not clipboard.copy(SAYS, {})
    assert not pbcopy.exists()


def test_a_pbcopy_that_fails_hangs_or_is_missing_copies_nothing(
    pbcopy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clipboard, "SECONDS", 0.2)
    for body in ("exit 1", "exec sleep 60"):
        monkeypatch.setattr(clipboard, "PBCOPY", program(tmp_path, "pbcopy", body))
        assert not clipboard.copy(SAYS, {})
    monkeypatch.setattr(clipboard, "PBCOPY", str(tmp_path / "none"))
    assert not clipboard.copy(SAYS, {})
    assert not pbcopy.exists()


def test_a_text_longer_than_a_pipe_arrives(pbcopy: Path) -> None:
    long = "x" * 300_000
    assert clipboard.copy(long, {})
    assert pbcopy.read_text() == long
