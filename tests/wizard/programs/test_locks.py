from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.programs import locks

HOLDS = """
import fcntl, sys
file = open(sys.argv[1], 'w')
fcntl.lockf(file, fcntl.LOCK_EX)
print('held', flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            "Waiting for cache lock: Could not get lock /var/lib/dpkg/lock-frontend. "
            "It is held by process 812 (unattended-upgr)... 3s",
            "unattended-upgr (process 812)",
        ),
        ("E: Could not get lock /nowhere/lock - open (11: Resource unavailable)", ""),
        ("Waiting for process with pid 4194304999 to finish.", "process 4194304999"),
        ("ERROR: Unable to lock database", ""),
    ],
)
def test_who_holds_the_lock(line: str, wanted: str) -> None:
    assert locks.holder(line) == wanted


def test_a_number_gets_its_name() -> None:
    name = locks.holder(f"waiting for pid {os.getpid()}")
    assert name.endswith(f"process {os.getpid()})") or name == f"process {os.getpid()}"


@pytest.mark.skipif(not Path("/proc/locks").exists(), reason="only Linux has a table of locks")
def test_the_machine_is_asked_where_the_line_names_nobody(tmp_path: Path) -> None:
    file = tmp_path / "lock-frontend"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        said = locks.holder(f"E: Could not get lock {file}: busy")
        process.communicate(b"", timeout=10)
    assert f"(process {process.pid})" in said
    assert locks.holder(f"E: Could not get lock {file}: busy") == ""
