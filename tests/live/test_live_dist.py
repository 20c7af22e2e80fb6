"""``make dist`` for real: the same bytes twice, and one file that starts on every Python here."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from distribution import made
from distribution.pyz import CHECKOUT
from tests.live import machine, releases
from tests.live.command import Done, finished
from tests.live.marks import limit
from tests.live.matrix import long
from tests.live.terminal import Terminal
from wizard import __version__

pytestmark = [
    pytest.mark.live,
    limit(600),
    pytest.mark.skipif(os.name == "nt", reason="the files of a release are made on Unix"),
]

STARTS = tuple(filter(machine.find, ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")))
"""The Pythons here that it has to start on."""
TOO_OLD = ("3.6", "3.7", "3.8")
MAXIMUM = 5_500_000
"""The largest size in bytes: about 5 MB, to download over a slow network."""


@pytest.fixture
def program(release: Path, tmp_path: Path) -> Path:
    """The one file, in a folder whose name must be quoted."""
    folder = tmp_path / "it's my folder"
    folder.mkdir()
    return Path(shutil.copy(release / made.PROGRAM, folder))


@pytest.fixture
def env(tmp_path: Path) -> Mapping[str, str]:
    """Variables for a user with a new home."""
    home = tmp_path / "home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "CRYPTOGRAPHY_"))}
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME", "VIRTUAL_ENV"):
        kept.pop(name, None)
    return {**kept, "HOME": str(home)}


def sums(folder: Path) -> Mapping[str, str]:
    """The SHA-256 of each file."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_it_is_made_the_same_twice(release: Path, tmp_path: Path) -> None:
    made_there = {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1", "TMPDIR": str(tmp_path)}
    assert sums(releases.make(tmp_path / "another folder", **made_there)) == sums(release)


def test_the_checksums_are_those_of_the_files(release: Path) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("there is no sha256sum")
    done = finished(("sha256sum", "--check", "--strict", made.SUMS), 60, cwd=release)
    assert done.code == 0, done.said
    assert done.out.count(": OK") == len(sums(release)) - 1


def test_what_is_inside(release: Path) -> None:
    assert (release / made.PROGRAM).stat().st_size < MAXIMUM
    with zipfile.ZipFile(release / made.PROGRAM) as file:
        names = file.namelist()
    metadata = {name.partition("-")[0] for name in names if name.endswith(".dist-info/METADATA")}
    assert {"cryptography_wizard", "textual", "tomli", "truststore", "exceptiongroup"} <= metadata
    listed = json.loads((release / made.CONTENTS).read_text(encoding="utf-8"))
    assert listed["bomFormat"] == "CycloneDX"
    components = {part["name"].lower().replace("-", "_") for part in listed["components"]}
    named = {name.lower().replace("-", "_").replace(".", "_") for name in metadata}
    assert {name.replace(".", "_") for name in components} | {"cryptography_wizard"} == named
    assert all(part["version"] for part in listed["components"])
    assert str(CHECKOUT) not in json.dumps(listed)


@long("dist")
@pytest.mark.parametrize("version", STARTS)
def test_it_starts_and_knows_what_it_needs(
    program: Path, env: Mapping[str, str], version: str
) -> None:
    python = machine.need(version)
    for _ in range(2):
        done = finished((python, str(program), "--version"), 60, env=env)
        assert (done.code, done.err) == (0, ""), done.said
        assert done.out.startswith(f"cryptography-wizard {__version__}")
    done = finished((python, str(program), "doctor", "--json"), 120, env=env, cwd=program.parent)
    assert done.code == 0, done.said
    assert version in {found["version"].rpartition(".")[0] for found in done.report["pythons"]}
    done = finished((python, str(program), "plan"), 120, env=env, cwd=program.parent)
    assert done.code == 0, done.said
    done = finished((python, program.name, "plan", "--nothing"), 60, env=env, cwd=program.parent)
    assert done.code == 2
    assert f"{python} {program.name} plan --help" in done.err


@long("dist")
@pytest.mark.parametrize("version", STARTS)
def test_a_wheel_is_installed_and_proved(
    program: Path, env: Mapping[str, str], version: str, tmp_path: Path
) -> None:
    python = machine.need(version)
    venv = tmp_path / "env"
    words = ("--yes", "--json", "--python", python, "--venv", str(venv))
    done = finished((python, str(program), *words), 300, env=env)
    assert done.code == 0, done.said
    assert done.report["report"]["ok"] is True


@pytest.mark.parametrize("version", TOO_OLD)
def test_a_python_that_is_too_old_says_so(
    program: Path, env: Mapping[str, str], version: str
) -> None:
    done = finished((machine.need(version), str(program), "--version"), 60, env=env)
    assert done.code == 3
    assert done.err.startswith("cryptography-wizard: Python 3.9 or newer is needed.")
    assert "Traceback" not in done.err


@pytest.fixture
def bare(program: Path) -> Iterator[Path]:
    """A folder, mounted read-only, with the one file."""
    folder = program.parent
    argv = ("mount", "--bind", "-o", "ro", str(folder), str(folder))
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a folder read-only")
    if subprocess.run(argv, check=False, capture_output=True, timeout=60).returncode:
        pytest.skip("no folder can be mounted here")
    yield folder
    subprocess.run(("umount", str(folder)), check=True, timeout=60)


def ways(python: str, program: Path, env: Mapping[str, str]) -> Iterator[Done]:
    """Commands that together read every kind of file that is inside."""
    facts = str(CHECKOUT / "tests" / "machines" / "debian-12.json")
    plan = ("plan", "--facts", facts, "--method", "source", "--format", "sh")
    for words in (("--version",), ("doctor", "--json"), plan, ("help", "plan")):
        yield finished((python, str(program), *words), 120, env=env)


@pytest.mark.parametrize("version", ["3.9", "3.13"])
def test_from_a_read_only_folder_without_a_home(
    bare: Path, env: Mapping[str, str], version: str
) -> None:
    """It then runs from the file itself."""
    nowhere = {**env, "HOME": str(bare), "CRYPTOGRAPHY_WIZARD_STATE": str(bare / "state")}
    for done in ways(machine.need(version), bare / made.PROGRAM, nowhere):
        assert done.code == 0, done.said
        assert done.err == ""
    assert [path.name for path in bare.iterdir()] == [made.PROGRAM]


@pytest.mark.parametrize("copied", [True, False])
def test_the_full_screen_opens(
    program: Path, env: Mapping[str, str], tmp_path: Path, copied: bool
) -> None:
    if not shutil.which("tmux"):
        pytest.skip("there is no tmux")
    variables = {**env, **({} if copied else {"CRYPTOGRAPHY_WIZARD_CACHE": os.devnull})}
    terminal = Terminal(tmp_path, variables)
    try:
        terminal.type(shlex.join((machine.newest(), str(program))))
        terminal.press("Enter")
        terminal.wait("This wizard installs")
        terminal.wait("Ready.")
        terminal.press("q")
        terminal.wait("Nothing was done.")
    finally:
        terminal.close()


def test_it_is_a_program(program: Path, env: Mapping[str, str], tmp_path: Path) -> None:
    path = machine.path_with(machine.newest(), tmp_path / "bin")
    (tmp_path / "bin" / "python3").symlink_to(machine.newest())
    done = finished((str(program), "--version"), 60, env={**env, "PATH": path})
    assert (done.code, done.err) == (0, "")
    assert __version__ in done.out
