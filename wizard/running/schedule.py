"""Which steps of a plan may start now. Pure: the runner asks after each start and each end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from wizard.plan import Step


def startable(
    steps: Sequence[Step], done: Collection[str], running: Collection[str]
) -> tuple[Step, ...]:
    """The steps that may start beside those that run, in the order of ``steps``.

    ``steps`` are all steps of the plan, as `wizard.plan.order` gives them; ``done`` and
    ``running`` are ids. A step may start when all that it needs are done, none that runs holds
    its lock, and none that runs is heavy if it is heavy itself. A proof looks at what all the
    others have made, so it runs alone: after everything before it, and before everything after.
    Nothing else could start together with what is returned.
    """
    taken = [step for step in steps if step.id in running]
    starting: list[Step] = []
    waits = False  # whether a step before the one that is looked at is not done
    for step in (step for step in steps if step.id not in done):
        if step.proves and waits:
            break
        ready = step.id not in running and all(need in done for need in step.needs)
        if ready and not any(_apart(step, other) for other in taken):
            starting.append(step)
            taken.append(step)
        if step.proves:
            break
        waits = True
    return tuple(starting)


def _apart(one: Step, other: Step) -> bool:
    """Whether two steps may not run at the same time."""
    return (bool(one.lock) and one.lock == other.lock) or (one.heavy and other.heavy)
