"""What constraint files allow of cryptography."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from wizard.facts import Python
from wizard.machine import constraints
from wizard.machine.constraints import Constraint

OLD = Python(
    "/usr/bin/python3",
    "path",
    version="3.8.18",
    platform="linux-x86_64",
    machine="x86_64",
    implementation="pypy",
)


def nothing(address: str) -> str:
    raise OSError(f"{address} was asked for")


def read(folder: Path, *files: str, python: Python = OLD) -> Constraint:
    return constraints.read(files, str(folder), constraints.markers(python), nothing)


def test_the_lines_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_text(
        "# a comment\nrequests==2.0\nCryptography >= 41.0.5 , <44  # why\n"
        "cryptography!=42.0.0 \\\n  --hash=sha256:00\ncryptography-vectors==1\n",
        encoding="utf-8",
    )
    found = read(tmp_path, "c.txt")
    assert found.specifier == "<44,>=41.0.5,!=42.0.0"
    assert found.stated == f"{tmp_path}/c.txt, line 3; {tmp_path}/c.txt, line 4"


def test_files_include_others_and_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "c.txt").write_text("-c sub/d.txt\n", encoding="utf-8")
    (tmp_path / "sub" / "d.txt").write_text("--constraint=../c.txt\n-r e.txt\n", encoding="utf-8")
    (tmp_path / "sub" / "e.txt").write_text("cryptography<50\n", encoding="utf-8")
    assert read(tmp_path, "c.txt").specifier == "<50"


@pytest.mark.parametrize(
    ("line", "specifier"),
    [
        ('cryptography<42; python_version < "3.9"', "<42"),
        ('cryptography<42; python_version >= "3.9"', ""),
        ('cryptography<42; sys_platform == "win32"', ""),
        ('cryptography<42; platform_python_implementation == "PyPy"', "<42"),
        ('cryptography<42; extra == "ssh"', ""),
        ("cryptography", ""),
        ("cryptography @ file:///w/cryptography-46.0.7-cp311-abi3-linux_x86_64.whl", "==46.0.7"),
        ("cryptography @ https://index.example/cryptography-46.0.7.tar.gz#sha256=0", "==46.0.7"),
        ("cryptography @ git+https://git.example/cryptography", ""),
        ("--no-binary cryptography", ""),
        ("this is no requirement", ""),
    ],
)
def test_one_line(line: str, specifier: str) -> None:
    assert constraints.allowed(line, constraints.markers(OLD)) == specifier


def test_a_marker_that_cannot_be_evaluated_counts() -> None:
    for marker in ("python_version ~= 'x'", "'a' in extras or python_version < '4'"):
        assert constraints.allowed(f"cryptography<44 ; {marker}", constraints.markers(OLD)) == "<44"
    assert constraints.allowed("cryptography @ https://[/a.whl", constraints.markers(OLD)) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_is_a_problem_because_it_may_never_answer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "c.txt")
    assert "not a regular file" in read(tmp_path, "c.txt").problem


def test_a_file_that_is_not_there_is_a_problem_without_its_secrets(tmp_path: Path) -> None:
    assert "No such file" in read(tmp_path, "gone.txt").problem
    found = read(tmp_path, "https://me:s3cret@files.example/c.txt")
    assert "files.example" in found.problem
    assert "s3cret" not in str(found)


def test_a_file_on_a_network_is_downloaded_with_those_that_it_includes(tmp_path: Path) -> None:
    pages = {
        "https://files.example/a/c.txt": "-c d.txt\n",
        "https://files.example/a/d.txt": "cryptography==46.0.7\n",
    }
    found = constraints.read(
        ["https://files.example/a/c.txt"], str(tmp_path), {}, lambda address: pages[address]
    )
    assert found == Constraint("==46.0.7", "https://files.example/a/d.txt, line 1")
