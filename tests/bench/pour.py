"""The wizard on a pretended machine whose run says millions of lines: the log's benchmark.

``python -m tests.bench.pour LINES`` emits them from a simulated runner, as fast as it can;
``python -m tests.bench.pour LINES --program`` has the real runner read them from a real program.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from backends.action import Command
from screens.tui.app import WizardApp
from tests.screens.pretend import DEBIAN
from wizard import knowledge
from wizard.choices import Choices
from wizard.engine import Engine, Run
from wizard.facts import Facts
from wizard.plan import Plan, Step
from wizard.running.events import Event, Lines, RunEnded, RunStarted, StepEnded, StepStarted

LINE = "   Compiling a-crate-with-quite-a-name v1.{}.0 (registry+index.example) and more words"
READ = 1000
"""About so many lines are in what the real runner reads at once."""
WRITE = """\
import sys
line = {line!r}
for start in range(0, {lines}, 1000):
    sys.stdout.write("".join(line.format(n) + chr(10) for n in range(start, start + 1000)))
"""


def pouring(lines: int) -> Run:
    """A runner whose only step says so many lines, told as they are read."""

    def run(
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        begin = time.monotonic()
        step = plan.steps[0].id
        emit(RunStarted())
        emit(StepStarted(step, "pour", "pour.log"))
        for start in range(0, lines, READ):
            if cancel.is_set():
                break
            emit(Lines(step, tuple(map(LINE.format, range(start, start + READ)))))
            time.sleep(0)  # the real one gives a screen its turn whenever it reads
        took = time.monotonic() - begin
        emit(StepEnded(step, "done", took, 0))
        ended = RunEnded(0, took)
        emit(ended)
        return ended

    return run


def programmed(lines: int) -> Run:
    """The real runner, with a plan whose only step is a program that says so many lines."""
    from wizard.running import runner

    code = WRITE.format(line=LINE, lines=lines)

    def run(
        plan: Plan,
        choices: Choices,
        facts: Facts,
        emit: Callable[[Event], None],
        cancel: threading.Event,
        done: frozenset[str] = frozenset(),
    ) -> RunEnded:
        step = Step("install", "Pour", "", Command((sys.executable, "-c", code), timeout=600))
        return runner.run(replace(plan, steps=(step,)), choices, facts, emit, cancel, done)

    return run


class PourApp(WizardApp):
    """The wizard, which begins with the review."""

    def on_ready(self) -> None:
        """Go straight to the page with the key that starts."""
        self.show_page("review")


def main() -> None:
    """Start the wizard."""
    lines = int(sys.argv[1])
    run = programmed(lines) if "--program" in sys.argv else pouring(lines)
    engine = Engine(lambda *_args, **_more: DEBIAN, run, lambda _facts: True)
    PourApp(engine, Choices(method="wheel"), facts=DEBIAN, knowledge=knowledge.load()).run()


if __name__ == "__main__":
    main()
