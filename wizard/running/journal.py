"""The journal of a run: one JSON object a line, each on the disk before the next thing happens.

Output and progress are not in it: the logs beside it hold every byte.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Union

from wizard import codec
from wizard.errors import BadRequest
from wizard.running.events import (
    Event,
    Lines,
    Progressed,
    RunEnded,
    StepEnded,
    StepStarted,
    Waiting,
)

NAME = "journal.jsonl"

Kept = Union[StepStarted, Waiting, StepEnded, RunEnded]
_KINDS: dict[str, type[Kept]] = {
    "step-started": StepStarted,
    "waiting": Waiting,
    "step-ended": StepEnded,
    "run-ended": RunEnded,
}


@dataclass(frozen=True)
class Record:
    """One event, and when it was (ISO 8601, UTC)."""

    time: str
    event: Kept


class Journal:
    """Writes the journal in a run's folder, after what is there. Raises OSError where it cannot."""

    def __init__(self, folder: Path) -> None:
        path = folder / NAME
        if path.exists():  # a line that a crash cut off would spoil the next one
            whole = path.read_bytes().rfind(b"\n") + 1
            os.truncate(path, whole)
        self._file = path.open("a", encoding="utf-8")

    def write(self, event: Event) -> None:
        """Add an event."""
        if isinstance(event, (Lines, Progressed)):
            return
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        self._file.write(json.dumps({"time": now, **asdict(event)}) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(folder: Path) -> tuple[Record, ...]:
    """Read the journal of a run. A last line that was cut off by a crash is passed over.

    Raises BadRequest where there is none, or a line of it is not ours.
    """
    path = folder / NAME
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadRequest(
            f"There is no journal in {folder}.", shown=error.strerror or str(error)
        ) from None
    # What follows the last line feed was never finished.
    lines = raw[: raw.rfind(b"\n") + 1].decode("utf-8", errors="replace").split("\n")
    return tuple(_record(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line)


def done(records: tuple[Record, ...]) -> frozenset[str]:
    """The ids of the steps that were done: what a second try need not do again."""
    ended = {r.event.step: r.event.state for r in records if isinstance(r.event, StepEnded)}
    return frozenset(step for step, state in ended.items() if state == "done")


def _record(line: str, place: str) -> Record:
    try:
        data: Any = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadRequest(f"{place} is not a line of a journal: {error.msg}.") from None
    if not isinstance(data, dict) or data.get("kind") not in _KINDS or "time" not in data:
        raise BadRequest(f"{place} is not a line of a journal.", shown=line[:200])
    time = str(data.pop("time"))
    return Record(time, codec.structure(_KINDS[data["kind"]], data, source=place))
