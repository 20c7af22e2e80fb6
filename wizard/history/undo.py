"""Undo: the plan that removes what a run has installed, and only that.

What the user has changed since is left alone, and named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Optional

from backends import pip
from backends.action import Action, Command, ExportAuthorities, RemoveFolder
from backends.manager import inventory as can_list
from backends.manager import managers, permanent_install, with_program_path
from wizard import invocation, unfinished
from wizard.errors import BadRequest
from wizard.history import past_runs
from wizard.history.past_runs import PastRun
from wizard.machine import packages
from wizard.needs.package_steps import manager_name, packages_named
from wizard.plan import PackagesInstalled, Plan, Step
from wizard.running import inventory
from wizard.running.run_state import StepState
from wizard.wording import joined

OF_ENVIRONMENT = frozenset(("environment", "install", "installer", "project"))
"""The roles of the steps that make an environment, or change what is in it."""
_MOST_NAMES = 3
"""How many packages are named; of more, only the first."""


@dataclass(frozen=True)
class _Part:
    """What undoes one step: actions with a title and a reason, or why it is left.

    ``last`` says that what undoes other steps still needs what this removes. ``inside`` is the
    folder in which it changes something, if that is all it does. ``restores`` is what it puts back.
    """

    title: str = ""
    why: str = ""
    actions: tuple[Action, ...] = ()
    lock: str = ""
    left: str = ""
    last: bool = False
    inside: str = ""
    restores: str = ""


def make_plan(run: PastRun) -> Plan:
    """Return the plan that undoes a run, and the earlier runs that it continued.

    Its notes say what is left alone; it has no steps if there is nothing to undo. This asks the
    package managers what is installed now. Raises BadRequest if the run cannot be undone.
    """
    state = run.state
    if state is None:
        raise BadRequest(
            f"The run {run.name} cannot be undone.", why=run.problem, hints=run.ways_out
        )
    if run.undoes:
        raise BadRequest(
            f"The run {run.name} undid another run. To install again, repeat that one.",
            hints=(f"{invocation.command('runs')} lists the runs, and how to repeat one.",),
        )
    if run.outcome == "running":
        raise BadRequest(f"The run {run.name} is still going on. Cancel it first.")
    if run.outcome == "undone":
        raise BadRequest(f"The run {run.name} was already undone.")
    if run.continued_by:
        raise BadRequest(
            f"The run {run.name} cannot be undone alone.",
            why=f"The run {run.continued_by} has resumed it.",
            hints=(f"To undo them together: {invocation.command('undo', run.continued_by)}",),
        )
    parts = _needed(list(_all_parts(list(_chain(run)))))
    steps: list[Step] = []
    seen: set[Action] = set()
    for part in parts:
        for action in part.actions:
            if action in seen:
                continue
            seen.add(action)
            number = len(steps) + 1
            needs = (steps[-1].id,) if steps else ()
            steps.append(
                Step(
                    *(f"undo-{number}", part.title, part.why, action),
                    needs=needs,
                    lock=part.lock,
                    role="clean-up",
                )
            )
    left = [part.left for part in parts if part.left]
    if state.plan.wheelhouse and run.outcome == "done":
        left.append(f"{state.plan.wheelhouse} stays: delete the wheels yourself if you want.")
    return Plan(
        release=state.plan.release,
        method=state.plan.method,
        link="",
        python=state.plan.python,
        environment=state.plan.environment,
        new=False,
        steps=tuple(steps),
        notes=tuple(dict.fromkeys(left)),
        system=state.plan.system,
        wheelhouse=state.plan.wheelhouse,
        undoes=run.name,
        variables=state.plan.variables,
        restores=joined(dict.fromkeys(part.restores for part in parts if part.restores)),
    )


def _needed(parts: list[_Part]) -> list[_Part]:
    """Return the parts in their order, without those that change a folder which is removed."""
    removed = {a.path for part in parts for a in part.actions if isinstance(a, RemoveFolder)}
    needed = [part for part in parts if not (part.inside and part.inside in removed)]
    return sorted(needed, key=lambda part: part.last)


def _chain(run: PastRun) -> Iterator[PastRun]:
    """Yield a run, then the run that it continued, and so on."""
    runs = {each.name: each for each in past_runs.read_runs()}
    seen: set[str] = set()
    current: Optional[PastRun] = run
    while current is not None and current.name not in seen:
        seen.add(current.name)
        yield current
        current = runs.get(current.continues)


def _all_parts(runs: list[PastRun]) -> Iterator[_Part]:
    """Yield what undoes these runs, each of which continued the next one, perhaps elsewhere."""
    for run in runs:
        last = next(each for each in runs if each.target == run.target)
        yield from _parts(run, last)


def _parts(run: PastRun, last: PastRun) -> list[_Part]:
    """Return what undoes the steps that this run has started, in reverse order.

    ``last`` is the last run that continued it in the same environment, or itself: it knows how the
    environment was in the end.
    """
    if run.state is None:
        return []
    started = [step for step in run.state.steps if step.started is not None]
    if not _has_same_environment(run, last):
        started = [step for step in started if step.step.role not in OF_ENVIRONMENT]
    return [part for step in reversed(started) for part in _undo_step(last, step)]


def _has_same_environment(run: PastRun, last: PastRun) -> bool:
    """Return whether the environment that ``last`` has left is the one that ``run`` worked on.

    If ``last`` found a whole one there, the user may have made it in the meantime.
    """
    if run is last or last.state is None or last.state.plan.new:
        return True
    recorded = _read(run, inventory.IDENTITY_FILE)
    return bool(recorded) and recorded == inventory.identity(Path(last.target))


def _undo_step(run: PastRun, state: StepState) -> list[_Part]:
    check = state.step.check
    if isinstance(check, PackagesInstalled):
        before = inventory.recorded(Path(state.log), "before") if state.log else None
        if before is not None:
            return _undo_packages(check.manager, before, Path(state.log))
    last = isinstance(state.step.action, ExportAuthorities)
    parts = [_undo_action(run, state.step, action) for action in state.step.undo]
    return [*(replace(part, last=last) for part in parts), *_left_by_pip(run, state)]


def _left_by_pip(run: PastRun, state: StepState) -> Iterator[_Part]:
    """Name what pip leaves if it is killed while it replaces a package: nothing removes that."""
    ended = state.status in ("interrupted", "cancelled") and state.step.role in OF_ENVIRONMENT
    if ended and run.state is not None and not run.state.plan.new:
        for path in inventory.old_files(Path(run.target)):
            yield _Part(left=f"{path} stays: old files of a package, from pip. You can delete it.")


def _undo_packages(manager: str, before: frozenset[str], log: Path) -> list[_Part]:
    """Remove the packages that came with a step, and bring back those that it removed."""
    now = inventory.installed(manager)
    if now is None:
        return [_Part(left=f"{manager_name(manager)} could not be asked, so nothing is removed.")]
    after = inventory.recorded(log, "after")
    after = now if after is None else after  # the run was cut off in the middle of the step
    added, needed = _removable(manager, (after - before) & now)
    gone = (before - after) - now
    parts = []
    backend = managers()[manager]
    program = packages.program(backend)
    can_remove = can_list(managers()[manager])
    remove = can_remove.remove_added(tuple(sorted(added))) if added and can_remove else None
    if remove is not None:
        why = f"This run installed them: {joined(sorted(added))}."
        command = with_program_path(backend, remove, program)
        parts.append(_Part(f"Remove {_count(added)}", why, (command,), manager))
    restore = permanent_install(backend, tuple(sorted(gone)))
    if restore is not None:
        command = with_program_path(backend, restore, program)
        back = packages_named(tuple(sorted(gone)))
        title, why = f"Install the removed {back} again", "This run removed them."
        parts.append(_Part(title, why, (command,), manager, restores=f"the {back}"))
    if needed:
        names = packages_named(tuple(sorted(needed)))
        stay, them = ("stays", "it") if len(needed) == 1 else ("stay", "them")
        parts.append(_Part(left=f"The {names} {stay}: other packages need {them} now."))
    return parts


def _removable(manager: str, added: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Divide the packages into those that only each other need, and those that others need."""
    if not added:
        return added, frozenset()
    removed = inventory.removed_with(manager, added)
    if removed is None or removed <= added:
        return added, frozenset()
    needed = frozenset(
        name for name in added if not (inventory.removed_with(manager, (name,)) or added) <= added
    )
    return added - needed, needed


