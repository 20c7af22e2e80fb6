"""The planner: Facts + Knowledge + Choices → Plan. Pure: it asks nobody and changes nothing."""

from __future__ import annotations

from dataclasses import replace

from backends import pip, uv
from backends.action import Action
from wizard.choices import Choices
from wizard.facts import Facts, Listed
from wizard.knowledge import Knowledge, Release
from wizard.needs import build_needs, offers, package_steps
from wizard.plan import Plan, Step
from wizard.planning import build_steps, installer, wheelhouse
from wizard.planning.installer import Installer
from wizard.questions import completion
from wizard.target_environment import Target, target


def plan(facts: Facts, knowledge: Knowledge, choices: Choices) -> Plan:
    """Make the plan for these choices; open ones get the recommended answer.

    Raises BadRequest where a choice does not exist, and Impossible where this machine cannot do
    it, with the reason and the nearest thing that works.
    """
    choices = completion.complete(facts, knowledge, choices)
    chosen = target(facts, choices)
    listed = offers.find(facts, knowledge, choices.release)
    offer = offers.offer(facts, knowledge, chosen, choices, listed)
    tool = installer.choose(facts, knowledge, chosen, choices, listed)
    if choices.method == "source" and offer.source.refresh:
        return _preparation(facts, chosen, listed, offer.source, choices)
    if choices.wheelhouse:
        notes = _notes(facts, knowledge, listed, offer, choices, tool)
        return wheelhouse.plan(facts, knowledge, choices, offer, notes)
    if choices.method == "wheel":
        needs = build_needs.BuildNeeds()
        steps = _wheel(chosen, listed, tool)
    else:
        needs = offer.source
        steps = _source(facts, chosen, listed, offer.row, needs, tool, choices)
    packages = build_steps.packages(facts, needs, tool)
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
        notes=_notes(facts, knowledge, listed, offer, choices, tool),
        system=facts.system.name,
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


def _source(
    facts: Facts,
    chosen: Target,
    listed: Listed,
    row: Release,
    needs: build_needs.BuildNeeds,
    tool: Installer,
    choices: Choices,
) -> tuple[Step, ...]:
    made = build_steps.prepare(facts, chosen, listed.version, row, needs, tool)
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
    return (*made.before, *made.environment, install, *build_steps.cleared(needs, choices))


def _preparation(
    facts: Facts, chosen: Target, listed: Listed, needs: build_needs.BuildNeeds, choices: Choices
) -> Plan:
    """What has to be done before anybody can tell what a source build needs here."""
    return Plan(
        release=listed.version,
        method="source",
        link=choices.link,
        python=chosen.interpreter,
        environment=chosen.folder,
        new=chosen.new,
        steps=(package_steps.refresh(facts, needs.manager),),
        notes=(
            f"{needs.manager} knows no packages yet: its lists are empty. When they are there, "
            "the wizard looks again and plans the rest.",
        ),
        system=facts.system.name,
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


def _notes(
    facts: Facts,
    knowledge: Knowledge,
    listed: Listed,
    offer: offers.Offer,
    choices: Choices,
    tool: Installer,
) -> tuple[str, ...]:
    notes = [tool.note]
    if choices.method == "source":
        notes += offer.source.notes
    newest = next((r for r in offers.listing(facts, knowledge).releases if not r.yanked), listed)
    if listed.version != newest.version:
        caveat = offer.row.caveat(choices.method)
        notes.append(f"The newest release is {newest.version}. {caveat}".strip())
        best = offers.offer(facts, knowledge, target(facts, choices), choices, newest)
        if choices.method == "wheel" and best.wheel and not best.source.reason:
            notes.append(
                f"{newest.version} has no wheel for this computer, but it can be compiled here: "
                f"--method source --release {newest.version}"
            )
    if not knowledge.knows(listed.version):
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
    if facts.system.temporary_noexec and choices.method == "source":
        notes.append(
            f"Programs may not run from {facts.system.temporary}, which stops builds: "
            "set TMPDIR to a folder where they may."
        )
    return tuple(notes)
