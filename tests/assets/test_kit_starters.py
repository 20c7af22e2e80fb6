"""The files in a folder on a stick that start the wizard by a double click."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import assets
from tests.programs import program

KIT = Path(assets.__path__[0]) / "kit"
SHELLS = [
    words for words in (("dash",), ("bash",), ("zsh",), ("busybox", "sh")) if shutil.which(words[0])
] or [("sh",)]
PROGRAM = """
import os, sys
print('started', *sys.argv)
print('in', os.getcwd())
sys.exit(7)
"""

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the starters for Unix")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder with the starters and a program, as it may be called on a stick."""
    folder = tmp_path / "My Stick's files"
    shutil.copytree(KIT, folder)
    (folder / "cryptography-wizard.pyz").write_text(PROGRAM, encoding="utf-8")
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The only folder in PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "uname"):
        (folder / name).symlink_to(shutil.which(name) or "/missing")
    return folder


def start(
    argv: Sequence[str], path: Path, cwd: Path | None = None, home: str | None = None
) -> subprocess.CompletedProcess[str]:
    found = shutil.which(argv[0])
    assert found
    return subprocess.run(
        [found, *argv[1:]],
        cwd=cwd or path,
        env={"PATH": str(path), "HOME": str(path) if home is None else home},
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("shell", SHELLS, ids=lambda words: words[0])
def test_it_starts_the_program_beside_it(shell: Sequence[str], stick: Path, path: Path) -> None:
    (path / "python3").symlink_to(os.path.realpath(sys.executable))
    done = start([*shell, str(stick / "start.sh"), "plan", "a b"], path)
    assert done.stdout == f"started {stick / 'cryptography-wizard.pyz'} plan a b\nin {path}\n", (
        done.stderr
    )
    assert done.returncode == 7


@pytest.mark.parametrize("name", ["start.sh", "start.command"])
def test_a_double_click(name: str, stick: Path, path: Path) -> None:
    (path / "python3.11").symlink_to(os.path.realpath(sys.executable))
    program(path, "python3", "exit 1")  # it is too old
    assert os.access(stick / name, os.X_OK)
    done = start([str(stick / name)], path)
    assert done.stdout == f"started {stick / 'cryptography-wizard.pyz'}\nin {path}\n", done.stderr
    assert done.returncode == 7


def test_in_a_kit_it_installs_from_there(stick: Path, path: Path) -> None:
    (path / "python3").symlink_to(os.path.realpath(sys.executable))
    (stick / "manifest.json").write_text("{}")
    done = start(["sh", "start.sh"], path, cwd=stick)
    told = f"started {stick / 'cryptography-wizard.pyz'} --from-wheelhouse {stick}\nin "
    assert done.stdout == f"{told}{path}\n"
    for home in ("", str(path / "gone")):  # better on the stick than not at all
        done = start(["sh", "start.sh"], path, cwd=stick, home=home)
        assert done.stdout == f"{told}{stick}\n"
        assert ("gone" in done.stderr) == bool(home)


def test_what_is_typed_is_done_in_the_current_folder(stick: Path, path: Path) -> None:
    (path / "python3").symlink_to(os.path.realpath(sys.executable))
    done = start(["sh", "start.sh", "--venv", "env"], path, cwd=stick)
    assert done.stdout.endswith(f" --venv env\nin {stick}\n")


def test_without_a_python_it_says_what_to_do(stick: Path, path: Path) -> None:
    program(path, "python3", "exit 1")
    done = start(["sh", str(stick / "start.sh")], path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "needs Python 3.9 or newer, and found none." in done.stderr
    assert "sudo apt-get install python3" in done.stderr
    (path / "uname").unlink()
    program(path, "uname", "echo Darwin")
    done = start(["sh", str(stick / "start.sh")], path)
    assert "xcode-select --install" in done.stderr


def test_without_the_program(stick: Path, path: Path) -> None:
    (stick / "cryptography-wizard.pyz").unlink()
    done = start(["sh", str(stick / "start.sh")], path)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"There is no cryptography-wizard.pyz in {stick}" in done.stderr


def test_the_one_for_windows_has_its_line_ends_and_no_other_characters() -> None:
    data = (KIT / "start.cmd").read_bytes()
    assert data.isascii()
    assert data.count(b"\r\n") == data.count(b"\n")
    lines = data.decode().splitlines()
    assert lines.index('cd /d "%USERPROFILE%"') < lines.index(":words")
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert labels == {line.split("goto ")[1] for line in lines if "goto " in line}


@pytest.mark.parametrize("name", ["start.sh", "start.command", "start.cmd"])
def test_the_wizard_can_copy_them(name: str) -> None:
    assert assets.text(f"kit/{name}").encode().replace(b"\r\n", b"\n") == (
        (KIT / name).read_bytes().replace(b"\r\n", b"\n")
    )
