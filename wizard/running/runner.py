"""The runner: the only place that starts processes for a plan. It reports by events."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Callable, Optional, TypeVar, Union

from backends.action import Action, Command
from wizard import locations
from wizard.cache import entries
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.errors import Exit
from wizard.export.commands import command_text
from wizard.facts import Facts
from wizard.method import compiles
from wizard.plan import Plan, Step, order
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof import linkage
from wizard.proof.verify import Report
from wizard.running import privilege
from wizard.running.command_runner import TICK
from wizard.running.events import (
    Event,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    stamped,
)
from wizard.running.journal import PLAN_FILE, Journal
from wizard.running.schedule import startable
from wizard.running.step_runner import Result, StepRunner, os_error_sentence, writes_log

ANSWERS_FILE = "answers.toml"
QUEUE_SIZE = 8
"""How many events of the steps may wait until the interface has handled the first of them."""
ENDING_SECONDS = 5.0
"""How many seconds the steps may take to end after a bug; each needs at most two."""

E = TypeVar("E", bound=Event)


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
    `wizard.locations.new_run`. Raises ValueError if the plan is wrong: see `wizard.plan.order`.
    """
    begin = time.monotonic()
    steps = order(plan)
    started = stamped(RunStarted(tuple(step.id for step in steps if step.id in done)))
    emit(started)
    try:
        folder = locations.new_run()
        (folder / "logs").mkdir(exist_ok=True)
        (folder / PLAN_FILE).write_text(to_json(plan), encoding="utf-8")
        _save_answers(folder / ANSWERS_FILE, choices)
        journal = Journal(folder)
    except (OSError, UnicodeError) as error:
        return _cannot_write(steps, done, emit, begin, error)
    attempt = _Attempt(plan, choices, facts, folder, journal, emit, cancel)
    try:
        journal.write(started)
        with entries.in_use(cancel) if compiles(plan.method) else contextlib.nullcontext():
            return attempt.run(done, begin)
    except OSError as error:  # from the journal: every other error belongs to a step
        return _cannot_write(
            steps, done | attempt.ended, emit, begin, error, started=attempt.started
        )
    finally:
        journal.close()


def _machine(facts: Facts) -> Mapping[str, str]:
    from wizard.diagnosis.platforms import of_machine  # slow to import

    return of_machine(facts)


def _advise(facts: Facts, choices: Choices, failure: str) -> tuple[str, ...]:
    """Return what else helps against a failure with this id."""
    from wizard.running import let_through  # rarely needed

    return let_through.hints(failure, facts, choices)


@dataclass(frozen=True)
class _Crash:
    """The thread of a step has raised an unexpected exception: a bug."""

    step: str
    error: BaseException


