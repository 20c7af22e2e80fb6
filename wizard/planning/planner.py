"""The planner: a case with complete choices → Plan. Pure: it runs nothing and changes nothing."""

from __future__ import annotations

from backends.action import Prove
from wizard.errors import Impossible
from wizard.method import Recipe, methods
from wizard.needs.case import Case
from wizard.plan import Plan, Step


def plan(case: Case) -> Plan:
    """Make the plan for a case whose choices are complete: see `wizard.questions.completion`.

    Raises BadRequest if a choice does not exist, and Impossible where this machine cannot do it,
    with the reason and the nearest thing that works.
    """
    choices = case.choices
    method = methods()[choices.method]
    blocked = case.offer().blocked_by(choices.method)
    if blocked:
        raise Impossible(
            f"--method {choices.method} is not possible on this machine.",
            why=blocked.reason,
            hints=blocked.hints,
        )
    recipe = method.recipe(case)
    if recipe.prepares:
        return _plan(case, recipe, recipe.steps, (recipe.note,))
    notes = (*method.notes(case), *_notes(case), *method.warnings(case))
    if choices.wheelhouse:
        from wizard.planning import wheelhouse  # few need it

        return wheelhouse.plan(case, notes)
    proof = Step(
        "proof",
        "Prove that it works",
        "Imports it, encrypts and decrypts, and reads which OpenSSL it uses.",
        Prove(case.target.interpreter, choices.release, recipe.link, recipe.openssl),
        needs=(recipe.steps[-1].id,),
        role="proof",
    )
    return _plan(case, recipe, (*recipe.steps, proof), tuple(filter(None, (recipe.note, *notes))))


def _plan(case: Case, recipe: Recipe, steps: tuple[Step, ...], notes: tuple[str, ...]) -> Plan:
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
    )


def _notes(case: Case) -> tuple[str, ...]:
    """What is to be known of the release and of the index, whatever the method."""
    facts, listed, row = case.facts, case.release, case.row(case.release)
    notes = []
    if listed.version != case.newest.version:
        caveat = row.caveat(bundled=methods()[case.choices.method].bundles)
        notes.append(f"The newest release is {case.newest.version}. {caveat}".strip())
    if not case.knowledge.knows(listed.version):
        notes.append(
            f"{listed.version} is newer than this wizard; it follows the rules of "
            f"{row.last}, the newest that it knows."
        )
    if facts.listing is None or not facts.listing.releases:
        why = facts.listing.problem if facts.listing else ""
        notes.append(
            "The index could not be used, so the wizard relies on its tables from each release's "
            f"documentation. {why}".strip()
        )
    return tuple(notes)
