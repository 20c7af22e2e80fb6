"""The planner: a case with complete choices → Plan. Pure: it asks nobody and changes nothing."""

from __future__ import annotations

from dataclasses import replace

from backends import pip, uv
from backends.action import Action
from wizard.errors import Impossible
from wizard.facts import Listed
from wizard.needs import package_steps
from wizard.needs.build_needs import BuildNeeds
from wizard.needs.case import Case, Offer
from wizard.plan import Plan, Step
from wizard.planning import build_steps, installer
from wizard.planning.installer import Installer
from wizard.target_environment import Target


def plan(case: Case) -> Plan:
    """Make the plan for a case whose choices are complete: see `wizard.questions.completion`.

    Raises BadRequest where a choice does not exist, and Impossible where this machine cannot do
    it, with the reason and the nearest thing that works.
    """
    choices, chosen, listed = case.choices, case.target, case.release
    offer = case.offer()
    blocked = offer.blocked_by(choices.method)
    if blocked:
        raise Impossible(
            f"--method {choices.method} is not possible on this machine.",
            why=blocked.reason,
            hints=blocked.hints,
        )
    tool = installer.choose(case, chosen)
    needs = (offer.needs if choices.method == "source" else None) or BuildNeeds()
    if needs.refresh:
        return _preparation(case, needs)
    if choices.wheelhouse:
        from wizard.planning import wheelhouse  # few need it

        return wheelhouse.plan(case, offer, _notes(case, offer, tool))
    if choices.method == "wheel":
        steps = _wheel(chosen, listed, tool)
    else:
        steps = _source(case, needs, tool)
    packages = build_steps.packages(case.facts, needs, tool)
    link = (listed.link or "static") if choices.method == "wheel" else choices.link
    proof = Step(
        "proof",
        "Prove that it works",
        "Imports it, encrypts and decrypts, and reads which OpenSSL is inside.",
        build_steps.proof(chosen.interpreter, listed.version, link, needs, choices),
        needs=(steps[-1].id,),
    )
    return Plan(
        release=listed.version,
        method="wheel" if choices.method == "wheel" else "source",
        link=link,
        python=chosen.interpreter,
        environment=chosen.folder,
        new=chosen.new,
        steps=(*packages, *build_steps.after(packages, steps, chosen.python), proof),
        notes=_notes(case, offer, tool),
        system=case.facts.system.name,
    )


def _wheel(chosen: Target, listed: Listed, tool: Installer) -> tuple[Step, ...]:
    requirements: tuple[str, ...] = (f"cryptography=={listed.version}",)
    # An environment that was made without pip gets it in the same call: pip itself is a package.
    if tool.bare:
        requirements = ("pip", *requirements)
    install = Step(
        "install",
        f"Install cryptography {listed.version} from its wheel",
        "A ready-made file for this system: nothing is compiled.",
        tool.install(requirements, binary=True, reinstall=_is_there(chosen, listed)),
        needs=tuple(step.id for step in tool.before[-1:]),
        undo=_undo(chosen, tool),
    )
    return (*tool.before, install)


def _source(case: Case, needs: BuildNeeds, tool: Installer) -> tuple[Step, ...]:
    chosen, listed = tool.target, case.release
    made = build_steps.prepare(case, needs, tool)
    command = made.tool.install(
        (f"cryptography=={listed.version}",),
        binary=False,
        reinstall=_is_there(chosen, listed),
    )
    install = Step(
        "install",
        f"Compile and install cryptography {listed.version}",
        f"Uses {build_steps.ingredients(needs)}; takes a minute or more.",
        made.applied(command),
        needs=made.needs,
        heavy=True,
        undo=_undo(chosen, tool),
    )
    return (*made.before, *made.environment, install, *build_steps.cleared(needs, case.choices))


def _preparation(case: Case, needs: BuildNeeds) -> Plan:
    """What has to be done before anybody can tell what a source build needs here."""
    chosen = case.target
    return Plan(
        release=case.choices.release,
        method="source",
        link=case.choices.link,
        python=chosen.interpreter,
        environment=chosen.folder,
        new=chosen.new,
        steps=(package_steps.refresh(case.facts, needs.manager),),
        notes=(
            f"{needs.manager} knows no packages yet: its lists are empty. When they are there, "
            "the wizard looks again and plans the rest.",
        ),
        system=case.facts.system.name,
        prepares=True,
    )


def _undo(chosen: Target, tool: Installer) -> tuple[Action, ...]:
    if chosen.new:
        return ()  # undoing the environment removes it all
    if tool.uv is not None:
        remove = uv.uninstall(tool.uv.path, chosen.interpreter)
    else:
        remove = pip.uninstall(chosen.interpreter)
    before = chosen.python.cryptography
    if not before:
        return (remove,)
    # That came from the index: a wheelhouse need not have it.
    return (remove, replace(tool, folder="").install((f"cryptography=={before}",), binary=True))


def _is_there(chosen: Target, listed: Listed) -> bool:
    """Whether the same version is installed already: then pip would do nothing at all."""
    return not chosen.new and chosen.python.cryptography == listed.version


def _notes(case: Case, offer: Offer, tool: Installer) -> tuple[str, ...]:
    facts, listed, method = case.facts, offer.listed, case.choices.method
    notes = [tool.note]
    if method == "source" and offer.needs:
        notes += offer.needs.notes
    newest = next(iter(case.releases), listed)
    if listed.version != newest.version:
        notes.append(f"The newest release is {newest.version}. {offer.row.caveat(method)}".strip())
        best = case.offer(newest)
        if method == "wheel" and best.wheel_blocked_by and not best.source_blocked_by:
            notes.append(
                f"{newest.version} has no wheel for this computer, but it can be compiled here: "
                f"--method source --release {newest.version}"
            )
    if not case.knowledge.knows(listed.version):
        notes.append(
            f"{listed.version} is newer than this wizard; it follows the rules of "
            f"{offer.row.last}, the newest that it knows."
        )
    if facts.listing is None or not facts.listing.releases:
        why = facts.listing.problem if facts.listing else ""
        notes.append(
            "The index was not asked; the wizard's tables of what each release's documentation "
            f"says are used. {why}".strip()
        )
    if facts.system.temporary_noexec and method == "source":
        notes.append(
            f"Programs may not run from {facts.system.temporary}, which stops builds: "
            "set TMPDIR to a folder where they may."
        )
    return tuple(notes)