class _Attempt:
    """Starts steps, each in a separate thread, and handles their events.

    All events go through one queue to the thread that called `run`. Only that thread writes the
    journal and calls the interface, so both get all events in the same order.
    """

    def __init__(
        self,
        plan: Plan,
        choices: Choices,
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
        self._interface = emit
        self._cancel = cancel
        self._keep_alive = privilege.KeepAlive(facts.privilege)
        # A slow interface must slow the programs down, or the memory would fill.
        self._queue: queue.Queue[Union[Event, Result, _Crash]] = queue.Queue(QUEUE_SIZE)
        self._stop = threading.Event()  # set by a cancellation, and by the first failure
        self._run_step = StepRunner(
            plan,
            facts.privilege,
            self._queue.put,
            self._stop,
            partial(_advise, facts, choices),
            partial(_machine, facts),
        )
        self._running: dict[str, Step] = {}
        self._proof_prepared = not any(step.proves for step in self._steps)
        self._failed: Optional[Step] = None
        self._code = Exit.DONE
        self._report: Optional[Report] = None
        self.started: set[str] = set()
        self.ended: set[str] = set()

    def run(self, done: frozenset[str], begin: float) -> RunEnded:
        """Run the steps that are not in ``done``."""
        try:
            while self._start_ready(done | self.ended):
                self._handle_next()
        finally:
            self._stop_all()
        for step in self._steps:
            if step.id not in done | self.ended:
                self._emit(StepEnded(step.id, "skipped", 0.0))
        return self._emit(RunEnded(int(self._code), time.monotonic() - begin, self._report))

    def _start_ready(self, done: Collection[str]) -> bool:
        """Start the steps that may start now; return whether anything runs."""
        if self._cancel.is_set() and any(step.id not in done for step in self._steps):
            self._stop_with(Exit.CANCELLED)
        if not self._stop.is_set():
            for step in startable(self._steps, done, self._running):
                number = self._steps.index(step) + 1
                log = self._folder / "logs" / f"{number:02d}-{_file_name(step.id)}.log"
                logged = str(log) if writes_log(step.action) else ""
                self._emit(StepStarted(step.id, self._command_text(step.action), logged))
                self._running[step.id] = step
                self.started.add(step.id)
                name = f"step {step.id}"
                threading.Thread(
                    target=self._run_in_thread, args=(step, log), name=name, daemon=True
                ).start()
        return bool(self._running)

    def _run_in_thread(self, step: Step, log: Path) -> None:
        """Run one step, in its thread."""
        try:
            self._queue.put(self._run_step(step, log))
        except BaseException as error:  # noqa: BLE001 - it is raised where the run was started
            self._queue.put(_Crash(step.id, error))

    def _handle_next(self) -> None:
        """Wait a moment for an event of a step, and handle it."""
        self._renew_root()
        try:
            item = self._queue.get(timeout=TICK)
        except queue.Empty:
            self._prepare_proof()
            return
        if isinstance(item, _Crash):
            del self._running[item.step]
            raise item.error
        if isinstance(item, Result):
            self._end_step(item)
        else:
            self._emit(item)

    def _prepare_proof(self) -> None:
        """Import what the proof needs, once, while this thread has nothing else to do."""
        if not self._proof_prepared:
            self._proof_prepared = True
            linkage.prepare()

    def _end_step(self, result: Result) -> None:
        """Emit the end of a step, and stop the others if it has failed."""
        ended = result.ended
        step = self._running.pop(ended.step)
        self._report = result.report or self._report
        if ended.state == "cancelled" and self._failed is not None:
            cause = f"It was stopped because “{self._failed.title}” failed. {ended.cause}".strip()
            ended = replace(ended, cause=cause)
        if ended.state == "failed" and self._code == Exit.DONE:
            self._failed = step
        if result.code != Exit.DONE:
            self._stop_with(result.code)
        self._emit(ended)

    def _stop_with(self, code: Exit) -> None:
        """Start no more steps, and end the running ones. The first reason sets the exit code."""
        if self._code == Exit.DONE:
            self._code = code
        self._stop.set()

    def _stop_all(self) -> None:
        """End all running steps and wait for them, after an error of interface or journal."""
        self._stop.set()
        limit = time.monotonic() + ENDING_SECONDS
        while self._running and time.monotonic() < limit:
            try:
                item = self._queue.get(timeout=TICK)
            except queue.Empty:
                continue
            if isinstance(item, Result):
                del self._running[item.ended.step]
            elif isinstance(item, _Crash):  # the error that is already raised came first
                del self._running[item.step]

    def _renew_root(self) -> None:
        """Renew the permission to become root while a step needs it, to run or to be ended."""
        if self._stop.is_set() or not any(
            step.needs_root for step in self._steps if step.id not in self.ended
        ):
            return
        try:
            with cancellable(self._cancel):
                self._keep_alive.tick()
        except Cancelled:
            self._stop_with(Exit.CANCELLED)

    def _emit(self, event: E) -> E:
        """Write an event to the journal and pass it to the interface; return it with its time."""
        event = stamped(event)
        self._journal.write(event)
        self._interface(event)
        if isinstance(event, StepEnded):
            self.ended.add(event.step)
        return event

    def _command_text(self, action: Action) -> str:
        if isinstance(action, Command):
            return privilege.command_text(action, self._privilege)
        return command_text(action, self._plan.system)


def _file_name(step_id: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in step_id)


def _save_answers(path: Path, choices: Choices) -> None:
    from wizard.questions import answers

    answers.save(path, choices)


def _cannot_write(
    steps: tuple[Step, ...],
    done: frozenset[str],
    emit: Callable[[Event], None],
    begin: float,
    error: OSError | UnicodeError,
    *,
    started: Collection[str] = (),
) -> RunEnded:
    """Report that the folder of the run cannot be written. Nothing runs without logs."""
    cause = f"The wizard cannot write its journal and logs. {os_error_sentence(error)}"
    hint = "Free some space, or set CRYPTOGRAPHY_WIZARD_STATE to a folder that you may write to."
    unfinished = [step.id for step in steps if step.id not in done]
    for step in unfinished[:1]:
        emit(stamped(StepEnded(step, "failed", 0.0, cause=cause, hints=(hint,))))
    for step in unfinished[1:]:
        emit(stamped(StepEnded(step, "cancelled" if step in started else "skipped", 0.0)))
    ended = stamped(RunEnded(int(Exit.FAILED), time.monotonic() - begin))
    emit(ended)
    return ended
