"""The runner: the only place that starts processes for a plan. It tells what happens as events."""

from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from typing import Callable, Optional

from backends.action import Action, Command, Download, Prove, RemoveFolder, Unpack, WriteFile
from wizard import locations, privilege
from wizard.aftermath import missing, why
from wizard.choices import Choices
from wizard.codec import to_json
from wizard.errors import Exit, WizardError
from wizard.events import Event, Progressed, RunEnded, StepEnded, StepStarted
from wizard.execute import Ended, Surroundings, execute
from wizard.export import command_text
from wizard.facts import Facts
from wizard.journal import Journal
from wizard.plan import Plan, Step, order
from wizard.processes import Cancelled, cancellable
from wizard.verify import Report

PLAN = "plan.json"
ANSWERS = "answers.toml"


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
        return running.go(steps, done, begin)
    except OSError as error:  # the journal's: everything else has a step that it belongs to
        return _cannot_keep(steps, done | running.ended, emit, begin, error)
    finally:
        journal.close()


class _Run:
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
        self._facts = facts
        self._folder = folder
        self._journal = journal
        self._face = emit
        self._cancel = cancel
        self._keeper = privilege.KeepAlive(facts.privilege)
        self._report: Optional[Report] = None
        self.ended: set[str] = set()

    def go(self, steps: tuple[Step, ...], done: frozenset[str], begin: float) -> RunEnded:
        code = int(Exit.DONE)
        for number, step in enumerate(steps, 1):
            if step.id in done:
                continue
            if code == Exit.DONE and self._cancel.is_set():
                code = int(Exit.CANCELLED)
            if code == Exit.DONE:
                code = self._step(step, number, root_later=any(map(_root, steps[number:])))
            else:
                self._emit(StepEnded(step.id, "skipped", 0.0))
        ended = RunEnded(code, time.monotonic() - begin, self._report)
        self._emit(ended)
        return ended

    def _emit(self, event: Event) -> None:
        self._journal.write(event)
        self._face(event)
        if isinstance(event, StepEnded):
            self.ended.add(event.step)

    def _step(self, step: Step, number: int, *, root_later: bool) -> int:
        """Do one step and tell its end; the exit code that the run would have now."""
        log = self._folder / "logs" / f"{number:02d}-{_file_name(step.id)}.log"
        logged = str(log) if isinstance(step.action, Command) else ""
        self._emit(StepStarted(step.id, self._shown(step.action), logged))
        begin = time.monotonic()
        makes = self._makes_environment(step)
        ended, excerpt, code = self._outcome(step, log, root_later=root_later)
        if makes and ended.state != "done":
            ended = self._remove_half(ended)
        self._emit(
            StepEnded(
                *(step.id, ended.state, time.monotonic() - begin, ended.exit),
                *(ended.cause, excerpt, ended.hints, str(log) if log.exists() else ""),
            )
        )
        return int(code)

    def _outcome(
        self, step: Step, log: Path, *, root_later: bool
    ) -> tuple[Ended, tuple[str, ...], Exit]:
        """Do one step; how it ended, the lines that show why, and its exit code."""
        try:
            with cancellable(self._cancel):
                ended = self._act(step, log, self._keeper.tick if root_later else lambda: None)
                lacking = missing(step) if ended.state == "done" else ""
        except Cancelled:
            return Ended("cancelled"), (), Exit.CANCELLED
        except WizardError as error:
            failed = Ended("failed", None, f"{error.what} {error.why}".strip(), error.hints)
            return failed, tuple(error.shown.splitlines()), error.code
        except OSError as error:
            return Ended("failed", None, _system_says(error)), (), Exit.FAILED
        if ended.state == "cancelled":
            return ended, (), Exit.CANCELLED
        if lacking:
            return Ended("failed", ended.exit, lacking, (f"Read {log}",)), (), Exit.FAILED
        if ended.state == "done":
            return ended, (), Exit.DONE
        explained, excerpt = why(step, ended, log)
        return explained, excerpt, Exit.UNPROVED if isinstance(step.action, Prove) else Exit.FAILED

    def _act(self, step: Step, log: Path, tick: Callable[[], object]) -> Ended:
        action = step.action
        if isinstance(action, Command):
            around = Surroundings(self._emit, self._cancel, self._facts.privilege, tick)
            return execute(step.id, action, log, around)
        if isinstance(action, Prove):
            return self._prove(action)
        if isinstance(action, Download):
            return self._download(step.id, action)
        if isinstance(action, Unpack):
            from wizard.unpack import unpack  # seldom wanted

            unpack(action, self._cancel)
            return Ended("done")
        if isinstance(action, WriteFile):
            Path(action.path).parent.mkdir(parents=True, exist_ok=True)
            Path(action.path).write_text(action.text, encoding="utf-8")
            return Ended("done")
        return remove_folder(action)

    def _download(self, step: str, action: Download) -> Ended:
        from wizard.download import Amount, fetch  # slow to import, and seldom wanted

        def tell(amount: Amount) -> None:
            self._emit(Progressed(step, amount.done, amount.whole, action.url.rpartition("/")[2]))

        fetch(action, tell, self._cancel)
        return Ended("done")

    def _prove(self, action: Prove) -> Ended:
        from wizard.verify import verify

        report = verify(
            action.python, release=action.release, link=action.link, timeout=action.timeout
        )
        self._report = report
        if report.ok:
            return Ended("done")
        cause = " ".join(report.problems) or "The installation could not be proved."
        return Ended("failed", None, cause, ("Install it again into a new environment.",))

    def _shown(self, action: Action) -> str:
        if isinstance(action, Command):
            return privilege.shown(action, self._facts.privilege)
        return command_text(action, self._plan.system)

    def _makes_environment(self, step: Step) -> bool:
        """Whether this step is the one that makes the plan's environment, and it is not there."""
        folder = self._plan.environment
        return (
            self._plan.new
            and any(isinstance(a, RemoveFolder) and a.path == folder for a in step.undo)
            and not os.path.lexists(folder)
        )

    def _remove_half(self, ended: Ended) -> Ended:
        folder = self._plan.environment
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # it had not come so far
            return ended
        except OSError as error:
            left = f"The half-made environment could not be removed. {_system_says(error)}"
            return Ended(ended.state, ended.exit, f"{ended.cause} {left}".strip(), ended.hints)
        return ended


