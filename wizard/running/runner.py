"""The runner: the only place that starts processes for a plan. It tells what happens as events."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Callable, Optional, Union

from backends.action import Action, CheckSignature, Command
from wizard import locations
from wizard.cache import entries
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.errors import Exit
from wizard.export.formats import command_text
from wizard.facts import Facts
from wizard.method import compiles
from wizard.plan import Plan, Step, order
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof.verify import Report
from wizard.running import privilege
from wizard.running.command_runner import TICK
from wizard.running.events import Event, RunEnded, StepEnded, StepStarted
from wizard.running.journal import Journal
from wizard.running.schedule import startable
from wizard.running.step_runner import Result, StepRunner, system_says

PLAN = "plan.json"
ANSWERS = "answers.toml"
AHEAD = 8
"""How many things the steps may tell before the face has taken the first of them."""
ENDING_SECONDS = 5.0
"""How long the steps may take to end after a bug; each of them needs two at most."""


def run(
    plan: Plan,
    choices: Choices,
    facts: Facts,
    emit: Callable[[Event], None],
    cancel: threading.Event,
    done: frozenset[str] = frozenset(),
) -> RunEnded:
    """Run the steps of ``plan`` that are not in ``done``: see `wizard.engine.Run`.

    The journal, the plan, the answers and a log for each step are kept in a folder of
    `wizard.locations.new_run`. Raises ValueError where the plan is none: see `wizard.plan.order`.
    """
    begin = time.monotonic()
    steps = order(plan)
    try:
        folder = locations.new_run()
        (folder / "logs").mkdir(exist_ok=True)
        (folder / PLAN).write_text(to_json(plan), encoding="utf-8")
        _save_answers(folder / ANSWERS, choices)
        journal = Journal(folder)
    except (OSError, UnicodeError) as error:
        return _cannot_keep(steps, done, emit, begin, error)
    running = _Run(plan, facts, folder, journal, emit, cancel)
    try:
        with entries.in_use(cancel) if compiles(plan.method) else contextlib.nullcontext():
            return running.go(done, begin)
    except OSError as error:  # the journal's: everything else has a step that it belongs to
        return _cannot_keep(
            steps, done | running.ended, emit, begin, error, started=running.started
        )
    finally:
        journal.close()


@dataclass(frozen=True)
class _Broke:
    """A bug showed itself while a step was done."""

    step: str
    error: BaseException


class _Run:
    """Starts steps, each in a thread of its own, and takes what they tell.

    All that is told goes through one queue to the thread that called `run`: only that one writes
    the journal and speaks to the face, so both hear everything in one order.
    """

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        folder: Path,
        journal: Journal,
        emit: Callable[[Event], None],
        cancel: threading.Event,
    ) -> None:
        self._plan = plan
        self._steps = order(plan)
        self._privilege = facts.privilege
        self._folder = folder
        self._journal = journal
        self._face = emit
        self._cancel = cancel
        self._keeper = privilege.KeepAlive(facts.privilege)
        # A face that is slower than the programs holds them up, or the memory would fill.
        self._told: queue.Queue[Union[Event, Result, _Broke]] = queue.Queue(AHEAD)
        self._stop = threading.Event()  # set by a cancel, and by the first failure
        self._perform = StepRunner(plan, facts.privilege, self._told.put, self._stop)
        self._running: dict[str, Step] = {}
        self._failed: Optional[Step] = None
        self._code = Exit.DONE
        self._report: Optional[Report] = None
        self.started: set[str] = set()
        self.ended: set[str] = set()

    def go(self, done: frozenset[str], begin: float) -> RunEnded:
        """Run what is not in ``done``."""
        try:
            while self._start(done | self.ended):
                self._take()
        finally:
            self._leave()
        for step in self._steps:
            if step.id not in done | self.ended:
                self._emit(StepEnded(step.id, "skipped", 0.0))
        ended = RunEnded(int(self._code), time.monotonic() - begin, self._report)
        self._emit(ended)
        return ended

    def _start(self, done: Collection[str]) -> bool:
        """Start what may start now; whether anything runs."""
        if self._cancel.is_set() and any(step.id not in done for step in self._steps):
            self._end_with(Exit.CANCELLED)
        if not self._stop.is_set():
            for step in startable(self._steps, done, self._running):
                number = self._steps.index(step) + 1
                log = self._folder / "logs" / f"{number:02d}-{_file_name(step.id)}.log"
                logged = str(log) if isinstance(step.action, (Command, CheckSignature)) else ""
                self._emit(StepStarted(step.id, self._shown(step.action), logged))
                self._running[step.id] = step
                self.started.add(step.id)
                name = f"step {step.id}"
                threading.Thread(
                    target=self._work, args=(step, log), name=name, daemon=True
                ).start()
        return bool(self._running)

    def _work(self, step: Step, log: Path) -> None:
        """Do one step; in its thread."""
        try:
            self._told.put(self._perform(step, log))
        except BaseException as error:  # noqa: BLE001 - it is raised where the run was started
            self._told.put(_Broke(step.id, error))

    def _take(self) -> None:
        """Wait a moment for what the steps tell, and pass it on."""
        self._keep_root()
        try:
            told = self._told.get(timeout=TICK)
        except queue.Empty:
            return
        if isinstance(told, _Broke):
            del self._running[told.step]
            raise told.error
        if isinstance(told, Result):
            self._end(told)
        else:
            self._emit(told)

    def _end(self, result: Result) -> None:
        """A step has ended: tell it, and stop the others if it has failed."""
        ended = result.ended
        step = self._running.pop(ended.step)
        self._report = result.report or self._report
        if ended.state == "cancelled" and self._failed is not None:
            cause = f"It was stopped because “{self._failed.title}” failed. {ended.cause}".strip()
            ended = replace(ended, cause=cause)
        if ended.state == "failed" and self._code == Exit.DONE:
            self._failed = step
        if result.code != Exit.DONE:
            self._end_with(result.code)
        self._emit(ended)

    def _end_with(self, code: Exit) -> None:
        """Start nothing more and end what runs. The first reason is the exit code."""
        if self._code == Exit.DONE:
            self._code = code
        self._stop.set()

    def _leave(self) -> None:
        """Where a face or the journal has failed: end what still runs, and wait until it has."""
        self._stop.set()
        limit = time.monotonic() + ENDING_SECONDS
        while self._running and time.monotonic() < limit:
            try:
                told = self._told.get(timeout=TICK)
            except queue.Empty:
                continue
            if isinstance(told, Result):
                del self._running[told.ended.step]
            elif isinstance(told, _Broke):  # what is raised already came first
                del self._running[told.step]

    def _keep_root(self) -> None:
        """Renew the permission to become root while a step needs it: to run, or to be ended."""
        if self._stop.is_set() or not any(
            _root(step) for step in self._steps if step.id not in self.ended
        ):
            return
        try:
            with cancellable(self._cancel):
                self._keeper.tick()
        except Cancelled:
            self._end_with(Exit.CANCELLED)

    def _emit(self, event: Event) -> None:
        self._journal.write(event)
        self._face(event)
        if isinstance(event, StepEnded):
            self.ended.add(event.step)

    def _shown(self, action: Action) -> str:
        if isinstance(action, Command):
            return privilege.shown(action, self._privilege)
        return command_text(action, self._plan.system)


def _root(step: Step) -> bool:
    return isinstance(step.action, Command) and step.action.root


def _file_name(step_id: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in step_id)


def _save_answers(path: Path, choices: Choices) -> None:
    from wizard.questions import answers

    answers.save(path, choices)


def _cannot_keep(
    steps: tuple[Step, ...],
    done: frozenset[str],
    emit: Callable[[Event], None],
    begin: float,
    error: OSError | UnicodeError,
    *,
    started: Collection[str] = (),
) -> RunEnded:
    """The run's own folder cannot be written: nothing is done that nobody could read later."""
    cause = f"The wizard cannot write its journal and logs. {system_says(error)}"
    hint = "Make room, or set CRYPTOGRAPHY_WIZARD_STATE to a folder that you may write to."
    unfinished = [step.id for step in steps if step.id not in done]
    for step in unfinished[:1]:
        emit(StepEnded(step, "failed", 0.0, cause=cause, hints=(hint,)))
    for step in unfinished[1:]:
        emit(StepEnded(step, "cancelled" if step in started else "skipped", 0.0))
    ended = RunEnded(int(Exit.FAILED), time.monotonic() - begin)
    emit(ended)
    return ended
