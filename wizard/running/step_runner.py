"""Runs one step of a plan, in any thread, and returns how it ended. `runner` decides when."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial, singledispatch
from pathlib import Path
from typing import Callable, Optional

from backends.action import (
    Action,
    CheckSignature,
    Command,
    Download,
    ExportAuthorities,
    Prove,
    RecordPackages,
    RemoveFolder,
    Seal,
    SystemUpdate,
    UnknownAction,
    Unpack,
    Wait,
    WriteFile,
    WriteManifest,
)
from wizard import locations, unfinished
from wizard.cache import entries
from wizard.errors import Exit, WizardError
from wizard.facts import Privilege
from wizard.plan import Plan, Step
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof.verify import Report
from wizard.running import inventory, ownership, shared_cache
from wizard.running.command_runner import CommandContext, Outcome, run_command
from wizard.running.events import Event, Lines, Progressed, StepEnded, Waiting
from wizard.running.new_environment import NewEnvironment
from wizard.running.step_checks import explain_failure, missing_result

WRITES_ENVIRONMENT = ("environment", "installer", "library", "install", "project")
"""The roles of steps that change the environment of their plan."""


@dataclass(frozen=True)
class Result:
    """How a step ended, the exit code of a run with only this step, and what it proved."""

    ended: StepEnded
    code: Exit
    report: Optional[Report] = None


@dataclass(frozen=True)
class StepRunner:
    """Runs steps of ``plan``, several at once if each has its own thread.

    ``emit`` gets output, progress and waiting from these threads. If ``cancel`` is set, all steps
    end within two seconds. ``advise`` returns what else helps against a failure with some id.
    ``environment`` is the environment that the plan makes.
    ``parts`` are what the plan makes in the cache, and ``rust`` is its use of the Rust there.
    ``machine`` returns the facts of this machine for the diagnosis of a failure.
    """

    plan: Plan
    privilege: Privilege
    emit: Callable[[Event], None]
    cancel: threading.Event
    environment: NewEnvironment
    advise: Callable[[str], tuple[str, ...]] = lambda _failure: ()
    parts: tuple[shared_cache.SharedPart, ...] = ()
    rust: shared_cache.RustUse = field(default_factory=shared_cache.RustUse)
    machine: Callable[[], Mapping[str, str]] = dict

    def __call__(self, step: Step, log: Path) -> Result:
        """Run a step whose output goes to ``log``. An exception is a bug."""
        begin = time.monotonic()
        makes_environment = self.environment.makes(step) and (
            not os.path.lexists(self.plan.environment)
            or unfinished.is_left(Path(self.plan.environment))
        )
        reports: list[Report] = []
        part = shared_cache.part_of(self.parts, step.id)
        try:
            outcome, excerpt, code = self._perform_and_check(step, log, reports, part)
        finally:
            if part is not None:
                part.end(step.id)
        if makes_environment and outcome.state != "done":
            outcome = self._remove_incomplete(outcome)
        event = StepEnded(
            *(step.id, outcome.state, time.monotonic() - begin, outcome.exit),
            *(outcome.cause, excerpt, outcome.hints, str(log) if log.exists() else ""),
        )
        return Result(event, code, reports[0] if reports else None)

    def _perform_and_check(
        self,
        step: Step,
        log: Path,
        reports: list[Report],
        part: Optional[shared_cache.SharedPart],
    ) -> tuple[Outcome, tuple[str, ...], Exit]:
        """Run one step; return how it ended, the lines that show why, and the exit code."""
        try:
            context = _StepContext(self, step.id, log, reports)
            with cancellable(self.cancel), self._own_manager(step):
                if self.environment.makes(step):
                    said = self.environment.begin(step)
                    context.add_output((said,) if said else ())
                if part is not None and self._made_elsewhere(part, context):
                    outcome = Outcome("done")
                else:
                    inventory.record(step, log, "before")
                    outcome = perform(step.action, context)
                    inventory.record(step, log, "after")
                    if step.role in WRITES_ENVIRONMENT and outcome.state == "done":
                        folder = Path(self.plan.environment)
                        inventory.record_environment(folder, log.parent.parent)
                lacking = missing_result(step) if outcome.state == "done" else ""
        except Cancelled:
            return Outcome("cancelled"), (), Exit.CANCELLED
        except WizardError as error:
            failed = Outcome("failed", None, f"{error.what} {error.why}".strip(), error.hints)
            return failed, tuple(error.shown.splitlines()), error.code
        except OSError as error:
            return Outcome("failed", None, os_error_sentence(error)), (), Exit.FAILED
        if outcome.state == "cancelled":
            return outcome, (), Exit.CANCELLED
        if lacking:
            return Outcome("failed", outcome.exit, lacking, (f"Read {log}",)), (), Exit.FAILED
        if outcome.state == "done":
            return outcome, (), Exit.DONE
        explained, excerpt = explain_failure(step, outcome, log, self.advise, self.machine())
        return explained, excerpt, Exit.UNPROVED if step.proves else Exit.FAILED

    @contextlib.contextmanager
    def _own_manager(self, step: Step) -> Iterator[None]:
        """Within this block, no other wizard uses the step's package manager."""
        if not step.lock:
            yield
            return
        lock = ownership.manager_lock(step.lock)
        with ownership.wait_for(lock, step.title, self.cancel, partial(self._waits, step.id)):
            yield

    def _made_elsewhere(self, part: shared_cache.SharedPart, context: _StepContext) -> bool:
        """Wait for a wizard that makes the same part of the cache; return whether it is there."""
        return part.begin(
            context.step,
            self.cancel,
            partial(self._waits, context.step),
            lambda line: context.add_output((line,)),
        )

    def _waits(self, step: str, owner: ownership.Owner, seconds: float) -> None:
        self.emit(Waiting(step, str(owner), seconds))

    def _remove_incomplete(self, outcome: Outcome) -> Outcome:
        folder = self.plan.environment
        self.environment.release()
        try:
            unfinished.remove(Path(folder))
        except FileNotFoundError:  # it was not created yet
            return outcome
        except OSError as error:
            problem = f"The incomplete environment could not be removed. {os_error_sentence(error)}"
            return Outcome(
                outcome.state, outcome.exit, f"{outcome.cause} {problem}".strip(), outcome.hints
            )
        return outcome


