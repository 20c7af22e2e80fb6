"""Repair: the plan for what the doctor found and the wizard can put right by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from backends.action import RemoveFolder
from wizard import target_environment
from wizard.advice import doctor
from wizard.choices import Choices
from wizard.errors import BadRequest, Impossible
from wizard.history.leftovers import Environment, Leftovers, named
from wizard.method import compiles, methods
from wizard.needs.case import Case
from wizard.plan import Plan, Step
from wizard.planning import planner
from wizard.questions import completion
from wizard.refused import Refused

ONLY_FOR_SOURCE = "The wheel needs no compiler and no Rust: only a source build needs these."
_TOOLS = ("packages", "compiler", "rust")
"""The roles of steps that prepare a source build, and change no environment."""


def make_plan(case: Case, left: Leftovers) -> Plan:
    """Return the plan; it has no steps if there is nothing to put right.

    Some steps find out what else is needed (``prepares``): then make another plan afterwards. Only
    the release in the choices of ``case`` counts.
    """
    compiled = _plan_of(case, _name(compiled=True))
    here = next(iter(target_environment.environments(case.facts)), None)
    bundled = _plan_of(case, _name(compiled=False), here.environment if here else "")
    if compiled is not None and compiled.prepares:
        tools: tuple[Step, ...] = compiled.steps
    else:
        tools = tuple(_tools(case, compiled)) + tuple(_environment_tools(bundled))
    steps = (*_removals(left), *_unique(tools))
    names = {step.id for step in steps}
    steps = tuple(
        replace(step, needs=tuple(need for need in step.needs if need in names)) for step in steps
    )
    changed = bundled if any(step.role == "installer" for step in steps) else None
    settings = compiled or bundled
    return Plan(
        release="",
        method=_name(compiled=False),
        link="",
        python=changed.python if changed else "",
        environment=changed.environment if changed else "",
        new=False,
        steps=steps,
        notes=(ONLY_FOR_SOURCE,) if bundled is not None and _for_source(steps) else (),
        system=case.facts.system.name,
        prepares=bool(compiled and compiled.prepares),
        repairs=True,
        variables=settings.variables if settings else (),
    )


def _for_source(steps: tuple[Step, ...]) -> bool:
    return any(step.role in ("compiler", "rust") or step.lock for step in steps)


def _name(*, compiled: bool) -> str:
    """Return the name of the first method that compiles, or that does not."""
    return next(name for name in methods() if compiles(name) == compiled)


def _plan_of(case: Case, method: str, folder: str = "") -> Plan | None:
    """Return the plan of an installation by this method, or None if it is not possible here.

    ``folder`` is an environment; empty: the recommended one.
    """
    for toolchain in ("keep", ""):
        choices = Choices(release=case.choices.release, method=method, venv=folder)
        if compiles(method) and toolchain:
            choices = replace(choices, toolchain="keep")
        try:
            return planner.make_plan(completion.complete(case.choosing(choices)))
        except (Impossible, BadRequest):
            continue  # the doctor's own findings say why
    return None


def _tools(case: Case, compiled: Plan | None) -> Iterator[Step]:
    """Yield the steps that install what a source build with the system's OpenSSL needs.

    Rust alone is not downloaded in advance if there is none: a build gets it, and a wheel needs
    none. One that is too old is a finding.
    """
    if compiled is None or isinstance(doctor.build_needs(case), Refused):
        return
    steps = [step for step in compiled.steps if step.role in _TOOLS]
    if case.facts.tool("rustc") or any(step.role != "rust" for step in steps):
        yield from (step for step in steps if not _removes(step))


def _environment_tools(bundled: Plan | None) -> Iterator[Step]:
    """Yield the steps that make environments possible, and upgrade pip in that of this folder."""
    if bundled is None:
        return
    for step in bundled.steps:
        if step.role == "packages" or (step.role == "installer" and not bundled.new):
            yield step


def _removes(step: Step) -> bool:
    return isinstance(step.action, RemoveFolder)


def _unique(steps: Sequence[Step]) -> tuple[Step, ...]:
    return tuple({step.id: step for step in reversed(steps)}.values())[::-1]


def _removals(left: Leftovers) -> Iterator[Step]:
    for number, folder in enumerate(left.temporary, 1):
        why = "A run that was killed has left it. Nothing uses it."
        yield _removal(f"temporary-{number}", "Remove a temporary folder", why, folder)
    for number, one in enumerate(left.cache, 1):
        why = " ".join(one.problems[:1]) or "An interrupted run has left it."
        why = f"{why} It is downloaded or built again when it is needed."
        yield _removal(
            f"cache-{number}", f"Remove {one.entry.name} from the cache", why, one.entry.path
        )
    for number, environment in enumerate(left.environments, 1):
        title = "Remove an environment that cannot be used"
        yield _removal(f"environment-{number}", title, _why(environment), environment.folder)


def _why(environment: Environment) -> str:
    lost = ""
    if environment.packages:
        lost = f" What is in it is lost: {named(environment.packages)}."
    return f"{environment.why}{lost} The next installation makes a new one."


def _removal(name: str, title: str, why: str, folder: str) -> Step:
    return Step(name, title, why, RemoveFolder(folder), role="clean-up")
