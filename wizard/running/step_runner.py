"""Runs one step of a plan, in any thread, and returns how it ended. `runner` decides when."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
from wizard.addresses import masked
from wizard.cache import entries
from wizard.errors import Exit, WizardError
from wizard.export.in_words import sentence
from wizard.facts import Privilege
from wizard.plan import Plan, Step
from wizard.programs.processes import Cancelled, cancellable
from wizard.proof.verify import Report
from wizard.running import inventory, ownership, replacement, shared_cache
from wizard.running.command_runner import CommandContext, Outcome, run_command
from wizard.running.events import Event, Lines, Progressed, StepEnded, Waiting
from wizard.running.new_environment import NewEnvironment
from wizard.running.step_checks import Shown, explain_failure, explain_sentence, missing_result

WRITES_ENVIRONMENT = ("environment", "installer", "library", "install", "project")
"""The roles of steps that change the environment of their plan."""
REPLACES = ("install", "build", "project")
"""The roles of steps that may replace packages of it."""
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
"""The id of the failure that a disk is full."""


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
    end within two seconds. ``environment`` is the environment that the plan makes.
    ``parts`` are what the plan makes in the cache, and ``rust`` is its use of the Rust there.
    ``machine`` returns the facts of this machine for the diagnosis of a failure, ``index_problem``
    why the release cannot be found on the index any more.
    """

    plan: Plan
    privilege: Privilege
    emit: Callable[[Event], None]
    cancel: threading.Event
    environment: NewEnvironment
    parts: tuple[shared_cache.SharedPart, ...] = ()
    rust: shared_cache.RustUse = field(default_factory=shared_cache.RustUse)
    machine: Callable[[], Mapping[str, str]] = dict
    index_problem: Callable[[], str] = str

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
            outcome, shown, code = self._perform_and_check(step, log, reports, part)
        finally:
            if part is not None:
                part.end(step.id)
        if makes_environment and outcome.state != "done":
            outcome = self._remove_incomplete(outcome)
        event = StepEnded(
            *(step.id, outcome.state, time.monotonic() - begin, outcome.exit),
            *(outcome.cause, shown.excerpt, outcome.hints, str(log) if log.exists() else ""),
            failure=outcome.failure,
            remedies=outcome.remedies,
            evidence=shown.evidence,
            position=shown.position,
        )
        return Result(event, code, reports[0] if reports else None)

    def _perform_and_check(
        self,
        step: Step,
        log: Path,
        reports: list[Report],
        part: Optional[shared_cache.SharedPart],
    ) -> tuple[Outcome, Shown, Exit]:
        """Run one step; return how it ended, the lines that show why, and the exit code.

        The log contains why it failed, also if no program has written that.
        """
        context = _StepContext(self, step.id, log, reports)
        try:
            with cancellable(self.cancel), self._own_manager(step):
                if self.environment.makes(step):
                    said = self.environment.begin(step)
                    context.add_output((said,) if said else ())
                if part is not None and self._made_elsewhere(part, context):
                    outcome = Outcome("done")
                else:
                    inventory.record(step, log, "before")
                    changes = step.role in WRITES_ENVIRONMENT
                    folder, own = Path(self.plan.environment), log.parent.parent
                    if changes and not self.plan.new:
                        inventory.record_begin(folder, own)
                    context.begin_log(step.action)
                    replaces = step.role in REPLACES
                    if replaces:
                        context.add_output(replacement.begin(folder))
                    outcome = perform(step.action, context)
                    inventory.record(step, log, "after")
                    if (replaces or step.proves) and outcome.state == "done":
                        context.add_output(replacement.done(folder))
                    elif replaces and outcome.state == "failed" and (outcome.exit or 0) >= 0:
                        replacement.failed(folder)
                    if changes and outcome.state == "done":
                        inventory.record_environment(folder, own)
                lacking = missing_result(step) if outcome.state == "done" else ""
        except Cancelled:
            return Outcome("cancelled"), Shown(), Exit.CANCELLED
        except WizardError as error:
            cause = f"{error.what} {error.why}".strip()
            failed = Outcome("failed", None, cause, error.hints, error.failure)
            return failed, context.add_error(error.what, error.shown, error.why), error.code
        except OSError as error:
            said = os_error_sentence(error)
            shown = context.add_error(said)
            if error.errno not in OF_THE_DISK:
                return Outcome("failed", None, said), shown, Exit.FAILED
            shown = replace(shown, excerpt=(said,), evidence=said)
            return explain_sentence(said, self.machine()), shown, Exit.FAILED
        if outcome.state == "cancelled":
            return outcome, Shown(), Exit.CANCELLED
        if lacking:
            failed = Outcome("failed", outcome.exit, lacking, (f"Read {log}",))
            return failed, context.add_error(lacking), Exit.FAILED
        if outcome.state == "done":
            return outcome, Shown(), Exit.DONE
        explained, shown = explain_failure(step, outcome, log, self.machine(), self.index_problem)
        if outcome.cause and not outcome.evidence:
            added = context.add_error(outcome.cause)
            shown = replace(shown, position=added.position)
        return explained, shown, Exit.UNPROVED if step.proves else Exit.FAILED

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
            return replace(outcome, cause=f"{outcome.cause} {problem}".strip())
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

    def begin_log(self, action: Action) -> None:
        """Say in the log what the wizard does itself. The output of a program says what it does."""
        if not isinstance(action, Command):
            self._write((masked(sentence(action)),))

    def add_output(self, lines: tuple[str, ...]) -> None:
        """Add lines to the log, and show them."""
        self._write(lines)
        self.runner.emit(Lines(self.step, lines))

    def _write(self, lines: tuple[str, ...]) -> None:
        with open(self.log, "a", encoding="utf-8", opener=locations.private) as file:
            file.writelines(f"{line}\n" for line in lines)

    def add_error(self, what: str, shown: str = "", why: str = "") -> Shown:
        """Add an error that no program has written to the log; return what shows it.

        Without space for the log, only the event tells it.
        """
        evidence = tuple(shown.splitlines())
        lines = tuple(line for line in (what, *(f"  {line}" for line in evidence), why) if line)
        before = self.log.stat().st_size if self.log.exists() else 0
        try:
            self.add_output(lines)
        except OSError as error:
            self.runner.emit(Lines(self.step, (*lines, os_error_sentence(error))))
            return Shown(evidence, "".join(evidence[:1]))
        position = before + (len(f"{what}\n".encode()) if evidence else 0)
        return Shown(evidence, "".join(evidence[:1]), position)


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

    name = action.url.rpartition("/")[2]
    arrived = 0

    def tell(amount: Amount) -> None:
        nonlocal arrived
        arrived = amount.done
        context.runner.emit(Progressed(context.step, amount.done, amount.whole, name, "bytes"))

    def say(what: str, seconds: float) -> None:
        context.add_output((f"Waiting {seconds:g} s: {what}",))
        context.runner.emit(Waiting(context.step, what, seconds))

    try:
        fetch(action, tell, context.runner.cancel, say)
    except DownloadFailed as error:
        error.hints += (action.otherwise,) if action.otherwise else ()
        raise
    context.add_output((f"{arrived:,} bytes, with the right checksum: {action.path}",))
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
    context.reports.append(replace(report, output=()))
    from wizard.advice import failed_proof

    context.add_output(failed_proof.log_of(report))
    if report.ok:
        return Outcome("done")
    found = failed_proof.explain(report, context.runner.machine())
    if not found.known:
        cause = " ".join(report.problems) or "The installation could not be proved."
        return Outcome("failed", None, cause, hints or found.hints)
    hints = (*found.hints, *hints)
    # The cause may be that of only one package, so all that do not work are named.
    others = (text for text in report.problems if text.startswith("packages: "))
    cause = " ".join((found.cause, *others))
    known = (found.id or "", found.remedy_ids, found.evidence)
    return Outcome("failed", None, cause, hints, *known)


