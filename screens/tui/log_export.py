"""The logs of all steps in one file that a user can send to somebody."""

from __future__ import annotations

import itertools
import os
from collections.abc import Mapping
from pathlib import Path

from screens.session import Told
from wizard.plan import Plan

NAME = "cryptography-wizard-log"


def save_log(plan: Plan, told: Mapping[str, Told], shown: Mapping[str, str]) -> Path:
    """Write the whole log of every step into a new file, and return its path.

    The file is in the working folder or, where nobody may write there, in the home folder. Nothing
    is overwritten. A step whose log file cannot be read is given with what the screen has
    ``shown`` of it. Raises OSError where no file can be written.
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
            for step in plan.steps:
                if step.id in told:
                    file.write(f"== {step.title}\n$ {told[step.id].command}\n")
                    file.write(_whole(told[step.id].log, shown.get(step.id, "")) + "\n")
        return path
    raise AssertionError("count() never ends")


def _whole(log: str, shown: str) -> str:
    try:
        return Path(log).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"(the step's own log cannot be read: {error}; what the screen had:)\n{shown}"
