"""The wizard as one file, whatever it is called."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from tests.wizard.kit import kits
from wizard import single_file
from wizard.errors import BadRequest


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("cryptography-wizard.pyz", b""),
        ("cryptography-wizard", b"#!/opt/homebrew/bin/python3.13\n"),  # as Homebrew installs it
        ("cryptography-wizard-x64.exe", b"MZ launcher\n"),  # as winget does
    ],
)
def test_the_file_that_runs(
    name: str, before: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped = kits.pyz(tmp_path).read_bytes()
    (tmp_path / name).write_bytes(before + zipped)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [name, "kit"])
    assert single_file.running() == tmp_path / name
    assert single_file.chosen("") == tmp_path / name
    assert single_file.chosen(name) == tmp_path / name


def test_other_programs_are_not_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launcher = tmp_path / "cryptography-wizard.exe"  # as pip makes it
    with zipfile.ZipFile(launcher, "w") as archive:
        archive.writestr("__main__.py", "from cryptography_wizard.__main__ import main\n")
    for program in (launcher, Path(__file__), tmp_path, tmp_path / "none"):
        monkeypatch.setattr(sys, "argv", [str(program)])
        assert single_file.running() is None


@pytest.mark.parametrize("named", [__file__, "."])
def test_another_file_is_refused(named: str) -> None:
    with pytest.raises(BadRequest, match="is not the wizard as one file"):
        single_file.named(named)


def test_a_file_that_is_missing_is_named() -> None:
    with pytest.raises(BadRequest, match=r"/nowhere/x\.pyz does not exist"):
        single_file.named("/nowhere/x.pyz")
