"""Does one step of a plan, in any thread, and returns how it ended. `runner` decides when."""

from __future__ import annotations

import os
import shutil
import threading
import time
from dataclasses import dataclass
from functools import singledispatch
from pathlib import Path
from typing import Callable, Optional

from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    Prove,
    RemoveFolder,
    Seal,
    UnknownAction,
    Unpack,
    WriteFile,
    WriteManifest,
)
from wizard import locations
from wizard.errors import Exit, WizardError
from wizard.facts import Privilege
from wizard.plan import Plan, Step
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof.verify import Report
from wizard.running.command_runner import CommandContext, Outcome, run_command
from wizard.running.events import Event, Lines, Progressed, StepEnded
from wizard.running.step_checks import missing, why


@dataclass(frozen=True)
class Result:
    """How a step ended, the exit code of a run with this step alone, and what it proved."""

    ended: StepEnded
    code: Exit
    report: Optional[Report] = None


@dataclass(frozen=True)
class StepRunner:
    """Does steps of ``plan``. Several may be done at once, each in its thread.

    ``emit`` gets output, progress and waiting, from that thread. Setting ``cancel`` ends
    whatever is being done within two seconds.
    """

    plan: Plan
    privilege: Privilege
    emit: Callable[[Event], None]
    cancel: threading.Event

    def __call__(self, step: Step, log: Path) -> Result:
        """Do a step whose output goes to ``log``. An exception is a bug."""
        begin = time.monotonic()
        makes = self._makes_environment(step)
        found: list[Report] = []
        ended, excerpt, code = self._outcome(step, log, found)
        if makes and ended.state != "done":
            ended = self._remove_half(ended)
        event = StepEnded(
            *(step.id, ended.state, time.monotonic() - begin, ended.exit),
            *(ended.cause, excerpt, ended.hints, str(log) if log.exists() else ""),
        )
        return Result(event, code, found[0] if found else None)

    def _outcome(
        self, step: Step, log: Path, found: list[Report]
    ) -> tuple[Outcome, tuple[str, ...], Exit]:
        """Do one step; return how it ended, the lines that show why, and its exit code."""
        try:
            with cancellable(self.cancel):
                ended = perform(step.action, _Work(self, step.id, log, found))
                lacking = missing(step) if ended.state == "done" else ""
        except Cancelled:
            return Outcome("cancelled"), (), Exit.CANCELLED
        except WizardError as error:
            failed = Outcome("failed", None, f"{error.what} {error.why}".strip(), error.hints)
            return failed, tuple(error.shown.splitlines()), error.code
        except OSError as error:
            return Outcome("failed", None, system_says(error)), (), Exit.FAILED
        if ended.state == "cancelled":
            return ended, (), Exit.CANCELLED
        if lacking:
            return Outcome("failed", ended.exit, lacking, (f"Read {log}",)), (), Exit.FAILED
        if ended.state == "done":
            return ended, (), Exit.DONE
        explained, excerpt = why(step, ended, log)
        return explained, excerpt, Exit.UNPROVED if step.proves else Exit.FAILED

    def _makes_environment(self, step: Step) -> bool:
        """Return whether this step makes the plan's environment, and it does not exist yet."""
        folder = self.plan.environment
        return (
            self.plan.new
            and any(isinstance(a, RemoveFolder) and a.path == folder for a in step.undo)
            and not os.path.lexists(folder)
        )

    def _remove_half(self, ended: Outcome) -> Outcome:
        folder = self.plan.environment
        try:
            shutil.rmtree(folder)
        except FileNotFoundError:  # it was not created yet
            return ended
        except OSError as error:
            left = f"The incomplete environment could not be removed. {system_says(error)}"
            return Outcome(ended.state, ended.exit, f"{ended.cause} {left}".strip(), ended.hints)
        return ended