@perform.register(RemoveFolder)
def _remove_folder(action: RemoveFolder, context: _StepContext) -> Outcome:
    path = Path(action.path)
    if path == shared_cache.rust_home():
        with context.runner.rust.removing() as unused:
            if unused:
                return remove_folder(action)
        context.add_output(("Another wizard still uses this Rust, so it stays for now.",))
        return Outcome("done")
    plan = context.runner.plan
    if (plan.undoes or plan.repairs) and locations.cache() in path.parents:
        with entries.alone():
            return remove_folder(action)
    return remove_folder(action)


def remove_folder(action: RemoveFolder) -> Outcome:
    """Delete a folder, but only a virtual environment or something that the wizard made.

    That is what is in its state and cache, also files, and folders that a run left unfinished.
    """
    folder = Path(action.path)
    if not os.path.lexists(folder):
        return Outcome("done")
    wizard_folders = (locations.state(), locations.cache())
    is_ours = any(home.resolve() in folder.resolve().parents for home in wizard_folders)
    if is_ours and folder.is_file() and not folder.is_symlink():
        folder.unlink()
        return Outcome("done")
    if folder.is_symlink() or not folder.is_dir():
        return Outcome("failed", None, f"{folder} is not a folder, so it was left alone.")
    is_ours = is_ours or unfinished.is_left(folder)
    if not is_ours and not (folder / "pyvenv.cfg").is_file():
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
