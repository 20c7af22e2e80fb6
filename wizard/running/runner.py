"""The runner: the only place that starts processes for a plan. It reports by events."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Callable, Optional, TypeVar, Union

from backends.action import Action, Command
from wizard import locations, temporary
from wizard.cache import entries
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.errors import Exit, WizardError
from wizard.export.in_words import sentence
from wizard.facts import Facts
from wizard.method import compiles
from wizard.plan import Plan, Step, order
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof import linkage
from wizard.proof.verify import Report
from wizard.running import inventory, ownership, privilege, shared_cache
from wizard.running.command_runner import TICK
from wizard.running.events import (
    Event,
    RunEnded,
    RunStarted,
    StepEnded,
    StepStarted,
    stamped,
    without_secrets,
)
from wizard.running.journal import ANSWERS_FILE, LOGS, PLAN_FILE, Journal
from wizard.running.new_environment import NewEnvironment
from wizard.running.schedule import startable
from wizard.running.step_runner import Result, StepRunner, os_error_sentence

QUEUE_SIZE = 8
"""How many events of the steps may wait until the interface has handled the first of them."""
ENDING_SECONDS = 5.0
"""How many seconds the steps may take to end after a bug; each needs at most two."""

E = TypeVar("E", bound=Event)

_attempts: list[_Attempt] = []
"""The runs that have not ended: one, unless it is a test."""


def run(
    plan: Plan,
    choices: Choices,
    facts: Facts,
    emit: Callable[[Event], None],
    cancel: threading.Event,
    done: frozenset[str] = frozenset(),
    repeats: str = "",
) -> RunEnded:
    """Run the steps of ``plan`` that are not in ``done``: see `wizard.engine.Run`.

    ``repeats`` is the name of a run that ended early, if the plan does the same again.

    The journal, the plan, the answers and a log for each step are kept in a folder of
    `wizard.locations.new_run`. Raises ValueError if the plan is wrong: see `wizard.plan.order`.
    """
    begin = time.monotonic()
    steps = order(plan)
    environment = NewEnvironment(plan)
    done = environment.still_done(done)
    plan_text = to_json(plan)
    started = stamped(
        RunStarted(
            tuple(step.id for step in steps if step.id in done),
            folder=facts.folder,
            earlier=(_earlier_attempt(plan_text) if done else "") or plan.resumes or repeats,
        )
    )
    emit(started)
    with contextlib.ExitStack() as locks:
        try:
            title = f"cryptography {plan.release}".strip()
            place = plan.environment or plan.wheelhouse
            if place:
                locks.enter_context(ownership.hold(ownership.folder_lock(place), title))
            folder = locations.new_run()
            locks.enter_context(ownership.hold(folder / ownership.RUN_LOCK, title))
            locks.enter_context(temporary.inside(choices.temporary_folder))
            temporary.sweep()
            entries.sweep()
            (folder / LOGS).mkdir(mode=0o700, exist_ok=True)
            locations.write_private(folder / PLAN_FILE, plan_text)
            _save_answers(folder / ANSWERS_FILE, choices)
            journal = locks.enter_context(contextlib.closing(Journal(folder)))
        except ownership.Held as held:
            cause = f"{plan.environment or plan.wheelhouse} is in use by {held.owner}."
            hint = "Wait until that wizard has finished and try again, or choose another folder."
            return _end_early(steps, done, emit, begin, cause, hint)
        except (OSError, UnicodeError) as error:
            return _cannot_write(steps, done, emit, begin, error)
        attempt = _Attempt(plan, choices, environment, facts, folder, journal, emit, cancel)
        _attempts.append(attempt)
        locks.callback(_attempts.remove, attempt)
        locks.callback(attempt.release)
        try:
            journal.write(started)
            if (compiles(plan.method) or plan.wheelhouse) and not plan.undoes:
                locks.enter_context(entries.in_use(cancel))
                if attempt.lacks_rust():
                    cause = "Another wizard has removed the Rust that this plan needs."
                    hint = "Start again: the new plan installs it."
                    return _end_early(steps, done, attempt.tell, begin, cause, hint)
            return attempt.run(done, begin)
        except OSError as error:  # from the journal: every other error belongs to a step
            return _cannot_write(
                steps, done | attempt.ended, emit, begin, error, started=attempt.started
            )


def last_attempt() -> str:
    """Return the name of the last run of this process; empty if there is none."""
    return next((folder.name for folder in _own_runs()), "")


def _own_runs() -> list[Path]:
    return sorted(locations.runs().glob(f"*-{os.getpid()}*"), reverse=True)


def _earlier_attempt(plan_text: str) -> str:
    """Return the name of the last run of this plan in this process; empty if there is none."""
    for folder in _own_runs():
        with contextlib.suppress(OSError):
            if (folder / PLAN_FILE).read_text(encoding="utf-8") == plan_text:
                return folder.name
    return ""


def write_ends() -> None:
    """Write the ends of the runs that have not ended, because the process ends now.

    For any thread, when the one that runs them cannot do it: its interface blocks.
    """
    for attempt in _attempts:
        attempt.write_end()


def _machine(facts: Facts) -> Mapping[str, str]:
    from wizard.diagnosis.platforms import of_machine  # slow to import

    return of_machine(facts)


def _index_problem(plan: Plan, choices: Choices, facts: Facts) -> str:
    from wizard import knowledge  # all of them are slow to import
    from wizard.machine import target_index
    from wizard.needs.case import Case

    try:
        return target_index.problem(Case(facts, knowledge.load(), choices), plan.release)
    except WizardError:
        return ""  # the target is not known any more: the step's own failure is explained


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
        environment: NewEnvironment,
        facts: Facts,
        folder: Path,
        journal: Journal,
        emit: Callable[[Event], None],
        cancel: threading.Event,
    ) -> None:
        self._plan = plan
        self._environment = environment
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
        self._parts = shared_cache.parts_of(plan)
        self._rust = shared_cache.RustUse()
        self._run_step = StepRunner(
            plan,
            facts.privilege,
            self._queue.put,
            self._stop,
            environment,
            self._parts,
            self._rust,
            partial(_machine, facts),
            partial(_index_problem, plan, choices, facts),
        )
        self._running: dict[str, Step] = {}
        self._proof_prepared = not any(step.proves for step in self._steps)
        self._failed: Optional[Step] = None
        self._code = Exit.DONE
        self._report: Optional[Report] = None
        self._done: frozenset[str] = frozenset()
        self._begin = time.monotonic()
        self.started: set[str] = set()
        self.ended: set[str] = set()

    def lacks_rust(self) -> bool:
        """Use the Rust in the cache, if the plan does; return whether it is not there any more."""
        if shared_cache.uses_rust(self._plan):
            self._rust.begin(self._cancel)
        return shared_cache.missing_rust(self._plan)

    def release(self) -> None:
        """Let other wizards use what this run has used in the cache."""
        for part in self._parts:
            part.release()
        self._rust.end()

    def run(self, done: frozenset[str], begin: float) -> RunEnded:
        """Run the steps that are not in ``done``."""
        self._done, self._begin = done, begin
        try:
            self._environment.go_on(done)
            while self._start_ready(done | self.ended):
                self._handle_next()
        finally:
            self._stop_all()
            self._environment.close()
        for step in self._steps:
            if step.id not in done | self.ended:
                self.emit(StepEnded(step.id, "skipped", 0.0))
        if self._plan.environment:
            inventory.record_environment(Path(self._plan.environment), self._folder)
        return self.emit(RunEnded(int(self._code), time.monotonic() - begin, self._report))

    def write_end(self) -> None:
        """Write to the journal that the run was cancelled."""
        for step in self._steps:
            if step.id in self._running:
                self._journal.write(stamped(StepEnded(step.id, "cancelled", 0.0)))
            elif step.id not in self._done | self.ended:
                self._journal.write(stamped(StepEnded(step.id, "skipped", 0.0)))
        self._journal.write(stamped(RunEnded(int(Exit.CANCELLED), time.monotonic() - self._begin)))

    def _start_ready(self, done: Collection[str]) -> bool:
        """Start the steps that may start now; return whether anything runs."""
        if self._cancel.is_set() and any(step.id not in done for step in self._steps):
            self._stop_with(Exit.CANCELLED)
        if not self._stop.is_set():
            for step in startable(self._steps, done, self._running):
                number = self._steps.index(step) + 1
                log = self._folder / LOGS / f"{number:02d}-{_file_name(step.id)}.log"
                self.emit(StepStarted(step.id, self._command_text(step.action), str(log)))
                self._running[step.id] = step
                self._environment.start(step)
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
            self.emit(item)

    def _prepare_proof(self) -> None:
        """Import what the proof needs, once, while this thread has nothing else to do."""
        if not self._proof_prepared:
            self._proof_prepared = True
            linkage.prepare()

    def _end_step(self, result: Result) -> None:
        """Emit the end of a step, and stop the others if it has failed."""
        if result.ended.state == "failed" and self._cancel.is_set():
            # The watchdog may have ended its program before this thread could stop the step.
            result = _cancelled(result.ended)
        ended = result.ended
        step = self._running.pop(ended.step)
        self._report = result.report or self._report
        self._environment.end(ended)
        if ended.state == "cancelled" and self._failed is not None:
            cause = f"It was stopped because “{self._failed.title}” failed. {ended.cause}".strip()
            ended = replace(ended, cause=cause)
        if ended.state == "failed" and self._code == Exit.DONE:
            self._failed = step
        if result.code != Exit.DONE:
            self._stop_with(result.code)
        self.emit(ended)

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
                self._environment.end(item.ended)
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

    def emit(self, event: E) -> E:
        """Write an event to the journal and pass it to the interface; return it with its time.

        Neither gets the secrets in addresses, which programs may print.
        """
        event = stamped(without_secrets(event))
        self._journal.write(event)
        self._interface(event)
        if isinstance(event, StepEnded):
            self.ended.add(event.step)
        return event

    def tell(self, event: Event) -> None:
        """Do the same as `emit`, for a caller that does not need the event."""
        self.emit(event)

    def _command_text(self, action: Action) -> str:
        if isinstance(action, Command):
            return privilege.command_text(action, self._privilege)
        return sentence(action)


def _cancelled(failed: StepEnded) -> Result:
    """Return that a step which failed because the user cancelled was cancelled."""
    return Result(
        StepEnded(failed.step, "cancelled", failed.seconds, log=failed.log),
        Exit.CANCELLED,
    )


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
    return _end_early(steps, done, emit, begin, cause, hint, started=started)


def _end_early(
    steps: tuple[Step, ...],
    done: frozenset[str],
    emit: Callable[[Event], None],
    begin: float,
    cause: str,
    hint: str,
    *,
    started: Collection[str] = (),
) -> RunEnded:
    """Report that nothing can run, or nothing more: the first step that is left has failed."""
    unfinished = [step.id for step in steps if step.id not in done]
    for step in unfinished[:1]:
        emit(stamped(StepEnded(step, "failed", 0.0, cause=cause, hints=(hint,))))
    for step in unfinished[1:]:
        emit(stamped(StepEnded(step, "cancelled" if step in started else "skipped", 0.0)))
    ended = stamped(RunEnded(int(Exit.FAILED), time.monotonic() - begin))
    emit(ended)
    return ended
