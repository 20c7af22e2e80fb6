"""Replays a recording of ``tests/transcripts``: both streams, and the exit code."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from tests.mac.inside import places


def replay(tool: str, name: str, changes: Mapping[str, str]) -> int:
    """Print what the program printed, with these words changed; return its exit code."""
    path = f"{places.CHECKOUT}/tests/transcripts/{tool}/{name}.txt"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for old, new in changes.items():
        text = text.replace(old, new)
    head, _, rest = text.partition("--- stdout\n")
    stdout, _, stderr = rest.partition("--- stderr\n")
    sys.stdout.write(stdout)
    sys.stdout.flush()
    sys.stderr.write(stderr.partition("--- end")[0])
    return int(next(line.split()[1] for line in head.splitlines() if line.startswith("exit: ")))
