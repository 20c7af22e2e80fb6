"""The state of the Mac: one JSON file, which the imitated programs read and change under a lock."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.mac.inside import places


def read() -> dict[str, Any]:
    """Return the state."""
    with open(places.STATE, encoding="utf-8") as file:
        state: dict[str, Any] = json.load(file)
    return state


@contextmanager
def changing() -> Iterator[dict[str, Any]]:
    """Yield the state, and write it back. Other programs wait meanwhile."""
    with open(f"{places.STATE}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read()
        yield state
        with open(f"{places.STATE}.new", "w", encoding="utf-8") as file:
            json.dump(state, file)
        os.replace(f"{places.STATE}.new", places.STATE)


def architecture() -> str:
    """Return the architecture of this process: ``arm64``, or ``x86_64``, perhaps under Rosetta."""
    return os.environ.get(places.ARCHITECTURE) or str(read()["machine"])


def is_root() -> bool:
    """Return whether sudo started this process."""
    return bool(os.environ.get(places.ROOT_USER))


def record(program: str, arguments: list[str]) -> None:
    """Note the start of a program."""
    line = {
        "program": program,
        "arguments": arguments,
        "architecture": architecture(),
        "root": is_root(),
        "time": time.time(),
    }
    with open(places.CALLS, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
