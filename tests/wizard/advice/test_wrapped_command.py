"""Which environment a command installs into, and whether cryptography made it fail."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from wizard.advice import wrapped_command as wrapped

LOGS = Path(__file__).parents[2] / "logs"


@pytest.mark.parametrize(
    ("line", "blamed"),
    [
        ("  ERROR: Failed building wheel for cryptography", True),
        ("Failed to build cryptography", True),
        ("  × Failed to build `cryptography==3.4.8`", True),
        ("ERROR: No matching distribution found for cryptography==99", True),
        ("╰─> cryptography", True),
        ("Unable to install cryptography (3.4.8)", True),
        ("  cause: Because cryptography==50.0.2 has no wheels with a matching tag", True),
        ("Collecting cryptography==3.4.8", False),
        ("ERROR: Failed building wheel for lxml", False),
        ("Failed to build lxml", False),
        ("ERROR: Could not find a version that satisfies the requirement flask==99", False),
    ],
)
def test_only_lines_that_say_so_blame_cryptography(line: str, blamed: bool) -> None:
    assert wrapped.blames_cryptography(["Looking …", line]) is blamed


@pytest.mark.parametrize("name", ["gcc-missing", "rust-missing-42", "openssl-h-missing"])
def test_real_logs_blame_cryptography(name: str) -> None:
    lines = (LOGS / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
    assert wrapped.blames_cryptography(lines)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("env/bin/pip", "install", "x"), ("env/bin/pip", "debug")),
        (("pip3.11", "install", "x"), ("pip3.11", "debug")),
        (("python", "-I", "-m", "pip", "install"), ("python", "-I", "-m", "pip", "debug")),
        (("pip", "--python", "env", "install"), ("pip", "--python", "env", "debug")),
        (("uv", "pip", "install", "x"), ("uv", "python", "find")),
        (("uv", "pip", "install", "--python=3.12", "x"), ("uv", "python", "find", "3.12")),
        (("poetry", "install"), ("poetry", "env", "info", "--executable")),
        (("pipx", "install", "ansible"), ()),
        (("uv", "tool", "install", "ansible"), ()),
        (("make", "install"), ()),
    ],
)
def test_the_installer_itself_is_asked_for_its_python(
    words: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    assert wrapped.question(words) == asked


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ("pip version: pip 23\nsys.executable: /e/bin/python\nsys.x: 1\n", "/e/bin/python"),
        ("/e/.venv/bin/python3\n", "/e/.venv/bin/python3"),
        ("C:\\e\\Scripts\\python.exe\r\n", "C:\\e\\Scripts\\python.exe"),
        ("error: No interpreter found\n", ""),
    ],
)
def test_the_answer_contains_the_interpreter(output: str, found: str) -> None:
    assert wrapped.interpreter(output) == found


@pytest.mark.parametrize(
    ("words", "project"),
    [
        (("pip", "install", "-r", "dev.txt"), ("dev.txt",)),
        (("pip", "install", "--requirement=dev.txt"), ("dev.txt",)),
        (("pip", "install", "-e", "."), (".",)),
        (("pip", "install", "ansible"), ("ansible",)),
        (("pip", "install", "-U", "--no-binary", "x", "x<2", "--pre", "y"), ("x<2", "y")),
        (("pip", "download", "ansible"), ()),
        (("uv", "sync"), (".",)),
        (("poetry", "install"), (".",)),
        (("pipx", "install", "ansible"), ("ansible",)),
        (("pip", "install", "-rdev.txt"), ("dev.txt",)),
        (("pip", "install", "-r", "a.txt", "-r", "b.txt"), ("-r /shop/a.txt", "-r /shop/b.txt")),
        (
            ("pip", "install", "-c", "/c.txt", "--requirement=a b.txt", "flask"),
            ("-c /c.txt", "-r '/shop/a b.txt'", "flask"),
        ),
        (("pip", "install", "-e", ".[dev]", "x"), ("-e /shop/.[dev]", "x")),
        (("pip", "install", "./lib", "x"), ("/shop/lib", "x")),
        (
            ("uv", "pip", "install", "-r", "a.txt", "--constraints", "c.txt"),
            ("-r /shop/a.txt", "-c /shop/c.txt"),
        ),
        (("uv", "pip", "install", "-r", "pyproject.toml"), ("pyproject.toml",)),
        (("uv", "pip", "install", "-r", "pyproject.toml", "-r", "a.txt"), ()),
        (("pip", "install", "-c", "c.txt"), ()),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="the paths are those of other systems")
def test_what_is_installed_can_be_a_project(
    words: tuple[str, ...], project: tuple[str, ...]
) -> None:
    assert wrapped.project(words, "/shop") == project


def test_the_second_run_never_compiles_cryptography() -> None:
    variables = wrapped.keeping("/tmp/c.txt")
    assert variables["PIP_ONLY_BINARY"] == variables["UV_NO_BUILD_PACKAGE"] == "cryptography"
    assert variables["PIP_CONSTRAINT"] == variables["UV_CONSTRAINT"] == "/tmp/c.txt"
