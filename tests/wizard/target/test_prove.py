"""The proof's own script: what it tells, even where the package misbehaves."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import wizard.target
from tests.wizard import impostor

SCRIPT = str(Path(wizard.target.__path__[0], "prove.py"))


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    return impostor.environment(tmp_path_factory.mktemp("proof") / "environment")


def answers(python: str, path: str, seconds: float = 60) -> tuple[list[dict[str, Any]], str]:
    """Run the script with ``path`` as PYTHONPATH; return its answers and its standard error."""
    done = subprocess.run(
        [python, "-B", SCRIPT, str(seconds)],
        env={"PYTHONPATH": path},
        capture_output=True,
        timeout=120,
        text=True,
        check=False,
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line], done.stderr


def test_no_package(python: str, tmp_path: Path) -> None:
    (tmp_path / "cryptography").mkdir()  # a left-over folder is no package either
    last = answers(python, str(tmp_path))[0][-1]
    assert last["found"] is False
    assert last["doing"] == ""
    ((name, ok, detail),) = last["checks"]
    assert (name, ok) == ("package", False)
    assert "contains no package cryptography" in detail


def test_python_s_own_openssl_is_loaded_first(python: str, tmp_path: Path) -> None:
    # As in most programs. A library of the same name would be taken for that one from then on.
    path = impostor.package(tmp_path, rust="import sys; assert 'ssl' in sys.modules, 'too early'")
    checks = {name: ok for name, ok, _ in answers(python, path)[0][-1]["checks"]}
    assert checks["import"] is True


def test_one_failing_check_does_not_hide_the_others(python: str, tmp_path: Path) -> None:
    path = impostor.package(tmp_path, fernet="import sys; sys.exit('gone')")
    last = answers(python, path)[0][-1]
    assert last["version"] == "50.0.2"
    assert last["openssl"] == "OpenSSL 4.0.3 29 Sep 2026"
    assert last["files"] == [str(tmp_path / "cryptography/hazmat/bindings/_rust.py")]
    assert [(name, ok) for name, ok, _ in last["checks"]] == [
        ("package", True),
        ("import", True),
        ("OpenSSL", True),
        ("Fernet", False),
        ("AES-GCM", False),
        ("X.509", False),
    ]
    assert last["checks"][3][2] == "SystemExit: gone"


def test_an_encryption_that_only_pretends_is_found_out(python: str, tmp_path: Path) -> None:
    fernet = """
        class InvalidToken(Exception):
            pass
        class Fernet:
            @staticmethod
            def generate_key():
                return b"key"
            def __init__(self, key):
                pass
            def encrypt(self, message):
                return message
            def decrypt(self, token):
                return token
    """
    last = answers(python, impostor.package(tmp_path, fernet=fernet))[0][-1]
    assert ["Fernet", False, "AssertionError: another key decrypted the message"] in last["checks"]


def test_a_panic_in_rust_is_told(python: str, tmp_path: Path) -> None:
    rust = """
        class PanicException(BaseException):
            pass
        raise PanicException("Python API call failed")
    """
    last = answers(python, impostor.package(tmp_path, rust=rust))[0][-1]
    assert last["checks"][-1] == ["import", False, "PanicException: Python API call failed"]
    assert last["found"] is True


def test_warnings_of_the_import_are_kept(python: str, tmp_path: Path) -> None:
    start = """
        import warnings
        __version__ = '50.0.2'
        warnings.warn("this Python is old")
        warnings.warn("nobody is shown this one", DeprecationWarning)
    """
    last = answers(python, impostor.package(tmp_path, start=start))[0][-1]
    assert last["warnings"] == ["this Python is old"]


def test_what_others_print_is_not_in_the_answers(python: str, tmp_path: Path) -> None:
    rust = """
        import os
        print("{}")
        os.write(1, b"raw bytes")
    """
    told, stderr = answers(python, impostor.package(tmp_path, rust=rust))
    assert all(answer["found"] in (True, False) for answer in told)
    assert "raw bytes" in stderr


def test_a_crash_leaves_what_was_known(python: str, tmp_path: Path) -> None:
    told, _ = answers(python, impostor.package(tmp_path, rust="import os; os.abort()"))
    assert told[-1]["doing"] == "import"
    assert told[-1]["version"] == "50.0.2"
    assert told[-1]["files"]


def test_it_ends_itself_when_its_time_is_over(python: str, tmp_path: Path) -> None:
    path = impostor.package(tmp_path, rust="import time; time.sleep(600)")
    told, stderr = answers(python, path, seconds=1)
    assert told[-1]["doing"] == "import"
    assert stderr.startswith("Timeout (")


def test_a_compiled_module_under_another_name_is_named(python: str, tmp_path: Path) -> None:
    path = impostor.package(tmp_path, rust="import _cffi_backend")
    assert "(" not in import_detail(python, path)
    (tmp_path / "_cffi_backend.cpython-399-of-another.so").touch()
    detail = import_detail(python, path)
    assert "No module named '_cffi_backend'" in detail
    assert "(_cffi_backend.cpython-399-of-another.so is there, but this Python looks for" in detail


def import_detail(python: str, path: str) -> str:
    """What the failed import of the package says."""
    checks = {name: (ok, detail) for name, ok, detail in answers(python, path)[0][-1]["checks"]}
    ok, detail = checks["import"]
    assert not ok
    return str(detail)
