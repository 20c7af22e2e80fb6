"""Runs of pretended machines in which a step has failed."""

from __future__ import annotations

from wizard.choices import Choices
from wizard.engine import Decision, case_of, settle
from wizard.facts import Facts
from wizard.fixes.fix import Fix
from wizard.fixes.offers import offered
from wizard.plan import order
from wizard.running.events import RunStarted, StepEnded
from wizard.running.run_state import RunState


def decided(facts: Facts, choices: Choices) -> Decision:
    """The plan for a machine. Raises WizardError."""
    return settle(case_of(facts, choices))


def failed(
    decision: Decision, failure: str = "", remedies: tuple[str, ...] = (), step: str = "install"
) -> RunState:
    """The run of a plan in which a step has failed; the steps before it are done."""
    state = RunState.before_run(decision.plan).apply(RunStarted())
    for each in order(decision.plan):
        if each.id == step:
            ended = StepEnded(step, "failed", 1.0, 1, failure=failure, remedies=remedies)
            return state.apply(ended)
        state = state.apply(StepEnded(each.id, "done", 1.0, 0))
    raise AssertionError(f"there is no step {step}")


def fixes(
    facts: Facts,
    choices: Choices,
    failure: str = "",
    remedies: tuple[str, ...] = (),
    step: str = "install",
) -> dict[str, Fix]:
    """What is offered after a failure, by id, in its order."""
    decision = decided(facts, choices)
    run = failed(decision, failure, remedies, step)
    return {fix.id: fix for fix in offered(settle, decision.case, run)}