@dataclass(frozen=True)
class _StepContext:
    """What performing an action needs besides the action.

    ``runner`` runs it. ``step`` is the step's id and ``log`` its log; a proof adds its report to
    ``reports``.
    """

    runner: StepRunner
    step: str
    log: Path
    reports: list[Report]

    def add_output(self, lines: tuple[str, ...]) -> None:
        """Add lines to the log, and show them."""
        with open(self.log, "a", encoding="utf-8", opener=locations.private) as file:
            file.writelines(f"{line}\n" for line in lines)
        self.runner.emit(Lines(self.step, lines))


# Modules that few steps need are imported where they are used: a run starts faster without them.


@singledispatch
def perform(action: object, _context: _StepContext) -> Outcome:
    """Perform an action. Raises UnknownAction, WizardError, OSError and Cancelled."""
    raise UnknownAction(action, "way to perform it")


@perform.register(Command)
def _run_command(action: Command, context: _StepContext) -> Outcome:
    runner = context.runner
    command_context = CommandContext(
        runner.emit, runner.cancel, runner.privilege, runner.plan.variables
    )
    return run_command(context.step, action, context.log, command_context)


@perform.register(Wait)
def _wait(action: Wait, context: _StepContext) -> Outcome:
    from wizard.running import outside

    context.runner.emit(Waiting(context.step, action.what, action.seconds))
    return outside.wait_for(action, context.add_output, context.runner.cancel)


@perform.register(SystemUpdate)
def _update_system(action: SystemUpdate, context: _StepContext) -> Outcome:
    from wizard.running import system_update

    return system_update.install(
        action, context.add_output, lambda command: _run_command(command, context)
    )


@perform.register(Download)
def _download(action: Download, context: _StepContext) -> Outcome:
    from wizard.running.download import Amount, DownloadFailed, fetch

    def tell(amount: Amount) -> None:
        name = action.url.rpartition("/")[2]
        context.runner.emit(Progressed(context.step, amount.done, amount.whole, name))

    def say(what: str, seconds: float) -> None:
        context.runner.emit(Waiting(context.step, what, seconds))

    try:
        fetch(action, tell, context.runner.cancel, say)
    except DownloadFailed as error:
        error.hints += (action.otherwise,) if action.otherwise else ()
        raise
    return Outcome("done")


@perform.register(CheckSignature)
def _check_signature(action: CheckSignature, context: _StepContext) -> Outcome:
    from wizard.running import signature

    signature.check_signature(action, context.add_output, context.runner.cancel)
    return Outcome("done")


@perform.register(Unpack)
def _unpack(action: Unpack, context: _StepContext) -> Outcome:
    from wizard.running.unpack import unpack

    unpack(action, context.runner.cancel)
    return Outcome("done")


@perform.register(Seal)
def _seal(action: Seal, _context: _StepContext) -> Outcome:
    from wizard.cache.integrity import seal

    seal(Path(action.folder), action.title)
    return Outcome("done")


@perform.register(WriteManifest)
def _write_manifest(action: WriteManifest, _context: _StepContext) -> Outcome:
    from wizard.proof import manifest

    manifest.write(action)
    return Outcome("done")