@dataclass(frozen=True)
class _Work:
    """What performing an action needs besides the action: who does it, and where it is reported.

    ``step`` is the step's id and ``log`` its log; a proof adds its report to ``found``.
    """

    runner: StepRunner
    step: str
    log: Path
    found: list[Report]

    def tell(self, lines: tuple[str, ...]) -> None:
        """Add lines to the log, and show them."""
        with self.log.open("a", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
        self.runner.emit(Lines(self.step, lines))


# Modules that few steps need are imported where they are used: a run starts faster without them.


@singledispatch
def perform(action: object, _work: _Work) -> Outcome:
    """Do what an action says. Raises UnknownAction, WizardError, OSError and Cancelled."""
    raise UnknownAction(action, "way to perform it")


@perform.register(Command)
def _run(action: Command, work: _Work) -> Outcome:
    runner = work.runner
    context = CommandContext(runner.emit, runner.cancel, runner.privilege)
    return run_command(work.step, action, work.log, context)


@perform.register(Download)
def _download(action: Download, work: _Work) -> Outcome:
    from wizard.running.download import Amount, DownloadFailed, fetch

    def tell(amount: Amount) -> None:
        name = action.url.rpartition("/")[2]
        work.runner.emit(Progressed(work.step, amount.done, amount.whole, name))

    try:
        fetch(action, tell, work.runner.cancel)
    except DownloadFailed as error:
        error.hints += (action.otherwise,) if action.otherwise else ()
        raise
    return Outcome("done")


@perform.register(CheckSignature)
def _check_signature(action: CheckSignature, work: _Work) -> Outcome:
    from wizard.running import signature

    signature.check(action, work.tell, work.runner.cancel)
    return Outcome("done")


@perform.register(Unpack)
def _unpack(action: Unpack, work: _Work) -> Outcome:
    from wizard.running.unpack import unpack

    unpack(action, work.runner.cancel)
    return Outcome("done")


@perform.register(Seal)
def _seal(action: Seal, _work: _Work) -> Outcome:
    from wizard.cache.integrity import seal

    seal(Path(action.folder), action.title)
    return Outcome("done")


@perform.register(WriteManifest)
def _write_manifest(action: WriteManifest, _work: _Work) -> Outcome:
    from wizard.proof import manifest

    manifest.write(action)
    return Outcome("done")


@perform.register(WriteFile)
def _write_file(action: WriteFile, _work: _Work) -> Outcome:
    Path(action.path).parent.mkdir(parents=True, exist_ok=True)
    Path(action.path).write_text(action.text, encoding="utf-8")
    return Outcome("done")


@perform.register(Prove)
def _prove(action: Prove, work: _Work) -> Outcome:
    from wizard.proof.verify import verify

    report = verify(
        action.python,
        release=action.release,
        link=action.link,
        openssl=action.openssl,
        timeout=action.timeout,
    )
    work.found.append(report)
    if report.ok:
        return Outcome("done")
    cause = " ".join(report.problems) or "The installation could not be proved."
    return Outcome("failed", None, cause, ("Reinstall it into a new environment.",))


@singledispatch
def writes_log(action: object) -> bool:
    """Whether performing an action writes a log. Raises UnknownAction."""
    raise UnknownAction(action, "rule about logs")


@writes_log.register(Command)
@writes_log.register(CheckSignature)
def _writes_log(_action: Action) -> bool:
    return True


@writes_log.register(Download)
@writes_log.register(Unpack)
@writes_log.register(Seal)
@writes_log.register(WriteManifest)
@writes_log.register(WriteFile)
@writes_log.register(Prove)
@writes_log.register(RemoveFolder)
def _writes_no_log(_action: Action) -> bool:
    return False


@perform.register(RemoveFolder)
def _remove(action: RemoveFolder, _work: _Work) -> Outcome:
    return remove_folder(action)


def remove_folder(action: RemoveFolder) -> Outcome:
    """Delete a folder, but only a virtual environment or one of the wizard's folders."""
    folder = Path(action.path)
    if not os.path.lexists(folder):
        return Outcome("done")
    homes = (locations.state(), locations.cache())
    own = any(home.resolve() in folder.resolve().parents for home in homes)
    if folder.is_symlink() or not folder.is_dir():
        return Outcome("failed", None, f"{folder} is not a folder, so it was left alone.")
    if not own and not (folder / "pyvenv.cfg").is_file():
        return Outcome(
            "failed",
            None,
            f"{folder} was left alone: it is not a virtual environment (it has no pyvenv.cfg).",
            ("Check its contents. If you do not need it, delete it yourself.",),
        )
    shutil.rmtree(folder)
    return Outcome("done")


def system_says(error: OSError | UnicodeError) -> str:
    """Return the system's message about a file, as a sentence."""
    if isinstance(error, UnicodeError):
        return f"A name in it is not Unicode: {error}."
    where = f"{error.filename}: " if error.filename else ""
    return f"The system reports: {where}{error.strerror or error}."
