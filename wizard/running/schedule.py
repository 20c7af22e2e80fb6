"""Which steps of a plan may start now. Pure; the runner calls it after each start and end."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from wizard.plan import Step, conflict


def startable(
    steps: Sequence[Step], done: Collection[str], running: Collection[str]
) -> tuple[Step, ...]:
    """Return the steps that may start beside the running ones, in the order of ``steps``.

    ``steps`` are all steps of the plan, as `wizard.plan.order` gives them; ``done`` and ``running``
    are ids. A step may start when all steps that it needs are done, no running step holds its lock,
    and, if it is heavy, no running step is heavy. A proof checks the work of all the others, so it
    runs alone: after everything before it, and before everything after. No other step could start
    together with the returned ones.
    """
    active = [step for step in steps if step.id in running]
    starting: list[Step] = []
    earlier_unfinished = False
    for step in (step for step in steps if step.id not in done):
        if step.proves and earlier_unfinished:
            break
        ready = step.id not in running and all(need in done for need in step.needs)
        if ready and not any(conflict(step, other) for other in active):
            starting.append(step)
            active.append(step)
        if step.proves:
            break
        earlier_unfinished = True
    return tuple(starting)
