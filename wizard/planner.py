"""The planner: Facts + Knowledge + Choices → Plan. Pure: it asks nobody and changes nothing."""

from __future__ import annotations

from dataclasses import replace

from backends import pip, rustup, uv
from backends.action import Action, Prove, RemoveFolder, WriteFile
from wizard import build_openssl, installer, offers, provision, questions, source
from wizard.choices import Choices
from wizard.environment import Target, paths, target
from wizard.facts import Facts, Listed
from wizard.installer import Installer
from wizard.knowledge import Knowledge, Release
from wizard.plan import Plan, Step


def plan(facts: Facts, knowledge: Knowledge, choices: Choices) -> Plan:
    """Make the plan for these choices; open ones get the recommended answer.

    Raises BadRequest where a choice does not exist, and Impossible where this machine cannot do
    it, with the reason and the nearest thing that works.
    """
    choices = questions.complete(facts, knowledge, choices)
    chosen = target(facts, choices)
    listed = offers.find(facts, knowledge, choices.release)
    offer = offers.offer(facts, knowledge, chosen, choices, listed)
    tool = installer.choose(facts, knowledge, chosen, choices, listed)
    if choices.method == "source" and offer.source.refresh:
        return _preparation(facts, chosen, listed, offer.source, choices)
    if choices.method == "wheel":
        needs = source.Source()
        steps = _wheel(chosen, listed, tool)
    else:
        needs = offer.source
        steps = _source(facts, chosen, listed, offer.row, needs, tool, choices)
    packages = _packages(facts, needs, tool)
    link = "static" if choices.method == "wheel" else choices.link
    proof = Step(
        "proof",
        "Prove that it works",
        "Imports it, encrypts and decrypts, and reads which OpenSSL is inside.",
        Prove(chosen.interpreter, listed.version, link),
        needs=(steps[-1].id,),
    )
    return Plan(
        release=listed.version,
        method="wheel" if choices.method == "wheel" else "source",
        link=link,
        python=chosen.interpreter,
        environment=chosen.folder,
        new=chosen.new,
        steps=(*packages, *steps, proof),
        notes=_notes(facts, knowledge, listed, offer, choices, tool),
        system=facts.system.name,
    )


def _wheel(chosen: Target, listed: Listed, tool: Installer) -> tuple[Step, ...]:
    requirements: tuple[str, ...] = (f"cryptography=={listed.version}",)
    # An environment that was made without pip gets it in the same call: pip itself is a package.
    if tool.runner:
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
    needs: source.Source,
    tool: Installer,
    choices: Choices,
) -> tuple[Step, ...]:
    compiler = (*(step.id for step in needs.compiler[-1:]), *_packages_step(needs))
    fetched = _rustup(needs)
    before = [*needs.compiler, *fetched]
    ready = [*compiler, *(step.id for step in fetched[-1:])]
    own = needs.openssl.own if needs.openssl else None
    if own:
        built = build_openssl.steps(facts, chosen.python, own, choices, compiler)
        before += built
        ready += [build_openssl.STEP] if built else []
    environment = list(tool.before)
    if tool.runner:
        environment.append(
            Step(
                "pip",
                "Put the newest pip into the environment",
                "pip does the building and installing.",
                pip.install(chosen.interpreter, ("pip",), version=tool.pip, runner=tool.runner),
                needs=(environment[-1].id,),
            )
        )
    if own:
        environment += build_openssl.placed(facts, own, tuple(s.id for s in environment[-1:]))
    env = (*row.env_for(chosen.python.version), ("CARGO_TERM_COLOR", "never"), *needs.env)
    if row.constraints:
        constraints = paths(facts).join(chosen.folder, "build-constraints.txt")
        text = "".join(f"{line}\n" for line in row.constraints)
        environment.append(
            Step(
                "constraints",
                "Write down which build tools this release can use",
                f"Today's newest no longer build it; these do: {', '.join(row.constraints)}.",
                WriteFile(constraints, text),
                needs=tuple(step.id for step in environment[-1:]),
            )
        )
        env = (*env, *_constrain(constraints, tool))
    build = tool if not tool.runner else _own_pip(tool)
    command = build.install(
        (f"cryptography=={listed.version}",),
        binary=False,
        reinstall=_is_there(chosen, listed),
        env=env,
        path=needs.path,
    )
    install = Step(
        "install",
        f"Compile and install cryptography {listed.version}",
        f"Uses {_ingredients(needs)}; takes a minute or more.",
        replace(command, lists=needs.lists, unset=needs.unset),
        needs=(*ready, *(step.id for step in environment[-1:])),
        heavy=True,
        undo=_undo(chosen, tool),
    )
    return (*before, *environment, install, *_cleared(needs, choices))


