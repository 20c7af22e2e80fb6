"""Resume: plan again with the answers of an earlier run, for the machine as it is now.

The planner leaves out what is already there: packages, a complete OpenSSL or Rust in the cache.
What is half done counts as missing, so that it is done again.
"""

from __future__ import annotations

from dataclasses import replace

from wizard import invocation
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.history.past_runs import PastRun
from wizard.questions import answers


def choices_of(run: PastRun) -> Choices:
    """Return the choices with which a run is continued.

    Raises BadRequest if there is nothing to continue, or if its answers cannot be read.
    """
    if run.state is None:
        raise BadRequest(f"The run {run.name} cannot be continued.", why=run.problem)
    if not run.can_resume:
        why = {
            "running": "It is still going on.",
            "undone": "It was undone. Repeat it instead.",
            "continued": "A later run has continued it.",
        }.get(run.outcome, "It has nothing left to do.")
        hint = f"{invocation.command('--yes', '--answers', str(run.answers))} repeats it."
        raise BadRequest(
            f"The run {run.name} cannot be continued.", why=why, hints=(hint,) * (not run.undoes)
        )
    if run.answers.exists() and not run.answers.is_file():  # a pipe might never answer
        raise BadRequest(f"{run.answers} is not a file.")
    choices = answers.load(str(run.answers))
    plan = run.state.plan
    if plan.wheelhouse:
        return replace(choices, wheelhouse=plan.wheelhouse)
    return replace(choices, venv=plan.environment)