def remove_folder(action: RemoveFolder) -> Ended:
    """Delete a folder, but only a virtual environment or something of the wizard's own."""
    folder = Path(action.path)
    if not os.path.lexists(folder):
        return Ended("done")
    homes = (locations.state(), locations.cache())
    own = any(home.resolve() in folder.resolve().parents for home in homes)
    if folder.is_symlink() or not folder.is_dir():
        return Ended("failed", None, f"{folder} is not a folder, so it was left alone.")
    if not own and not (folder / "pyvenv.cfg").is_file():
        return Ended(
            "failed",
            None,
            f"{folder} was left alone: it is no virtual environment (it has no pyvenv.cfg).",
            ("Look into it. If you do not need it, delete it yourself.",),
        )
    shutil.rmtree(folder)
    return Ended("done")


def _root(step: Step) -> bool:
    return isinstance(step.action, Command) and step.action.root


def _file_name(step_id: str) -> str:
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in step_id)


def _save_answers(path: Path, choices: Choices) -> None:
    from wizard import answers

    answers.save(path, choices)


def _system_says(error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return f"A name in it is not Unicode: {error}."
    where = f"{error.filename}: " if error.filename else ""
    return f"The system says: {where}{error.strerror or error}."


def _cannot_keep(
    steps: tuple[Step, ...],
    done: frozenset[str],
    emit: Callable[[Event], None],
    begin: float,
    error: OSError | UnicodeError,
) -> RunEnded:
    """The run's own folder cannot be written: nothing is done that nobody could read later."""
    cause = f"The wizard cannot write its journal and logs. {_system_says(error)}"
    hint = "Make room, or set CRYPTOGRAPHY_WIZARD_STATE to a folder that you may write to."
    state_ended = [step.id for step in steps if step.id not in done]
    for number, step in enumerate(state_ended):
        if number == 0:
            emit(StepEnded(step, "failed", 0.0, cause=cause, hints=(hint,)))
        else:
            emit(StepEnded(step, "skipped", 0.0))
    ended = RunEnded(int(Exit.FAILED), time.monotonic() - begin)
    emit(ended)
    return ended
