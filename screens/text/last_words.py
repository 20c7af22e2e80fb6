"""What stays on the terminal after the full screen has closed, for whatever reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from screens.text import messages
from screens.text.messages import short_path
from screens.text.text_reporter import format_seconds
from wizard import invocation
from wizard.errors import Exit
from wizard.running.journal import LOGS
from wizard.wording import joined

if TYPE_CHECKING:
    from screens.session import Session
    from wizard.plan import Step
    from wizard.running.run_state import RunState

INSIDE = ("environment", "installer", "library", "build", "install", "project")
"""The roles of the steps that change the environment."""


def last_words(session: Session, code: int | None) -> list[str]:
    """Return what was done, where, how to use it or to resume, where the logs are, the exit code.

    ``code`` is the exit code; None if the wizard ends because of a bug, which is reported
    separately.
    """
    lines = [] if session.problem is None else messages.error_lines(session.problem)
    if session.last_run is not None:
        lines += _of_run(session, session.last_run)
    elif code:
        lines.append("Nothing was done.")
    return [*lines, f"The exit code is {code}."] if code else lines


def _of_run(session: Session, run: RunState) -> list[str]:
    result = run.result
    if result is not None and result.code == Exit.DONE:
        if run.plan.prepares:
            return [_done(run), "To install cryptography, run the same command again.", *_logs(run)]
        took = format_seconds(result.seconds)
        return [*messages.end_of_run(run.plan, result), *_logs(run), f"It took {took}."]
    lines = []
    if result is not None and result.report is not None:
        lines += messages.end_of_run(run.plan, result)
    failure = run.failure
    if failure is not None:
        lines += messages.failure_lines(run.step(failure.step).step, failure)
        lines += messages.fix_lines(session.fixes, session.completed, run.plan.system)
    elif result is not None:
        lines.append(f"Cancelled{_where(run)}. No program is left running.")
    else:
        lines.append(f"The run was cut off{_where(run)}.")
    lines.append(_done(run))
    left = changes(run)
    if left:
        lines += ["What is there now:", *(f"  - {line}" for line in left)]
        lines.append(f"To remove it again: {undo_command(run)}")
    if not run.plan.undoes:
        lines.append("To finish it, run the same command again.")
        lines += messages.resume_lines(run.plan)
        lines += messages.begun_again(run)
    return lines if failure is not None and failure.log else [*lines, *_logs(run)]


def _where(run: RunState) -> str:
    for state in run.steps:
        if state.is_running or state.status in ("cancelled", "interrupted"):
            return f" in step {state.number} of {len(run.steps)}, “{state.step.title}”"
    return ""


def _done(run: RunState) -> str:
    titles = [f"“{state.step.title}”" for state in run.steps if state.status == "done"]
    return f"Finished: {joined(titles)}." if titles else "No step was finished."


def _logs(run: RunState) -> list[str]:
    folder = log_folder(run)
    return [f"The logs: {short_path(folder)}"] if folder else []


def log_folder(run: RunState) -> str:
    """Return the folder of the logs of the last attempt, or empty."""
    logs = [Path(state.log).parent for state in run.steps if state.log]
    return str(logs[-1]) if logs else ""


def undo_command(run: RunState) -> str:
    """Return the command that undoes this run, also if it is typed after another one."""
    logs = Path(log_folder(run))
    name = logs.parent.name if logs.name == LOGS else ""
    return invocation.command("undo", *((name,) if name else ()))


def changes(run: RunState) -> list[str]:
    """Return what a run has changed on this machine, and what is there of it now."""
    plan = run.plan
    ended = run.result is not None and run.result.code in (Exit.DONE, Exit.UNPROVED)
    lines = []
    begun = plan.new or any(s.has_started for s in run.steps if s.step.role in INSIDE)
    if plan.environment and begun and (ended or os.path.lexists(plan.environment)):
        label = "New folder" if plan.new else "Changed folder"
        lines.append(f"{label}: {short_path(plan.environment)}")
    if plan.wheelhouse and run.result is not None and run.result.code == Exit.DONE:
        lines.append(f"Wheels: {short_path(plan.wheelhouse)}")
    for state in run.steps:
        # Of the environment, the folder was named above, if it is there.
        if state.status == "done" and state.step.undo:
            if kept := _kept(run, state.step):
                lines.append(kept)
            elif state.step.role not in ("environment", "install"):
                lines.append(state.step.title)
    return lines


def _kept(run: RunState, step: Step) -> str:
    """Return what a step has put into the cache that later runs can use; else empty."""
    removed = {action.path for action in step.undo if action.kind == "remove-folder"}
    for state in run.steps:
        action = state.step.action
        if action.kind == "seal" and action.folder in removed:
            title = action.title.partition(",")[0]
            if state.status == "done":
                return f"{title} is kept in the wizard's cache"
            return f"{title} is in the wizard's cache, but unfinished"
    return ""
