from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wizard.programs import guardian

CODE = """
from wizard.programs.guardian import Guardian
one = Guardian()
one.begin()
print(one._process.pid, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows, the system does it")
def test_the_second_process_has_ended_when_the_first_one_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", CODE],
        cwd=Path(guardian.__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(done.stdout) > 0
    assert done.stderr == ""  # no ResourceWarning: "subprocess … is still running"
