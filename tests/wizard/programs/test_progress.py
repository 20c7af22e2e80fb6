from __future__ import annotations

from pathlib import Path

import pytest

from backends.action import Command
from backends.progress import Progress
from wizard.programs.progress import progress_reader

APT = [
    "Get:1 x",
    "dlstatus:1:50:Retrieving file 1 of 1",
    "pmstatus:libssl-dev:25:Preparing",
]
PIP = ["Collecting cffi", "  Downloading cffi-2.0.whl (2 kB)", "Progress 1 of 4", "Progress 4 of 4"]
CARGO = ["   Compiling libc v0.2.1", "warning: unused", "   Compiling openssl v0.10.1"]


@pytest.mark.parametrize("name", ["", "apt", "pip", "cargo"])
def test_lines_for_people_are_kept_in_order(name: str) -> None:
    lines = ["one", "two", "  three", ""]
    assert progress_reader(Command(("x",), progress=name)).read(lines) == (lines, None)  # type: ignore[arg-type]


def test_apt_tells_the_last_of_a_batch() -> None:
    kept, progress = progress_reader(Command(("x",), progress="apt")).read(APT)
    assert kept == ["Get:1 x"]
    assert progress == Progress(25, 100, "Preparing")


def test_an_apt_line_that_is_no_progress_does_not_hide_the_one_before() -> None:
    progress = progress_reader(Command(("x",), progress="apt")).read([APT[1], "pmerror:x:1:oh"])[1]
    assert progress == Progress(50, 100, "Retrieving file 1 of 1")


def test_pip_names_the_file_even_from_an_earlier_batch() -> None:
    read = progress_reader(Command(("x",), progress="pip")).read
    assert read(PIP[:2]) == (PIP[:2], None)
    assert read(PIP[2:]) == ([], Progress(4, 4, "cffi-2.0.whl", "bytes"))


def test_cargo_counts_crates_of_the_known_total() -> None:
    read = progress_reader(Command(("x",), progress="cargo", units=40)).read
    assert read(CARGO) == (CARGO, Progress(2, 40, "openssl 0.10.1"))
    assert read(["   Compiling libc v0.2.1"])[1] == Progress(2, 40, "libc 0.2.1")
    assert read(["   Compiling asn1 v1.0.0"])[1] == Progress(3, 40, "asn1 1.0.0")


def test_cargo_without_a_total_says_so() -> None:
    assert progress_reader(Command(("x",), progress="cargo")).read(CARGO)[1] == Progress(
        2, 0, "openssl 0.10.1"
    )


def test_more_crates_than_the_total_are_not_more_than_all() -> None:
    assert progress_reader(Command(("x",), progress="cargo", units=1)).read(CARGO)[1] == Progress(
        2, 2, "openssl 0.10.1"
    )


def test_before_the_first_crate_pip_fetches_and_after_it_cargo_counts() -> None:
    read = progress_reader(Command(("x",), progress="cargo", units=9)).read
    assert read(PIP)[1] == Progress(4, 4, "cffi-2.0.whl", "bytes")
    read(CARGO)
    assert read(PIP)[1] is None


@pytest.mark.parametrize("place", ["Cargo.lock", "src/rust/Cargo.lock"])
def test_cargo_takes_the_total_from_the_lock_file(tmp_path: Path, place: str) -> None:
    lock = tmp_path / "pip-install-x1" / "cryptography_ab12" / place
    lock.parent.mkdir(parents=True)
    lock.write_text('version = 4\n\n[[package]]\nname = "a"\n\n[[package]]\nname = "[[package]]"\n')
    read = progress_reader(Command(("x",), progress="cargo"), tmp_path).read
    assert read(CARGO[:1])[1] == Progress(1, 2, "libc 0.2.1")


def test_cargo_without_a_lock_file_has_no_total(tmp_path: Path) -> None:
    read = progress_reader(Command(("x",), progress="cargo"), tmp_path).read
    assert read(CARGO[:1])[1] == Progress(1, 0, "libc 0.2.1")
