"""A fix: a change of the choices with which a failed run can go on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from backends.action import RemoveFolder
from wizard.choices import Choices, described
from wizard.plan import Plan, Step, order
from wizard.running.run_state import RunState

AGAIN = "again"
"""The id of the fix that changes nothing: the failed step is tried again."""
SEEN_ROLES = ("packages", "compiler", "environment")
"""The roles of steps whose results the probe sees: if a new plan has such a step, it is needed."""


@dataclass(frozen=True)
class Fix:
    """Something that may help, and that the wizard can do.

    ``title`` is a sentence in the imperative, ``consequence`` a sentence about what it costs.
    ``change`` are the choices that it changes, as (name, value) pairs; an empty value opens a
    choice again. ``root`` says that a step needs root rights, ``removes`` are the folders that are
    removed for it: then an interface asks first.
    """

    id: str
    title: str
    consequence: str = ""
    change: tuple[tuple[str, str], ...] = ()
    root: bool = False
    removes: tuple[str, ...] = ()

    @property
    def plans_anew(self) -> bool:
        """Whether it needs another plan."""
        return self.id != AGAIN

    @property
    def asks(self) -> bool:
        """Whether the user must agree to what it does."""
        return self.root or bool(self.removes)

    def applied(self, choices: Choices) -> Choices:
        """Return the choices after the change."""
        changed: dict[str, Any] = dict(self.change)
        return replace(choices, **changed)

    def arguments(self, given: Choices) -> tuple[str, ...]:
        """Return the arguments that start the wizard with these choices, and the change.

        An environment that the failed run has made already has its Python.
        """
        choices = self.applied(given)
        if choices.venv and Path(choices.venv, "pyvenv.cfg").is_file():
            choices = replace(choices, python="")
        return tuple(
            word
            for name, value in choices.answered().items()
            for word in described()[name].argv(value)
        )


def carried(run: RunState, plan: Plan, *, probed: bool = True) -> frozenset[str]:
    """Return which steps of a new ``plan`` are done already, because ``run`` has done the same.

    If the machine was ``probed`` since, what the probe sees (packages, an environment) is not there
    if the plan has a step for it. A step counts only if all that it needs is done, too.
    """
    finished = {state.step.id: state.step.action for state in run.steps if state.status == "done"}
    done: set[str] = set()
    for step in order(plan):
        same = step.id in finished and finished[step.id] == step.action
        is_seen = probed and step.role in SEEN_ROLES
        if same and not is_seen and not step.proves and done.issuperset(step.needs):
            done.add(step.id)
    return frozenset(done)


def left(plan: Plan, done: frozenset[str]) -> tuple[Step, ...]:
    """Return the steps that are still to do, in their order."""
    return tuple(step for step in order(plan) if step.id not in done)


def removed_folders(plan: Plan, earlier: Plan, done: frozenset[str]) -> tuple[str, ...]:
    """Return the folders that the new plan removes, but neither makes itself nor did the earlier
    one remove."""
    steps = (*earlier.steps, *plan.steps)
    made = {action for step in plan.steps for action in step.undo}
    agreed = {step.action for step in steps if step in earlier.steps or step.action in made}
    return tuple(
        step.action.path
        for step in left(plan, done)
        if isinstance(step.action, RemoveFolder) and step.action not in agreed
    )


def changed_lines(fix: Fix, before: Choices) -> tuple[str, ...]:
    """Return which choices are different now."""
    lines = []
    for name, value in fix.change:
        choice, old = described()[name], getattr(before, name)
        if value and value != old:
            was = f" (before: {choice.typed(old)})" if old else ""
            lines.append(f"Changed: {choice.typed(value)}{was}")
        elif old and not value:
            lines.append(f"Not any more: {choice.typed(old)}")
    return tuple(lines)


def change_lines(fix: Fix, before: Choices, plan: Plan, done: frozenset[str]) -> tuple[str, ...]:
    """Return what is different now, and what is still to do, in plain words."""
    lines = [*changed_lines(fix, before)]
    if done:
        titles = [step.title for step in order(plan) if step.id in done]
        lines.append(f"Not done again: {', '.join(titles)}.")
    lines.append("Still to do:")
    for number, step in enumerate(left(plan, done), 1):
        root = " (asks for administrator rights)" if step.needs_root else ""
        lines.append(f"  {number}. {step.title}{root}")
    return tuple(lines)
