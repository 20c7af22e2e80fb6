"""The journal of a run: one JSON object per line, each on disk before the next event.

It does not contain output and progress: the logs beside it contain every byte.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from wizard import codec, locations
from wizard.errors import BadRequest
from wizard.plan import SCHEMA, Plan
from wizard.running.events import (
    Event,
    JournalEvent,
    Lines,
    Progressed,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    Waiting,
)
from wizard.running.run_state import RunState

FILE = "journal.jsonl"
PLAN_FILE = "plan.json"
ANSWERS_FILE = "answers.toml"
LOGS = "logs"

EXAMPLE = "2026-11-29T08:00:00.000+00:00"
"""A time in a journal."""

_KINDS: dict[str, type[JournalEvent]] = {
    "run-started": RunStarted,
    "step-started": StepStarted,
    "waiting": Waiting,
    "step-ended": StepEnded,
    "run-ended": RunEnded,
}


class Journal:
    """Appends to the journal in a run's folder. Raises OSError if it cannot be written."""

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        if path.exists():  # an incomplete line after a crash would damage the next one
            complete = path.read_bytes().rfind(b"\n") + 1
            os.truncate(path, complete)
        self._file = open(path, "a", encoding="utf-8", opener=locations.private)  # noqa: SIM115

    def write(self, event: Event) -> None:
        """Add an event, if it is one that the journal keeps."""
        if isinstance(event, (Lines, Progressed)):
            return
        self._file.write(json.dumps({"time": event.time, **asdict(event)}) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())  # it must survive a power cut

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(folder: Path) -> tuple[JournalEvent, ...]:
    """Return the events in the journal of a run, without a last line that a crash cut off.

    Raises BadRequest if there is no journal, or if a line is not an event.
    """
    path = folder / FILE
    try:
        raw = _read_file(path)
    except OSError as error:
        raise BadRequest(
            f"{folder} contains no journal.", shown=error.strerror or str(error)
        ) from None
    # The text after the last line feed is incomplete.
    lines = raw[: raw.rfind(b"\n") + 1].decode("utf-8", errors="replace").split("\n")
    return tuple(
        _parse_event(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line
    )


def read_plan(folder: Path) -> Plan:
    """Return the plan of a run. Raises BadRequest if it is missing or damaged."""
    path = folder / PLAN_FILE
    try:
        text = _read_file(path).decode("utf-8")
    except (OSError, UnicodeError) as error:
        raise BadRequest(
            f"The plan of the run in {folder} cannot be read.", shown=str(error)
        ) from None
    return codec.from_json(Plan, text, source=str(path), schema=SCHEMA)


def replay(folder: Path) -> RunState:
    """Return the state of a run from the plan and the journal in its folder.

    If the journal ends before the run did (a crash, a power cut, or the run is still going on),
    the steps that were running are ``interrupted``. Raises BadRequest if the plan or the journal
    is missing or damaged, or if they do not belong together.
    """
    plan, events = read_plan(folder), read(folder)
    try:
        state = RunState.before_run(plan)
        for event in events:
            state = state.apply(event)
    except ValueError as error:
        raise BadRequest(f"The journal in {folder} does not fit its plan: {error}.") from None
    return state if state.result is not None else state.interrupt()


def _read_file(path: Path) -> bytes:
    """Return the contents of a file. Raises OSError, also if it is a pipe: that would never end."""
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is not a file")
    return path.read_bytes()


def _parse_event(line: str, location: str) -> JournalEvent:
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise BadRequest(f"{location} is not a line of a journal: {error}.") from None
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in _KINDS or "time" not in data:
        raise BadRequest(f"{location} is not a line of a journal.", shown=line[:200])
    event = codec.structure(_KINDS[kind], data, source=location)
    if event.time and not _is_time(event.time):
        raise BadRequest(
            f"{location} has a wrong time.",
            shown=event.time[:60],
            hints=(f"A time looks like {EXAMPLE}.",),
        )
    return event


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
