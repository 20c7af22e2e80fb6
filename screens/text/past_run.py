"""An earlier run in full, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.text.step_states import MARKS
from wizard import invocation
from wizard.wording import age

if TYPE_CHECKING:
    from wizard.history.past_runs import PastRun


def details(run: PastRun) -> list[str]:
    """Return a run in full: its steps, where its files are, and what can be done with it."""
    lines = [f"{run.name}: {course(run)}"]
    lines += [f"  {run.title}"] if run.title else []
    if run.target:
        lines.append(f"  in {run.target}")
    if run.problem:
        lines.append(f"  {run.problem}")
    for step in run.state.steps if run.state else ():
        lines.append(f"  {step.number}. {step.step.title}: {MARKS[step.status][1]}")
        if step.ended and step.ended.cause:
            lines.append(f"     {step.ended.cause}")
    lines += ["", *run.ways_out] if run.ways_out else []
    lines += ["", f"Plan, answers and logs: {run.folder}"]
    if run.can_resume:
        lines.append(f"Resume it: {invocation.command('resume', run.name)}")
    if run.can_repeat:
        lines.append(f"Repeat it: {invocation.command('--yes', '--answers', str(run.answers))}")
    if run.continued_by:
        command = invocation.command("undo", run.continued_by)
        lines.append(f"Undo it, together with the run that resumed it: {command}")
    if run.can_undo:
        lines.append(f"Undo it:   {invocation.command('undo', run.name)}")
    return lines


def course(run: PastRun) -> str:
    """Return when a run began and how it ended: ``started 4 minutes ago, undone``."""
    return f"started {when(run)}, {run.outcome}"


def when(run: PastRun) -> str:
    """Return how long ago a run began: ``3 days ago``."""
    passed = age(run.started) if run.started else ""
    return f"{passed} ago" if passed else "just now" if run.started else "at an unknown time"
