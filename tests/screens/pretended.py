"""The full screen on a pretended machine, with a pretended run: for tests of what it leaves.

Usage: ``python -m tests.screens.pretended KIND FOLDER``. The kinds are those of `RUNS`. The folder
gets a log of each step.
"""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable

from screens import cli, ending
from screens.tui.run import RunPage
from tests.screens.fakes import FACTS, FakeMachine, FakeRun
from wizard import engine
from wizard.choices import Choices
from wizard.facts import Facts, Privilege
from wizard.plan import Plan
from wizard.running.events import Event, Lines, RunEnded, RunStarted, StepStarted


class Stuck(FakeRun):
    """A run that does not end when it is cancelled."""

    def __call__(
        self,
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        """Begin the first step, and do nothing more."""
        emit(RunStarted())
        emit(StepStarted(plan.steps[0].id, "sleep", f"{self.logs}/{plan.steps[0].id}.log"))
        emit(Lines(plan.steps[0].id, ("it sleeps",)))
        time.sleep(60)
        raise AssertionError("the wizard has not ended")


RUNS: dict[str, Callable[[str], FakeRun]] = {
    "done": lambda folder: FakeRun(folder),
    "failed": lambda folder: FakeRun(folder, fails=1),
    "held": lambda folder: FakeRun(folder, held=True),
    "stuck": lambda folder: Stuck(folder),
    "crash": lambda folder: FakeRun(folder),
}


def main(kind: str, folder: str) -> int:
    """Run the wizard's command line with that machine."""
    facts = FACTS.__class__(**{**vars(FACTS), "privilege": Privilege("root")})
    machine = FakeMachine(RUNS[kind](folder), facts)
    engine.real = machine.engine
    for name in ("environment", "install", "prove"):
        Path(folder, f"{name}.log").write_text(f"the log of {name}\n", encoding="utf-8")
    if kind == "crash":
        RunPage._finish = _break  # type: ignore[method-assign, assignment]
    ending.guarantee()
    try:
        return cli.main([])
    finally:
        ending.end_programs()


def _break(*_arguments: Any) -> None:
    raise RuntimeError("a bug")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
