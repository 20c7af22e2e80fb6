"""The planner makes a Plan from a case with complete choices. Pure: it runs and changes nothing."""

from __future__ import annotations

from dataclasses import replace

from backends import pip
from backends.action import Prove
from wizard import target_environment
from wizard.choices import Choices
from wizard.errors import Impossible
from wizard.limits import Limit
from wizard.method import Recipe, compiles, methods
from wizard.needs import conditions, network, release_limits, wheels
from wizard.needs.case import Case
from wizard.needs.condition import Way
from wizard.plan import Plan, PlanLimit, Step
from wizard.planning import authorities, neighbours, pipx_steps, project_steps, with_settings
from wizard.programs.variables import TEMPORARY
from wizard.versions import allows
from wizard.wording import joined, quoted_command


def make_plan(case: Case) -> Plan:
    """Make the plan for a case whose choices are complete: see `wizard.questions.completion`.

    Raises BadRequest if a choice does not exist, and Impossible if this machine cannot do it, with
    the reason and the nearest alternative.
    """
    plan, folder = _plan(case), case.choices.temporary_folder
    if not folder:
        return plan
    names = TEMPORARY[1:] if case.facts.system.name == "windows" else TEMPORARY[:1]
    return replace(plan, variables=(*plan.variables, *((name, folder) for name in names)))


def _plan(case: Case) -> Plan:
    """Return the plan, which does not name the folder for temporary files yet."""
    choices = case.choices
    method = methods()[choices.method]
    blocked = case.offer().blocked_by(choices.method)
    if blocked:
        raise Impossible(
            f"“{method.label}” is not possible on this machine.",
            shown=f"--method {choices.method}",
            why=blocked.reason,
            hints=blocked.hints,
        )
    recipe = method.recipe(case)
    if recipe.prepares:
        return _with_proxies(case, _assemble(case, recipe, recipe.steps, (recipe.note,)))
    plan = with_settings.adjusted(case, _make_plan(case, recipe))
    if not recipe.steps:
        return plan
    if compiles(choices.method):
        plan = _with_proxies(case, plan)
    return authorities.with_authorities(case, plan)


def _with_proxies(case: Case, plan: Plan) -> Plan:
    """Return the plan with the variables for programs that do not read the system's proxy."""
    facts = case.facts
    notes = (*plan.notes, *network.notes(facts))
    return replace(plan, variables=network.variables(facts), notes=notes)


def _make_plan(case: Case, recipe: Recipe) -> Plan:
    choices = case.choices
    method = methods()[choices.method]
    notes = (*_notes(case), *method.warnings(case))
    if recipe.steps:  # otherwise nothing is installed
        way: Way = "compiled" if compiles(choices.method) else "bundled"
        found = case.conditions(case.target.python, case.target.folder)
        notes = (*method.notes(case), *conditions.notes(found, way), *notes)
    if choices.wheelhouse:
        from wizard.planning import wheelhouse  # rarely needed

        return wheelhouse.make_plan(case, notes)
    steps = recipe.steps
    steps += project_steps.project_steps(case, tuple(step.id for step in steps[-1:]))
    prove = Prove(
        case.target.interpreter, choices.release, recipe.link, recipe.openssl, recipe.any_patch
    )
    if steps:
        steps, prove = neighbours.watched(case, steps, prove)
    compares = ", and compares the other packages with before" if prove.packages else ""
    proof = Step(
        "proof",
        "Prove that it works",
        f"Imports it, encrypts and decrypts, and reads which OpenSSL it uses{compares}.",
        prove,
        needs=tuple(step.id for step in steps[-1:]),
        role="proof",
    )
    steps += (proof, *project_steps.constraint_steps(case, ("proof",)))
    return _assemble(case, recipe, steps, tuple(filter(None, (recipe.note, *notes))))


