"""Tests of the time limit that every test has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
SAME_LIMIT = "from tests.conftest import pytest_timeout_cancel_timer, pytest_timeout_set_timer\n"
WAITS = """\
import threading

def test_quick() -> None:
    pass

def test_waits_for_ever() -> None:
    print("printed before")
    threading.Event().wait()
"""


def test_a_test_that_waits_for_ever_ends_and_says_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(SAME_LIMIT, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(WAITS, encoding="utf-8")
    options = ["-p", "no:cacheprovider", "-o", "timeout=1", "-o", f"pythonpath={TESTS.parent}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *options, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    printed = done.stdout + done.stderr
    assert "Timeout" in printed
    assert "in test_waits_for_ever" in printed
    assert "printed before" in printed
    assert "time limit" not in printed


def test_a_test_has_a_limit(request: pytest.FixtureRequest) -> None:
    assert float(request.config.getini("timeout")) > 0
    assert request.config.pluginmanager.hasplugin("timeout")