def _undo_action(run: PastRun, step: Step, action: Action) -> _Part:
    if isinstance(action, RemoveFolder):
        return _undo_folder(run, step, action)
    environment = Path(run.target)
    if isinstance(action, Command) and step.role in OF_ENVIRONMENT:
        plan = run.state.plan if run.state else None
        if not environment.is_dir() or plan is None or plan.new:
            return _Part()  # it is gone, or is removed as a whole
        changed = _why_changed(run, environment)
        if changed:
            return _Part(left=changed)
        if pip.uninstalled(action) or _put_back(action):
            return _undo_installation(plan, step, action)
    return _Part(
        f"Undo “{step.title}”", "It puts back what was there before.", (action,), step.lock
    )


def _undo_installation(plan: Plan, step: Step, command: Command) -> _Part:
    """Return a part that names the packages which it removes, or puts back."""
    part = _Part(actions=(command,), lock=step.lock, inside=plan.environment)
    names = pip.uninstalled(command)
    if names:
        release = {"cryptography": f"cryptography {plan.release}"}
        title = f"Remove {_few([release.get(name, name) for name in names])}"
        why = f"{'It was' if len(names) == 1 else 'They were'} not there before."
        return replace(part, title=title, why=why)
    back, *others = _put_back(command)
    why = f"It was there before{f', with {_few(others)}' if others else ''}."
    return replace(part, title=f"Put back {back}", why=why, restores=back)


