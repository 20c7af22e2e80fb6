"""The whole log of five million lines: how long it takes to open it at the error."""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from textual.widgets import Button

from screens.tui.app import WizardApp
from screens.tui.failure import FailurePage
from screens.tui.log_page import LogPage, LogText
from tests.bench.place import Place
from tests.bench.timing import Broken, Result
from tests.screens.fakes import FAILURE, KNOWLEDGE, FakeMachine, FakeRun
from tests.screens.scenes import AS_ROOT, REVIEW_WHEEL, settled
from wizard.choices import Choices

LINES = 5_000_000
ERROR = "error: this line shows it"
LIMIT = 0.5
"""Seconds from the key to the error on the screen."""


def measure(_place: Place, runs: int) -> list[Result]:
    """Open a log in the middle of which the error is, with the key of the failure's page."""
    with tempfile.TemporaryDirectory(prefix="wizard-bench-") as folder:
        log = Path(folder, "install.log")
        position = _write(log)
        seconds = [asyncio.run(_open(log, position)) for _ in range(runs)]
    how = f"a log of {LINES:,} lines, from the key to the error on the screen, {runs} runs"
    what = "opening the whole log at its error"
    return [Result("P4", what, median(seconds), "s", how, limit=LIMIT)]


def _write(log: Path) -> int:
    """Write the log; return where its error begins."""
    line = "   Compiling a-crate v1.0.0 (a line of a long build, of a usual length)\n"
    with log.open("w", encoding="utf-8") as file:
        file.write(line * (LINES // 2))
        position = file.tell()
        file.write(f"{ERROR}\n")
        file.write(line * (LINES // 2 - 1))
    return position


async def _open(log: Path, position: int) -> float:
    failure = replace(FAILURE, position=position, evidence=FAILURE.excerpt[-1])
    machine = FakeMachine(FakeRun(str(log.parent), fails=1, failure=failure), AS_ROOT)
    app = WizardApp(machine.engine(), Choices(), knowledge=KNOWLEDGE)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        for key in (*REVIEW_WHEEL, "enter"):
            await pilot.press(key)
            await pilot.pause()
        await settled(pilot)
        if not isinstance(app.screen, FailurePage) or not app.screen.query(Button):
            raise Broken(f"the page of the failure did not come, but {app.screen}")
        begin = time.perf_counter()
        await pilot.press("o")
        while not (isinstance(app.screen, LogPage) and _shows_error(app.screen)):
            if time.perf_counter() - begin > 60:
                raise Broken("the error was not shown within 60 s")
            await pilot.pause()
        return time.perf_counter() - begin


def _shows_error(page: LogPage) -> bool:
    return any(ERROR in str(text.content) for text in page.query(LogText))
