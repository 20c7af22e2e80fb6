"""A few faults of each kind: the short form of ``make faults``."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.faults.kind import kinds
from tests.live.machine import CHECKOUT
from tests.live.marks import limit

pytestmark = [pytest.mark.live, limit(700)]
SECONDS = 600


@pytest.mark.parametrize("kind", [name for name, kind in kinds().items() if kind.short])
def test_faults_end_right(kind: str) -> None:
    argv = (sys.executable, "-m", "tests.faults", "--short", "--only", kind)
    done = subprocess.run(
        argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    if done.returncode == 3:
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