@perform.register(WriteFile)
def _write_file(action: WriteFile, _context: _StepContext) -> Outcome:
    Path(action.path).parent.mkdir(parents=True, exist_ok=True)
    Path(action.path).write_text(action.text, encoding="utf-8")
    return Outcome("done")


@perform.register(ExportAuthorities)
def _export_authorities(action: ExportAuthorities, context: _StepContext) -> Outcome:
    from wizard.programs import keychain

    roots, added = keychain.roots(), keychain.authorities()
    file = Path(action.path)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{os.getpid()}")  # another run may be reading the file
    part.write_text("".join(f"{each.strip()}\n" for each in (*roots, *added)), encoding="ascii")
    part.replace(file)
    context.add_output(
        (f"Authorities in {file}: {len(roots)} of Apple, {len(added)} of an administrator.",)
    )
    return Outcome("done")


@perform.register(RecordPackages)
def _record_packages(action: RecordPackages, context: _StepContext) -> Outcome:
    from wizard.proof import packages

    recorded = packages.record(action.python, action.modules, action.timeout)
    packages.save(recorded, Path(action.file))
    context.add_output(recorded.sentences)
    return Outcome("done")


@perform.register(Prove)
def _prove(action: Prove, context: _StepContext) -> Outcome:
    from wizard.proof.verify import verify

    report = verify(
        action.python,
        release=action.release,
        link=action.link,
        openssl=action.openssl,
        any_patch=action.any_patch,
        timeout=action.timeout,
    )
    hints: tuple[str, ...] = ()
    if action.whole:
        from wizard.proof import packages

        cryptography_ok = report.ok
        report = packages.checked(report, action.python)
        if cryptography_ok:
            hints = packages.PROJECT_HINTS
    if action.packages:
        from wizard.proof import packages

        cryptography_ok = report.ok
        before = packages.load(Path(action.packages))
        report = packages.compared(report, before, action.accepted)
        if report.ok:
            Path(action.packages).unlink()
        elif cryptography_ok:
            hints = packages.hints(before)
    context.reports.append(report)
    if report.ok:
        return Outcome("done")
    from wizard.advice import failed_proof

    explanation = failed_proof.explain(report)
    causes = filter(None, (explanation.cause, *report.problems))
    cause = " ".join(causes) or "The installation could not be proved."
    if context.runner.plan.only_proves and not explanation.cause:
        hints = hints or ("Install it again: --reinstall",)
    return Outcome("failed", None, cause, hints or explanation.hints)


@singledispatch
def writes_log(action: object) -> bool:
    """Return whether performing an action writes a log. Raises UnknownAction."""
    raise UnknownAction(action, "rule about logs")


@writes_log.register(Command)
@writes_log.register(Wait)
@writes_log.register(SystemUpdate)
@writes_log.register(CheckSignature)
@writes_log.register(ExportAuthorities)
@writes_log.register(RecordPackages)
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
def _remove_folder(action: RemoveFolder, context: _StepContext) -> Outcome:
    path = Path(action.path)
    if path == shared_cache.rust_home():
        with context.runner.rust.removing() as unused:
            if unused:
                return remove_folder(action)
        context.add_output(("Another wizard still uses this Rust, so it stays for now.",))
        return Outcome("done")
    if context.runner.plan.undoes and locations.cache() in path.parents:
        with entries.alone():
            return remove_folder(action)
    return remove_folder(action)


def remove_folder(action: RemoveFolder) -> Outcome:
    """Delete a folder, but only a virtual environment or one of the wizard's folders."""
    folder = Path(action.path)
    if not os.path.lexists(folder):
        return Outcome("done")
    wizard_folders = (locations.state(), locations.cache())
    is_ours = any(home.resolve() in folder.resolve().parents for home in wizard_folders)
    if folder.is_symlink() or not folder.is_dir():
        return Outcome("failed", None, f"{folder} is not a folder, so it was left alone.")
    is_environment = (folder / "pyvenv.cfg").is_file() or unfinished.is_left(folder)
    if not is_ours and not is_environment:
        return Outcome(
            "failed",
            None,
            f"{folder} was left alone: it is not a virtual environment (it has no pyvenv.cfg).",
            ("Check its contents. If you do not need it, delete it yourself.",),
        )
    if locations.cache().resolve() in folder.resolve().parents:
        entries.discard(folder)
    else:
        unfinished.remove(folder)
    return Outcome("done")


def os_error_sentence(error: OSError | UnicodeError) -> str:
    """Return the operating system's message about a file, as a sentence."""
    if isinstance(error, UnicodeError):
        return f"A name in it is not Unicode: {error}."
    where = f"{error.filename}: " if error.filename else ""
    return f"The system reports: {where}{error.strerror or error}."
