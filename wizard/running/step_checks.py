"""Checks after a step: whether its result exists, and if not, why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Callable, Optional

from backends.action import Command, Output
from backends.manager import Problem, managers, with_program_path
from backends.progress import is_apt_status
from wizard.index.source import UNREACHABLE
from wizard.machine import packages, query_results
from wizard.plan import FileExists, PackagesInstalled, Step
from wizard.programs.processes import ProgramTimeout, ask
from wizard.running import index_check, step_log
from wizard.running.command_runner import Outcome, last_attempt

MANAGER = "manager-"
"""The beginning of the ids of failures that only a package manager's backend explains: then comes
the kind of the problem (`backends.manager.Problem`)."""
_CAUSES = {
    "unknown-package": "The package manager does not know a requested package.",
    "offline": "The package manager could not reach its download server.",
    "locked": "Another program is using the package manager.",
    "denied": "The package manager reports that it was not run as root.",
    "aborted": "The package manager was interrupted.",
    "removes": "The package manager would remove installed packages to install the others.",
    "broken": "The package manager's database is broken, or packages conflict.",
}
_HINTS = {
    "unknown-package": ("Update the package lists, and try again.",),
    "offline": ("Check the network and the proxy settings, and try again.",),
    "locked": ("Wait until the other program has finished, and try again.",),
    "denied": ("Run the wizard as a user who may use sudo.",),
    "aborted": ("Try again.",),
    "removes": (
        "Start the wizard again. It then finds out which packages would be removed.",
        "Or install the packages yourself, and start the wizard again.",
    ),
    "broken": ("Repair the package manager first. The line above says what is wrong.",),
}


_NOT_AS_ROOT = "The package manager may not run as root, or its folders belong to another user."
_RUN_AS_OWNER: tuple[str, ...] = ("Run the wizard as the user who installed that package manager.",)


def missing_result(step: Step) -> str:
    """Return what is missing after the step, as a sentence; empty if everything exists."""
    return "" if step.check is None else _missing_result(step.check)


@singledispatch
def _missing_result(check: object) -> str:
    raise TypeError(f"no rule for a check of the kind {type(check).__name__}")


@_missing_result.register(FileExists)
def _file_missing(check: FileExists) -> str:
    if Path(check.path).exists():
        return ""
    return f"The program succeeded, but {check.path} does not exist."


@_missing_result.register(PackagesInstalled)
def _packages_missing(check: PackagesInstalled) -> str:
    manager = managers()[check.manager]
    program = check.program or packages.program(manager)
    query = with_program_path(manager, manager.query(check.names), program)
    try:
        output = ask(query.argv, env=dict(query.env), timeout=min(query.timeout, 60.0))
    except (OSError, ProgramTimeout) as error:
        return f"The wizard could not ask {check.manager} what is installed now: {error}."
    installed, problem = query_results.read(manager, query, output, manager.installed, check.names)
    lacking = [name for name in check.names if name not in installed]
    if not lacking:
        return ""
    if problem:
        return f"{check.manager} succeeded, but what is installed now is unknown: {problem}"
    return (
        f"{check.manager} succeeded, but these packages are still not installed: "
        f"{', '.join(lacking)}."
    )


@dataclass(frozen=True)
class Shown:
    """What shows an error: lines of a log, which of them does, and the byte where that begins."""

    excerpt: tuple[str, ...] = ()
    evidence: str = ""
    position: Optional[int] = None


def explain_failure(
    step: Step,
    outcome: Outcome,
    log: Path,
    machine: Mapping[str, str] = MappingProxyType({}),
    index_problem: Callable[[], str] = str,
) -> tuple[Outcome, Shown]:
    """Return the outcome of a failed step with cause and hints, and the log lines that show it.

    ``machine`` are the facts of this machine for a diagnosis (`wizard.diagnosis.platforms`).
    ``index_problem`` asks the index again, and returns why the release cannot be found there now,
    or an empty text. It is called if pip or uv may have failed because of that.
    """
    if not log.exists():
        return outcome, Shown()
    from wizard.diagnosis import excerpts
    from wizard.diagnosis.diagnose import diagnose
    from wizard.diagnosis.table import table

    whole = step_log.read(log)
    numbers = [n for n, line in enumerate(whole.lines) if not is_apt_status(line)]
    lines = last_attempt([whole.lines[n] for n in numbers])
    numbers = numbers[len(numbers) - len(lines) :]
    if outcome.evidence:
        found = _last_index(lines, outcome.evidence)
        if found is not None:
            excerpt = excerpts.excerpt(lines, found, 0)
            return outcome, Shown(excerpt, outcome.evidence, whole.position(numbers[found]))
    if outcome.cause:
        # The cause is known: a time limit, a lock, a signal. The last lines show the progress.
        last_lines = [line for line in lines if line.strip()]
        return outcome, Shown(tuple(last_lines[-5:]))

    diagnosis = diagnose(lines, {**machine, **_tool(step)})
    marked = excerpts.marked(diagnosis.excerpt, diagnosis.evidence)
    shown = Shown(diagnosis.excerpt, diagnosis.excerpt[marked] if marked is not None else "")
    if 0 < diagnosis.line_number <= len(numbers):
        shown = replace(shown, position=whole.position(numbers[diagnosis.line_number - 1]))
    problem = _manager_problem(step, outcome, lines)
    if problem is None or problem.kind == "other":
        said = index_check.explain(step, diagnosis, lines, index_problem)
        if said:
            helps = index_check.remedies(diagnosis.facts)
            hints, ids = tuple(r.text for r in helps), tuple(r.id for r in helps if r.id)
            known = (hints, UNREACHABLE, ids)
            return Outcome("failed", outcome.exit, said, *known), shown
        known = (diagnosis.hints, diagnosis.id or "", diagnosis.remedy_ids)
        return Outcome("failed", outcome.exit, diagnosis.cause, *known), shown
    cause = _CAUSES[problem.kind]
    hints = _HINTS[problem.kind]
    if problem.kind == "denied" and not step.needs_root:
        cause, hints = _NOT_AS_ROOT, _RUN_AS_OWNER  # Homebrew
    # What yields to every other cause yields to that of the package manager, too.
    known_better = diagnosis.known and not table().causes[diagnosis.id or ""].yields
    if known_better:
        hints = diagnosis.hints
    if problem.line not in diagnosis.excerpt:
        found = _last_index(lines, problem.line)
        position = None if found is None else whole.position(numbers[found])
        shown = Shown((problem.line,), problem.line, position)
    failure = (diagnosis.id if known_better else None) or f"{MANAGER}{problem.kind}"
    ids = diagnosis.remedy_ids if known_better or not diagnosis.known else ()
    return Outcome("failed", outcome.exit, cause, hints, failure, ids), shown


def explain_sentence(said: str, machine: Mapping[str, str]) -> Outcome:
    """Return the outcome of a step of the wizard's own that failed, with cause and hints."""
    from wizard.diagnosis.diagnose import diagnose

    found = diagnose((said,), machine, ours=True)
    return Outcome("failed", None, found.cause, found.hints, found.id or "", found.remedy_ids)


def _last_index(lines: Sequence[str], text: str) -> Optional[int]:
    wanted = text.strip()
    return next((n for n in reversed(range(len(lines))) if lines[n].strip() == wanted), None)


def _tool(step: Step) -> dict[str, str]:
    """Return the fact which program wrote the log, for a diagnosis."""
    command = step.action
    if isinstance(command, Command) and PurePath(command.argv[0]).stem == "uv":
        return {"tool": "uv"}
    return {}


def _manager_problem(step: Step, outcome: Outcome, lines: list[str]) -> Problem | None:
    """Return the explanation of the manager's backend for the failure, or None.

    The step that updates its lists has no check, but the manager's name as lock.
    """
    check = step.check
    name = check.manager if isinstance(check, PackagesInstalled) else step.lock
    backend = managers().get(name)
    if backend is None or outcome.exit is None:
        return None
    return backend.explain(Output(outcome.exit, "\n".join(lines)))