def _put_back(command: Command) -> list[str]:
    """Return what a command installs in exact versions: ``cffi 1.17.1``."""
    return [word.replace("==", " ") for word in command.argv if "==" in word]


def _undo_folder(run: PastRun, step: Step, action: RemoveFolder) -> _Part:
    folder = Path(action.path)
    if not folder.is_dir():
        gone = f"{folder} is not there any more."
        return _Part(left=gone if step.role == "environment" else "")
    if step.role == "environment":
        changed = "" if unfinished.is_left(folder) else _why_changed(run, folder)
        if changed:
            return _Part(left=changed)
        return _Part("Remove the environment", f"It is the folder {folder}.", (action,))
    return _Part(f"Remove what “{step.title}” made", f"It is the folder {folder}.", (action,))


def _why_changed(run: PastRun, environment: Path) -> str:
    """Return why an environment is not as the run left it, as a sentence; empty if it is.

    Then undo leaves it alone: somebody works with it.
    """
    recorded = _read(run, inventory.IDENTITY_FILE)
    if not recorded or recorded != inventory.identity(environment):
        return f"{environment} stays: it is not known to be the one that this run made or changed."
    if not Path(run.folder, inventory.DISTRIBUTIONS_FILE).exists():
        return ""  # the run was cut off while it changed the environment
    known = frozenset(_read(run, inventory.DISTRIBUTIONS_FILE).splitlines())
    now = inventory.distributions(environment) | inventory.entries(environment)
    extra = sorted(name.lstrip("/") for name in now - known)
    if not extra:
        return ""
    return (
        f"{environment} stays, because this has changed in it since: {joined(extra)}. If you do "
        "not need it, delete the folder."
    )


def _read(run: PastRun, name: str) -> str:
    try:
        return Path(run.folder, name).read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        return ""


def _few(names: list[str]) -> str:
    """Return names as in a sentence; if they are many, the first one and how many others."""
    if len(names) <= _MOST_NAMES:
        return joined(names)
    return f"{names[0]} and {len(names) - 1} other packages"


def _count(names: frozenset[str]) -> str:
    return f"the package {next(iter(names))}" if len(names) == 1 else f"{len(names)} packages"
