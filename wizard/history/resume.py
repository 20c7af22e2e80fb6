"""Resume: plan again with the answers of an earlier run, for the machine as it is now.

The planner leaves out what is already there: packages, a complete OpenSSL or Rust in the cache.
What is half done counts as missing, so that it is done again. An environment that the run was
making is not there for the planner, so its steps are planned again; those that are done, and whose
results are still there, are not done again.
"""

from __future__ import annotations

from dataclasses import replace

from wizard import invocation
from wizard.choices import Choices
from wizard.errors import BadRequest
from wizard.history import past_runs
from wizard.history.past_runs import PastRun
from wizard.plan import Plan, order
from wizard.questions import answers
from wizard.running.new_environment import NewEnvironment
from wizard.running.run_state import RunState
from wizard.running.step_checks import missing_result


def choices_of(run: PastRun) -> Choices:
    """Return the choices with which a run is continued.

    Raises BadRequest if there is nothing to continue, or if its answers cannot be read.
    """
    if run.state is None:
        raise BadRequest(
            f"The run {run.name} cannot be resumed.", why=run.problem, hints=run.ways_out
        )
    if not run.can_resume:
        why = {
            "running": "It is still going on.",
            "undone": "It was undone. Repeat it instead.",
            "resumed": "A later run has resumed it.",
        }.get(run.outcome, "It has nothing left to do.")
        hint = f"To repeat it: {invocation.command('--yes', '--answers', str(run.answers))}"
        raise BadRequest(
            f"The run {run.name} cannot be resumed.", why=why, hints=(hint,) * run.can_repeat
        )
    if run.answers.exists() and not run.answers.is_file():  # a pipe might never answer
        raise BadRequest(f"{run.answers} is not a file.")
    choices = answers.load(str(run.answers))
    plan = run.state.plan
    if plan.wheelhouse:
        return replace(choices, wheelhouse=plan.wheelhouse)
    return replace(choices, venv=plan.environment)


def continued_by(plan: Plan) -> tuple[str, frozenset[str]]:
    """Return the run that a plan goes on with, or an empty name, and its steps that stay done.

    That is the run that the plan resumes, or one that was cut off or failed and that it repeats.
    """
    name = plan.resumes or past_runs.continued_by(plan)
    earlier = past_runs.named(name) if name else None
    if earlier is None or earlier.state is None:
        return name, frozenset()
    return name, _still_done(plan, earlier.state)


def _still_done(plan: Plan, earlier: RunState) -> frozenset[str]:
    """Return which steps of a plan an earlier run has done, if what they made is still there.

    The probe has looked for everything that is not in an environment which is being made.
    """
    environment = NewEnvironment(plan)
    finished = {
        state.step.id: state.step.action for state in earlier.steps if state.status == "done"
    }
    done: set[str] = set()
    for step in order(plan):
        same = step.id in finished and finished[step.id] == step.action
        its = same and environment.writes(step) and done.issuperset(step.needs)
        if its and not missing_result(step):
            done.add(step.id)
    return environment.still_done(frozenset(done))
