"""A release, made as `make dist` makes it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from distribution.pyz import CHECKOUT
from tests.live.command import finished


def make(folder: Path, **env: str) -> Path:
    """Make a release in ``folder`` and return the folder."""
    argv = (sys.executable, "-m", "distribution", str(folder))
    done = finished(argv, 300, cwd=CHECKOUT, env={**os.environ, **env})
    assert done.code == 0, done.said
    return folder
