"""Save the logs of all steps in one file that a user can send to somebody."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from wizard.running.run_state import RunState

NAME = "cryptography-wizard-log"


def save_log(run: RunState, screen_lines: Mapping[str, str]) -> Path:
    """Write the full log of every step to a new file, and return its path.

    The file is in the working folder or, if that is not writable, in the home folder. Nothing is
    overwritten. If a log file cannot be read, ``screen_lines`` replace it. Raises OSError if no
    file can be written.
    """
    folder = Path.cwd()
    if not os.access(folder, os.W_OK):
        folder = Path.home()
    for number in itertools.count(1):
        path = folder / (f"{NAME}.txt" if number == 1 else f"{NAME}-{number}.txt")
        try:
            file = path.open("x", encoding="utf-8", newline="\n")
        except FileExistsError:
            continue
        with file:
            for state in run.steps:
                if state.started or state.log:
                    file.write(f"== {state.step.title}\n{state.typed}\n")
                    file.write(_full_log(state.log, screen_lines.get(state.step.id, "")) + "\n")
        return path
    raise AssertionError("count() never ends")


def _full_log(log: str, screen_lines: str) -> str:
    try:
        return Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return (
            f"(the log file of this step cannot be read: {error}; these lines are from the "
            f"screen:)\n{screen_lines}"
        )
