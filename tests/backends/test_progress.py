from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends import progress
from backends.progress import Progress


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "dlstatus:1:20.0:Retrieving file 1 of 5 (3s remaining)",
            Progress(20.0, 100.0, "Retrieving file 1 of 5 (3s remaining)"),
        ),
        (
            "pmstatus:libssl-dev:amd64:57.1429:Unpacking libssl-dev:amd64 (3.0.15)",
            Progress(57.1429, 100.0, "Unpacking libssl-dev:amd64 (3.0.15)"),
        ),
        ("pmstatus:dpkg-exec:0:Running dpkg", Progress(0.0, 100.0, "Running dpkg")),
        ("pmerror:x:10:went wrong", None),
        ("pmstatus:nothing", None),
        ("Reading package lists...", None),
        ("", None),
    ],
)
def test_apt(line: str, wanted: Progress | None) -> None:
    assert progress.apt(line) == wanted


def test_apt_lines_for_machines_are_told_apart() -> None:
    machines = ("dlstatus:1:0:x", "pmstatus:a:1:b", "pmerror:a:1:b", "pmconffile:a:1:b")
    assert all(map(progress.is_apt_status, machines))
    assert not progress.is_apt_status("Setting up pmstatus:1:2:3 …")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Progress 0 of 4203982", Progress(0, 4203982, unit="bytes")),
        ("Progress 4203982 of 4203982", Progress(4203982, 4203982, unit="bytes")),
        ("  Progress 10 of 20", Progress(10, 20, unit="bytes")),
        ("Progress 10 of", None),
        ("In Progress 1 of 2", None),
    ],
)
def test_pip(line: str, wanted: Progress | None) -> None:
    assert progress.pip(line) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("  Downloading cffi-2.0.0-cp311-x.whl (216 kB)", "cffi-2.0.0-cp311-x.whl"),
        ("  Using cached https://files.example/a/b/c-1.0.whl (1 kB)", "c-1.0.whl"),
        ("Collecting cryptography==50.0.2", "cryptography==50.0.2"),
        ("Installing collected packages: cffi", ""),
    ],
)
def test_what_pip_fetches(line: str, wanted: str) -> None:
    assert progress.pip_download(line) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("     Compiling libc v0.2.177", "libc 0.2.177"),
        ("   Compiling cryptography-rust v0.1.0 (/tmp/x/src/rust)", "cryptography-rust 0.1.0"),
        ("Compiling the Rust extension", ""),
        ("    Finished `release` profile [optimized] target(s) in 51.05s", ""),
    ],
)
def test_crates(line: str, wanted: str) -> None:
    assert progress.crate(line) == wanted


@given(st.text())
def test_any_line_is_read_without_an_error(line: str) -> None:
    for found in (progress.apt(line), progress.pip(line)):
        assert found is None or found.done >= 0
    assert isinstance(progress.crate(line) + progress.pip_download(line), str)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("     Compiling libc v0.2.177", True),
        ("  Downloading cffi-2.0.0.whl (216 kB)", True),
        ("Get:3 mirror/main libffi-dev", True),
        ("Setting up libffi-dev (3.4.4) ...", True),
        ("( 3/12) Installing rust (1.78.0-r1)", True),
        ("cc -O2 -c -o crypto/aes/aes_core.o crypto/aes/aes_core.c", True),
        ("error: could not compile `openssl-sys`", False),
        ("warning: unused variable", False),
        ("  Building wheel for cryptography (pyproject.toml): started", False),
        ("Successfully installed cryptography-50.0.2", False),
        ("", False),
    ],
)
def test_what_only_names_the_next_of_many(line: str, wanted: bool) -> None:
    assert progress.is_progress(line) is wanted