def _assemble(case: Case, recipe: Recipe, steps: tuple[Step, ...], notes: tuple[str, ...]) -> Plan:
    target = case.target
    return Plan(
        release=case.choices.release,
        method=case.choices.method,
        link=recipe.link,
        python=target.interpreter,
        environment=target.folder,
        new=target.new,
        steps=steps,
        notes=notes,
        system=case.facts.system.name,
        prepares=recipe.prepares,
        project=case.project.path if case.project else "",
        limits=tuple(map(_plan_limit, case.limits)),
        usage=pipx_steps.usage(case) if pipx_steps.uses_pipx(case) else "",
        also=case.project.contents if case.project else "",
        replaces=_replaced(case) if recipe.steps else "",
    )


def _replaced(case: Case) -> str:
    """Return the version that is there now and is replaced by another one; empty if there is none.

    The same release is replaced only if the user wants that: a project and a wheelhouse come into
    an environment that has it.
    """
    now = "" if case.target.new else case.target.python.cryptography
    return now if now != case.choices.release or case.choices.reinstall else ""


def _plan_limit(limit: Limit) -> PlanLimit:
    package, _, version = limit.owner.rpartition(" ")
    if limit.package:
        package, version = limit.package, limit.owner[len(limit.package) :].split()[0]
    elif limit.kind == "setting" or not package or not version[:1].isdigit():
        package, version = limit.owner, ""
    return PlanLimit(
        package, limit.specifier, version, limit.source, line=limit.line, before=limit.before
    )


def _project_notes(case: Case) -> list[str]:
    """Return the notes about the project: what is special about it, and what is left out."""
    project = case.project
    if project is None:
        return []
    notes: list[str] = []
    if project.kind in ("pyproject", "uv.lock", "poetry.lock"):
        words = (*pip.module(case.target.interpreter), "install", "-e", project.folder)
        command = quoted_command(words, case.facts.system.name)
        notes.append(f"The project itself is not installed. To add it afterwards: {command}")
    best = target_environment.recommended_base(case.facts, Choices())
    if case.target.new and best is not None and not allows(project.pythons, best.version):
        notes.append(
            f"{project.name} needs Python {project.pythons}, so the new environment gets Python "
            f"{case.target.python.version} and not {best.version}."
        )
    if not project.uses_cryptography and project.resolver:
        notes.append(f"{project.name} itself does not need cryptography.")
    if project.checked and not project_steps.installs_cryptography(case):
        notes.append(
            f"{project.name} lists checksums, but a wheel that is compiled here has none. pip does "
            "not check what is already installed."
        )
    return [*notes, *pipx_steps.notes(case), *project.notes]


def _notes(case: Case) -> tuple[str, ...]:
    """Return the notes about the machine, the release and the index."""
    facts, listed, release_row = case.facts, case.release, case.release_row(case.release)
    notes = list(neighbours.notes(case))
    if listed.version != case.newest.version:
        bundled = methods()[case.choices.method].bundles
        caveat = case.knowledge.caveat(listed.version, bundled=bundled)
        against = dict.fromkeys(
            release_limits.sentence(limit, case.newest)
            for limit in case.limits_against(case.newest)
            if limit.kind in ("package", "project")
        )
        reasons = tuple(against)
        if not case.limits_against(case.newest):  # each of these has its own note
            blocked = case.offer(case.newest).blocked_by(case.choices.method)
            reasons = (blocked.reason,) if blocked else ()
        notes.append(
            " ".join((f"The newest release is {case.newest.version}.", *reasons, caveat)).strip()
        )
    if facts.listing is not None and facts.listing.indexes and not case.choices.from_wheelhouse:
        notes.append(
            f"Several indexes have files of cryptography: {joined(facts.listing.indexes)}. "
            "The installer takes the best file from any of them, so trust each of them, or remove "
            "the others from its settings."
        )
    notes += _project_notes(case)
    removed = wheels.support_removed(case.target.python, listed.version, case.knowledge)
    if removed:
        notes.append(removed)
    if not case.knowledge.knows(listed.version):
        notes.append(
            f"{listed.version} is newer than this wizard; it follows the rules of "
            f"{release_row.last}, the newest that it knows."
        )
    if facts.listing is None or not facts.listing.releases:
        notes.append(
            "The index could not be used, so the wizard relies on its tables from each release's "
            "documentation."
        )
    return tuple(notes)