def _packages_step(needs: source.Source) -> tuple[str, ...]:
    return (provision.STEP,) if needs.missing else ()


def _rustup(needs: source.Source) -> tuple[Step, ...]:
    """The steps that fetch a Rust, where none that is here will do."""
    rust = needs.rust
    if rust is None or rust.kind != "rustup":
        return ()
    undo = (RemoveFolder(rust.home),)
    return (
        Step(
            "rustup",
            "Download rustup",
            "rustup is the Rust project's own installer. Its checksum is compared.",
            rustup.installer(rust.root, rust.triple, rust.home),
            undo=undo,
        ),
        Step(
            "rust",
            "Install Rust into a folder of its own",
            f"It goes into {rust.home}: your PATH and your other Rusts do not change.",
            rustup.install(rust.triple, rust.home),
            needs=("rustup",),
            undo=undo,
        ),
    )


def _cleared(needs: source.Source, choices: Choices) -> tuple[Step, ...]:
    """The step that removes the wizard's own Rust, unless it is to be kept."""
    rust = needs.rust
    if rust is None or not rust.home or choices.toolchain == "keep":
        return ()
    return (
        Step(
            "rust-remove",
            "Remove the Rust that was only needed to build",
            "cryptography does not need it to work. --toolchain keep leaves it for the next build.",
            RemoveFolder(rust.home),
            needs=("install",),
        ),
    )


def _ingredients(needs: source.Source) -> str:
    rust = needs.rust.words if needs.rust else "Rust"
    return f"{rust} and OpenSSL {needs.openssl.version if needs.openssl else ''}".strip()


def _packages(facts: Facts, needs: source.Source, tool: Installer) -> tuple[Step, ...]:
    """The steps that install what is missing, for the build and for the environment, in one go."""
    reasons = []
    if needs.missing:
        reasons.append(_parts(needs))
    if tool.packages:
        reasons.append("This system keeps the making of environments in a package of its own.")
    names = (*needs.missing, *tool.packages)
    if len(names) > 1:
        reasons.append(f"Missing are {', '.join(names[:-1])} and {names[-1]}.")
    manager = needs.manager or tool.manager
    return provision.steps(facts, manager, names, " ".join(reasons)) if names else ()


def _parts(needs: source.Source) -> str:
    with_rust = needs.rust is not None and needs.rust.kind in ("packages", "present")
    return f"A source build needs a C compiler,{' Rust,' if with_rust else ''} and OpenSSL's files."


def _preparation(
    facts: Facts, chosen: Target, listed: Listed, needs: source.Source, choices: Choices
) -> Plan:
    """What has to be done before anybody can tell what a source build needs here."""
    return Plan(
        release=listed.version,
        method="source",
        link=choices.link,
        python=chosen.interpreter,
        environment=chosen.folder,
        new=chosen.new,
        steps=(provision.refresh(facts, needs.manager),),
        notes=(
            f"{needs.manager} knows no packages yet: its lists are empty. When they are there, "
            "the wizard looks again and plans the rest.",
        ),
        system=facts.system.name,
        prepares=True,
    )


def _constrain(path: str, tool: Installer) -> tuple[tuple[str, str], ...]:
    """Point the isolated build environment at the constraints.

    pip reads PIP_CONSTRAINT before 25.3 and PIP_BUILD_CONSTRAINT since; both may be set
    (measured). uv has a name of its own.
    """
    if tool.uv is not None:
        return (("UV_BUILD_CONSTRAINT", path),)
    return (("PIP_CONSTRAINT", path), ("PIP_BUILD_CONSTRAINT", path))


def _own_pip(tool: Installer) -> Installer:
    """The same environment, once it has a pip of its own: the newest."""
    return Installer(tool.target, tool.before, tool.note, pip=tool.pip)


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
    return (remove, tool.install((f"cryptography=={before}",), binary=True))


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
        notes.append(f"The newest release is {newest.version}. {offer.row.security}".strip())
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
        notes.append(f"The index was not asked; the documented tables are used. {why}".strip())
    if facts.system.temporary_noexec and choices.method == "source":
        notes.append(
            f"Programs may not run from {facts.system.temporary}, which stops builds: "
            "set TMPDIR to a folder where they may."
        )
    return tuple(notes)
