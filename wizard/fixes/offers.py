"""Which fixes a failure has on this machine: each has a plan, which the engine has made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Callable

from wizard.errors import WizardError
from wizard.fixes import kinds
from wizard.fixes.fix import AGAIN, Fix, carried, left, removed_folders
from wizard.fixes.kinds import KINDS, Failure, Kind
from wizard.needs.case import Case
from wizard.plan import Plan
from wizard.running.run_state import RunState

if TYPE_CHECKING:
    from wizard.engine import Decision

_ROOT = "It asks for administrator rights."
MOST = 3
"""The largest number of fixes, without the last one, which tries again."""


@dataclass(frozen=True)
class Prepared:
    """A fix with its plan, and the ids of the steps that are done already."""

    fix: Fix
    decision: Decision
    done: frozenset[str]


def offered(settle: Callable[[Case], Decision], case: Case, run: RunState) -> tuple[Fix, ...]:
    """Return what the wizard can do about the failed step of ``run``, the best first.

    ``case`` is the one that its plan was made for; its choices are complete. Each fix has a plan
    that ``settle`` makes; the last one tries again. Empty if no step has failed, or if the plan was
    not made from choices.
    """
    ended = run.failure
    if ended is None or run.plan.undoes or not case.choices.method:
        return ()
    failure = Failure(case, run.step(ended.step).step, ended)
    found: list[Fix] = []
    for fix in _proposed(failure):
        if len(found) == MOST:
            break
        if any(fix.id == other.id for other in found):
            continue
        possible = _settled(settle, case, run, fix)
        if possible is not None:
            found.append(possible)
    return (*found, _again(failure))


def _proposed(failure: Failure) -> Iterator[Fix]:
    """Yield what may help, the best first; each kind proposes only when it is its turn."""
    ranked = ((_rank(kind, failure), kind) for kind in KINDS)
    fitting = sorted(
        ((rank, kind) for rank, kind in ranked if rank is not None), key=lambda pair: pair[0]
    )
    for _, kind in fitting:
        try:
            yield from kind.propose(failure)
        except WizardError:  # what the plan was made for is gone: it would be refused, too
            continue


def _rank(kind: Kind, failure: Failure) -> int | None:
    try:
        return kind.rank(failure)
    except WizardError:  # the release or the target of the plan is not there any more
        return None


def _settled(settle: Callable[[Case], Decision], case: Case, run: RunState, fix: Fix) -> Fix | None:
    """Return the fix with what its plan needs; None if it is refused, or changes nothing."""
    try:
        plan = settle(case.choosing(fix.applied(case.choices))).plan
    except WizardError:
        return None
    if fix.change and _does(plan) == _does(run.plan):
        return None
    return _told(fix, run, plan, carried(run, plan, probed=False))


def prepare(fix: Fix, decision: Decision, run: RunState) -> Prepared:
    """Return what is to do for a fix, with the plan that was made after another probe."""
    done = carried(run, decision.plan)
    return Prepared(_told(fix, run, decision.plan, done), decision, done)


def _told(fix: Fix, run: RunState, plan: Plan, done: frozenset[str]) -> Fix:
    """Return the fix with what its plan needs."""
    root = any(step.needs_root for step in left(plan, done))
    says = "" if not root or _ROOT in fix.consequence else _ROOT
    removes = removed_folders(plan, run.plan, done)
    consequence = f"{fix.consequence} {says}".strip()
    return replace(fix, root=root, removes=removes, consequence=consequence)


def _does(plan: Plan) -> tuple[object, ...]:
    return (plan.steps, plan.variables)


def _again(failure: Failure) -> Fix:
    """Return the fix that changes nothing."""
    cause, kept = failure.ended.failure, "Finished steps are not done again."
    if kinds.ends_with_another_program(cause):
        return Fix(AGAIN, "Wait for the other program once more", kept)
    if kinds.passes(cause):
        return Fix(AGAIN, "Try the download again", kept)
    return Fix(AGAIN, "Try the failed step again", kept)
