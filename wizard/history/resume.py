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


def find(name: str = "") -> PastRun:
    """Return the run that ``resume`` continues: the named one, or the last one that continued it if
    that has something left to do. Raises BadRequest if there is none.

    So a command that has continued a run can be repeated if it was cancelled.
    """
    run = past_runs.find(name)
    last = past_runs.find(run.continued_by) if run.continued_by else run
    return last if last.can_resume else run


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
            "resumed": f"The run {run.continued_by} has resumed it.",
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
    choices = replace(choices, venv=plan.environment)
    return replace(choices, reinstall="yes") if _may_be_half_installed(run.state) else choices


def _may_be_half_installed(state: RunState) -> bool:
    """Return whether a run was ended while it replaced files in an environment that was there.

    The list of packages may already have the new release, whose files are not all there. If it does
    not have it, installing it again is the same as installing it.
    """
    if state.plan.new:
        return False  # it is made again
    return any(
        each.step.role in ("install", "build") and each.status in ("interrupted", "cancelled")
        for each in state.steps
    )


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
